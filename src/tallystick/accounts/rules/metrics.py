"""Measures of a book: how many days of sales are outstanding, and how well what is due is collected.

Amounts are of one currency, in any unit. A measure that says nothing, as that of a period without sales, is None and not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tallystick.kernel.money import half_up

Amount = Decimal | int


@dataclass(frozen=True, slots=True)
class Month:
    """What was sold on credit in a month, less its credit notes, and how many days it has."""

    sales: Amount
    days: int


def _figure(exact: Fraction) -> Decimal:
    return Decimal(half_up(exact * 100)).scaleb(-2)


def days_sales_outstanding(receivables: Amount, sales: Amount, days: int) -> Decimal | None:
    """Give the days of a period's sales that receivables come to: all of them, or (best possible) those not yet due.

    >>> days_sales_outstanding(450_000, 1_200_000, 90), days_sales_outstanding(450_000, 0, 90)
    (Decimal('33.75'), None)
    """
    return _figure(Fraction(receivables) / Fraction(sales) * days) if sales > 0 else None


def average_days_delinquent(outstanding: Decimal | None, best_possible: Decimal | None) -> Decimal | None:
    """Give by how many days what is outstanding exceeds what would be if everybody paid on the due day."""
    return None if outstanding is None or best_possible is None else outstanding - best_possible


def days_sales_outstanding_counted_back(receivables: Amount, months: Sequence[Month]) -> Decimal | None:
    """Give the days that receivables reach back: whole months from the newest on, then a part of one by its sales.

    None where the months that are given do not reach back far enough.

    >>> days_sales_outstanding_counted_back(100_000, [Month(40_000, 30), Month(35_000, 31), Month(50_000, 30)])
    Decimal('76.00')
    """
    left, days = max(Fraction(receivables), Fraction(0)), Fraction(0)
    for month in months:
        if left < (sales := Fraction(month.sales)):
            return _figure(days + left / sales * month.days)
        if left:
            left, days = left - sales, days + month.days
    return None if left else _figure(days)


def collection_effectiveness(
    *, beginning: Amount, sales: Amount, ending_total: Amount, ending_current: Amount
) -> Decimal | None:
    """Give in percent what was collected of what could be: opening receivables and sales, less what is not yet due.

    >>> collection_effectiveness(beginning=500_000, sales=400_000, ending_total=450_000, ending_current=300_000)
    Decimal('75.00')
    """
    there_was = Fraction(beginning) + Fraction(sales)
    could_be = there_was - Fraction(ending_current)
    return _figure((there_was - Fraction(ending_total)) / could_be * 100) if could_be > 0 else None


def days_deductions_outstanding(still_open: Amount, raised: Amount, days: int) -> Decimal | None:
    """Give the days of a period's deductions that those still open come to.

    >>> days_deductions_outstanding(24_000, 60_000, 90)
    Decimal('36.00')
    """
    return days_sales_outstanding(still_open, raised, days)
