"""Read amounts, days and terms exactly. What cannot be read is an error, never zero.

These readers are the reference. A million lines are read by their twins, the SQL functions `intake_minor`, `intake_day`
and `intake_terms` of the first migration; `tests/intake/test_twins.py` feeds both the same texts.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from tallystick.intake.rules.faults import Unreadable
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import decimals_of


class DayForm(Choice):
    """The order in which a file writes its days."""

    YMD = "ymd", _("year, month, day")
    DMY = "dmy", _("day, month, year")
    MDY = "mdy", _("month, day, year")


class DecimalMark(Choice):
    """The mark before the decimals of a file's amounts."""

    POINT = ".", _("point: 1,234.50")
    COMMA = ",", _("comma: 1.234,50")


#: Blanks that stand in numbers: space, no-break space, thin and narrow no-break space.
BLANKS = " \u00a0\u2009\u202f"
#: Signs of currencies, and the currencies each may stand for.
SIGNS = {
    "£": ("GBP", "GIP", "FKP", "SHP"),
    "€": ("EUR",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "¥": ("JPY", "CNY"),
}
#: More digits than these before the decimal mark are two columns that ran together.
_MOST_DIGITS = 15

_SIGN = "".join(SIGNS)
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<before>[-+−])?(?P<sign>[{_SIGN}]|[A-Z]{{3}})?[{BLANKS}]*(?P<inner>[-+−])?"
    rf"(?P<digits>[0-9][0-9.,'’{BLANKS}]*|[.,][0-9]+)"
    rf"(?P<after>[-+−])?[{BLANKS}]*(?P<tail>[{_SIGN}]|[A-Z]{{3}})?[{BLANKS}]*(?P<side>CR|DR|Cr|Dr|cr|dr)?(?P<close>\))?"
)


def _grouped(mark: str) -> re.Pattern[str]:
    other = "." if mark == "," else ","
    groups = "|".join(
        rf"[0-9]{{1,3}}(?:{separator}[0-9]{{3}})+" for separator in (re.escape(other), "['’]", f"[{BLANKS}]")
    )
    return re.compile(rf"(?P<whole>{groups}|[0-9]*)(?:{re.escape(mark)}(?P<part>[0-9]+))?")


_DIGITS = {mark.value: _grouped(mark.value) for mark in DecimalMark}


