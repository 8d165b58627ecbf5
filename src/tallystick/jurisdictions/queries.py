"""Read the packs. They are files of the program: read once in a process, checked as they are read."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources

import yaml

from tallystick.jurisdictions import rules
from tallystick.kernel import calendars as days
from tallystick.kernel.refusals import NotFound

_DATA = resources.files(__package__).joinpath("data")


@cache
def _read(folder: str) -> rules.Calendar:
    file = _DATA.joinpath(folder, "calendar.yaml")
    return rules.read_calendar(yaml.load(file.read_bytes(), yaml.CSafeLoader), name=f"{folder}/calendar.yaml")


@cache
def calendar_names() -> tuple[str, ...]:
    """Give the names of all calendars, such as "GB-EAW", in order."""
    return tuple(
        sorted(folder.name.upper() for folder in _DATA.iterdir() if folder.joinpath("calendar.yaml").is_file())
    )


def calendars() -> list[rules.Calendar]:
    """Give all calendars, by name."""
    return [get_calendar(name) for name in calendar_names()]


def get_calendar(name: str) -> rules.Calendar:
    """Give a calendar by name.

    :raises NotFound: there is no calendar of that name
    """
    if name not in calendar_names():
        raise NotFound(what="calendar", reference=name)
    return _read(name.lower())


@cache
def holidays(calendar: str) -> frozenset[date]:
    """Give the holidays of a calendar, such as "GB-EAW", as a set of days.

    :raises NotFound: there is no calendar of that name

    >>> date(2026, 12, 28) in holidays("GB-EAW")
    True
    """
    return get_calendar(calendar).days


def next_business_day(day: date, calendar: str) -> date:
    """Give the first business day of a calendar on or after a day.

    >>> next_business_day(date(2026, 12, 25), "GB-EAW")
    datetime.date(2026, 12, 29)
    """
    return days.add_business_days(day, 0, holidays(calendar))


def reviews_due(*, today: date) -> list[rules.Calendar]:
    """Give the calendars that a person has to look at again."""
    return [calendar for calendar in calendars() if rules.is_review_due(calendar, today=today)]
