"""The one place that reads the time. Only doors may call it; everything below is given `at`.

A calendar can be simulated (journeys, the demo): `travel_to` fixes the instant that doors see in this process. `imagined` does so
for what one thread does meanwhile, and for nobody beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_travelled_to: datetime | None = None
_imagined: ContextVar[datetime | None] = ContextVar("imagined", default=None)


def now() -> datetime:
    """Give the present instant, in UTC."""
    return _imagined.get() or _travelled_to or datetime.now(UTC)


def travel_to(at: datetime | None) -> None:
    """Make doors of this process see `at` as the present, until told None.

    :raises ValueError: the instant has no time zone
    """
    global _travelled_to
    if at is not None and at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    _travelled_to = at


@contextmanager
def imagined(at: datetime) -> Iterator[None]:
    """Make doors that are called within see `at` as the present. Other threads and tasks see what they saw.

    :raises ValueError: the instant has no time zone
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _imagined.set(at)
    try:
        yield
    finally:
        _imagined.reset(token)
