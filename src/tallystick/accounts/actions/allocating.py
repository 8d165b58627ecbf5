"""Decide anew what a credit pays, or let money on account pay what is open. Entries are reversed and entered anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.actions.credits import tell_cleared
from tallystick.accounts.actions.posting import (
    Decided,
    keep_on_account,
    note_decisions,
    post_allocations,
)
from tallystick.accounts.models import Account
from tallystick.accounts.queries import allocations, orders
from tallystick.accounts.rules import orders as order_rules
from tallystick.accounts.rules.orders import NONE_SET, NUMBERS_OF_A_DECISION, AllocatedBy
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause
from tallystick.timeline import actions as timeline


@transaction.atomic
def reallocate_credit(
    *,
    account_id: int,
    cause_kind: Cause,
    cause_id: int,
    items: Mapping[int, Money],
    reason: str = "",
    booked_on: date | None = None,
    seen: int | None = None,
    at: datetime,
    by: Actor,
) -> None:
    """Say what a credit pays from a day on, today unless one is given: `items` in all, the rest of it on account.

    What it pays of an item stays as it is where that does not change; else it is reversed, and entered anew. `seen` is the
    number of the decision that whoever decides was looking at.

    :raises CreditGone: it was taken back
    :raises OrderIsFixed: the order of its day lets nobody choose
    :raises AllocatedMeanwhile, AllocatedSo: somebody else decided, or nothing would change
    :raises MoreThanOpen: the items add up to more than the credit, or one is paid more than is open on it
    :raises WhyMissing: money is taken away from an item, and nobody says why
    :raises DayOutside: the day lies ahead, or before the credit or what is reversed was booked
    """
    by.must_be_allowed_to("allocate money")
    account = queries.lock_account(account_id, scope=by.scope)
    credit = allocations.standing_credit(account_id, cause_kind, cause_id)
    if cause_kind is Cause.PAYMENT:
        orders.must_let_choose(account_id, account.client_id, credit.booked_on)
    if seen is not None and seen != credit.number:
        raise order_rules.AllocatedMeanwhile
    changed = _changes(account_id, credit, items)
    reason = reason.strip()
    if not reason and any(minor < credit.paid.get(item_id, 0) for item_id, (_, minor) in changed.items()):
        raise order_rules.WhyMissing
    reversed_entries = [entry for entry in credit.entries if entry.item_id in changed]
    day = _day(booked_on, account, credit, reversed_entries, at=at)
    number = credit.number + 1
    ledger.reverse_entries(account_id, [entry.id for entry in reversed_entries], booked_on=day, at=at)
    sql.execute(
        sql.load("tallystick.accounts", "credits.sql", "take_back"),
        {
            "account": account_id,
            "item_id": [entry.item_id for entry in reversed_entries],
            "amount_minor": [entry.amount_minor for entry in reversed_entries],
        },
    )
    post_allocations(
        [
            {
                "account_id": account_id,
                "cause_kind": cause_kind,
                "cause_id": cause_id,
                "item_id": item_id,
                "head": head,
                "amount_minor": minor,
                "currency": account.currency,
                "booked_on": day,
                "first_no": number * NUMBERS_OF_A_DECISION,
            }
            for item_id, (head, minor) in changed.items()
            if minor
        ],
        at=at,
    )
    more = sum(minor - credit.paid.get(item_id, 0) for item_id, (_, minor) in changed.items())
    keep_on_account([(account_id, -more)])
    decided = Decided(account_id, cause_kind, cause_id, number, day, AllocatedBy.PERSON)
    note_decisions([decided], reason=reason, at=at, by=by)
    left = credit.left - Money(more, account.currency)
    timeline.append(
        events.CreditReallocated(account_id, int(cause_kind), cause_id, credit.amount, left, reason),
        happened_on=day,
        at=at,
        by=by,
    )
    if any(minor > credit.paid.get(item_id, 0) for item_id, (_, minor) in changed.items()):
        tell_cleared({account_id: day}, at=at, by=by)


def _changes(
    account_id: int, credit: allocations.StandingCredit, items: Mapping[int, Money]
) -> dict[int, tuple[int, int]]:
    """Give the items of which a credit is to pay another amount than it does: their heads and the amounts."""
    currency = credit.amount.currency
    for amount in items.values():
        if amount.currency != currency:
            raise rules.CurrencyDiffers(account_currency=currency, currency=amount.currency)
        if amount.minor < 0:
            raise rules.AmountNotPositive
    total = sum(items.values(), Money.zero(currency))
    if total.minor > credit.amount.minor:
        raise rules.MoreThanOpen(amount=total, open=credit.amount)
    changed = {}
    for item in queries.lock_items({*items, *credit.paid}, account_id=account_id):
        minor, paid = items[item.pk].minor if item.pk in items else 0, credit.paid.get(item.pk, 0)
        if minor > item.open_minor + paid:
            raise rules.MoreThanOpen(amount=Money(minor, currency), open=Money(item.open_minor + paid, currency))
        if minor != paid:
            changed[item.pk] = (item.head, minor)
    if not changed:
        raise order_rules.AllocatedSo
    return changed


def _day(
    booked_on: date | None,
    account: Account,
    credit: allocations.StandingCredit,
    reversed_entries: Sequence[allocations.Standing],
    *,
    at: datetime,
) -> date:
    first = max([credit.booked_on, *(entry.booked_on for entry in reversed_entries)])
    last = max(first, local_day(at, account.client.time_zone))
    day = booked_on or last
    if not first <= day <= last:
        raise order_rules.DayOutside(first=first, last=last)
    return day


@transaction.atomic
def allocate_credit_by_order(*, account_id: int, cause_kind: Cause, cause_id: int, at: datetime, by: Actor) -> None:
    """Let what is left of one credit pay what is open now, by the order of the credit's day.

    :raises CreditGone: it was taken back
    :raises NothingLeft: all of it pays something, or nothing is open
    """
    by.must_be_allowed_to("allocate money")
    queries.lock_account(account_id, scope=by.scope)
    allocations.standing_credit(account_id, cause_kind, cause_id)
    if not _allocate([account_id], cause=(cause_kind, cause_id), at=at, by=by):
        raise order_rules.NothingLeft


@transaction.atomic
def allocate_on_account(account_ids: Sequence[int], *, at: datetime, by: Actor) -> int:
    """Let money on account pay what is open now, where the terms of the account's client say so. Give how many credits did.

    A handful of statements, whatever the number of accounts. Doing it twice changes nothing.
    """
    by.must_be_allowed_to("allocate money")
    return _allocate(account_ids, cause=None, at=at, by=by)


def _allocate(account_ids: Sequence[int], *, cause: tuple[Cause, int] | None, at: datetime, by: Actor) -> int:
    accounts = {
        row["id"]: row
        for row in sql.rows(
            sql.load("tallystick.accounts", "allocations.sql", "lock_waiting"),
            {"accounts": list(account_ids), "is_asked": cause is not None, "clients": by.scope.as_list(), "at": at},
        )
    }
    credits = allocations.credits_left(list(accounts), cause=cause) if accounts else []
    held = orders.orders_in_force(
        [(row["account_id"], accounts[row["account_id"]]["client_id"], row["booked_on"]) for row in credits]
    )
    order_of = [held.get((row["account_id"], row["booked_on"]), NONE_SET) for row in credits]
    shares = orders.share_out(
        [
            orders.Remainder(row["account_id"], row["minor"], row["booked_on"], order.order)
            for row, order in zip(credits, order_of, strict=True)
        ],
        at=at,
    )
    if not shares:
        return 0
    days = [max(accounts[row["account_id"]]["today"], row["booked_on"]) for row in credits]
    given: dict[int, int] = defaultdict(int)
    rows: list[dict[str, Any]] = []
    for share in shares:
        credit = credits[share["place"]]
        given[share["place"]] += share["amount_minor"]
        rows.append(
            {
                **share,
                "account_id": credit["account_id"],
                "cause_kind": credit["cause_kind"],
                "cause_id": credit["cause_id"],
                "currency": accounts[credit["account_id"]]["currency"],
                "booked_on": days[share["place"]],
                "first_no": (credit["number"] + 1) * NUMBERS_OF_A_DECISION,
            }
        )
    post_allocations(rows, at=at)
    keep_on_account([(credits[place]["account_id"], -minor) for place, minor in given.items()])
    decided, told = [], []
    for place, minor in given.items():
        credit, order, day = credits[place], order_of[place], days[place]
        key = (credit["account_id"], credit["cause_kind"], credit["cause_id"])
        decided.append(Decided(*key, credit["number"] + 1, day, order.by, order.order_id))
        currency = accounts[credit["account_id"]]["currency"]
        amount, left = (Money(each, currency) for each in (credit["amount_minor"], credit["minor"] - minor))
        told.append((events.CreditReallocated(*key, amount, left, ""), day))
    note_decisions(decided, at=at, by=by)
    timeline.append_all(told, at=at, by=by)
    tell_cleared({each.account_id: each.booked_on for each in decided}, at=at, by=by)
    return len(given)
