"""Where two laws give different rates for interest that starts on the same day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from tallystick.jurisdictions.rules.rates import RateStep
from tallystick.kernel.refusals import Refusal


class RuleIsAgreed(Refusal):
    """Interest is agreed by a rule that a pack leaves out."""

    code = "charges.rule_is_agreed"
    sentence = _(
        "“{rule}” is agreed ({source}): keep it in the pack, and end its row with “until” where it no longer holds."
    )


@dataclass(frozen=True, slots=True)
class Differing:
    """Days, the last excluded, on which interest that starts on a day is at another rate."""

    first_day: date
    until: date
    was: Decimal
    now: Decimal


def differing(was: Sequence[RateStep], now: Sequence[RateStep], *, last_day: date) -> Iterator[Differing]:
    """Give the days on which two rates differ, through a last day. Both begin on the same day."""
    ends = last_day + timedelta(days=1)
    days = sorted({step.first_day for step in (*was, *now) if step.first_day < ends})
    for day, until in zip(days, [*days[1:], ends], strict=True):
        before, after = _on(was, day), _on(now, day)
        if before != after:
            yield Differing(day, until, before, after)


def _on(steps: Sequence[RateStep], day: date) -> Decimal:
    return next(step.percent for step in reversed(steps) if step.first_day <= day)
