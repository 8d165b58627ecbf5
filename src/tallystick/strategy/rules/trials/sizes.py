"""How many units a trial needs, and for how many days units have to come.

Shares: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), without the correction for continuity, as
R's `power.prop.test` does for equal arms. Means and ratios: two means of a known variance, by normal quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from tallystick.strategy.rules.trials.sequential import inflation, quantile


@dataclass(frozen=True, slots=True)
class Size:
    """Units needed in each arm."""

    champion: int
    challenger: int

    @property
    def units(self) -> int:
        """Units of both arms."""
        return self.champion + self.challenger


def of_shares(*, before: float, effect: float, alpha: float, power: float, per_challenger: float = 1.0) -> float:
    """Give the challengers needed to find that a share grew by an effect; of champions there are `per_challenger` for each.

    >>> round(of_shares(before=0.5, effect=0.25, alpha=0.05, power=0.9), 2)
    76.71
    """
    after = before + effect
    mean = (after + per_challenger * before) / (1 + per_challenger)
    within = after * (1 - after) + before * (1 - before) / per_challenger
    together = mean * (1 - mean) * (1 + 1 / per_challenger)
    reach = quantile(1 - alpha / 2) * sqrt(together) + quantile(power) * sqrt(within)
    return float((reach / effect) ** 2)


def of_means(*, variance: float, effect: float, alpha: float, power: float, per_challenger: float = 1.0) -> float:
    """Give the challengers needed to find that a mean of a known variance moved by an effect.

    >>> round(of_means(variance=1, effect=0.5, alpha=0.05, power=0.8), 2)
    62.79
    """
    reach = quantile(1 - alpha / 2) + quantile(power)
    return float((1 + 1 / per_challenger) * variance * (reach / effect) ** 2)


def planned(challengers: float, *, per_challenger: float, alpha: float, power: float, looks: int) -> Size:
    """Give the size of a trial with some looks, of the challengers that a single look needs."""
    needed = challengers * inflation(alpha, power, looks)
    return Size(ceil(needed * per_challenger), ceil(needed))


def days(size: Size, *, per_day: float, champion_share: int, challenger_share: int, window: int) -> int | None:
    """Give for how many days a trial goes on while so many units come a day; None where none come.

    The last unit is watched for the window as well.

    >>> days(Size(900, 100), per_day=10, champion_share=90, challenger_share=10, window=30)
    130
    """
    if per_day <= 0:
        return None
    coming = max(size.champion / champion_share, size.challenger / challenger_share) * 100 / per_day
    return ceil(round(coming, 6)) + window
