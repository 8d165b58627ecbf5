"""The six ways in which rules count days, and what a weekend or a holiday does to each.

A count goes from a day, which starts it, to the day it leads to. `CAL`, `BEGIN`, `BD` and `MONTH` give the last day of the
period; `CLEAR` and `CPR5` give the nearest day that leaves the whole period between itself and the start. All count back too.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from tallystick.kernel.calendars import is_business_day

#: Up to how many days CPR 2.8(4) leaves out weekends and holidays.
_FEW = 5
_DAY = timedelta(days=1)
_MONTHS = {"months": 1, "years": 12}


class Convention(StrEnum):
    """A way of counting from a day."""

    #: The start does not count, every other day does, the last one too.
    CAL = "cal"
    #: “A period beginning with” the start, which is its first day.
    BEGIN = "begin"
    #: Neither the start nor the day of the event counts.
    CLEAR = "clear"
    #: As `CLEAR`; a period of five days or fewer leaves out weekends and holidays.
    CPR5 = "cpr5"
    #: Business days after the start.
    BD = "bd"
    #: The corresponding day of a later month, or the last of that month where there is none.
    MONTH = "month"


class Unit(StrEnum):
    """What is counted."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class LeftOut(StrEnum):
    """Days that a clear period does not count."""

    SATURDAYS = "saturdays"
    SUNDAYS = "sundays"
    HOLIDAYS = "holidays"


_BUSINESS = frozenset(LeftOut)


class CannotCount(ValueError):
    """A convention does not count that unit."""


def count(
    start: date,
    number: int,
    convention: Convention,
    *,
    unit: Unit = Unit.DAYS,
    back: bool = False,
    holidays: Collection[date] = (),
    left_out: Collection[LeftOut] = (),
) -> date:
    """Give the day that a count from a day leads to. `left_out` matters to clear periods only.

    :raises CannotCount: the convention does not count that unit, or fewer than one day

    >>> count(date(2026, 1, 5), 30, Convention.CAL), count(date(2026, 4, 10), 14, Convention.BEGIN)
    (datetime.date(2026, 2, 4), datetime.date(2026, 4, 23))
    >>> count(date(2023, 10, 20), 3, Convention.CLEAR, back=True), count(date(2025, 10, 20), 3, Convention.CPR5, back=True)
    (datetime.date(2023, 10, 16), datetime.date(2025, 10, 14))
    >>> count(date(2026, 1, 31), 1, Convention.MONTH, unit=Unit.MONTHS)
    datetime.date(2026, 2, 28)
    """
    if number < 1:
        raise CannotCount(f"{number} {unit} cannot be counted: a count is of one or more")
    if unit in _MONTHS:
        return _count_months(start, number * _MONTHS[unit], convention, unit, back=back)
    days = number * 7 if unit is Unit.WEEKS else number
    step = -_DAY if back else _DAY
    match convention:
        case Convention.CAL:
            return start + step * days
        case Convention.BEGIN:
            return start + step * (days - 1)
        case Convention.BD:
            return _leaving_out(start, days, step, _BUSINESS, holidays)
        case Convention.CLEAR:
            return _leaving_out(start, days, step, left_out, holidays) + step
        case Convention.CPR5:
            return _leaving_out(start, days, step, _BUSINESS if days <= _FEW else (), holidays) + step
        case Convention.MONTH:
            raise CannotCount(f"{convention} counts months and years, not {unit}")


def _leaving_out(
    day: date, number: int, step: timedelta, left_out: Collection[LeftOut], holidays: Collection[date]
) -> date:
    while number:
        day += step
        number -= is_counted(day, left_out, holidays)
    return day


def is_counted(day: date, left_out: Collection[LeftOut], holidays: Collection[date]) -> bool:
    """Test if a day counts where some are left out.

    >>> is_counted(date(2026, 3, 7), {LeftOut.SUNDAYS}, ()), is_counted(date(2026, 3, 8), {LeftOut.SUNDAYS}, ())
    (True, False)
    """
    return not (
        (LeftOut.SATURDAYS in left_out and day.isoweekday() == 6)
        or (LeftOut.SUNDAYS in left_out and day.isoweekday() == 7)
        or (LeftOut.HOLIDAYS in left_out and day in holidays)
    )


def _count_months(start: date, months: int, convention: Convention, unit: Unit, *, back: bool) -> date:
    there = add_months(start, -months if back else months)
    match convention:
        case Convention.MONTH:
            return there
        case Convention.BEGIN:
            return there + _DAY if back else there - _DAY
    raise CannotCount(f"{convention} counts days and weeks, not {unit}")


def add_months(day: date, months: int) -> date:
    """Give the corresponding day of another month, or the last of that month where there is none.

    >>> add_months(date(2024, 2, 29), 12), add_months(date(2026, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def roll(day: date, holidays: Collection[date], *, back: bool = False) -> date:
    """Give the day itself where it is a business day, else the nearest business day after it (or before it).

    >>> roll(date(2026, 3, 21), ()), roll(date(2026, 3, 21), (), back=True)
    (datetime.date(2026, 3, 23), datetime.date(2026, 3, 20))
    """
    step = -_DAY if back else _DAY
    while not is_business_day(day, holidays):
        day += step
    return day
