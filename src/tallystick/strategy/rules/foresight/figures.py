"""What days ahead come to: by act, team and week, both ways, taken from a part of the debtors to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal

#: The most days that may be looked ahead.
MOST_DAYS = 90
#: Measures beside acts.
PAID, OWING, TOUCHED = "paid", "owing", "touched"


class Side(Choice):
    """A way that the accounts can go."""

    NOW = "now", _("Now")
    THEN = "then", _("By the version")


class DaysOutOfRange(Refusal):
    """Nobody looks so far ahead."""

    code = "strategy.days_out_of_range"
    sentence = _("Look from 1 to {most} days ahead.")
    status = 422


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of all debtors, told from some of them, and how far off it may well be."""

    value: int
    margin: int

    @property
    def is_exact(self) -> bool:
        """Whether it is counted, not told from a part."""
        return not self.margin


def of_all(counted: int, *, parts: int, lived: int) -> Estimate:
    """Tell a number of all parts from that of those lived through, with the margin that holds in 19 of 20 cases.

    It is the margin of as many things that happen independently; of accounts that are alike it may be a little wider.

    >>> of_all(100, parts=10, lived=1)
    Estimate(value=1000, margin=186)
    >>> of_all(100, parts=4, lived=4)
    Estimate(value=100, margin=0)
    """
    times = parts / lived
    margin = 1.96 * times * sqrt(counted * (1 - lived / parts))
    return Estimate(round(counted * times), round(margin))
