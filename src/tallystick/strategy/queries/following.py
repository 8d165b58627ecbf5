"""Which decisions of an account follow from events, and what was decided since."""

from __future__ import annotations

from collections.abc import Collection
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
