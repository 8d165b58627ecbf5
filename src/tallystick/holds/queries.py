"""Read holds: which are in force, and what they stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from tallystick.holds import rules
from tallystick.holds.models import Hold
from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound


def of_causes(account_id: int, cause_ids: Sequence[int], *, cause_kind: str) -> QuerySet[Hold]:
    """Give the standing holds that causes had placed on an account as a whole, the first placed first."""
    found = Hold.objects.filter(account_id=account_id, cause_kind=cause_kind, cause_id__in=cause_ids)
    return found.filter(ended_at=None, item_id=None).order_by("pk")


def in_force(account_ids: Sequence[int], *, on: date) -> list[dict[str, Any]]:
    """Give the holds in force on a day on some accounts as a whole; those on one item stop nothing of the rest.

    Twin: `rules.is_in_force`.
    """
    return sql.rows(sql.load("tallystick.holds", "holds.sql", "in_force"), {"account_ids": list(account_ids), "on": on})


def holds(account_id: int) -> QuerySet[Hold]:
    """Give all holds of an account, those that stand first, then the last ended first."""
    return Hold.objects.filter(account_id=account_id).order_by(F("ended_at").desc(nulls_first=True), "-pk")


def standing_holds(account_id: int) -> QuerySet[Hold]:
    """Give the holds of an account that nobody has lifted and that have not run out, oldest first."""
    return Hold.objects.filter(account_id=account_id, ended_at__isnull=True).order_by("pk")


def lock_hold(hold_id: int, *, account_id: int) -> Hold:
    """Lock a hold of an account and give it.

    :raises NotFound: the account has no such hold
    """
    hold = Hold.objects.select_for_update().filter(pk=hold_id, account_id=account_id).order_by("pk").first()
    if hold is None:
        raise NotFound(what="hold", reference=hold_id)
    return hold


def held(account_ids: Sequence[int], activity: rules.Activity, *, on: date) -> dict[int, rules.Reason]:
    """Give the accounts on which a hold stops an activity on a day, each with the weightiest reason that does."""
    stopping = set(rules.stopping(activity))
    found: dict[int, set[rules.Reason]] = defaultdict(set)
    for row in in_force(account_ids, on=on):
        if row["reason"] in stopping:
            found[row["account_id"]].add(rules.Reason(row["reason"]))
    return {account_id: reason for account_id, reasons in found.items() if (reason := rules.weightiest(reasons))}


def days_held(account_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Give the days on which holds held some accounts or items of them, those that ended too.

    Rows have `account_id`, `item_id` and `amount_minor` (null: all of it), `reason`, `first_day`, and `last_day`, null while
    it stands.
    """
    return sql.rows(sql.load("tallystick.holds", "holds.sql", "days_held"), {"account_ids": list(account_ids)})


def refuse_if_held(account_id: int, activity: rules.Activity, *, on: date) -> None:
    """Refuse an activity that a hold stops on an account on a day.

    :raises AccountOnHold: one does
    """
    reason = held([account_id], activity, on=on).get(account_id)
    if reason is not None:
        raise rules.AccountOnHold(reason=reason.label)


INVARIANTS = (
    Invariant(
        name="holds belong to an account",
        sentence="Every hold belongs to an account that exists.",
        checked="SELECT count(*) FROM holds_hold",
        breaches="""
        SELECT hold.account_id, 'hold ' || hold.id || ' belongs to no account' AS what
        FROM holds_hold AS hold
        WHERE NOT EXISTS (SELECT FROM accounts_account AS account WHERE account.id = hold.account_id)
        """,
    ),
    Invariant(
        name="items are held as their holds say",
        sentence="What an item says is on hold is what the hold that stands on it says.",
        checked="SELECT count(*) FROM holds_hold WHERE item_id IS NOT NULL",
        breaches="""
        SELECT coalesce(item.account_id, hold.account_id) AS account_id,
               CASE WHEN item.id IS NULL THEN 'hold ' || hold.id || ' does not stand on the item it names'
                    WHEN hold.id IS NULL THEN 'item ' || item.reference || ' is on hold by no hold'
                    ELSE 'item ' || item.reference || ' is not on hold as hold ' || hold.id || ' says' END AS what
        FROM (SELECT * FROM accounts_item WHERE held_from_on IS NOT NULL) AS item
        FULL JOIN (SELECT * FROM holds_hold WHERE item_id IS NOT NULL AND ended_at IS NULL) AS hold
            ON hold.item_id = item.id AND hold.account_id = item.account_id
        WHERE (item.held_from_on, item.held_until_on, item.held_minor)
            IS DISTINCT FROM (hold.from_on, coalesce(hold.until_on, DATE '9999-12-31'), hold.amount_minor)
        """,
    ),
    Invariant(
        name="no hold was placed twice",
        sentence="What caused a hold caused it once.",
        checked="SELECT count(*) FROM holds_hold WHERE cause_kind IS NOT NULL",
        breaches="""
        SELECT account_id,
               cause_kind || ' ' || cause_id || ' has ' || count(*) || ' holds: '
               || string_agg(id::text, ', ' ORDER BY id) AS what
        FROM holds_hold
        WHERE cause_kind IS NOT NULL
        GROUP BY account_id, cause_kind, cause_id, action_no
        HAVING count(*) > 1
        """,
    ),
)
