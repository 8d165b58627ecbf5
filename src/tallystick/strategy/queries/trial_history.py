"""What a measure was before a trial: of those who came to its state in the last days, counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Min

from tallystick.kernel.calendars import local_day
from tallystick.strategy.queries import trials
from tallystick.strategy.queries.trials import Reading
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.terms import ENOUGH

#: Days of the past that are asked, where the strategy is as old.
DAYS = 365


@dataclass(frozen=True, slots=True)
class History:
    """What was seen of those who came in the last days, and how many came."""

    reading: Reading
    begins: date
    ends: date
    #: Of the champion's arm, and of whoever came before there was the split: what has been done so far.
    sums: Sums
    #: Units that came, in whatever arm, whether they have been watched for the whole window or not.
    came: int

    @property
    def days(self) -> int:
        """Days that were asked."""
        return (self.ends - self.begins).days

    @property
    def per_day(self) -> float:
        """Units that came a day."""
        return self.came / self.days

    @property
    def is_known(self) -> bool:
        """Whether it says how the measure varies: of few nothing is concluded, nor where all did the same."""
        return self.sums.units >= ENOUGH and bool(self.sums.spread)

    @property
    def crowding(self) -> float:
        """How many times a share varies more than if each account stood for itself: 1 where debtors have one account each."""
        share = self.sums.ratio
        if not (self.is_known and self.reading.split.by_debtor) or share is None or self.sums.spread is None:
            return 1.0
        return self.sums.spread / (share * (1 - share))


def history(reading: Reading, *, day: date) -> History:
    """Give what the measure was among those who came in the last year before a day, or since the strategy has been in force."""
    begins = max(day - timedelta(days=DAYS), min(_in_force_since(reading) or day, day - timedelta(days=1)))
    every = replace(reading, arms=tuple(arm for arm, _share in reading.split.shares))
    champion = reading.arms[0]
    seen = trials.read(every, starts_on=begins, day=day, otherwise=champion)
    sums = seen.sums.get((reading.measure.value, trials.ALL, champion), trials.NOBODY)
    return History(reading, begins, day, sums, sum(seen.entered.values()))


def _in_force_since(reading: Reading) -> date | None:
    first = reading.strategy.versions.aggregate(first=Min("published_at"))["first"]
    return local_day(first, settings.TIME_ZONE) if first else None
