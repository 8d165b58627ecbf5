"""`tallystick import receivables`: files from a scheduler or a terminal, however large."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests import builders
from tests.intake.files import invoice, receipt, written
from tests.intake.test_loading import child_environment

from tallystick.accounts.models import Item
from tallystick.intake import queries, rules
from tallystick.intake.models import Batch, Mapping
from tallystick.kernel.refusals import NotFound


def run(file: Path, *options: str, client: str = "ACME", source: str = "ledger") -> str:
    out = io.StringIO()
    call_command(
        "import",
        "receivables",
        str(file),
        "--client",
        client,
        "--source",
        source,
        "--workers",
        "1",
        *options,
        stdout=out,
    )
    return out.getvalue()


@pytest.fixture
def ledger(tmp_path: Path, db: None) -> Path:
    builders.client(code="ACME", name="Acme Trading")
    file = tmp_path / "ledger.csv"
    file.write_bytes(written([invoice(1), invoice(2, amount="250.50"), invoice(3, amount="x")]))
    return file


def test_a_file_is_imported_and_its_receipt_printed(ledger: Path) -> None:
    said = run(ledger, "--kind", "invoices")

    assert "line 4 Amount “x”: This is not an amount. Write it with digits" in said
    batch = Batch.objects.get()
    assert f"Import {batch.pk}: 3 lines in" in said
    loaded_part = said.partition("When loaded:")[2]
    assert "New                                 2                350.50 GBP" in loaded_part
    assert receipt(batch) == {("new", "GBP"): (2, 35_050), ("refused", "GBP"): (1, 0)}
    assert batch.uploaded_by.startswith("system: command line, ")


def test_the_next_file_is_read_as_the_source_remembers(ledger: Path) -> None:
    run(ledger, "--kind", "invoices")

    said = run(ledger)

    assert "Unchanged" in said
    assert Mapping.objects.count() == 1
    assert Item.objects.count() == 2


def test_check_only_changes_nothing(ledger: Path) -> None:
    said = run(ledger, "--kind", "invoices", "--check-only")

    assert "Nothing was changed: import" in said
    assert "When loaded" not in said
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param({"file": "nowhere.csv"}, "There is no file", id="no file"),
        pytest.param({}, "say with --kind what its files hold", id="a new source without its kind"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said(ledger: Path, options: dict[str, str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        run(ledger.with_name(options.get("file", ledger.name)))


def test_a_client_or_mapping_that_is_not_there_is_refused(ledger: Path) -> None:
    with pytest.raises(NotFound):
        run(ledger, "--kind", "invoices", client="NOBODY")
    with pytest.raises(NotFound):
        run(ledger, "--kind", "invoices", "--mapping", "none of that name")


def test_days_that_can_be_read_in_two_ways_are_asked_for(ledger: Path) -> None:
    ledger.write_bytes(written([invoice(1, issued_on="03/04/2026", due_on="04/05/2026")]))

    with pytest.raises(rules.FormsAmbiguous, match=r"--days ymd\|dmy\|mdy"):
        run(ledger, "--kind", "invoices")
    run(ledger, "--days", "mdy")

    assert str(Item.objects.get().issued_on) == "2026-03-04"


def test_a_value_can_be_set_for_every_line(ledger: Path) -> None:
    lines = [["A1", "1", "2026-01-10", "100.00"], ["A2", "2", "2026-01-10", "100.00"]]
    ledger.write_bytes(written(lines, headings=("Account", "Invoice Number", "Invoice Date", "Amount")))

    run(ledger, "--kind", "invoices", "--set", "terms_days=14", "--set", "currency=EUR")

    assert {(str(item.due_on), item.currency) for item in Item.objects.all()} == {("2026-01-24", "EUR")}


def test_a_field_can_be_taken_from_a_column_or_put_together(ledger: Path) -> None:
    run(
        ledger,
        "--kind",
        "invoices",
        "--set",
        "description=No. {Invoice Number} of {Account}",
        "--set",
        "name={Account}",
    )

    item = Item.objects.get(reference="INV-00001")
    assert item.description == "No. INV-00001 of A1"
    assert item.account.party.name == "A1"
    with pytest.raises(CommandError, match="says no FIELD=VALUE"):
        run(ledger, "--set", "currency")
    with pytest.raises(rules.MappingUnreadable, match="shoe_size"):
        run(ledger, "--set", "shoe_size=44")


@pytest.mark.django_db(transaction=True)
def test_many_faults_are_counted_and_not_all_printed(tmp_path: Path) -> None:
    builders.client(code="ACME")
    file = tmp_path / "ledger.csv"
    lines = [invoice(number, amount="x" if number % 2 else "5.00") for number in range(100)]
    file.write_bytes(written(lines))

    said = run(file, "--kind", "invoices")

    assert said.count("This is not an amount.") == 20
    assert "and 30 more" in said
    assert queries.row_errors(Batch.objects.get().pk).count() == 50


IMPORT = """
import resource, sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("import", "receivables", sys.argv[1], client="ACME", source=sys.argv[2], kind="invoices", workers=2)
print("PEAK", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _generate(file: Path, lines: int) -> None:
    headings = [
        "Account",
        "Customer Name",
        "Invoice Number",
        "Invoice Date",
        "Due Date",
        "Amount",
        "Currency",
        "Details",
    ]
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(headings)
        for number in range(lines):
            writer.writerow(
                [*invoice(number, account=f"A{number // 5}"), f"{number} " + "as agreed on the telephone " * 16]
            )


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is asked of Unix")
@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    builders.client(code="ACME")
    peaks: dict[int, int] = {}
    for lines in (2_000, 80_000):
        file = tmp_path / f"{lines}.csv"
        _generate(file, lines)
        done: Any = subprocess.run(
            [sys.executable, "-c", IMPORT, str(file), f"of {lines}"],
            env=child_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        unit = 1 if sys.platform == "darwin" else 1024
        peaks[lines] = int(done.stdout.partition("PEAK ")[2]) * unit
    size = (tmp_path / "80000.csv").stat().st_size

    assert Item.objects.count() == 80_000
    assert size > 35_000_000
    # Less than the file alone, let alone its lines as objects, which take three times as much.
    assert peaks[80_000] - peaks[2_000] < size, peaks


def test_the_command_is_a_verb_of_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tallystick", "import", "--help"],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for option in ("--client", "--source", "--kind", "--mapping", "--days", "--decimal", "--set", "--check-only"):
        assert option in done.stdout
