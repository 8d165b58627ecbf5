"""Days as people type them at the telephone."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Literal

from babel.dates import get_date_format, get_day_names, get_month_names
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{2}|\d{4}))?\.?")
_AHEAD = re.compile(r"(?:\+|in )\s*(\d{1,3})\s*(d|days?|w|weeks?|m|months?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:of )?([^\W\d]+)\.?,?\s*(\d{2}|\d{4})?")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")
_DAY_ONLY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")
_WEEK = 7
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_YEARS_AHEAD = 8
#: Letters that tell weekdays and months apart.
_LEAST = 3


class DayUnreadable(Refusal):
    """A text is no day."""

    code = "promises.day_unreadable"
    sentence = _("“{text}” is no day. Write it like 5 Dec, 5/12, fri, +7, eom or 2026-12-05.")
    status = 422


def read_day(text: str, today: date, *, locale: str = "en_GB") -> date:
    """Read a day as people type it: a date, a weekday, a number of days ahead, or the end of the month.

    A day without a year or a month is the next one from today on; a weekday is always after today. English words are read in
    every locale; numbers such as 5/12 in the order of the locale.

    :raises DayUnreadable: the text is no day

    >>> today = date(2026, 11, 25)  # a Wednesday
    >>> [str(read_day(text, today)) for text in ("fri", "+7", "eom", "tomorrow", "5/12", "5 dec", "3rd", "2027-01-04")]
    ['2026-11-27', '2026-12-02', '2026-11-30', '2026-11-26', '2026-12-05', '2026-12-05', '2026-12-03', '2027-01-04']
    """
    words = " ".join(text.casefold().split())
    try:
        found = (
            _named(words, today)
            or _ahead(words, today)
            or _weekday(words, today, locale)
            or _in_numbers(words, today, locale)
            or _with_month(words, today, locale)
        )
    except ValueError as impossible:
        raise DayUnreadable(text=text) from impossible
    if found is None:
        raise DayUnreadable(text=text)
    return found


def _named(words: str, today: date) -> date | None:
    if words in {"today", "now"}:
        return today
    if words in {"tomorrow", "tom", "tmr", "tmrw"}:
        return today + timedelta(days=1)
    if words in {"eom", "end of month", "month end"}:
        return _end_of_month(today)
    if words in {"eonm", "end of next month"}:
        return _end_of_month(_end_of_month(today) + timedelta(days=1))
    return None


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _ahead(words: str, today: date) -> date | None:
    match = _AHEAD.fullmatch(words)
    if match is None:
        return None
    number, unit = int(match[1]), (match[2] or "d")[0]
    if unit != "m":
        return today + timedelta(days=number * (_WEEK if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 + number
    first = date(months // 12, months % 12 + 1, 1)
    return first.replace(day=min(today.day, _end_of_month(first).day))


def _weekday(words: str, today: date, locale: str) -> date | None:
    following = words.startswith("next ")
    weekday = _one_of(words.removeprefix("next "), _weekdays(locale))
    if weekday is None:
        return None
    if following:
        monday = today + timedelta(days=_WEEK - today.weekday())
        return monday + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % _WEEK + 1)


def _in_numbers(words: str, today: date, locale: str) -> date | None:
    if match := _ISO.fullmatch(words):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(words):
        first, second = int(match[1]), int(match[2])
        day, month = (first, second) if _is_day_first(locale) else (second, first)
        return _on(day, month, match[3], today)
    if match := _DAY_ONLY.fullmatch(words):
        day = int(match[1])
        if not 1 <= day <= 31:
            return None
        months = count(today.year * 12 + today.month - 1)
        return next(found for found in (_day_of(month, day) for month in months) if found and found >= today)
    return None


def _day_of(month: int, day: int) -> date | None:
    first = date(month // 12, month % 12 + 1, 1)
    return first.replace(day=day) if day <= _end_of_month(first).day else None


def _with_month(words: str, today: date, locale: str) -> date | None:
    if match := _DAY_FIRST.fullmatch(words):
        day, name, year = match[1], match[2], match[3]
    elif match := _MONTH_FIRST.fullmatch(words):
        name, day, year = match[1], match[2], match[3]
    else:
        return None
    month = _one_of(name, _months(locale))
    return None if month is None else _on(int(day), month, year, today)


def _on(day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return date(int(year) if len(year) == 4 else today.year // 100 * 100 + int(year), month, day)
    # 29 February may be years away.
    for ahead in range(_YEARS_AHEAD + 1):
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError("no such day")


def _one_of(word: str, names: Mapping[str, int]) -> int | None:
    """Give the number of the only name that begins with a word of three letters at least."""
    word = word.rstrip(".")
    if word in names:
        return names[word]
    numbers = {number for name, number in names.items() if len(word) >= _LEAST and name.startswith(word)}
    return numbers.pop() if len(numbers) == 1 else None


@cache
def _weekdays(locale: str) -> Mapping[str, int]:
    return _numbers_of([get_day_names(width, locale=tongue) for tongue in ("en", locale) for width in _WIDTHS])


@cache
def _months(locale: str) -> Mapping[str, int]:
    return _numbers_of([get_month_names(width, locale=tongue) for tongue in ("en", locale) for width in _WIDTHS])


def _numbers_of(tables: Iterable[Mapping[int, str]]) -> Mapping[str, int]:
    """Give the number behind each name, whole and by its last word: a Welsh Friday is “dydd Gwener”."""
    found = {}
    for table in tables:
        for number, name in table.items():
            plain = name.casefold().rstrip(".")
            found[plain] = found[plain.split()[-1]] = number
    return found


@cache
def _is_day_first(locale: str) -> bool:
    pattern = get_date_format("short", locale=locale).pattern
    return pattern.index("d") < pattern.index("M")
