"""Days as parts of a year, exactly. A period is said by the day before its first and by its last: both ends of a date range."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction

from tallystick.jurisdictions.rules.counting import add_months
from tallystick.jurisdictions.rules.rates import DayCount


def counted_days(after: date, last: date, day_count: DayCount) -> int:
    """Give how many days a period has as a day count has them.

    >>> counted_days(date(2026, 1, 31), date(2026, 3, 31), DayCount.ACTUAL_365)
    59
    >>> counted_days(date(2026, 1, 31), date(2026, 3, 31), DayCount.THIRTY_360)
    60
    """
    if day_count is DayCount.THIRTY_360:
        return _thirty(last) - _thirty(after)
    return (last - after).days


def _thirty(day: date) -> int:
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def part_of_year(after: date, last: date, day_count: DayCount) -> Fraction:
    """Give the part of a year that a period is.

    >>> part_of_year(date(2023, 12, 31), date(2024, 12, 31), DayCount.ACTUAL_365)
    Fraction(366, 365)
    >>> part_of_year(date(2023, 12, 31), date(2024, 12, 31), DayCount.ACTUAL_ACTUAL)
    Fraction(1, 1)
    >>> part_of_year(date(2026, 1, 31), date(2026, 2, 28), DayCount.MONTHS)
    Fraction(1, 12)
    """
    days = counted_days(after, last, day_count)
    match day_count:
        case DayCount.ACTUAL_365:
            return Fraction(days, 365)
        case DayCount.ACTUAL_360 | DayCount.THIRTY_360:
            return Fraction(days, 360)
        case DayCount.ACTUAL_ACTUAL:
            return _by_calendar_years(after, last)
        case DayCount.MONTHS:
            return _by_months(after, last)


def _by_calendar_years(after: date, last: date) -> Fraction:
    total = Fraction(0)
    for year in range(after.year, last.year + 1):
        begin, end = max(after, date(year - 1, 12, 31)), min(last, date(year, 12, 31))
        total += Fraction((end - begin).days, 366 if isleap(year) else 365)
    return total


def _by_months(after: date, last: date) -> Fraction:
    months = (last.year - after.year) * 12 + last.month - after.month
    if add_months(after, months) > last:
        months -= 1
    begin, end = add_months(after, months), add_months(after, months + 1)
    return Fraction(months, 12) + Fraction((last - begin).days, (end - begin).days * 12)


def day_before(day: date) -> date:
    """Give the day before a day."""
    return day - timedelta(days=1)
