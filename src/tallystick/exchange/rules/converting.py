"""An amount of one currency told in another: by which rate, of which day, from where, and rounded how.

The rate of a day is the last one on or before it that is not older than a stated number of days. A pair is converted by its own
rate; else by the rate of the pair the other way round; else by way of the base currency, in two steps, each with its own rate.
The amount is worked out exactly and rounded once, at the end, to the smallest part of the wanted currency, halves away from
zero. Where a rate is missing there is no amount: never zero, never the amount as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tallystick.exchange.rules.refusals import RateMissing
from tallystick.kernel.money import Money, decimals_of, half_up


def _as_data(money: Money) -> dict[str, Any]:
    return {"minor": money.minor, "currency": money.currency, "amount": str(money.amount)}


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of `quote` one unit of `base` was worth on a day, who said so, and since when that is known here."""

    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    known_at: datetime

    def as_data(self) -> dict[str, Any]:
        """Write it down for JSON: the rate as text, with every decimal."""
        return {**asdict(self), "rate": f"{self.rate.normalize():f}"}


@dataclass(frozen=True, slots=True)
class Step:
    """One rate that an amount goes through, as it stands in the table or the other way round."""

    rate: Rate
    is_inverse: bool = False

    @property
    def factor(self) -> Fraction:
        """What an amount in major units is multiplied by, exactly."""
        exact = Fraction(self.rate.rate)
        return 1 / exact if self.is_inverse else exact


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount, what it comes to in another currency, and the steps that led there; none where it was that currency."""

    amount: Money
    into: Money
    steps: tuple[Step, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Write it down for JSON: amounts and rates as text, with every decimal."""
        return {
            "amount": _as_data(self.amount),
            "into": _as_data(self.into),
            "steps": [{**step.rate.as_data(), "is_inverse": step.is_inverse} for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Total:
    """Amounts of several currencies, and what they come to in one: only where every one of them has a rate."""

    parts: tuple[Converted, ...]
    missing: tuple[RateMissing, ...]
    currency: str

    @property
    def amount(self) -> Money | None:
        """What all parts come to; None where a rate is missing."""
        if self.missing:
            return None
        return sum((part.into for part in self.parts), Money.zero(self.currency))


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates that may be used for a day: of each pair the last one on or before it that is young enough."""

    on: date
    most_days: int
    base: str
    of_pair: Mapping[tuple[str, str], Rate] = field(default_factory=dict)

    @staticmethod
    def of(rates: Iterable[Rate], *, on: date, most_days: int, base: str) -> Rates:
        """Choose from rows of the table: the last day of each pair, and of a day what became known last."""
        chosen: dict[tuple[str, str], Rate] = {}
        for each in sorted(rates, key=lambda rate: (rate.day, rate.known_at)):
            if each.day <= on and (on - each.day).days <= most_days:
                chosen[each.base, each.quote] = each
        return Rates(on, most_days, base, chosen)

    def convert(self, amount: Money, into: str) -> Converted:
        """Tell an amount in another currency.

        :raises RateMissing: no rate leads there
        :raises UnknownCurrency: there is no such currency
        """
        places = decimals_of(into) - decimals_of(amount.currency)
        if amount.currency == into:
            return Converted(amount, amount)
        steps = self._steps(amount.currency, into)
        exact = Fraction(amount.minor) * Fraction(10) ** places
        for step in steps:
            exact *= step.factor
        return Converted(amount, Money(half_up(exact), into), steps)

    def total(self, amounts: Iterable[Money], into: str) -> Total:
        """Tell amounts of several currencies, and their sum, in one."""
        parts, missing = [], []
        for amount in amounts:
            try:
                parts.append(self.convert(amount, into))
            except RateMissing as gap:
                missing.append(gap)
        return Total(tuple(parts), tuple(missing), into)

    def _steps(self, given: str, wanted: str) -> tuple[Step, ...]:
        if step := self._step(given, wanted):
            return (step,)
        first, second = self._step(given, self.base), self._step(self.base, wanted)
        if first is None or second is None:
            raise RateMissing(given=given, wanted=wanted, day=self.on, most_days=self.most_days, base=self.base)
        return (first, second)

    def _step(self, given: str, wanted: str) -> Step | None:
        if rate := self.of_pair.get((given, wanted)):
            return Step(rate)
        if rate := self.of_pair.get((wanted, given)):
            return Step(rate, is_inverse=True)
        return None
