"""What a foresight is made of: work and money in some days, and a team's days, each both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tallystick.access.queries import TeamSize
from tallystick.kernel.money import Money
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight.figures import Estimate, Side


@dataclass(frozen=True, slots=True)
class Both:
    """A number both ways."""

    now: Estimate
    then: Estimate

    @property
    def change(self) -> int:
        """How much more it would be."""
        return self.then.value - self.now.value


@dataclass(frozen=True, slots=True)
class Sums:
    """Money of one currency, both ways."""

    now: Money
    then: Money


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of act that occurs."""

    act: str

    @property
    def said(self) -> str:
        """The kind in words."""
        return assumed.said_act(self.act)


@dataclass(frozen=True, slots=True)
class Work:
    """What is done in some days, both ways: acts by kind, minutes of people, and what it costs."""

    acts: dict[str, Both]
    minutes: Both
    cost: Sums

    @property
    def hours_now(self) -> Decimal:
        """Hours of people now, with one decimal."""
        return hours(self.minutes.now.value)

    @property
    def hours_then(self) -> Decimal:
        """Hours of people by the version."""
        return hours(self.minutes.then.value)

    @property
    def in_order(self) -> list[Both]:
        """The acts in the order of `Result.kinds`."""
        return list(self.acts.values())


@dataclass(frozen=True, slots=True)
class Span:
    """Some days in a row: their work, what is paid in them, and what is owed when they end, each currency by itself."""

    first: date
    last: date
    work: Work
    paid: Mapping[str, Sums]
    owing: Mapping[str, Sums]


@dataclass(frozen=True, slots=True)
class TeamDay:
    """A day of a team: its work, and the minutes that its people have."""

    day: date
    work: Work
    minutes: int

    def is_over(self, side: Side) -> bool:
        """Whether the work takes longer than there is time; never where nobody knows how much there is."""
        taken = self.work.minutes.now if side is Side.NOW else self.work.minutes.then
        return bool(self.minutes) and taken.value > self.minutes

    @property
    def hours_there_are(self) -> Decimal:
        """Hours that its people have."""
        return hours(self.minutes)

    @property
    def is_over_then(self) -> bool:
        """Whether it is too much by the version."""
        return self.is_over(Side.THEN)


@dataclass(frozen=True, slots=True)
class TeamAhead:
    """A team: the people it has, its work in all, and day by day."""

    id: int
    unit: str
    name: str
    size: TeamSize
    minutes_a_day: int
    work: Work
    days: list[TeamDay]

    @property
    def people(self) -> int:
        """How many people are in it."""
        return self.size.people

    @property
    def people_by_time(self) -> Decimal | None:
        """How many they are where some share their hours with other teams; None where nobody does."""
        if self.size.by_time == self.size.people:
            return None
        by_time = Decimal(self.size.by_time.numerator) / self.size.by_time.denominator
        return by_time.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def hours_a_day(self) -> Decimal:
        """Hours that its people have in a working day."""
        return hours(self.minutes_a_day)

    @property
    def over_now(self) -> list[date]:
        """The days with more work than its people can do, now."""
        return [each.day for each in self.days if each.is_over(Side.NOW)]

    @property
    def over_then(self) -> list[date]:
        """The days with more work than its people can do, by the version."""
        return [each.day for each in self.days if each.is_over(Side.THEN)]


def hours(minutes: int) -> Decimal:
    """Give minutes as hours with one decimal."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)
