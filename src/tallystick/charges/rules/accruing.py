"""How interest of an item goes on: what bears it, until when nothing changes, and what of a proof has to be charged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from tallystick.charges.rules.agreements import Agreement
from tallystick.charges.rules.fees import Fee, Occasion, Once, charges_due
from tallystick.charges.rules.interest import Bearing, balances_of
from tallystick.charges.rules.proof import Line, Proof
from tallystick.charges.rules.terms import Balance, Compounding, Freeze, Rounding, Terms
from tallystick.jurisdictions.rules.rates import DayCount, RateStep
from tallystick.jurisdictions.rules.scales import Scale
from tallystick.kernel.money import Money, half_up
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.rules import Cause

_DAY = timedelta(days=1)
#: What entries are made for, other than interest: how many an account has of them is its version. They are asked for by name:
#: an index answers that without a look at the entries of interest, however many they have become.
OTHER_CAUSES = tuple(int(cause) for cause in Cause if cause is not Cause.INTEREST)


class DayNotOver(Refusal):
    """Interest is charged for days that are over."""

    code = "charges.day_not_over"
    sentence = _("Interest is charged through a day that is over, or today: {day} is still to come.")
    status = 422


#: Days of the year by which SQL extends a line. Twin: `charges_grown`.
YEAR_DAYS = {DayCount.ACTUAL_365: 365, DayCount.ACTUAL_360: 360, DayCount.THIRTY_360: 360}


def is_common(agreed: Agreement) -> bool:
    """Test if interest by an agreement is balances times rates times days, rounded line by line, and nothing else.

    What is stands in `sql/proofs.sql` a second time, for whole books. A fixed sum beside it may stand, and is not charged there.
    """
    terms = agreed.terms
    return (
        terms.compounding is Compounding.NONE
        and terms.rounding is Rounding.LINE
        and terms.day_count in YEAR_DAYS
        and terms.grace.days == 0
        and not agreed.amounts
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Days, both included, on which a hold stopped interest on an item or an amount of it. Without a last day it stands."""

    first_day: date
    last_day: date | None
    reason: str
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the record says of an item that bears interest: what was booked, what held it, what was paid on its interest.

    Amounts are minor units. Movements that add to what is owed are positive; payments of interest are positive too.
    """

    first_day: date
    movements: Sequence[tuple[date, int]]
    held: Sequence[Held] = ()
    paid: Sequence[tuple[date, int]] = ()

    @property
    def owed_at_first(self) -> int:
        """What was owed when interest began."""
        return sum(minor for day, minor in self.movements if day < self.first_day)


def bearing_of(recorded: Recorded, rates: Sequence[RateStep], freezes: Collection[str]) -> Bearing:
    """Give what bears interest on which days. Holds for other reasons than `freezes` stop nothing."""
    held = [each for each in recorded.held if each.reason in freezes]
    balances = balances_of(Balance(recorded.first_day, 0), recorded.movements)
    return Bearing(
        recorded.first_day,
        _less(balances, [each for each in held if each.minor is not None]),
        rates,
        [Freeze(each.first_day, each.last_day, each.reason) for each in held if each.minor is None],
        [Balance(day + _DAY, minor) for day, minor in sorted(recorded.paid)],
    )


def _less(balances: tuple[Balance, ...], held: Sequence[Held]) -> tuple[Balance, ...]:
    """Take amounts on hold off the balances of their days; no balance is less than nothing."""
    if not held:
        return balances
    days = {each.first_day for each in balances} | {each.first_day for each in held}
    days |= {each.last_day + _DAY for each in held if each.last_day}
    return tuple(
        _less_on(day, _at(balances, day), held) for day in sorted(day for day in days if day >= balances[0].first_day)
    )


def _less_on(day: date, minor: int, held: Sequence[Held]) -> Balance:
    holding = [each for each in held if _held_on(each, day)]
    taken = min(sum(_held_on(each, day) for each in holding), max(minor, 0))
    return Balance(
        day, max(minor, 0) - taken, taken, ", ".join(sorted({each.reason for each in holding})) if taken else ""
    )


def _at(balances: Sequence[Balance], day: date) -> int:
    return next((each.minor for each in reversed(balances) if each.first_day <= day), 0)


def _held_on(held: Held, day: date) -> int:
    return (held.minor or 0) if Freeze(held.first_day, held.last_day, held.reason).holds(day) else 0


@dataclass(frozen=True, slots=True)
class Last:
    """The stretch of one balance and one rate that a proof ends with, as SQL extends it; one that bears nothing is of nothing.

    `days` and `minor` are those of the stretch so far.
    """

    base: int = 0
    percent: str = "0"
    year_days: int = 365
    days: int = 0
    minor: int = 0

    def grown(self, days: int) -> int:
        """Give what the rounded figure of the stretch grows by in further days.

        Twin: `charges_grown` of the migration.

        >>> Last(base=1000_00, percent="8", days=50, minor=1096).grown(1)
        22
        """
        exact = Fraction(self.base) * Fraction(self.percent) * (self.days + days) / (100 * self.year_days)
        return half_up(exact) - self.minor


def last_of(terms: Terms, proof: Proof) -> Last:
    """Give the stretch that a proof ends with."""
    line = proof.lines[-1]
    is_full = terms.most is not None and proof.total >= terms.most
    if line.stopped_by or is_full or not line.base:
        return Last()
    alike: list[Line] = []
    for each in reversed(proof.lines):
        if each.stopped_by:
            continue
        if _key(each) != _key(line):
            break
        alike.append(each)
    return Last(
        line.base,
        str(line.percent),
        YEAR_DAYS.get(terms.day_count, 365),
        sum(each.days for each in alike),
        sum(each.amount for each in alike),
    )


def _key(line: Line) -> tuple[object, ...]:
    return line.base, line.percent, line.rate.row_from, line.rate.rule


def steady_until(terms: Terms, bearing: Bearing, proof: Proof, *, known_until: date) -> date | None:
    """Give the last day until which nothing of the interest changes by itself but that days go by; None where SQL cannot tell.

    `known_until` is the day until which the rates of the bearing are known. Rests, month counts, and rounding of days or
    totals are not lines that grow: they are proven each time.
    """
    through = proof.lines[-1].last_day
    grace_over = bearing.first_day + timedelta(days=terms.grace.days)
    is_one_line = (
        terms.compounding is Compounding.NONE
        and terms.rounding is Rounding.LINE
        and terms.day_count in YEAR_DAYS
        and through >= grace_over
        and not proof.lifted_by
        and (terms.least == 0 or proof.total > 0)
    )
    if not is_one_line:
        return None
    cuts = [each.first_day for each in bearing.balances]
    cuts += [each.first_day for each in bearing.rates]
    cuts += [each.first_day for each in bearing.freezes]
    cuts += [each.last_day + _DAY for each in bearing.freezes if each.last_day is not None]
    return min([known_until, *(cut - _DAY for cut in cuts if cut > through)])


def is_settled(bearing: Bearing, *, through: date) -> bool:
    """Test if nothing is left that could bear interest after a day, unless something is booked."""
    return _at(bearing.balances, through + _DAY) <= 0 and all(
        each.first_day <= through + _DAY for each in bearing.balances
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """Interest to be charged: an amount, booked on the last day of the line it is from."""

    booked_on: date
    minor: int


def entries(terms: Terms, proof: Proof, *, charged: int) -> Iterator[Entry]:
    """Give what has still to be charged of a proof, line by line, by what was charged of its first days.

    >>> from decimal import Decimal
    >>> eight = RateStep(date(2026, 1, 1), Decimal(8), "interest.before_judgment.county", date(1993, 4, 1), "section 69")
    >>> line = Line(date(2026, 1, 2), date(2026, 2, 20), 50, 1000_00, Decimal(8), eight, Fraction(1096), 1096)
    >>> list(entries(Terms(), Proof((line,)), charged=1000))
    [Entry(booked_on=datetime.date(2026, 2, 20), minor=96)]
    """
    reached = 0
    for line in proof.lines:
        reached += line.amount
        least = min(terms.least, terms.most if terms.most is not None else terms.least)
        shown = max(reached, least) if reached else 0
        if shown > charged:
            yield Entry(line.last_day, shown - charged)
            charged = shown


def first_difference(was: Sequence[Line], now: Sequence[Line]) -> date | None:
    """Give the first day that two proofs until one day differ on; None where they are the same.

    Lines are compared by what a person works with. One that ends on another day differs from the sooner end on.
    """
    for old, new in zip(was, now, strict=False):
        if _shown(old) != _shown(new) or old.first_day != new.first_day:
            return min(old.first_day, new.first_day)
        if old.last_day != new.last_day:
            return min(old.last_day, new.last_day) + _DAY
        if old.amount != new.amount:
            return old.first_day
    if len(was) == len(now):
        return None
    return (was if len(was) > len(now) else now)[min(len(was), len(now))].first_day


def fixed_sum(scale: Scale, owed: Money, bearing: Bearing, *, through: date) -> int:
    """Give the sum that is charged once because a debt is late, by what was owed when interest began. Nothing is, in a freeze."""
    fee = Fee("fixed_sum", scale, Once.ITEM)
    late = Occasion("", "", "late", bearing.first_day, owed)
    charges = charges_due(fee, [late], on=through, charged=(), freezes=bearing.freezes) if owed else ()
    return sum(charge.amount.minor for charge in charges)


def is_extended(was: Line, now: Line) -> bool:
    """Test if a line is another one that has grown, or the same."""
    return _shown(was) == _shown(now) and now.last_day >= was.last_day and now.amount >= was.amount


def _shown(line: Line) -> tuple[object, ...]:
    return *_key(line), line.stopped_by
