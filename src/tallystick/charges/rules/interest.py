"""Interest on a daily balance, line by line.

Interest of a day is on the balance that the day began with. Days are cut into ranges wherever the balance, the rate, a freeze,
the grace or a rest changes something; the figure of each range is exact until it is rounded once, see `terms.Rounding`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from tallystick.charges.rules.day_counts import counted_days, day_before, part_of_year
from tallystick.charges.rules.proof import Line, Proof
from tallystick.charges.rules.terms import Balance, Compounding, Freeze, Rounding, Terms
from tallystick.jurisdictions.rules.counting import add_months
from tallystick.jurisdictions.rules.rates import RateStep
from tallystick.kernel.money import half_up

_DAY = timedelta(days=1)
_MONTHS_BETWEEN_RESTS = {Compounding.MONTHLY: 1, Compounding.QUARTERLY: 3, Compounding.YEARLY: 12}
GRACE = "grace"
SMALL = "small balance"


@dataclass(frozen=True, slots=True)
class Bearing:
    """A debt that bears interest: its balances and rates by day, when it begins to, and what stops it.

    `balances` and `rates` are in order of their days. `paid` are payments of interest, each from the day on which it counts: they
    lessen what was added to the balance at rests.
    """

    first_day: date
    balances: Sequence[Balance]
    rates: Sequence[RateStep]
    freezes: Sequence[Freeze] = ()
    paid: Sequence[Balance] = ()


def interest(terms: Terms, bearing: Bearing, *, until: date) -> Proof:
    """Prove the interest from the first day until a last one, that day included.

    >>> from decimal import Decimal
    >>> eight = RateStep(date(2026, 1, 1), Decimal(8), "interest.before_judgment.county", date(1993, 4, 1), "section 69")
    >>> debt = Bearing(date(2026, 1, 2), [Balance(date(2026, 1, 1), 1000_00)], [eight])
    >>> interest(Terms(), debt, until=date(2026, 2, 20)).total
    1096
    """
    lines: list[Line] = []
    adding, added, total = _Rounded(terms.rounding), 0, 0
    rests = set(_rests(terms.compounding, bearing.first_day, until))
    for first, last in _ranges(terms, bearing, until, rests):
        reached = _at(bearing.balances, first)
        capital = max(added - sum(paid.minor for paid in bearing.paid if paid.first_day <= first), 0)
        line = _line(terms, bearing, first, last, max(reached.minor if reached else 0, 0) + capital, until, adding)
        if capital or (reached and reached.held):
            held, held_by = (reached.held, reached.held_by) if reached else (0, "")
            line = replace(line, added=capital, held=held, held_by=held_by)
        if terms.most is not None and total + line.amount > terms.most:
            line = _cut(line, terms.most - total)
        total += line.amount
        lines.append(line)
        if last in rests:
            added = total
    lifted = max(min(terms.least, terms.most if terms.most is not None else terms.least) - total, 0) if total else 0
    return Proof(tuple(lines), lifted)


def interest_between(terms: Terms, bearing: Bearing, *, since: date, until: date) -> int:
    """Give what interest grows by over days, both included: what a run charges that charged everything before.

    Over a range it is the sum over its parts, to the minor unit, whatever the terms are and however the range is cut.
    """
    before = interest(terms, bearing, until=day_before(since)).total if since > bearing.first_day else 0
    return interest(terms, bearing, until=until).total - before


def balances_of(opening: Balance, movements: Sequence[tuple[date, int]]) -> tuple[Balance, ...]:
    """Give the balances of a debt by its opening and what was booked on which day: positive adds to it, negative pays it.

    >>> found = balances_of(Balance(date(2026, 1, 1), 100), [(date(2026, 1, 10), -40)])
    >>> [(str(each.first_day), each.minor) for each in found]
    [('2026-01-01', 100), ('2026-01-11', 60)]
    """
    found = [opening]
    for booked_on, minor in sorted(movements):
        first_day = max(booked_on + _DAY, opening.first_day)
        balance = Balance(first_day, found[-1].minor + minor)
        if found[-1].first_day == first_day:
            found[-1] = balance
        else:
            found.append(balance)
    return tuple(found)


def _at(balances: Sequence[Balance], day: date) -> Balance | None:
    place = bisect_right(balances, day, key=lambda balance: balance.first_day)
    return balances[place - 1] if place else None


def _rate_at(rates: Sequence[RateStep], day: date) -> RateStep:
    return rates[max(bisect_right(rates, day, key=lambda rate: rate.first_day) - 1, 0)]


def _rests(compounding: Compounding, first_day: date, until: date) -> Iterator[date]:
    """Give the days at whose end interest is added to the balance."""
    if compounding is Compounding.DAILY:
        yield from (first_day + timedelta(days=each) for each in range((until - first_day).days + 1))
    elif compounding is not Compounding.NONE:
        between, number = _MONTHS_BETWEEN_RESTS[compounding], 1
        while (rest := add_months(day_before(first_day), between * number)) <= until:
            yield rest
            number += 1


def _ranges(terms: Terms, bearing: Bearing, until: date, rests: set[date]) -> Iterator[tuple[date, date]]:
    """Cut the days wherever something changes."""
    cuts = {bearing.first_day, until + _DAY, bearing.first_day + timedelta(days=terms.grace.days)}
    cuts |= {each.first_day for each in (*bearing.balances, *bearing.paid)}
    cuts |= {each.first_day for each in bearing.rates} | {each.first_day for each in bearing.freezes}
    cuts |= {each.last_day + _DAY for each in bearing.freezes if each.last_day is not None}
    cuts |= {rest + _DAY for rest in rests}
    days = sorted(day for day in cuts if bearing.first_day <= day <= until + _DAY)
    for first, next_first in pairwise(days):
        yield first, next_first - _DAY


class _Rounded:
    """Sums that are rounded as a whole: what each range shows is what the rounded sum grew by."""

    def __init__(self, rounding: Rounding) -> None:
        self._rounding = rounding
        self._of: object = None
        self._exact = Fraction(0)
        self._shown = 0

    def add(self, exact: Fraction, of: object) -> int:
        if self._rounding is Rounding.LINE and of != self._of:
            self._of, self._exact, self._shown = of, Fraction(0), 0
        self._exact += exact
        grown = half_up(self._exact) - self._shown
        self._shown += grown
        return grown


def _line(terms: Terms, bearing: Bearing, first: date, last: date, base: int, until: date, adding: _Rounded) -> Line:
    rate = _rate_at(bearing.rates, first)
    percent = terms.bound(rate.percent)
    days = counted_days(day_before(first), last, terms.day_count)
    stopped_by = _stopped_by(terms, bearing, first, base, until)
    if stopped_by:
        return Line(first, last, days, base, percent, rate, Fraction(0), 0, stopped_by)
    a_year = Fraction(base) * Fraction(percent) / 100
    if terms.rounding is Rounding.DAY:
        daily = half_up(a_year * part_of_year(day_before(first), first, terms.day_count))
        return Line(first, last, days, base, percent, rate, Fraction(daily * days), daily * days)
    exact = a_year * part_of_year(day_before(first), last, terms.day_count)
    amount = adding.add(exact, (base, percent, rate.row_from, rate.rule))
    return Line(first, last, days, base, percent, rate, exact, amount)


def _stopped_by(terms: Terms, bearing: Bearing, first: date, base: int, until: date) -> str:
    for freeze in bearing.freezes:
        if freeze.holds(first):
            return freeze.reason
    if base < terms.smallest_balance:
        return SMALL
    grace_over = bearing.first_day + timedelta(days=terms.grace.days)
    if first < grace_over:
        still = _at(bearing.balances, grace_over)
        if terms.grace.forgiven or until < grace_over or still is None or still.minor <= 0:
            return GRACE
    return ""


def _cut(line: Line, amount: int) -> Line:
    return replace(line, amount=amount, capped=True)
