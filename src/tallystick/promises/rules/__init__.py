"""When a promise may be taken, when it is kept, and when it is broken."""

from tallystick.promises.rules.days import DayUnreadable, read_day
from tallystick.promises.rules.judgement import State, counts_towards, is_broken, judgement
from tallystick.promises.rules.terms import (
    PromiseAmountOutOfRange,
    PromiseDayOutOfRange,
    PromiseEnded,
    check_terms,
    grace_until,
    last_day_of_grace,
    tolerance,
)

__all__ = [
    "DayUnreadable",
    "PromiseAmountOutOfRange",
    "PromiseDayOutOfRange",
    "PromiseEnded",
    "State",
    "check_terms",
    "counts_towards",
    "grace_until",
    "is_broken",
    "judgement",
    "last_day_of_grace",
    "read_day",
    "tolerance",
]
