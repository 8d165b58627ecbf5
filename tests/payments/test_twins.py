"""The set-based matcher answers as the rule does, whatever lines and items meet."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import TODAY
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import reference_key
from tallystick.kernel import sql
from tallystick.payments.models import BankAccount, Payment, StatementLine
from tallystick.payments.rules.matching import OpenItem, Waits, matched_items, without_conflicts
from tallystick.payments.rules.references import tokens

pytestmark = pytest.mark.django_db


def open_items(**where):
    return [
        (
            item.client_id,
            item.currency,
            reference_key(item.reference),
            OpenItem(item.pk, item.account_id, item.open_minor),
        )
        for item in Item.objects.filter(open_minor__gt=0, **where).order_by("pk")
    ]


def expected() -> tuple[dict[int, tuple[OpenItem, ...]], dict[int, Waits]]:
    """What the rule says of every line that waits, by looking at every item and account there is."""
    matches: dict[int, tuple[OpenItem, ...]] = {}
    waits: dict[int, Waits] = {}
    lines = list(StatementLine.objects.select_related("bank_account").order_by("booked_on", "pk"))
    for line in lines:
        said = set(tokens(line.reference, line.mandate, line.narrative))
        mine = [
            (key, item)
            for client_id, currency, key, item in open_items()
            if client_id == line.bank_account.client_id and currency == line.currency
        ]
        accounts = Account.objects.filter(client_id=line.bank_account.client_id, currency=line.currency, is_house=False)
        named_accounts = {
            account.pk: [item for _, item in mine if item.account_id == account.pk]
            for account in accounts
            if reference_key(account.reference) in said
        }
        answer = matched_items(
            amount_minor=line.amount_minor,
            named_items=[item for key, item in mine if key in said],
            named_accounts=named_accounts,
        )
        if isinstance(answer, Waits):
            waits[line.pk] = answer
        else:
            matches[line.pk] = answer
    free, claimed = without_conflicts(matches, [line.pk for line in lines])
    return free, waits | dict.fromkeys(claimed, Waits.CLAIMED)


def decided(bank: BankAccount) -> tuple[dict[int, tuple[OpenItem, ...]], dict[int, Waits]]:
    """What the query says of the same lines."""
    matches: dict[int, list[OpenItem]] = defaultdict(list)
    waits: dict[int, Waits] = {}
    rows = sql.rows(sql.load("tallystick.payments", "matching.sql", "decide"), {"bank_accounts": [bank.pk]})
    for row in rows:
        if row["waits"]:
            waits[row["line_id"]] = Waits(row["waits"])
        else:
            matches[row["line_id"]].append(OpenItem(row["item_id"], row["account_id"], row["open_minor"]))
    return {line: tuple(items) for line, items in matches.items()}, waits


@pytest.mark.parametrize("seed", range(6))
def test_the_query_decides_as_the_rule(seed):
    dice = random.Random(seed)  # noqa: S311
    portfolio = builders.portfolio()
    stranger = builders.portfolio()
    bank = bank_account(portfolio.client)
    amounts = ["10.00", "20.00", "30.00", "30.00", "60.00"]
    lines = []
    for number in range(14):
        home = stranger if number % 7 == 6 else portfolio
        account = builders.account(home, reference=f"AC-{seed}{number:03}", currency="EUR" if number == 5 else "GBP")
        references = [f"INV-{seed}{number:03}{letter}" for letter in "ABC"[: dice.randint(1, 3)]]
        lines.append((account.reference, references))
    rows = []
    for _ in range(60):
        named = dice.sample(lines, dice.choice([1, 1, 1, 2]))
        words = [dice.choice([account, *references]) for account, references in named]
        words += [dice.choice(named[0][1])] if dice.random() < 0.3 else []
        amount = dice.choice([*amounts, "40.00", "50.00", "90.00", "-10.00"])
        day = TODAY - timedelta(days=dice.randint(1, 3))
        rows.append((day.isoformat(), dice.choice([" ", ", ", "/"]).join(words), amount))
    # The lines come before the invoices, so that nothing of them is applied yet.
    import_file(csv_of(rows), bank)
    for account_reference, references in lines:
        account = Account.objects.get(reference=account_reference)
        for reference in references:
            builders.invoice(account, dice.choice(amounts), due_on=date(2026, 1, 1), reference=reference)
    assert not Payment.objects.exists()

    free, waits = expected()
    assert decided(bank) == (free, {line: why for line, why in waits.items() if why is not Waits.MONEY_OUT})
    assert free
    assert {Waits.AMOUNT_DIFFERS, Waits.MONEY_OUT} <= set(waits.values())


@pytest.mark.parametrize(
    "reference",
    ["INV-2024/0841", "inv 0841", "Crédit 7", "№ 12", "", "ａ1", "ß2", "İ3", "a_b.c", "x\u00a0y"],
)
def test_references_are_compared_in_sql_as_in_the_rule(reference):
    assert sql.value("SELECT accounts_reference_key(%s)", [reference]) == reference_key(reference)
