"""Measures of a book, worked by hand."""

from decimal import Decimal

import pytest

from tallystick.accounts.rules import metrics
from tallystick.accounts.rules.metrics import Month


@pytest.mark.parametrize(
    ("receivables", "months", "days"),
    [
        pytest.param(100_000, [(40_000, 30), (35_000, 31), (50_000, 30)], "76.00", id="three months"),
        pytest.param(18_000, [(40_000, 30)], "13.50", id="within the first"),
        pytest.param(40_000, [(40_000, 30), (35_000, 31)], "30.00", id="exactly a month"),
        pytest.param(40_000, [(40_000, 30), (0, 31), (5, 30)], "30.00", id="exactly a month, none sold before"),
        pytest.param(
            50_000, [(40_000, 30), (0, 31), (20_000, 28)], "75.00", id="a month without sales counts its days"
        ),
        pytest.param(50_000, [(40_000, 30), (-10_000, 31), (20_000, 30)], "91.00", id="credit notes exceed the sales"),
        pytest.param(0, [(40_000, 30)], "0.00", id="nothing outstanding"),
        pytest.param(-5, [(40_000, 30)], "0.00", id="we owe"),
        pytest.param(100_001, [(40_000, 30), (60_000, 31)], None, id="the months do not reach back"),
        pytest.param(1, [], None, id="no months"),
    ],
)
def test_days_are_counted_back_month_by_month(receivables, months, days):
    found = metrics.days_sales_outstanding_counted_back(receivables, [Month(*month) for month in months])

    assert found == (None if days is None else Decimal(days))


def test_days_of_sales_are_rounded_once_and_a_period_without_sales_says_nothing():
    assert str(metrics.days_sales_outstanding(Decimal("1000.05"), Decimal("3000"), 91)) == "30.33"
    assert str(metrics.days_sales_outstanding(1, 8, 1)) == "0.13"
    assert metrics.days_sales_outstanding(450_000, 0, 90) is None
    assert metrics.days_sales_outstanding(450_000, -1, 90) is None
    assert metrics.average_days_delinquent(None, Decimal("1.00")) is None


def test_effectiveness_is_full_where_all_that_was_due_came_in_and_says_nothing_where_nothing_was_due():
    def of(total, current):
        return metrics.collection_effectiveness(beginning=500, sales=400, ending_total=total, ending_current=current)

    assert of(300, 300) == Decimal("100.00")
    assert of(900, 300) == Decimal("0.00")
    assert of(900, 900) is None
