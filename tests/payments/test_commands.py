"""`tallystick import-statement`: each file whole or not at all, and a receipt of each."""

import io

import pytest
from django.core.management import CommandError, call_command
from tests.payments.bank_files import csv_of

from tallystick.kernel.refusals import NotFound
from tallystick.payments.models import BankAccount, Payment, StatementFile, StatementLine

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import-statement", *arguments, stdout=out, stderr=err)
    except CommandError as stopped:
        err.write(str(stopped))
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="february.csv", head="Date,Description,Amount,Balance"):
        path = tmp_path / name
        path.write_bytes(csv_of(rows, head=head).getvalue())
        return str(path)

    return write


def test_a_statement_is_imported_and_its_receipt_printed(till, file):
    path = file(("13/02/2026", "INV-1", "40.00,140.00"), ("14/02/2026", "WHO", "7.50,147.50"))

    out, err = run(path, "--bank-account", till.bank.name)

    assert err == ""
    assert "february.csv (CSV)" in out
    assert "100.00 GBP → 147.50 GBP" in out
    said = [" ".join(line.split()) for line in out.splitlines()]
    assert "Applied 1 40.00 GBP" in said
    assert "Waiting for a person 1 7.50 GBP" in said
    assert Payment.objects.get().amount_minor == 4000
    assert StatementFile.objects.get().imported_by.startswith("system: command line, ")


def test_the_same_file_again_is_said_and_does_nothing(till, file):
    path = file(("13/02/2026", "INV-1", "40.00,140.00"))
    run(path, "--bank-account", till.bank.number)

    out, _err = run(path, "--bank-account", till.bank.number)

    assert "was brought in on 2026-03-02 already. Nothing was done." in out
    assert StatementLine.objects.count() == 1


def test_a_file_that_is_refused_is_named_and_stops_none_behind_it(till, file, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear bank")
    good = file(("13/02/2026", "INV-1", "40.00,140.00"))

    out, err = run(str(tmp_path / "letter.txt"), str(tmp_path / "none.csv"), good, "--bank-account", till.bank.name)

    assert "letter.txt: This is no bank file we can read" in err
    assert "none.csv: No such file" in err
    assert "2 files were refused." in err
    assert "february.csv" in out
    assert StatementFile.objects.count() == 1


def test_how_days_are_written_is_said_once(till, file):
    rows = ("03/04/2026", "A", "1.00")
    first = file(rows, head="Date,Description,Amount")
    _out, asked = run(first, "--bank-account", till.bank.name)

    run(first, "--bank-account", till.bank.name, "--days", "month_first")
    _out, err = run(
        file(("05/04/2026", "B", "2.00"), name="next.csv", head="Date,Description,Amount"),
        "--bank-account",
        till.bank.name,
    )

    assert "could be read day first or month first" in asked
    assert err == ""
    assert [day.isoformat() for day in StatementLine.objects.order_by("pk").values_list("booked_on", flat=True)] == [
        "2026-03-04",
        "2026-05-04",
    ]
    assert BankAccount.objects.get(pk=till.bank.pk).day_order == "month_first"


def test_warnings_are_printed_with_their_line(till, file):
    out, _err = run(
        file(("13/02/2026", "A", "1.00"), ("never", "B", "2.00"), head="Date,Description,Amount"),
        "--bank-account",
        till.bank.name,
    )

    assert "line 3: This entry could not be read" in out


def test_a_bank_account_that_is_not_there_is_refused(till, file):
    with pytest.raises(NotFound):
        run(file(("13/02/2026", "A", "1.00,1.00")), "--bank-account", "nobody's")
