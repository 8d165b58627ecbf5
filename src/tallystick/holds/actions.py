"""Place, move and lift holds, and end those that ran out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.holds import events, queries, rules
from tallystick.holds.models import Hold
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
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
    today = local_day(at, account.client.time_zone)
    begins = from_on or today
    if until_on is not None and until_on <= max(begins, today):
        raise rules.HoldEndsTooSoon(from_on=max(begins, today), until_on=until_on)
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
    if until_on is not None and until_on <= max(hold.from_on, today):
        raise rules.HoldEndsTooSoon(from_on=max(hold.from_on, today), until_on=until_on)
    if until_on == hold.until_on:
        return hold
    before, hold.until_on = hold.until_on, until_on
    hold.save(update_fields=["until_on"])
    timeline.append(
        events.HoldMoved(account_id, hold_id, hold.reason, until_on, before), happened_on=today, at=at, by=by
    )
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
    timeline.append(
        events.HoldLifted(account_id, hold_id, hold.reason, note.strip()),
        happened_on=local_day(at, account.client.time_zone),
        at=at,
        by=by,
    )
    return hold


@transaction.atomic
def lift_holds(chosen: Chosen, *, reasons: frozenset[rules.Reason], note: str = "", at: datetime, by: Actor) -> Outcome:
    """Lift every standing hold of some reasons on the chosen accounts; an account without one counts as done already."""
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


def _lifted(row: dict[str, Any], note: str) -> events.HoldLifted:
    return events.HoldLifted(row["account_id"], row["hold_id"], row["reason"], note.strip())


@transaction.atomic
def end_holds(*, limit: int = 10_000, at: datetime, by: Actor) -> int:
    """End holds whose last day is over where their creditor is, at most `limit` of them, and give how many they were.

    Each is ended, and told, exactly once, however many workers do this at the same time.
    """
    by.must_be_allowed_to("lift holds")
    ended = sql.rows(_query("run_out"), {"at": at, "by": by.label, "limit": limit})
    timeline.append_all(
        [(events.HoldEnded(row["account_id"], row["hold_id"], row["reason"]), row["until_on"]) for row in ended],
        at=at,
        by=by,
    )
    return len(ended)
