"""A book whose months can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from tests import builders
from tests.builders import TEST

from tallystick.accounts import actions as accounts
from tallystick.accounts.actions import Credit
from tallystick.accounts.rules import ItemKind
from tallystick.insight import actions, queries
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause, Head


def noon(day: date) -> datetime:
    """Give the noon of a day."""
    return datetime.combine(day, time(12), UTC)


def invoice(account, amount, *, on, days=30, reference="", known=None, kind=ItemKind.INVOICE):
    """Have an invoice issued, due in so many days."""
    return accounts.add_item(
        account_id=account.pk,
        kind=kind,
        reference=reference or f"{kind} {on} {amount}",
        amount=Money.of(amount, account.currency),
        issued_on=on,
        due_on=on + timedelta(days=days),
        at=noon(known or on),
        by=TEST,
    )


def credit(account, amount, *, number, on, known=None, cause=Cause.PAYMENT, keep=False):
    """Have a payment come in, or a credit note."""
    debit = Head.BANK if cause == Cause.PAYMENT else Head.CREDIT_NOTES
    credit_ = Credit(account.pk, number, Money.of(amount, account.currency), on, debit=debit, keep_on_account=keep)
    accounts.apply_credits([credit_], cause_kind=cause, at=noon(known or on), by=TEST)


def close(month: date, *, at: date | None = None):
    """Close a month on the day after it, or on a day."""
    day = at or month + timedelta(days=1)
    return actions.close_months(month_on=month, today=day, at=noon(day), by=TEST)


def kept(account, month: date, *, known_at=None):
    """Give what is kept of a month of an account's client."""
    rows = queries.latest(client_id=account.client_id, currency=account.currency, known_at=known_at)
    [found] = [row for row in rows if row.month_on == month]
    return found


def book(**terms):
    """Give an account of a client of its own."""
    return builders.account(builders.portfolio(builders.client(**terms)))
