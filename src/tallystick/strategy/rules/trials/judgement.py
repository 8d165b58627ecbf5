"""What a planned look says of two arms: whether the trial ends, and how."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.strategy.rules.trials import estimates
from tallystick.strategy.rules.trials.estimates import Difference, Sums
from tallystick.strategy.rules.trials.terms import Measure, Outcome


@dataclass(frozen=True, slots=True)
class Arms:
    """The sums of two arms, of one measure."""

    champion: Sums
    challenger: Sums

    @property
    def difference(self) -> Difference | None:
        """How they differ; None while one cannot be judged."""
        return estimates.difference(self.champion, self.challenger)

    @property
    def units(self) -> int:
        """Units of both."""
        return self.champion.units + self.challenger.units


def due(*, units: int, needed: int, looks: int, taken: int) -> bool:
    """Test if the next of the planned looks is due, or was.

    >>> due(units=49, needed=100, looks=2, taken=0), due(units=50, needed=100, looks=2, taken=0)
    (False, True)
    """
    return taken < looks and units * looks >= needed * (taken + 1)


def reached(*, units: int, needed: int, looks: int, taken: int) -> int:
    """Give the number of the look that is taken now: one that comes late stands for those that it passed over.

    >>> reached(units=80, needed=100, looks=4, taken=0), reached(units=300, needed=100, looks=4, taken=3)
    (3, 4)
    """
    return max(min(units * looks // needed, looks), taken)


def judge(measure: Measure, arms: Arms, guard: Arms, *, bound: float, is_last: bool, mismatch: float | None) -> Outcome:
    """Judge a planned look. Arms that were filled wrongly say nothing; harm is asked before anything good."""
    if mismatch is not None and mismatch < estimates.MISMATCH:
        return Outcome.MISMATCHED
    harm, found = guard.difference, arms.difference
    if harm is not None and harm.z >= bound:
        return Outcome.HARM
    if found is not None and abs(found.z) >= bound:
        return Outcome.BETTER if (found.value > 0) != measure.less_is_better else Outcome.WORSE
    return Outcome.NOTHING if is_last else Outcome.GOES_ON
