"""What the figures of a month are, from what was owed at its end and what was sold in it and before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from tallystick.accounts.rules import Bucket, metrics
from tallystick.kernel.refusals import Refusal

#: Months of sales that receivables are set against, the closed one among them.
PERIOD = 3
#: Months that receivables are counted back through, at most; and that are closed at the first closing.
REACH = 24


class MonthNotOver(Refusal):
    """A month is closed once it is over."""

    code = "insight.month_not_over"
    sentence = _("The month that ends on {day} is not over.")
    status = 422


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a month of a client in one currency: amounts in minor units, measures in days, or None for no saying."""

    #: Principal less money on account, at the month's end; and what of the principal was not due.
    receivables_minor: int
    current_minor: int
    #: What was invoiced in the month, less its credit notes; and in the months that receivables are set against.
    sales_minor: int
    period_sales_minor: int
    period_days: int
    days_outstanding: Decimal | None
    days_best_possible: Decimal | None
    days_counted_back: Decimal | None
    days_delinquent: Decimal | None
    #: In percent.
    effectiveness: Decimal | None
    #: The balance by age, charges too, in the order of `Bucket`.
    aged_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """What was owed at the end of a month: principal less money on account, what of it was not due, and all of it by age."""

    receivables_minor: int = 0
    current_minor: int = 0
    aged_minor: tuple[int, ...] = (0,) * len(Bucket)


def last_of_month(day: date) -> date:
    """Give the last day of the month that a day lies in.

    >>> last_of_month(date(2028, 2, 3))
    datetime.date(2028, 2, 29)
    """
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_before(month_on: date) -> date:
    """Give the last day of the month before.

    >>> month_before(date(2026, 3, 31))
    datetime.date(2026, 2, 28)
    """
    return month_on.replace(day=1) - timedelta(days=1)


def months_through(month_on: date, count: int) -> list[date]:
    """Give the last days of so many months, the newest first.

    >>> [day.isoformat() for day in months_through(date(2026, 1, 31), 3)]
    ['2026-01-31', '2025-12-31', '2025-11-30']
    """
    months = [month_on]
    while len(months) < count:
        months.append(month_before(months[-1]))
    return months


def refuse_unless_over(month_on: date, today: date) -> None:
    """Refuse a month that is not over.

    :raises MonthNotOver: it is not
    """
    if today <= month_on:
        raise MonthNotOver(day=month_on.isoformat())


def measure(month_on: date, *, balances: Mapping[date, Balance], sales: Mapping[date, int]) -> Figures:
    """Measure a month by the balances at the ends of it and of the month before, and by the sales of months."""
    now, before = balances.get(month_on, Balance()), balances.get(month_before(month_on), Balance())
    period = months_through(month_on, PERIOD)
    period_sales, days = sum(sales.get(month, 0) for month in period), sum(month.day for month in period)
    outstanding = metrics.days_sales_outstanding(now.receivables_minor, period_sales, days)
    best = metrics.days_sales_outstanding(now.current_minor, period_sales, days)
    back = [metrics.Month(sales.get(month, 0), month.day) for month in months_through(month_on, REACH)]
    return Figures(
        receivables_minor=now.receivables_minor,
        current_minor=now.current_minor,
        sales_minor=sales.get(month_on, 0),
        period_sales_minor=period_sales,
        period_days=days,
        days_outstanding=outstanding,
        days_best_possible=best,
        days_counted_back=metrics.days_sales_outstanding_counted_back(now.receivables_minor, back),
        days_delinquent=metrics.average_days_delinquent(outstanding, best),
        effectiveness=metrics.collection_effectiveness(
            beginning=before.receivables_minor,
            sales=sales.get(month_on, 0),
            ending_total=now.receivables_minor,
            ending_current=now.current_minor,
        ),
        aged_minor=now.aged_minor,
    )
