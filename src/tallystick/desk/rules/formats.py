"""How amounts, days and instants are written in a language. Babel knows the patterns; this decides which."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_compact_currency, format_decimal, format_percent

from tallystick.kernel.money import Money, parted, written

#: Written for what is not there. Never for zero, never for what could not be read.
NOTHING = "—"

_DAY_SKELETONS = {"short": "MMMd", "weekday": "MMMEd", "month": "yMMM"}
_DAY_FORMATS = ("medium", "long", "full")
_THOUSAND = 1000
_THREE_FIGURES = Context(prec=3, rounding=ROUND_HALF_UP)
#: Keeps ages in days, however old: collectors count days, not "1 year".
_NEVER_LARGER_UNITS = 10**6


def _with_true_minus(text: str) -> str:
    """Write a minus as wide as a digit, so that columns of figures stay straight."""
    return text.replace("-", "\N{MINUS SIGN}")


def money(amount: Money, locale: Locale) -> str:
    """Write an amount with its currency's sign and decimals.

    >>> money(Money(-128460, "GBP"), Locale.parse("en_GB")), money(Money(1500, "JPY"), Locale.parse("en_GB"))
    ('−£1,284.60', 'JP¥1,500')
    """
    return _with_true_minus(written(amount, locale))


def short_money(amount: Money, locale: Locale) -> str:
    """Write an amount in three figures, for charts and headlines; below a thousand to the penny.

    >>> british = Locale.parse("en_GB")
    >>> short_money(Money(123_456_789, "GBP"), british), short_money(Money(64_215, "GBP"), british)
    ('£1.23M', '£642.15')
    """
    if abs(amount.amount) < _THOUSAND:
        return money(amount, locale)
    rounded = _THREE_FIGURES.plus(amount.amount)
    decimals = 2 - rounded.adjusted() % 3
    text = format_compact_currency(rounded, amount.currency, locale=locale, fraction_digits=decimals)
    return _with_true_minus(parted(text))


def number(value: int | Decimal, locale: Locale) -> str:
    """Write a number with the separators of the language.

    >>> number(1324, Locale.parse("en_GB")), number(Decimal("-0.5"), Locale.parse("en_GB"))
    ('1,324', '−0.5')
    """
    return _with_true_minus(format_decimal(value, locale=locale))


def exact(value: Decimal, locale: Locale) -> str:
    """Write a number with every decimal it has, such as a rate by which something was worked out.

    >>> exact(Decimal("0.389215000000"), Locale.parse("en_GB")), exact(Decimal("1500"), Locale.parse("en_GB"))
    ('0.389215', '1,500')
    """
    return _with_true_minus(format_decimal(value.normalize(), locale=locale, decimal_quantization=False))


def percent(fraction: Decimal | int, locale: Locale) -> str:
    """Write a fraction as a percentage with at most one decimal.

    >>> percent(Decimal("0.755"), Locale.parse("en_GB"))
    '75.5%'
    """
    return _with_true_minus(format_percent(fraction, format="#,##0.#%", locale=locale))


def day(value: date, locale: Locale, style: str = "medium") -> str:
    """Write a day: "medium" 3 Mar 2026, "short" 3 Mar, "weekday" Tue, 3 Mar, "month" Mar 2026, "long", "full".

    :raises TypeError: an instant was given; which day it falls on depends on a time zone
    :raises ValueError: there is no such style

    >>> day(date(2026, 3, 3), Locale.parse("en_GB")), day(date(2026, 3, 3), Locale.parse("en_GB"), "short")
    ('3 Mar 2026', '3 Mar')
    """
    if isinstance(value, datetime):
        raise TypeError("an instant is no day: write it with `instant`")
    if style in _DAY_SKELETONS:
        return str(format_skeleton(_DAY_SKELETONS[style], value, locale=locale))
    if style not in _DAY_FORMATS:
        raise ValueError(f"there is no way {style!r} to write a day")
    return str(format_date(value, format=style, locale=locale))


def instant(value: datetime, zone: tzinfo, locale: Locale, style: str = "medium") -> str:
    """Write an instant in a time zone: "medium" 3 Mar 2026, 14:05, "short" 3 Mar, 14:05, "time" 14:05.

    :raises TypeError: the instant has no time zone
    :raises ValueError: there is no such style

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> instant(datetime(2026, 7, 1, 13, 5, tzinfo=UTC), ZoneInfo("Europe/London"), Locale.parse("en_GB"))
    '1 Jul 2026, 14:05'
    """
    if value.tzinfo is None:
        raise TypeError("an instant needs a time zone")
    local = value.astimezone(zone)
    clock = str(format_time(local.time(), format="short", locale=locale))
    if style == "time":
        return clock
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return pattern.replace("{0}", clock).replace("{1}", day(local.date(), locale, style))


def days(count: int, locale: Locale) -> str:
    """Write a number of days, never as weeks, months or years.

    >>> days(1, Locale.parse("en_GB")), days(400, Locale.parse("en_GB"))
    ('1 day', '400 days')
    """
    return _span(count, locale, add_direction=False)


def days_ahead(count: int, locale: Locale) -> str:
    """Write how far ahead a day is.

    >>> days_ahead(12, Locale.parse("en_GB"))
    'in 12 days'
    """
    return _span(count, locale, add_direction=True)


def _span(count: int, locale: Locale, *, add_direction: bool) -> str:
    return format_timedelta(
        timedelta(days=count),
        granularity="day",
        threshold=_NEVER_LARGER_UNITS,
        add_direction=add_direction,
        locale=locale,
    )
