"""Place, move and lift holds, and end those that ran out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.holds import events, queries, rules
from tallystick.holds.models import Hold
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.timeline import actions as timeline


def _query(name: str) -> str:
    return sql.load("tallystick.holds", "holds.sql", name)


@transaction.atomic
def place_hold(
    *,
    account_id: int,
    reason: rules.Reason,
    from_on: date | None = None,
    until_on: date | None = None,
    note: str = "",
    at: datetime,
    by: Actor,
) -> Hold:
    """Place a hold on an account from a day (today) until a day, exclusive; without one, until it is lifted.

    :raises AccountIsClosed: nothing more is done with the account
    :raises HoldEndsTooSoon: it would not last a day, or would be over by now
    """
    by.must_be_allowed_to("place holds")
    account = account_queries.lock_account(account_id, scope=by.scope)
    account_rules.refuse_if_closed(account.state, account.reference)
    begins = from_on or local_day(at, account.client.time_zone)
    rules.check_end(until_on, from_on=begins, today=local_day(at, account.client.time_zone))
    hold = Hold.objects.create(
        account_id=account_id,
        reason=reason,
        note=note.strip(),
        from_on=begins,
        until_on=until_on,
        placed_at=at,
        placed_by=by.label,
        placed_by_id=by.user_id,
    )
    timeline.append(
        events.HoldPlaced(account_id, hold.pk, hold.reason, begins, until_on, hold.note),
        happened_on=begins,
        at=at,
        by=by,
    )
    return hold


@transaction.atomic
def place_holds(
    chosen: Chosen,
    *,
    reason: rules.Reason,
    days: int | None,
    note: str = "",
    action_no: int = 0,
    at: datetime,
    by: Actor,
) -> Outcome:
    """Place a hold on every chosen account, from today for a number of days, or without an end.

    `action_no` tells apart what one cause asks for more than once. Closed accounts are refused.
    """
    by.must_be_allowed_to("place holds")
    if days is not None and days < 1:
        raise ValueError("a hold lasts a day at least")
    placed = sql.rows(
        _query("place"),
        {
            "account_ids": list(chosen.account_ids),
            "cause_ids": list(chosen.cause_ids),
            "cause_kind": chosen.cause_kind,
            "action_no": action_no,
            "reason": str(reason),
            "days": days,
            "note": note.strip(),
            "at": at,
            "by": by.label,
            "by_id": by.user_id,
        },
    )
    timeline.append_all([(events.HoldPlaced(**row), row["from_on"]) for row in placed], at=at, by=by)
    return account_queries.outcome_for_open(chosen, done=len(placed))


@transaction.atomic
def hold_items(
    *,
    account_id: int,
    item_ids: Collection[int],
    reason: rules.Reason,
    amount: Money | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    note: str = "",
    at: datetime,
    by: Actor,
) -> list[Hold]:
    """Place a hold on each of some items, while the rest of the account is chased; on an amount of it where it is one item.

    From and until are those of `place_hold`. What is on hold is owed as before, and is neither chased nor listed.

    :raises AccountIsClosed: nothing more is done with the account
    :raises HoldNotOfItem: the reason holds the account as a whole
    :raises HoldEndsTooSoon: it would not last a day, or would be over by now
    :raises ItemOnHold: one of the items is held already
    :raises HeldAmountOutOfRange: nothing is open, or less than the amount
    """
    by.must_be_allowed_to("place holds")
    if not item_ids or (amount is not None and len(item_ids) > 1):
        raise ValueError("an amount is held of one item")
    account = account_queries.lock_account(account_id, scope=by.scope)
    account_rules.refuse_if_closed(account.state, account.reference)
    if reason not in rules.OF_ITEMS:
        raise rules.HoldNotOfItem(reason=reason.label)
    begins = from_on or local_day(at, account.client.time_zone)
    rules.check_end(until_on, from_on=begins, today=local_day(at, account.client.time_zone))
    items = account_queries.lock_items(item_ids, account_id=account_id)
    for item in items:
        rules.check_item(
            item.reference,
            is_held=item.held_from_on is not None,
            left=Money(item.open_minor, item.currency),
            held=amount,
        )
    holds = Hold.objects.bulk_create(
        Hold(
            account_id=account_id,
            item_id=item.pk,
            amount_minor=amount.minor if amount else None,
            reason=reason,
            note=note.strip(),
            from_on=begins,
            until_on=until_on,
            placed_at=at,
            placed_by=by.label,
            placed_by_id=by.user_id,
        )
        for item in items
    )
    account_actions.hold_items([_held(hold) for hold in holds], by=by)
    told = [
        (
            events.ItemHeld(account_id, hold.pk, item.pk, item.reference, amount, reason, begins, until_on, hold.note),
            begins,
        )
        for hold, item in zip(holds, items, strict=True)
    ]
    timeline.append_all(told, at=at, by=by)
    return holds


def _held(hold: Hold) -> account_actions.Held:
    if hold.item_id is None:
        raise ValueError("the hold is on the account as a whole")
    return account_actions.Held(hold.account_id, hold.item_id, hold.from_on, hold.until_on, hold.amount_minor)


@transaction.atomic
def move_hold(*, account_id: int, hold_id: int, until_on: date | None, at: datetime, by: Actor) -> Hold:
    """Have a hold end on another day, or only when it is lifted.

    :raises HoldEnded: it has ended already
    :raises HoldEndsTooSoon: it would be over by now; lift it instead
    """
    by.must_be_allowed_to("place holds")
    account = account_queries.lock_account(account_id, scope=by.scope)
    hold = queries.lock_hold(hold_id, account_id=account_id)
    if hold.ended_at is not None:
        raise rules.HoldEnded()
    if until_on is not None and (hold.until_on is None or until_on < hold.until_on):
        # A shorter hold is a hold lifted early.
        by.must_be_allowed_to("lift holds")
    today = local_day(at, account.client.time_zone)
    rules.check_end(until_on, from_on=hold.from_on, today=today)
    if until_on == hold.until_on:
        return hold
    before, hold.until_on = hold.until_on, until_on
    hold.save(update_fields=["until_on"])
    moved: events.HoldMoved | events.ItemHoldMoved
    if hold.item_id is None:
        moved = events.HoldMoved(account_id, hold_id, hold.reason, until_on, before)
    else:
        item = account_queries.lock_item(hold.item_id, account_id=account_id)
        account_actions.hold_items([_held(hold)], by=by)
        moved = events.ItemHoldMoved(account_id, hold_id, item.pk, item.reference, hold.reason, until_on, before)
    timeline.append(moved, happened_on=today, at=at, by=by)
    return hold


@transaction.atomic
def lift_hold(*, account_id: int, hold_id: int, note: str = "", at: datetime, by: Actor) -> Hold:
    """Lift a hold.

    :raises HoldEnded: it has ended already
    """
    by.must_be_allowed_to("lift holds")
    account = account_queries.lock_account(account_id, scope=by.scope)
    hold = queries.lock_hold(hold_id, account_id=account_id)
    if hold.ended_at is not None:
        raise rules.HoldEnded()
    hold.ended_at, hold.ended_by, hold.ending = at, by.label, rules.Ending.LIFTED
    hold.save(update_fields=["ended_at", "ended_by", "ending"])
    lifted: events.HoldLifted | events.ItemHoldLifted
    if hold.item_id is None:
        lifted = events.HoldLifted(account_id, hold_id, hold.reason, note.strip())
    else:
        item = account_queries.lock_item(hold.item_id, account_id=account_id)
        _release([(account_id, item.pk)], by=by)
        lifted = events.ItemHoldLifted(account_id, hold_id, item.pk, item.reference, hold.reason, note.strip())
    timeline.append(lifted, happened_on=local_day(at, account.client.time_zone), at=at, by=by)
    return hold


def _release(items: Sequence[tuple[int, int]], *, by: Actor) -> None:
    """Write down that items are on hold no longer: who may lift a hold may do so."""
    if items:
        by = replace(by, rights=by.rights | {"place holds"})
        account_actions.hold_items([account_actions.Held(*item) for item in items], by=by)


@transaction.atomic
def lift_holds(chosen: Chosen, *, reasons: frozenset[rules.Reason], note: str = "", at: datetime, by: Actor) -> Outcome:
    """Lift the standing holds of some reasons on the chosen accounts; an account without one counts as done already.

    A hold on one item stays: whoever placed it knows when that may be chased.
    """
    by.must_be_allowed_to("lift holds")
    lifted = sql.rows(
        _query("lift"),
        {
            "account_ids": list(chosen.account_ids),
            "reasons": sorted(str(reason) for reason in reasons),
            "at": at,
            "by": by.label,
        },
    )
    timeline.append_all([(_lifted(row, note), row["today"]) for row in lifted], at=at, by=by)
    touched = {row["account_id"] for row in lifted}
    done = sum(account_id in touched for account_id in chosen.account_ids)
    return Outcome(done=done, already=len(chosen) - done)


@transaction.atomic
def lift_caused(chosen: Chosen, *, note: str = "", at: datetime, by: Actor) -> Outcome:
    """Lift the standing holds that causes had placed on accounts as a whole: what they followed from is so no more."""
    by.must_be_allowed_to("lift holds")
    asked = {"account_ids": sorted({*chosen.account_ids}), "cause_ids": list(chosen.cause_ids)}
    lifted = sql.rows(_query("lift_of_causes"), {**asked, "cause_kind": chosen.cause_kind, "at": at, "by": by.label})
    told = sorted(lifted, key=lambda row: row["hold_id"])
    timeline.append_all([(_lifted(row, note), row["today"]) for row in told], at=at, by=by)
    return Outcome(done=len(told))


@transaction.atomic
def lift_of_items(items: Collection[tuple[int, int]], *, note: str, at: datetime, by: Actor) -> int:
    """Lift the standing holds on items, by account and item, that are owed no longer; give how many they were.

    Their accounts are locked by the caller.
    """
    by.must_be_allowed_to("lift holds")
    asked = {"accounts": [account_id for account_id, _ in items], "items": [item_id for _, item_id in items]}
    lifted = sql.rows(_query("lift_of_items"), {**asked, "at": at, "by": by.label})
    _release([(row["account_id"], row["item_id"]) for row in lifted], by=by)
    told = [
        (
            events.ItemHoldLifted(
                row["account_id"], row["hold_id"], row["item_id"], row["reference"], row["reason"], note.strip()
            ),
            row["today"],
        )
        for row in sorted(lifted, key=lambda row: row["hold_id"])
    ]
    timeline.append_all(told, at=at, by=by)
    return len(told)


def _lifted(row: dict[str, Any], note: str) -> events.HoldLifted:
    return events.HoldLifted(row["account_id"], row["hold_id"], row["reason"], note.strip())


@transaction.atomic
def end_holds(*, limit: int = 10_000, at: datetime, by: Actor) -> int:
    """End holds whose last day is over where their creditor is, at most `limit` of them, and give how many they were.

    Each is ended, and told, exactly once, however many workers do this at the same time.
    """
    by.must_be_allowed_to("lift holds")
    over = _query("over")
    bounds = {"at": at, "limit": limit}
    # As whoever places or lifts a hold does: the account first, so that nobody waits in a ring.
    account_actions.lock_accounts(sql.Rows(sql.fill(_query("accounts_of_items"), over=over), bounds))
    ended = sql.rows(sql.fill(_query("run_out"), over=over), {**bounds, "by": by.label})
    _release([(row["account_id"], row["item_id"]) for row in ended if row["item_id"] is not None], by=by)
    timeline.append_all([(_ended(row), row["until_on"]) for row in ended], at=at, by=by)
    return len(ended)


def _ended(row: dict[str, Any]) -> events.HoldEnded | events.ItemHoldEnded:
    if row["item_id"] is None:
        return events.HoldEnded(row["account_id"], row["hold_id"], row["reason"])
    return events.ItemHoldEnded(row["account_id"], row["hold_id"], row["item_id"], row["item"], row["reason"])
