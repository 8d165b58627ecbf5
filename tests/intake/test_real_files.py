"""Files of real systems, through a saved mapping: the totals are those that the raw file adds up to."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from tests import builders
from tests.intake.files import receipt

from tallystick.accounts.models import Account, Item
from tallystick.intake.models import Batch, Mapping
from tallystick.ledger import queries as ledger_queries

FINES = Path(__file__).parent / "fixtures" / "road_traffic_fines.csv"

pytestmark = pytest.mark.django_db


def cases() -> list[dict[str, str]]:
    with FINES.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def cents(amounts: list[str]) -> int:
    return int(sum(Decimal(amount or 0) for amount in amounts) * 100)


def imported(file: Path, source: str, kind: str, *origins: str) -> Batch:
    options = [word for origin in ("currency=EUR", *origins) for word in ("--set", origin)]
    call_command(
        "import", "receivables", str(file), "--client", "POL", "--source", source, "--kind", kind, "--workers", "1",
        *options, stdout=io.StringIO(),
    )  # fmt: skip
    return Batch.objects.latest("pk")


@pytest.fixture
def fines() -> Batch:
    builders.client(code="POL", name="Polizia Locale")
    keeper = "name=Keeper of the vehicle in case {case_id}"
    return imported(FINES, "fines", "placements", keeper, "description=Article {article}")


def test_fines_are_placed_with_their_costs(fines: Batch) -> None:
    amounts, expenses = [case["amount"] for case in cases()], [case["expense"] for case in cases()]

    assert receipt(fines) == {("new", "EUR"): (100, cents(amounts + expenses))}
    assert Account.objects.count() == 100
    by_kind = {kind: cents(amounts if kind == "balance" else expenses) for kind in ("balance", "cost")}
    for kind, minor in by_kind.items():
        assert sum(Item.objects.filter(kind=kind).values_list("amount_minor", flat=True)) == minor
    first = Account.objects.get(reference="A2127")
    assert first.party.name == "Keeper of the vehicle in case A2127"
    assert Item.objects.get(account=first).issued_on == date(2006, 6, 17)


def test_penalties_and_payments_follow_and_every_balance_is_the_cases(fines: Batch, tmp_path: Path) -> None:
    """The log states what a fine grew to, and what was paid in all: the rows to load are the differences."""
    penalties, payments = tmp_path / "penalties.csv", tmp_path / "payments.csv"
    with penalties.open("w") as opened:
        writer = csv.writer(opened)
        writer.writerow(["case_id", "date of charge", "penalty amount"])
        for case in cases():
            if case["penalty_amount"]:
                grown = Decimal(case["penalty_amount"]) - Decimal(case["amount"])
                writer.writerow([case["case_id"], case["penalty"], grown])
    with payments.open("w") as opened:
        writer = csv.writer(opened)
        writer.writerow(["case_id", "payment date", "amount paid", "payment id"])
        for case in cases():
            if Decimal(case["total_paid"]):
                writer.writerow([case["case_id"], case["first_payment"], case["total_paid"], f"P {case['case_id']}"])

    charged = imported(penalties, "penalties", "charges", "item_kind=penalty", "item_ref=Penalty {case_id}")
    paid = imported(payments, "payments", "payments")

    grown = [case for case in cases() if case["penalty_amount"]]
    assert receipt(charged) == {
        ("new", "EUR"): (
            len(grown),
            cents([case["penalty_amount"] for case in grown]) - cents([case["amount"] for case in grown]),
        )
    }
    assert sum(minor for _lines, minor in receipt(paid).values()) == cents([case["total_paid"] for case in cases()])
    references = {account.reference: account for account in Account.objects.all()}
    for case in cases():
        final = Decimal(case["penalty_amount"] or case["amount"]) + Decimal(case["expense"] or 0)
        account = references[case["case_id"]]
        owed = ledger_queries.balance(account.pk, currency="EUR").minor
        assert owed == (final - Decimal(case["total_paid"])) * 100, case["case_id"]


def test_the_mapping_of_the_first_file_reads_the_next(fines: Batch) -> None:
    call_command(
        "import", "receivables", str(FINES), "--client", "POL", "--source", "fines", "--workers", "1",
        stdout=io.StringIO(),
    )  # fmt: skip

    again = Batch.objects.latest("pk")
    assert receipt(again) == {("unchanged", "EUR"): receipt(fines)["new", "EUR"]}
    assert Mapping.objects.count() == 1
