"""Apply credits (payments, credit notes) to what is owed, as a set, and take one back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.actions.posting import (
    Decided,
    keep_on_account,
    note_decisions,
    post_allocations,
)
from tallystick.accounts.queries.allocations import ORDERED_FROM
from tallystick.accounts.queries.orders import Remainder, orders_in_force, share_out
from tallystick.accounts.rules.orders import NONE_SET, OrderInForce
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause, Head
from tallystick.timeline import actions as timeline
from tallystick.timeline import rules as timeline_rules


@dataclass(frozen=True, slots=True)
class Credit:
    """Something that lessens what is owed: `cause_id` is the payment or credit note, `debit` the far side.

    `items` names what the payer wants paid, in minor units by item id, and is paid where the order that holds lets the payer
    choose; the rest goes by that order, which is the oldest due first unless another is set. What is on hold or disputed is
    last. `keep_on_account` leaves the rest unallocated instead.
    """

    account_id: int
    cause_id: int
    amount: Money
    booked_on: date
    debit: Head = Head.BANK
    items: Mapping[int, int] = field(default_factory=dict)
    keep_on_account: bool = False


@dataclass(frozen=True, slots=True)
class AppliedCredit:
    """What became of a credit, in minor units: paid by item, and left on account."""

    account_id: int
    cause_id: int
    paid: Mapping[int, int]
    unallocated_minor: int


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "credits.sql", name)


@transaction.atomic
def apply_credits(
    credits: Sequence[Credit], *, cause_kind: Cause = Cause.PAYMENT, at: datetime, by: Actor
) -> list[AppliedCredit]:
    """Book credits onto their accounts and pay items with them: the named ones first, then as the order says.

    One set, a handful of statements, whatever its size. A credit whose natural key (account, cause) stands already is left out
    of the answer: applying it twice is a no-op. What pays no item stays on account, shown and never lost.

    :raises NotFound: an account that does not exist, or lies outside the scope of `by`
    :raises AmountNotPositive: a credit of nothing
    :raises CurrencyDiffers: a credit in another currency than its account
    :raises MoreThanOpen: a credit names more than its own amount
    """
    by.must_be_allowed_to("allocate money")
    if not credits:
        return []
    accounts = _lock(credits, by=by)
    by_key = {(credit.account_id, credit.cause_id): credit for credit in credits}
    if len(by_key) < len(credits):
        raise ValueError("every credit of a set has a cause of its own")
    new = sql.rows(
        _query("receive"),
        {
            "account_id": [credit.account_id for credit in credits],
            "cause_id": [credit.cause_id for credit in credits],
            "amount_minor": [credit.amount.minor for credit in credits],
            "currency": [credit.amount.currency for credit in credits],
            "booked_on": [credit.booked_on for credit in credits],
            "debit": [credit.debit for credit in credits],
            "on_account": Head.ON_ACCOUNT,
            "cause_kind": cause_kind,
            "at": at,
        },
    )
    received = [by_key[row["account_id"], row["cause_id"]] for row in new]
    orders = orders_in_force(
        [(credit.account_id, accounts[credit.account_id]["client_id"], credit.booked_on) for credit in received]
    )
    paid: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    found = _pay_named(received, orders, cause_kind=cause_kind)
    _post(found, by_key, cause_kind=cause_kind, first_no=1, at=at)
    _note(found, paid)
    remains = _remains(received, paid)
    found = _pay_rest(remains, orders, at=at)
    _post(found, by_key, cause_kind=cause_kind, first_no=ORDERED_FROM, at=at)
    _note(found, paid)
    note_decisions(
        [
            Decided(credit.account_id, cause_kind, credit.cause_id, 0, credit.booked_on, held.by, held.order_id)
            for credit, _left in remains
            if (held := orders.get((credit.account_id, credit.booked_on))) is not None
        ],
        at=at,
        by=by,
    )
    applied = [
        AppliedCredit(
            credit.account_id,
            credit.cause_id,
            dict(paid[credit.account_id, credit.cause_id]),
            credit.amount.minor - sum(paid[credit.account_id, credit.cause_id].values()),
        )
        for credit in received
    ]
    keep_on_account([(became.account_id, became.unallocated_minor) for became in applied if became.unallocated_minor])
    _tell(received, applied, accounts, cause_kind=cause_kind, at=at, by=by)
    return applied


_Orders = Mapping[tuple[int, date], OrderInForce]


def _pay_named(received: Sequence[Credit], orders: _Orders, *, cause_kind: Cause) -> list[dict[str, Any]]:
    """Pay what credits name. An order without choice binds payments: a credit that we give is for what we say."""
    named = [
        (credit.account_id, credit.cause_id, item_id, minor)
        for credit in received
        if credit.items
        and (cause_kind is not Cause.PAYMENT or orders.get((credit.account_id, credit.booked_on), NONE_SET).lets_choose)
        for item_id, minor in credit.items.items()
    ]
    if not named:
        return []
    names = ("named_account", "named_cause", "named_item", "named_amount")
    return sql.rows(_query("pay_named"), dict(zip(names, map(list, zip(*named, strict=True)), strict=True)))


def _remains(received: Sequence[Credit], paid: Mapping[tuple[int, int], Mapping[int, int]]) -> list[tuple[Credit, int]]:
    """Give the credits of which something is left to pay with, and how much."""
    return [
        (credit, left)
        for credit in received
        if not credit.keep_on_account
        and (left := credit.amount.minor - sum(paid[credit.account_id, credit.cause_id].values())) > 0
    ]


def _pay_rest(remains: Sequence[tuple[Credit, int]], orders: _Orders, *, at: datetime) -> list[dict[str, Any]]:
    """Pay what is left of each credit: the oldest due, or by the order that holds, on accounts for which one is set."""
    ordered = {account_id for account_id, _ in orders}
    oldest = [(each.account_id, each.cause_id, left) for each, left in remains if each.account_id not in ordered]
    found = []
    if oldest:
        names = ("left_account", "left_cause", "left_amount")
        asked = dict(zip(names, map(list, zip(*oldest, strict=True)), strict=True))
        found = sql.rows(_query("pay_oldest"), {**asked, "at": at})
    by_order = sorted(
        ((credit, left) for credit, left in remains if credit.account_id in ordered),
        key=lambda each: (each[0].account_id, each[0].cause_id),
    )
    for row in share_out(
        [
            Remainder(
                credit.account_id,
                left,
                credit.booked_on,
                orders.get((credit.account_id, credit.booked_on), NONE_SET).order,
            )
            for credit, left in by_order
        ],
        at=at,
    ):
        credit, _ = by_order[row["place"]]
        found.append({**row, "account_id": credit.account_id, "cause_id": credit.cause_id})
    return found


def _lock(credits: Sequence[Credit], *, by: Actor) -> dict[int, dict[str, Any]]:
    accounts = {
        row["id"]: row
        for row in sql.rows(_query("lock"), {"account_id": sorted({credit.account_id for credit in credits})})
    }
    for credit in credits:
        if credit.account_id not in accounts or not by.scope.allows(accounts[credit.account_id]["client_id"]):
            raise NotFound(what="account", reference=credit.account_id)
        currency = accounts[credit.account_id]["currency"]
        if credit.amount.minor <= 0:
            raise rules.AmountNotPositive()
        if credit.amount.currency != currency:
            raise rules.CurrencyDiffers(account_currency=currency, currency=credit.amount.currency)
        if sum(credit.items.values()) > credit.amount.minor or any(minor <= 0 for minor in credit.items.values()):
            named = Money(sum(credit.items.values()), currency)
            raise rules.MoreThanOpen(amount=named, open=credit.amount)
    return accounts


def _post(
    found: Sequence[dict[str, Any]],
    by_key: Mapping[tuple[int, int], Credit],
    *,
    cause_kind: Cause,
    first_no: int,
    at: datetime,
) -> None:
    rows = []
    for row in found:
        credit = by_key[row["account_id"], row["cause_id"]]
        of_credit = {"currency": credit.amount.currency, "booked_on": credit.booked_on}
        rows.append({**row, **of_credit, "cause_kind": cause_kind, "first_no": first_no})
    post_allocations(rows, at=at)


def _note(found: Sequence[dict[str, Any]], paid: dict[tuple[int, int], dict[int, int]]) -> None:
    for row in found:
        of_credit = paid[row["account_id"], row["cause_id"]]
        of_credit[row["item_id"]] = of_credit.get(row["item_id"], 0) + row["amount_minor"]


def _tell(
    received: Sequence[Credit],
    applied: Sequence[AppliedCredit],
    accounts: Mapping[int, dict[str, Any]],
    *,
    cause_kind: Cause,
    at: datetime,
    by: Actor,
) -> None:
    by_day: dict[date, list[events.CreditApplied]] = defaultdict(list)
    for credit, became in zip(received, applied, strict=True):
        if not accounts[credit.account_id]["is_house"]:
            unallocated = Money(became.unallocated_minor, credit.amount.currency)
            by_day[credit.booked_on].append(
                events.CreditApplied(credit.account_id, int(cause_kind), credit.cause_id, credit.amount, unallocated)
            )
    for day, announced in by_day.items():
        timeline.append_bulk(
            kind="accounts.CreditApplied",
            account_ids=[event.account_id for event in announced],
            data=[timeline_rules.data_of(event) for event in announced],
            happened_on=day,
            at=at,
            by=by,
        )
    # Money that paid nothing cleared nothing: an account that owes nothing is told so once.
    paid_on: dict[int, date] = {}
    for credit, became in zip(received, applied, strict=True):
        if became.paid:
            paid_on[credit.account_id] = max(credit.booked_on, paid_on.get(credit.account_id, date.min))
    tell_cleared(paid_on, at=at, by=by)


def tell_cleared(paid_on: Mapping[int, date], *, at: datetime, by: Actor) -> None:
    """Tell that nothing is owed any more of those accounts of which that is so, by the day something was last paid."""
    cleared = sql.rows(_query("cleared"), {"account_id": sorted(paid_on)})
    timeline.append_all([(events.BalanceCleared(row["id"]), paid_on[row["id"]]) for row in cleared], at=at, by=by)


@transaction.atomic
def take_back_credit(
    *,
    account_id: int,
    cause_kind: Cause,
    cause_id: int,
    booked_on: date | None = None,
    reason: str,
    at: datetime,
    by: Actor,
) -> Money:
    """Take a credit back: reverse its entries, open again what it had paid, and give the amount.

    :raises AlreadyReversed: nothing of it is left to take back
    """
    by.must_be_allowed_to("allocate money")
    account = queries.lock_account(account_id, scope=by.scope)
    today = local_day(at, account.client.time_zone)
    reversed_entries = ledger.reverse_cause(
        account_id=account_id, cause_kind=cause_kind, cause_id=cause_id, booked_on=booked_on or today, at=at
    )
    if not reversed_entries:
        raise rules.AlreadyReversed()
    given_back = [row for row in reversed_entries if row["item_id"] is not None]
    sql.execute(
        _query("take_back"),
        {
            "account": account_id,
            "item_id": [row["item_id"] for row in given_back],
            "amount_minor": [row["amount_minor"] for row in given_back],
        },
    )
    # The reversing entry of the receipt debits money on account.
    minor = sum(row["amount_minor"] for row in reversed_entries if row["item_id"] is None)
    keep_on_account([(account_id, sum(row["amount_minor"] for row in given_back) - minor)])
    amount = Money(minor, account.currency)
    timeline.append(
        events.CreditTakenBack(account_id, int(cause_kind), cause_id, amount, reason),
        happened_on=booked_on or today,
        at=at,
        by=by,
    )
    return amount
