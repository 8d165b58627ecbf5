"""Accounts with a promise, and money that comes for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from tests import builders
from tests.builders import TEST

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause
from tallystick.promises import actions
from tallystick.promises.models import Promise
from tallystick.timeline import queries as timeline_queries

_payments = count(1)


def morning(day: date) -> datetime:
    """Give nine in the morning of a day, when tests do what they do unless they say otherwise."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def owing(amount: str, **terms) -> Account:
    """Open an account that owes an amount, with a client of some terms."""
    account = builders.account(builders.portfolio(builders.client(**terms)))
    builders.invoice(account, amount)
    return account


def promise(account: Account, amount: str = "50.00", *, on: date, pay_on: date) -> Promise:
    """Record a promise that the debtor makes on the morning of a day."""
    return actions.record_promise(
        account_id=account.pk, amount=Money.of(amount, account.currency), pay_on=pay_on, at=morning(on), by=TEST
    )


def pay(account: Account, amount: str, *, on: date, known_on: date | None = None) -> int:
    """Book a payment on a day, known at noon of that day or of a later one; give its number."""
    number = next(_payments)
    account_actions.apply_credits(
        [account_actions.Credit(account.pk, number, Money.of(amount, account.currency), on)],
        cause_kind=Cause.PAYMENT,
        at=morning(known_on or on).replace(hour=12),
        by=TEST,
    )
    return number


def take_back(account: Account, payment: int, *, on: date) -> None:
    """Take a payment back on a day."""
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=payment,
        reason="bounced",
        at=morning(on).replace(hour=13),
        by=TEST,
    )


def judge(account: Account, *, on: date) -> Promise:
    """Judge an account's promises on the evening of a day, and give the last one."""
    actions.judge_promises(account_ids=[account.pk], at=morning(on).replace(hour=18), by=TEST)
    return Promise.objects.filter(account=account).latest("pk")


def told(account: Account) -> list[tuple[str, date]]:
    """Give what was told of an account's promises, in order: the kind of the event and the day it is true of."""
    events = timeline_queries.of_account([account.pk], kinds=["promises."])
    return [(event["kind"].removeprefix("promises."), event["happened_on"]) for event in reversed(events)]


def last_told(account: Account) -> dict[str, object]:
    """Give the data of the last event of an account's promises."""
    data: dict[str, object] = timeline_queries.of_account([account.pk], kinds=["promises."])[0]["data"]
    return data
