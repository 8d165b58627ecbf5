"""Days: local days, and business days by a set of holidays. Which days are holidays is law, see `jurisdictions`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5


def local_day(at: datetime, time_zone: str) -> date:
    """Give the calendar day that an instant falls on in a time zone.

    >>> from datetime import UTC
    >>> local_day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Europe/London")
    datetime.date(2026, 7, 1)
    """
    return at.astimezone(ZoneInfo(time_zone)).date()


def is_business_day(day: date, holidays: Collection[date]) -> bool:
    """Test if a day is neither a Saturday, a Sunday nor a holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def add_business_days(day: date, count: int, holidays: Collection[date]) -> date:
    """Give the business day that is `count` business days after a day (the first one on or after it, for 0).

    >>> add_business_days(date(2026, 12, 24), 1, {date(2026, 12, 25), date(2026, 12, 28)})
    datetime.date(2026, 12, 29)
    """
    if count < 0:
        raise ValueError("business days are counted forward")
    while not is_business_day(day, holidays):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_business_day(day, holidays):
            day += timedelta(days=1)
    return day


def subtract_business_days(day: date, count: int, holidays: Collection[date]) -> date:
    """Give the business day that is `count` business days before a day (the last one on or before it, for 0).

    >>> subtract_business_days(date(2026, 12, 29), 1, {date(2026, 12, 25), date(2026, 12, 28)})
    datetime.date(2026, 12, 24)
    """
    if count < 0:
        raise ValueError("business days are counted back")
    while not is_business_day(day, holidays):
        day -= timedelta(days=1)
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_business_day(day, holidays):
            day -= timedelta(days=1)
    return day
