"""When a promise is taken, kept and broken, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel.money import CurrencyMismatch, Money
from tallystick.promises import rules
from tallystick.promises.rules import State

PROMISED = Money(5000, "GBP")
NONE = Money(0, "GBP")
GRACE_UNTIL = date(2025, 3, 5)


@pytest.mark.parametrize(
    ("paid_in_time", "today", "broken"),
    [
        pytest.param(0, date(2025, 3, 4), False, id="last day of grace"),
        pytest.param(0, date(2025, 3, 5), True, id="grace has run out"),
        pytest.param(4999, date(2025, 3, 5), True, id="a penny short"),
        pytest.param(5000, date(2025, 3, 5), False, id="paid in full"),
        pytest.param(9000, date(2025, 3, 5), False, id="paid more"),
    ],
)
def test_a_promise_is_broken_once_grace_runs_out_unpaid(paid_in_time, today, broken):
    assert broken is rules.is_broken(
        amount=PROMISED,
        tolerance=NONE,
        paid_in_time=Money(paid_in_time, "GBP"),
        grace_until_on=GRACE_UNTIL,
        today=today,
    )


@pytest.mark.parametrize(
    ("paid_in_time", "today", "state"),
    [
        pytest.param(4500, date(2025, 3, 4), State.OPEN, id="there is still time for the rest"),
        pytest.param(4500, date(2025, 3, 5), State.PARTLY_KEPT, id="just inside the tolerance"),
        pytest.param(4499, date(2025, 3, 5), State.BROKEN, id="just outside"),
        pytest.param(5000, date(2025, 3, 1), State.KEPT, id="kept before its day"),
        pytest.param(5000, date(2030, 1, 1), State.KEPT, id="kept for ever"),
    ],
)
def test_a_promise_with_little_missing_is_kept_in_part_when_grace_has_run_out(paid_in_time, today, state):
    judged = rules.judgement(
        amount=PROMISED,
        tolerance=Money(500, "GBP"),
        paid_in_time=Money(paid_in_time, "GBP"),
        grace_until_on=GRACE_UNTIL,
        today=today,
    )

    assert judged is state


def test_money_of_another_currency_is_a_defect():
    with pytest.raises(CurrencyMismatch):
        rules.is_broken(
            amount=PROMISED, tolerance=NONE, paid_in_time=Money(1, "EUR"), grace_until_on=GRACE_UNTIL, today=GRACE_UNTIL
        )


MADE_AT = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("booked_on", "posted_at", "counts"),
    [
        pytest.param(date(2025, 2, 28), MADE_AT + timedelta(days=1), False, id="booked the day before it was made"),
        pytest.param(date(2025, 3, 1), MADE_AT, True, id="booked the day it was made"),
        pytest.param(date(2025, 3, 1), MADE_AT - timedelta(seconds=1), False, id="known a second before it was made"),
        pytest.param(date(2025, 3, 4), MADE_AT + timedelta(days=3), True, id="booked on the last day of grace"),
        pytest.param(date(2025, 3, 4), MADE_AT + timedelta(days=30), True, id="known long after grace"),
        pytest.param(date(2025, 3, 5), MADE_AT + timedelta(days=4), False, id="booked after grace"),
    ],
)
def test_money_counts_by_the_day_it_was_booked(booked_on, posted_at, counts):
    assert counts is rules.counts_towards(
        booked_on=booked_on,
        posted_at=posted_at,
        made_on=date(2025, 3, 1),
        made_at=MADE_AT,
        grace_until_on=GRACE_UNTIL,
    )


@pytest.mark.parametrize(
    ("pay_on", "grace_days", "last_day"),
    [
        pytest.param(date(2026, 3, 4), 0, date(2026, 3, 4), id="no grace, a Wednesday"),
        pytest.param(date(2026, 3, 4), 1, date(2026, 3, 5), id="a day of grace"),
        pytest.param(date(2026, 3, 7), 0, date(2026, 3, 9), id="no grace, a Saturday"),
        pytest.param(date(2026, 3, 6), 1, date(2026, 3, 9), id="Friday and a day end on Monday"),
        pytest.param(date(2026, 4, 2), 1, date(2026, 4, 7), id="Maundy Thursday and a day end after Easter"),
        pytest.param(date(2026, 12, 24), 1, date(2026, 12, 29), id="Christmas Eve and a day end after Boxing Day"),
        pytest.param(date(2027, 12, 31), 1, date(2028, 1, 4), id="over the end of the year"),
    ],
)
def test_grace_ends_on_a_business_day(pay_on, grace_days, last_day):
    holidays = jurisdiction_queries.holidays("GB-EAW")

    assert rules.last_day_of_grace(pay_on, grace_days=grace_days, holidays=holidays) == last_day
    assert rules.grace_until(pay_on, grace_days=grace_days, holidays=holidays) == last_day + timedelta(days=1)


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("minor", "refused"),
    [(-1, True), (0, True), (1, False), (10_000, False), (10_001, True)],
    ids=["less than nothing", "nothing", "a penny", "all", "a penny more than all"],
)
def test_a_promise_is_for_more_than_nothing_and_no_more_than_is_owed(minor, refused):
    terms = {"owed": Money(10_000, "GBP"), "pay_on": TODAY, "today": TODAY, "furthest_days": 30}

    if refused:
        with pytest.raises(rules.PromiseAmountOutOfRange):
            rules.check_terms(amount=Money(minor, "GBP"), **terms)
    else:
        rules.check_terms(amount=Money(minor, "GBP"), **terms)


@pytest.mark.parametrize(
    ("days", "refused"),
    [(-1, True), (0, False), (30, False), (31, True)],
    ids=["yesterday", "today", "the furthest day", "a day further"],
)
def test_a_promise_is_for_a_day_from_today_to_the_furthest(days, refused):
    terms = {"amount": PROMISED, "owed": PROMISED, "today": TODAY, "furthest_days": 30}

    if refused:
        with pytest.raises(rules.PromiseDayOutOfRange, match="from 2026-03-02 to 2026-04-01"):
            rules.check_terms(pay_on=TODAY + timedelta(days=days), **terms)
    else:
        rules.check_terms(pay_on=TODAY + timedelta(days=days), **terms)


def test_a_tolerance_is_rounded_down_and_never_the_whole():
    assert rules.tolerance(Money(1, "GBP"), Decimal("0.999")) == Money(0, "GBP")
    assert rules.tolerance(Money(10_000, "JPY"), Decimal("0.025")) == Money(250, "JPY")
    with pytest.raises(ValueError, match="fraction"):
        rules.tolerance(PROMISED, Decimal(1))
