"""Ask the law as dated data, and the calendars and tables of schemes that come with it."""

from tallystick.jurisdictions.queries.applied import refresh
from tallystick.jurisdictions.queries.bank_accounts import is_possible_account, must_be_possible_account
from tallystick.jurisdictions.queries.packs import (
    LawOf,
    calendar_names,
    calendars,
    failing_examples,
    failures_of,
    get_calendar,
    holidays,
    jurisdictions,
    law,
    law_with,
    next_business_day,
    packs_of,
    reviews_due,
    to_review,
)

__all__ = [
    "LawOf",
    "calendar_names",
    "calendars",
    "failing_examples",
    "failures_of",
    "get_calendar",
    "holidays",
    "is_possible_account",
    "jurisdictions",
    "law",
    "law_with",
    "must_be_possible_account",
    "next_business_day",
    "packs_of",
    "refresh",
    "reviews_due",
    "to_review",
]
