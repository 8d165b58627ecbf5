"""The one place that reads the time. Only doors may call it; everything below is given `at`.

A calendar can be simulated (journeys, the demo): `travel_to` fixes the instant that doors see in this process.
"""

from __future__ import annotations

from datetime import UTC, datetime

_travelled_to: datetime | None = None


def now() -> datetime:
    """Give the present instant, in UTC."""
    return _travelled_to or datetime.now(UTC)


def travel_to(at: datetime | None) -> None:
    """Make doors of this process see `at` as the present, until told None.

    :raises ValueError: the instant has no time zone
    """
    global _travelled_to
    if at is not None and at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    _travelled_to = at