def read_minor(text: str, *, mark: str, currency: str) -> int:
    """Read an amount into minor units of its currency, exactly.

    Accepts groups of three set apart by a comma or point (whichever is not the decimal mark), a blank or an apostrophe; one
    minus before or after, brackets or CR for less than nothing; the line's own currency as a sign or code.

    Twin: `intake_minor`.

    :raises Unreadable: it is no amount, has more decimals than the currency, or names another currency

    >>> read_minor("£1,234.50", mark=".", currency="GBP"), read_minor("1.250,50-", mark=",", currency="EUR")
    (123450, -125050)
    >>> read_minor("1,23.4", mark=".", currency="GBP")
    Traceback (most recent call last):
    ...
    tallystick.intake.rules.faults.Unreadable: amount_unreadable
    """
    found = _AMOUNT.fullmatch(text.strip(BLANKS))
    if found is None:
        raise Unreadable("amount_unreadable")
    is_bracketed = found["open"] is not None
    if is_bracketed != (found["close"] is not None):
        raise Unreadable("amount_unreadable")
    marks = [found[name] for name in ("before", "inner", "after") if found[name]]
    ways = len(marks) + is_bracketed + (found["side"] is not None)
    if ways > 1 or (found["sign"] and found["tail"]):
        raise Unreadable("amount_unreadable")
    digits = _DIGITS[mark].fullmatch(found["digits"].strip(BLANKS))
    if digits is None or not (digits["whole"] or digits["part"]):
        raise Unreadable("amount_unreadable")
    named = found["sign"] or found["tail"]
    if named and currency not in SIGNS.get(named, (named,)):
        raise Unreadable("amount_other_currency")
    whole = re.sub(r"[^0-9]", "", digits["whole"] or "").lstrip("0")
    part = (digits["part"] or "").rstrip("0")
    decimals = decimals_of(currency)
    if len(part) > decimals:
        raise Unreadable("amount_too_precise")
    if len(whole) > _MOST_DIGITS:
        raise Unreadable("amount_too_large")
    minor = int((whole + part.ljust(decimals, "0")) or "0")
    is_negative = is_bracketed or (found["side"] or "").upper() == "CR" or (marks and marks[0] != "+")
    return -minor if is_negative else minor


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = {
    name: number
    for number, short in enumerate(_MONTHS, start=1)
    for name in (short, calendar.month_name[number].lower())
} | {"sept": 9}
_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_YEAR, _MONTH, _DAY = (
    r"(?P<year>[0-9]{4}|[0-9]{2})",
    r"(?P<month>[0-9]{1,2}|[A-Za-z]{3,9})",
    r"(?P<day>[0-9]{1,2})",
)
_MARK, _SAME_MARK = r"(?P<mark>[-/. ])", r"(?P=mark)"
_FORMS = {
    DayForm.YMD: (
        re.compile(_YEAR + _MARK + _MONTH + _SAME_MARK + _DAY + _TIME),
        re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + _TIME),
    ),
    DayForm.DMY: (
        re.compile(_DAY + _MARK + _MONTH + _SAME_MARK + _YEAR + _TIME),
        re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})" + _TIME),
    ),
    DayForm.MDY: (
        re.compile(_MONTH + _MARK + _DAY + f"(?:{_SAME_MARK}|, )" + _YEAR + _TIME),
        re.compile(r"(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<year>[0-9]{4})" + _TIME),
    ),
}
_NO_DAY = re.compile(r"0[0\-/. ]*")
_FIRST_YEAR, _LAST_YEAR, _PIVOT = 1900, 2199, 70


def read_day(text: str, *, form: str) -> date | None:
    """Read a day; None for a date of zeros, which some systems write for "no day".

    A time of day after it is left aside. Months may be English names; years of two digits lie in 1970 to 2069.

    Twin: `intake_day`.

    :raises Unreadable: it is no day in this form, or no day of any calendar

    >>> read_day("31/01/2026", form="dmy"), read_day("Jan 31, 2026", form="mdy"), read_day("00.00.0000", form="dmy")
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 31), None)
    >>> read_day("31/02/2026", form="dmy")
    Traceback (most recent call last):
    ...
    tallystick.intake.rules.faults.Unreadable: day_unreadable
    """
    text = text.strip(BLANKS)
    if _NO_DAY.fullmatch(text):
        return None
    found = next((match for pattern in _FORMS[DayForm(form)] if (match := pattern.fullmatch(text))), None)
    if found is None:
        raise Unreadable("day_unreadable")
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 1900 if year >= _PIVOT else 2000
    month = _MONTH_NAMES.get(found["month"].lower()) if found["month"].isalpha() else int(found["month"])
    if month is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Unreadable("day_unreadable")
    try:
        return date(year, month, int(found["day"]))
    except ValueError as impossible:
        raise Unreadable("day_unreadable") from impossible


_TERMS = re.compile(r"(?:net *)?([0-9]{1,3}) *(?:d|days?)?(?: net)?", re.IGNORECASE)
_AT_ONCE = frozenset({"due on receipt", "on receipt", "immediate", "cod", "cash"})


def read_terms(text: str) -> int:
    """Read terms of payment as a number of days from the day of issue.

    Twin: `intake_terms`.

    :raises Unreadable: they are no number of days

    >>> read_terms("Net 30"), read_terms("14 days"), read_terms("Due on receipt")
    (30, 14, 0)
    """
    text = text.strip(BLANKS)
    if text.lower() in _AT_ONCE:
        return 0
    found = _TERMS.fullmatch(text)
    if found is None:
        raise Unreadable("terms_unreadable")
    return int(found[1])
