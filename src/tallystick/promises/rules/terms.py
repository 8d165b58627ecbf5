"""Which promises are taken, and how long one has grace."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.calendars import add_business_days
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class PromiseAmountOutOfRange(Refusal):
    """A promise is for more than nothing and no more than is owed."""

    code = "promises.amount_out_of_range"
    sentence = _("Promise more than nothing, and no more than the {owed} that is owed.")
    status = 422


class PromiseDayOutOfRange(Refusal):
    """A promise is for today or a day not too far ahead."""

    code = "promises.day_out_of_range"
    sentence = _("Promise a day from {first} to {last}.")
    status = 422


class PromiseEnded(Refusal):
    """What became of a promise is settled."""

    code = "promises.ended"
    sentence = _("The promise is not open any more.")


def check_terms(*, amount: Money, owed: Money, pay_on: date, today: date, furthest_days: int) -> None:
    """Refuse a promise whose amount or day is out of range.

    :raises PromiseAmountOutOfRange: nothing, less than nothing, or more than is owed
    :raises PromiseDayOutOfRange: before today, or more than `furthest_days` after it

    >>> check_terms(
    ...     amount=Money(5000, "GBP"), owed=Money(5000, "GBP"), pay_on=date(2026, 3, 31), today=date(2026, 3, 1),
    ...     furthest_days=30,
    ... )
    """
    if amount.minor <= 0 or amount > owed:
        raise PromiseAmountOutOfRange(owed=owed)
    last = today + timedelta(days=furthest_days)
    if not today <= pay_on <= last:
        raise PromiseDayOutOfRange(first=today.isoformat(), last=last.isoformat())


def last_day_of_grace(pay_on: date, *, grace_days: int, holidays: Collection[date]) -> date:
    """Give the last day on which money still keeps a promise: calendar days after its day, moved on to a business day.

    Banks book nothing at weekends and on holidays: a promise for Friday with a day of grace can be kept on Monday.

    Source: ADR-0012, a promise is judged by booking day.

    >>> last_day_of_grace(date(2026, 3, 6), grace_days=1, holidays=set())
    datetime.date(2026, 3, 9)
    """
    return add_business_days(pay_on + timedelta(days=grace_days), 0, holidays)


def grace_until(pay_on: date, *, grace_days: int, holidays: Collection[date]) -> date:
    """Give the first day on which it is too late to keep a promise."""
    return last_day_of_grace(pay_on, grace_days=grace_days, holidays=holidays) + timedelta(days=1)


def tolerance(amount: Money, fraction: Decimal) -> Money:
    """Give how much of a promise may be missing for it to count as kept in part: a fraction from 0, below 1, rounded down.

    >>> tolerance(Money(9999, "GBP"), Decimal("0.05"))
    Money(499, 'GBP')
    """
    if not 0 <= fraction < 1:
        raise ValueError("a tolerance is a fraction from 0, below 1")
    return Money(int((amount.minor * fraction).to_integral_value(ROUND_FLOOR)), amount.currency)
