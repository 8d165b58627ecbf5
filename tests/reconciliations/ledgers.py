"""Statements of a finance ledger, as it would send them, and what a comparison with the book names."""

from __future__ import annotations

from datetime import date, timedelta

from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions as accounts
from tallystick.accounts.actions import Credit
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause, Head
from tallystick.reconciliations import actions, queries
from tallystick.reconciliations.rules import Level

EVENING = AT + timedelta(hours=10)


def book():
    """Give a client's portfolio."""
    return builders.portfolio()


def owing(portfolio, reference, *amounts, currency="GBP"):
    """Give an account that owes invoices named after it: C1-1, C1-2 …"""
    account = builders.account(portfolio, reference=reference, currency=currency)
    for number, amount in enumerate(amounts, start=1):
        builders.invoice(account, amount, reference=f"{reference}-{number}")
    return account


def pay(account, amount, *, number=1, on=TODAY, at=AT, items=None, cause=Cause.PAYMENT, keep=False, debit=Head.BANK):
    """Have a payment come in, or another credit."""
    paid = [
        Credit(
            account.pk,
            number,
            Money.of(amount, account.currency),
            on,
            debit=debit,
            items=items or {},
            keep_on_account=keep,
        )
    ]
    accounts.apply_credits(paid, cause_kind=cause, at=at, by=TEST)


def listed(*lines):
    """Write an open-item list: account, document, open amount, currency."""
    heads = "Account,Document No,Invoice Date,Due Date,Open Amount,Currency"
    rows = [f"{account},{item},2026-01-02,2026-02-01,{amount},{currency}" for account, item, amount, currency in lines]
    return "\n".join([heads, *rows, ""]).encode()


def reconcile(portfolio, *lines, on=TODAY, at=EVENING, by=TEST, **asked):
    """Compare an open-item list with the book."""
    asked = {"content": listed(*lines), "level": Level.ITEMS, "name": "open items.csv", **asked}
    return actions.reconcile(client_code=portfolio.client.code, on=on, at=at, by=by, **asked)


def named(made):
    """Give what was named: kind, account, document and currency to minor units, there less here."""
    return {
        (each.kind, each.account_ref, each.item_ref, each.currency): each.minor for each in queries.differences(made.pk)
    }


def balances(made):
    """Give whether the differences add up to what the totals differ by, in each currency."""
    sums = {}
    for each in queries.differences(made.pk):
        sums[each.currency] = sums.get(each.currency, 0) + each.minor
    return all(side.difference.minor == sums.get(side.there.currency, 0) for side in queries.totals(made.pk))


def day(number: int) -> date:
    """Give a day so many days from today."""
    return TODAY + timedelta(days=number)
