"""Days as banks print them. Whether 03/04 is in March or April is a property of the file, never a guess per line."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class DayOrder(StrEnum):
    """Which of two numbers is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


_YEAR_FIRST = re.compile(r"^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"^(\d{1,2})[-/ .]*([^\W\d_]{3,})\.?[-/ .,]*(\d{4}|\d{2})(?!\d)")
_NAMED_US = re.compile(r"^([^\W\d_]{3,})\.? +(\d{1,2}),? +(\d{4})(?!\d)")

#: First letters of month names in the languages of bank exports met so far, English first.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen",
            "feb fév fev",
            "mar mär mrt maa",
            "apr avr abr",
            "may mai mei mag",
            "jun",
            "jul",
            "aug aoû aou ago",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}


def day_order(days: Iterable[str]) -> DayOrder | None:
    """Give the order that a column of days proves; None while every one of them can be read both ways.

    Days with a year in front, a named month or dots between prove nothing and need no proof.

    >>> day_order(["03/04/2026", "13/04/2026"]), day_order(["04/13/2026"]), day_order(["03/04/2026"])
    (<DayOrder.DAY_FIRST: 'day_first'>, <DayOrder.MONTH_FIRST: 'month_first'>, None)
    """
    for text in days:
        found = _NUMBERS.match(text.strip())
        if found and found[2] != ".":
            if int(found[1]) > 12:
                return DayOrder.DAY_FIRST
            if int(found[3]) > 12:
                return DayOrder.MONTH_FIRST
    return None


def is_ambiguous(text: str) -> bool:
    """Test if a day reads differently day first and month first.

    >>> is_ambiguous("03/04/2026"), is_ambiguous("03/03/2026"), is_ambiguous("3.4.2026"), is_ambiguous("3 Apr 2026")
    (True, False, False, False)
    """
    found = _NUMBERS.match(text.strip())
    if found is None or found[2] == ".":
        return False
    first, second = int(found[1]), int(found[3])
    return first != second and first <= 12 and second <= 12


def read_day(text: str, order: DayOrder = DayOrder.DAY_FIRST) -> date:
    """Read a day, with or without a time after it.

    :raises ValueError: the text is not a day, or there is no such day

    >>> read_day("29 May 2025"), read_day("2018-02-25 12:34:56 +0000"), read_day("2019.04.19.")
    (datetime.date(2025, 5, 29), datetime.date(2018, 2, 25), datetime.date(2019, 4, 19))
    >>> read_day("04/13/26", DayOrder.MONTH_FIRST)
    datetime.date(2026, 4, 13)
    """
    bare = text.strip().lstrip("'")
    if found := _YEAR_FIRST.match(bare):
        return date(int(found[1]), int(found[3]), int(found[4]))
    if found := _NUMBERS.match(bare):
        first, second = int(found[1]), int(found[3])
        is_month_first = order is DayOrder.MONTH_FIRST and found[2] != "."
        month, day = (first, second) if is_month_first else (second, first)
        return date(_year(found[4]), month, day)
    if found := _NAMED.match(bare):
        return date(_year(found[3]), _month(found[2]), int(found[1]))
    if found := _NAMED_US.match(bare):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    raise ValueError(f"{bare!r} is not a day")


def nearest_day(year: int, month: int, day: int) -> tuple[date, bool]:
    """Give the day, or the last of its month where a bank counts thirty days in each; and whether that was needed.

    :raises ValueError: no calendar has such a day

    >>> nearest_day(2016, 2, 30)
    (datetime.date(2016, 2, 29), True)
    """
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise ValueError(f"{year}-{month}-{day} is not a day")
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day, last)), day > last


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(name: str) -> int:
    number = _MONTHS.get(name[:3].casefold())
    if number is None:
        raise ValueError(f"{name!r} is not a month")
    return number
