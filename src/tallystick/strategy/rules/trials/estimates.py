"""What the sums of an arm say: its measure, the difference of two arms, and whether the arms were filled as they should be.

Every measure is a ratio: what was reached over what it is counted by, such as money collected over money owed. A unit is an
account, or a debtor with all accounts where the split keeps those together. The variance of a ratio of sums is that of its linear
part, as in Cochran, Sampling Techniques (1977); counted by one account each, it is the ordinary variance of a mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from tallystick.strategy.rules.trials.sequential import quantile, upper

#: Below this the arms were hardly filled by the shares that the split says. Looked at again and again, so not 5 %.
MISMATCH = 0.001


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some units: how many, the sums of what was reached (y) and what it is counted by (x), and of their squares."""

    units: int
    y: int
    x: int
    yy: int
    xy: int
    xx: int

    @property
    def ratio(self) -> float | None:
        """What was reached of what it is counted by; None of nothing."""
        return self.y / self.x if self.x else None

    @property
    def spread(self) -> float | None:
        """The variance of the linear part of one unit; divided by the number of units it is the variance of the ratio.

        >>> Sums(units=10, y=4, x=10, yy=4, xy=4, xx=10).spread * 9 / 10
        0.24
        """
        if self.units < 2 or not self.x:
            return None
        # Exact until the division: a million squared amounts would lose their difference in floating point.
        residuals = self.yy * self.x * self.x - 2 * self.y * self.x * self.xy + self.y * self.y * self.xx
        return residuals * self.units * self.units / (self.x**4 * (self.units - 1))


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the challenger's measure is larger, with its standard error."""

    value: float
    error: float

    @property
    def z(self) -> float:
        """How many standard errors the difference is; nothing where both are nothing."""
        if self.error:
            return self.value / self.error
        return 0.0

    @property
    def p(self) -> float:
        """How often chance alone would give so large a difference, looked at once."""
        return 2 * upper(abs(self.z))

    def interval(self, bound: float) -> tuple[float, float]:
        """Give the interval that reaches a number of standard errors to both sides."""
        return self.value - bound * self.error, self.value + bound * self.error


def difference(champion: Sums, challenger: Sums) -> Difference | None:
    """Compare two arms; None while one of them cannot be judged."""
    spreads = champion.spread, challenger.spread
    if champion.ratio is None or challenger.ratio is None or spreads[0] is None or spreads[1] is None:
        return None
    variance = max(spreads[0], 0.0) / champion.units + max(spreads[1], 0.0) / challenger.units
    return Difference(challenger.ratio - champion.ratio, sqrt(variance))


def single_bound(alpha: float) -> float:
    """Give how many standard errors an interval reaches that is looked at once."""
    return quantile(1 - alpha / 2)


def mismatch(found: Mapping[str, int], shares: Mapping[str, int]) -> float | None:
    """Give how often chance alone would fill two arms so far from their shares: chi-square of one degree of freedom.

    >>> round(mismatch({"a": 60, "b": 40}, {"a": 50, "b": 50}), 4)
    0.0455
    """
    total, parts = sum(found.values()), sum(shares.values())
    if not total:
        return None
    expected = {arm: total * share / parts for arm, share in shares.items()}
    chi_square = sum((found.get(arm, 0) - count) ** 2 / count for arm, count in expected.items())
    return erfc(sqrt(chi_square / 2))


def holm(values: Sequence[float]) -> list[float]:
    """Adjust p-values for how many there are, as Holm does (1979): the rate of any false finding among them is kept.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted = [1.0] * len(values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        largest = max(largest, min((len(values) - rank) * values[place], 1.0))
        adjusted[place] = largest
    return adjusted
