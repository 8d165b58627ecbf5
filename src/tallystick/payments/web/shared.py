"""What the views of the room share: the numbers behind the tabs, today, and who may do what."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from tallystick.access.web import ActorRequest
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.payments import queries


def today() -> date:
    """Give today in the time zone of the house."""
    return local_day(clock.now(), settings.TIME_ZONE)


def frame(request: ActorRequest, tab: str) -> dict[str, Any]:
    """Give what every page of the room shows: its tabs with how much waits, and what the reader may do."""
    totals = queries.waiting_totals(scope=request.actor.scope)
    counts: dict[str, int] = {}
    for row in totals:
        counts[row["shown"]] = counts.get(row["shown"], 0) + row["lines"]
    waits = counts.get("waiting", 0) + counts.get("out", 0)
    return {
        "tab": tab,
        "totals": totals,
        "counts": counts,
        "waits": waits,
        "nav_counts": {"payments:payments": waits},
        "today": today(),
        "may_import": request.actor.may("import statements"),
        "may_allocate": request.actor.may("allocate money"),
        "may_see_accounts": request.actor.may("see accounts"),
    }


def number_of(text: str) -> int | None:
    """Read an id of an address; None where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
