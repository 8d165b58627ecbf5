"""Words about the day itself for conditions. Which days are holidays is taken from the calendar of England and Wales, GB-EAW.

They read no account: the day of a run makes each of them a constant. Delays of steps go by the calendar that a document names.
"""

from __future__ import annotations

from tallystick.jurisdictions import queries
from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, FactType, Source

_CALENDAR = "GB-EAW"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

SOURCES: tuple[Source, ...] = ()

_NAMED = "(ARRAY[{names}])[extract(isodow FROM {day})::integer]"
_BUSINESS = "extract(isodow FROM {day}) < 6 AND {day} NOT IN ({holidays})"


def _listed(values: tuple[object, ...], prefix: str = "") -> str:
    return ", ".join(f"{prefix}'{value}'" for value in values)


FACTS = (
    Fact(
        "calendar.weekday",
        FactType.TEXT,
        "word",
        "Day of the week.",
        sql.fill(_NAMED, names=_listed(_WEEKDAYS)),
        choices=_WEEKDAYS,
    ),
    Fact(
        "calendar.day_of_month",
        FactType.NUMBER,
        "",
        "Day of the month, from 1 to 31.",
        "extract(day FROM {day})::integer",
    ),
    Fact("calendar.month", FactType.NUMBER, "", "Month, from 1 to 12.", "extract(month FROM {day})::integer"),
    Fact(
        "calendar.days_to_month_end",
        FactType.NUMBER,
        "days",
        "Days until the last day of the month; 0 on that day.",
        "(date_trunc('month', {day}) + interval '1 month')::date - 1 - {day}",
    ),
    Fact(
        "calendar.days_to_quarter_end",
        FactType.NUMBER,
        "days",
        "Days until the last day of March, June, September or December; 0 on that day.",
        "(date_trunc('quarter', {day}) + interval '3 months')::date - 1 - {day}",
    ),
    Fact(
        "calendar.is_business_day",
        FactType.BOOLEAN,
        "yes or no",
        "Whether it is neither a week-end nor a holiday of England and Wales.",
        sql.fill(_BUSINESS, holidays=_listed(tuple(sorted(queries.holidays(_CALENDAR))), "DATE ")),
    ),
)
