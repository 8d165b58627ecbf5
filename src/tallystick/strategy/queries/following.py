"""Which decisions of an account follow from events, and what was decided since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from tallystick.strategy.models import Decision
from tallystick.strategy.rules.following import Made, following


def decisions_after(account_id: int, event_ids: Collection[int], *, since: datetime) -> list[int]:
    """Give the ids of the decisions of an account that follow from events of an instant and later, in their order."""
    if not event_ids:
        return []
    # A creditor's day is behind that of the clock by less than one; months that are over are not looked through.
    first = since.date() - timedelta(days=1)
    rows = Decision.objects.filter(account_id=account_id, due_on__gte=first, decided_at__gte=since).order_by("id")
    names = ("pk", "cause_id", "version_id", "from_place", "to_place")
    return following((Made(*row) for row in rows.values_list(*names)), set(event_ids))


def decisions_after_all(
    events: Mapping[int, Collection[int]], whole: Collection[int], *, since: datetime
) -> list[tuple[int, int]]:
    """Give the decisions, with their accounts, that follow from events of an instant and later, for many accounts at once.

    Of accounts that are named as a `whole` all decisions since are given: nothing is left that they could follow from.
    """
    account_ids = sorted({*events, *whole})
    if not account_ids:
        return []
    first = since.date() - timedelta(days=1)
    rows = Decision.objects.filter(account_id__in=account_ids, due_on__gte=first, decided_at__gte=since).order_by("id")
    names = ("account_id", "pk", "cause_id", "version_id", "from_place", "to_place")
    made: dict[int, list[Made]] = defaultdict(list)
    for account_id, *row in rows.values_list(*names):
        made[account_id].append(Made(*row))
    gone = frozenset(whole)
    return [
        (account_id, decision_id)
        for account_id, decisions in sorted(made.items())
        for decision_id in _of(decisions, events.get(account_id, ()), is_whole=account_id in gone)
    ]


def _of(decisions: Sequence[Made], event_ids: Collection[int], *, is_whole: bool) -> list[int]:
    return [each.decision_id for each in decisions] if is_whole else following(decisions, {*event_ids})
