"""How a split learns: what is known of each arm, how likely each is the best, and the shares that follow.

Thompson sampling by probability matching: beside what every arm keeps, accounts are dealt out by the probability that an arm is
the best, from Beta posteriors over a uniform prior. The probabilities are integrals, worked out on a grid and without a draw, so
that the same sums give the same shares on every machine.

Sums are weighted: an account counts for one over the chance it had of its arm. So an arm that was given much when everybody paid
better gains nothing by that. What is known is then worth as many accounts as Kish's effective sample (Survey Sampling, 1965).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import exp, log, log1p, sqrt

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.trials import estimates
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.sequential import quantile

#: Accounts of each arm whose window is over, before the shares that were written are left.
ENOUGH = 30
#: How often an arm like the others would be held back: looked at every week, so not 5 %.
HARM = 0.001
#: The days of the past that are learned from. What is older is forgotten.
PAST = 365
#: The confidence of the intervals that are shown.
CONFIDENCE = 0.95

_CELLS = 2_000
#: How many standard deviations of a posterior the grid reaches to each side.
_REACH = 9.0


class ActKind(Choice):
    """What a person does with a split that learns."""

    FROZEN = "frozen", _("Frozen")
    THAWED = "thawed", _("Learns again")


class SplitDoesNotLearn(Refusal):
    """The published version has no such split that learns."""

    code = "strategy.split_does_not_learn"
    sentence = _("The published version has no split “{split}” that learns.")
    status = 404


class SplitFrozen(Refusal):
    """It is frozen, or is not."""

    code = "strategy.split_frozen_already"
    sentence = _("The shares are frozen already, or not frozen at all.")


@dataclass(frozen=True, slots=True)
class Arm:
    """What is known of an arm: how many accounts were watched to the end, how many have the measure, and what that is worth."""

    name: str
    units: int
    reached: int
    ratio: float
    #: How many accounts that were all counted alike would say as much.
    worth: float
    #: The probability that it is the best; nothing of an arm that is held back.
    best: float = 0.0

    @property
    def posterior(self) -> tuple[float, float]:
        """The parameters of the Beta posterior."""
        return 1 + self.worth * self.ratio, 1 + self.worth * (1 - self.ratio)


def worth(sums: Sums) -> float:
    """Give the effective number of accounts of a weighted sum.

    >>> worth(Sums(units=3, y=0, x=6, yy=0, xy=0, xx=12)), round(worth(Sums(units=2, y=0, x=4, yy=0, xy=0, xx=10)), 2)
    (3.0, 1.6)
    """
    return sums.x * sums.x / sums.xx if sums.xx else 0.0


def chances(posteriors: Sequence[tuple[float, float]]) -> list[float]:
    """Give the probability that each of some Beta-distributed shares is the largest.

    >>> [round(each, 4) for each in chances([(2, 1), (1, 1)])]
    [0.6667, 0.3333]
    """
    spreads = [_spread(a, b) for a, b in posteriors]
    low = max(min(mean - _REACH * spread for mean, spread in spreads), 0.0)
    high = min(max(mean + _REACH * spread for mean, spread in spreads), 1.0)
    width = (high - low) / _CELLS
    points = [low + (cell + 0.5) * width for cell in range(_CELLS)]
    densities = [_density(a, b, points) for a, b in posteriors]
    # The part of a cell that lies below its middle is half of it.
    below = [[total - part / 2 for total, part in zip(accumulate(each), each, strict=True)] for each in densities]
    found = []
    for place, density in enumerate(densities):
        others = [each for other, each in enumerate(below) if other != place]
        found.append(sum(part * _product(each[cell] for each in others) for cell, part in enumerate(density)))
    total = sum(found)
    return [each / total for each in found]


def _spread(a: float, b: float) -> tuple[float, float]:
    total = a + b
    return a / total, sqrt(a * b / (total * total * (total + 1)))


def _density(a: float, b: float, points: Sequence[float]) -> list[float]:
    logs = [(a - 1) * log(point) + (b - 1) * log1p(-point) for point in points]
    most = max(logs)
    parts = [exp(each - most) for each in logs]
    total = sum(parts)
    return [part / total for part in parts]


def _product(values: Iterable[float]) -> float:
    product = 1.0
    for value in values:
        product *= value
    return product


def shares(best: Mapping[str, float], *, at_least: int) -> dict[str, int]:
    """Deal a hundred out: every arm its least, and the rest by how likely each is the best; whole numbers by largest remainders.

    >>> shares({"soft": 0.9, "firm": 0.1}, at_least=10)
    {'soft': 82, 'firm': 18}
    >>> shares({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, at_least=10)
    {'a': 34, 'b': 33, 'c': 33}
    """
    rest = 100 - at_least * len(best)
    exact = {arm: rest * chance for arm, chance in best.items()}
    dealt = {arm: at_least + int(share) for arm, share in exact.items()}
    left = 100 - sum(dealt.values())
    for arm in sorted(exact, key=lambda arm: int(exact[arm]) - exact[arm])[:left]:
        dealt[arm] += 1
    return dealt


def held_back(disputes: Mapping[str, Sums]) -> list[str]:
    """Give the arms with significantly more disputes than the one with the fewest."""
    known = {arm: sums for arm, sums in disputes.items() if sums.ratio is not None}
    if not known:
        return []
    fewest = min(known, key=lambda arm: known[arm].ratio or 0.0)
    bound = quantile(1 - HARM)
    found = {arm: estimates.difference(known[fewest], sums) for arm, sums in known.items() if arm != fewest}
    return [arm for arm, difference in found.items() if difference is not None and difference.z >= bound]


def learn(arms: Sequence[Arm], *, harmful: Sequence[str], at_least: int) -> tuple[list[Arm], dict[str, int]]:
    """Give what is known with how likely each arm is the best, and the shares that follow."""
    asked = [arm for arm in arms if arm.name not in harmful]
    best = dict(zip((arm.name for arm in asked), chances([arm.posterior for arm in asked]), strict=True))
    known = [replace(arm, best=best.get(arm.name, 0.0)) for arm in arms]
    return known, shares({arm.name: arm.best for arm in known}, at_least=at_least)


@dataclass(frozen=True, slots=True)
class Value:
    """What a way of dealing accounts out would have brought, with where that lies by the confidence of `CONFIDENCE`."""

    ratio: float
    low: float
    high: float


def value(sums: Sums) -> Value | None:
    """Estimate what the weighted sums of a policy say: self-normalised, and its interval by the linear part of each unit."""
    if sums.ratio is None or sums.spread is None:
        return None
    reach = quantile((1 + CONFIDENCE) / 2) * sqrt(max(sums.spread, 0.0) / sums.units)
    return Value(sums.ratio, max(sums.ratio - reach, 0.0), min(sums.ratio + reach, 1.0))
