"""What is agreed, or fixed by law, about interest on a debt. Amounts are whole minor units of one currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tallystick.jurisdictions.rules.rates import DayCount

#: Reasons of days on which a promise to pay stood: it was kept, or it is open or became something else.
PROMISED_AND_KEPT, PROMISED = "promised_and_kept", "promised"


class Compounding(StrEnum):
    """How often interest that was not paid comes to bear interest itself."""

    NONE = "none"
    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Rounding(StrEnum):
    """Where a figure is rounded, half up, to a minor unit. Everything before is exact."""

    #: Each line: a stretch of one balance and one rate row, freezes in it or not. The total is the sum of the lines.
    LINE = "line"
    #: The total only; lines show what it grew by.
    TOTAL = "total"
    #: The interest of one day, times the days: an approximation that forms ask for.
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Grace:
    """Days at the beginning for which nothing is due if the debt is paid within them.

    If it is not, they are forgiven all the same, or interest runs from the first day.
    """

    days: int
    forgiven: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """How interest is worked out, apart from the rates and the balances."""

    day_count: DayCount = DayCount.ACTUAL_365
    compounding: Compounding = Compounding.NONE
    rounding: Rounding = Rounding.LINE
    grace: Grace = Grace(0, forgiven=True)
    #: A balance below it bears nothing.
    smallest_balance: int = 0
    #: The least interest there is, once there is any.
    least: int = 0
    #: The most interest there is altogether; None where there is no cap.
    most: int | None = None
    #: Bounds of the rate, whatever an index says.
    least_percent: Decimal | None = None
    most_percent: Decimal | None = None

    def bound(self, percent: Decimal) -> Decimal:
        """Give a rate within its bounds."""
        if self.least_percent is not None:
            percent = max(percent, self.least_percent)
        return percent if self.most_percent is None else min(percent, self.most_percent)


@dataclass(frozen=True, slots=True)
class Balance:
    """What bears interest from a day on. Money that is booked on a day counts from the next: that day still bears on the old.

    `held` was taken off it, for the reasons in `held_by`.
    """

    first_day: date
    minor: int
    held: int = 0
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days, both included, on which no interest runs, and why. Without a last day it has not ended."""

    first_day: date
    last_day: date | None
    reason: str

    def holds(self, day: date) -> bool:
        """Test if it holds on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)
