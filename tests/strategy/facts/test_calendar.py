"""The day itself, which no account changes."""

from __future__ import annotations

from datetime import date

from tests.strategy.facts.proofs import proves
from tests.strategy.facts.stories import account


@proves(
    {
        "calendar.weekday": "monday",
        "calendar.day_of_month": 2,
        "calendar.month": 3,
        "calendar.days_to_month_end": 29,
        "calendar.days_to_quarter_end": 29,
        "calendar.is_business_day": True,
    },
    on=date(2026, 3, 2),
)
def test_a_monday_in_march():
    return account()


@proves(
    {
        "calendar.weekday": "friday",
        "calendar.day_of_month": 3,
        "calendar.month": 4,
        "calendar.days_to_month_end": 27,
        "calendar.days_to_quarter_end": 88,
        "calendar.is_business_day": False,
    },
    on=date(2026, 4, 3),
)
def test_good_friday():
    return account()


@proves(
    {"calendar.weekday": "sunday", "calendar.days_to_month_end": 0, "calendar.is_business_day": False},
    on=date(2026, 5, 31),
)
def test_the_last_day_of_a_month_on_a_sunday():
    return account()
