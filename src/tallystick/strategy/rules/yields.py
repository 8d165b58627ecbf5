"""What a step brings: how often accounts pay in the days after it, against the days before it for which they waited for it.

Both are rates of first payments by days at risk. An account that pays while it waits never gets the step and counts all the same,
else every step would look as if it brought something. The interval is that of a ratio of two rates, on the logarithm, as in
Rothman, Greenland and Lash, Modern Epidemiology (2008), chapter 14.

The longer a debt is open the less of it is paid by itself, so that the comparison is rather too strict with a step than too kind.
Only a trial tells for certain, and this says of which step one is worth while.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice

#: Days watched before a step and after it.
DAYS = 7
#: Fewer payments than these, on both sides together, say nothing.
FEWEST = 20
#: A step is worth its trouble from here on: a quarter more payments than before it.
WORTH = 1.25
#: Standard errors to both sides of an interval of 95 %.
_BOUND = 1.959964


class Verdict(Choice):
    """What the figures of a step allow to say."""

    BRINGS = "brings", _("Brings payments")
    NOTHING = "nothing", _("Seems to bring nothing")
    OPEN = "open", _("Not certain yet")
    FEW = "few", _("Too few payments")
    AT_ONCE = "at_once", _("Comes at once: nothing to compare with")


@dataclass(frozen=True, slots=True)
class Rate:
    """First payments, and the days on which one could have come."""

    paid: int
    days: int

    @property
    def a_day(self) -> float | None:
        """Payments a day of one account; None of no days."""
        return self.paid / self.days if self.days else None


@dataclass(frozen=True, slots=True)
class Yield:
    """What is known of a step: how often accounts waited for it, how often they got it, and how they paid.

    >>> found = Yield(waited=1000, given=900, before=Rate(70, 7000), after=Rate(60, 6000))
    >>> round(found.times, 2), tuple(round(end, 2) for end in found.interval), found.verdict
    (1.0, (0.71, 1.41), <Verdict.OPEN: 'open'>)
    """

    waited: int
    given: int
    before: Rate
    after: Rate

    @property
    def times(self) -> float | None:
        """How many times as often accounts pay after it as before; None where that cannot be said."""
        rates = self._rates()
        return rates[1] / rates[0] if rates else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where that number lies with a confidence of 95 %."""
        times = self.times
        if times is None:
            return None
        error = _BOUND * sqrt(sum(1 / max(each.paid, 0.5) for each in (self.before, self.after)))
        return exp(log(times) - error), exp(log(times) + error)

    @property
    def says_something(self) -> bool:
        """Whether there are enough payments for a number to mean anything."""
        return self.before.paid + self.after.paid >= FEWEST

    @property
    def verdict(self) -> Verdict:
        """What may be said. That a step brings nothing is said only where an effect worth having is ruled out."""
        if not self.before.days:
            return Verdict.AT_ONCE
        interval = self.interval
        if interval is None or not self.says_something:
            return Verdict.FEW
        low, high = interval
        if low > 1:
            return Verdict.BRINGS
        return Verdict.NOTHING if high < WORTH else Verdict.OPEN

    def lost_without(self, times: float) -> float:
        """Give how many payments would have been missed without it, if it multiplies them so; below zero if it hinders them.

        >>> Yield(10, 10, Rate(7, 70), Rate(10, 50)).lost_without(2.0)
        5.0
        """
        return (self.before.a_day or 0.0) * self.after.days * (times - 1)

    def _rates(self) -> tuple[float, float] | None:
        if not self.before.days or not self.after.days:
            return None
        # Half a payment where there was none: the logarithm of nothing has no end.
        return max(self.before.paid, 0.5) / self.before.days, max(self.after.paid, 0.5) / self.after.days
