"""Looks at a trial while it goes on: bounds that keep the rate of false findings, however many of the planned looks are taken.

The bounds spend the rate as Lan and DeMets proposed (Discrete sequential boundaries for clinical trials, Biometrika 70, 1983), by
the function that is like O'Brien and Fleming's: next to nothing early, nearly all at the end. They are found by the recursion of
Armitage, McPherson and Rowe (1969): the density of what has been seen, step by step, among the trials that have not stopped.
"""

from __future__ import annotations

from functools import lru_cache
from math import erfc, exp, pi, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
#: Points of the grid of Simpson's rule. With 120 steps the bounds published for five looks are met to the third decimal place.
_STEPS = 120
#: A bound that nothing reaches in practice: so early a look spends less than can be computed.
_FARTHEST = 8.0


def upper(z: float) -> float:
    """Give the probability that a standard normal value is larger; exact in the tail.

    >>> round(upper(1.959964), 6)
    0.025
    """
    return erfc(z / sqrt(2)) / 2


def quantile(share: float) -> float:
    """Give the value that a standard normal one stays below with a probability.

    >>> round(quantile(0.975), 4)
    1.96
    """
    return _NORMAL.inv_cdf(share)


def spent(alpha: float, fraction: float) -> float:
    """Give how much of a rate may be spent on one side when a fraction of the information is there: O'Brien–Fleming type.

    >>> spent(0.05, 1.0)
    0.025
    >>> round(spent(0.05, 0.5), 5)
    0.00153
    """
    if fraction >= 1:
        return alpha / 2
    return 2 * upper(quantile(1 - alpha / 4) / sqrt(fraction))


def fractions(looks: int) -> tuple[float, ...]:
    """Give the fractions of the sample at which so many looks are planned.

    >>> fractions(4)
    (0.25, 0.5, 0.75, 1.0)
    """
    return tuple(number / looks for number in range(1, looks + 1))


@lru_cache(maxsize=256)
def bounds(alpha: float, at: tuple[float, ...]) -> tuple[float, ...]:
    """Give the bound of |z| at each look, for a two-sided rate and the fractions of the information at which looks were taken."""
    found: list[float] = []
    density: _Density | None = None
    before = 0.0
    for fraction in at:
        allowed = spent(alpha, fraction) - before
        bound = _bound(allowed, fraction, density)
        found.append(bound)
        density = _Density.after(density, fraction, bound)
        before = spent(alpha, fraction)
    return tuple(found)


def power(drift: float, at: tuple[float, ...], limits: tuple[float, ...]) -> float:
    """Give the probability that a trial is stopped by its upper bound, where z is `drift` on average when all is there."""
    total = 0.0
    density: _Density | None = None
    for fraction, bound in zip(at, limits, strict=True):
        total += _crossing(bound, fraction, density, drift)
        density = _Density.after(density, fraction, bound, drift)
    return total


@lru_cache(maxsize=64)
def inflation(alpha: float, wanted: float, looks: int) -> float:
    """Give how many times larger a sample must be than with a single look, to find the same effect as often."""
    at = fractions(looks)
    limits = bounds(alpha, at)
    single = quantile(1 - alpha / 2) + quantile(wanted)
    low, high = single * 0.9, single * 1.5
    for _round in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle, at, limits) < wanted else (low, middle)
    return float(max((high / single) ** 2, 1.0))


class _Density:
    """The density of the sum of what was seen, of trials that have not stopped: values on a grid, weighed by Simpson's rule."""

    def __init__(self, fraction: float, points: list[tuple[float, float]]) -> None:
        self.fraction = fraction
        #: (value, density times weight)
        self.points = points

    @classmethod
    def after(cls, before: _Density | None, fraction: float, bound: float, drift: float = 0.0) -> _Density:
        reach = bound * sqrt(fraction)
        width = 2 * reach / _STEPS
        points = []
        for place in range(_STEPS + 1):
            value = -reach + place * width
            weight = (1 if place in (0, _STEPS) else 4 if place % 2 else 2) * width / 3
            points.append((value, weight * _density(value, fraction, before, drift)))
        return cls(fraction, points)


def _density(value: float, fraction: float, before: _Density | None, drift: float) -> float:
    step = fraction - (before.fraction if before else 0.0)
    scale = 1 / sqrt(2 * pi * step)
    moved = drift * step
    if before is None:
        return scale * exp(-((value - moved) ** 2) / (2 * step))
    return scale * sum(weight * exp(-((value - was - moved) ** 2) / (2 * step)) for was, weight in before.points)


def _crossing(bound: float, fraction: float, before: _Density | None, drift: float = 0.0) -> float:
    step = fraction - (before.fraction if before else 0.0)
    limit, moved = bound * sqrt(fraction), drift * step
    if before is None:
        return upper((limit - moved) / sqrt(step))
    return sum(weight * upper((limit - was - moved) / sqrt(step)) for was, weight in before.points)


def _bound(allowed: float, fraction: float, before: _Density | None) -> float:
    low, high = 0.0, _FARTHEST
    for _round in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _crossing(middle, fraction, before) > allowed else (low, middle)
    return high
