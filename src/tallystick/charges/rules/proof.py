"""The proof of interest: one line for each range of days, with everything that a person needs to work it out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tallystick.jurisdictions.rules.rates import RateStep


@dataclass(frozen=True, slots=True)
class Line:
    """A range of days, both ends included, of one balance and one rate."""

    first_day: date
    last_day: date
    #: As the day count has them.
    days: int
    #: The balance that bears interest, with interest that was added to it.
    base: int
    #: In percent a year, within the bounds that are agreed.
    percent: Decimal
    #: The rule, the row and the source that the rate is from.
    rate: RateStep
    exact: Fraction
    #: Whole minor units: what the rounded figure grew by.
    amount: int
    #: Why the days bear nothing; empty where they do.
    stopped_by: str = ""
    #: Whether the cap took something away.
    capped: bool = False
    #: What of the balance is interest that was added to it.
    added: int = 0
    #: What was taken off the balance since it was held or disputed, and why.
    held: int = 0
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """All lines, and what lifts their sum to the least interest that is agreed."""

    lines: tuple[Line, ...]
    lifted_by: int = 0

    @property
    def total(self) -> int:
        """The interest in whole minor units."""
        return sum(line.amount for line in self.lines) + self.lifted_by

    @property
    def exact(self) -> Fraction:
        """The interest before anything is rounded, capped or lifted."""
        return sum((line.exact for line in self.lines), Fraction(0))

    @property
    def days(self) -> int:
        """The days that bear interest."""
        return sum(line.days for line in self.lines if not line.stopped_by)
