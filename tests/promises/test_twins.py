"""The judgement in SQL and the rule in Python give the same answer on the same cases."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import TEST
from tests.promises.story import morning, owing, promise

from tallystick.accounts import actions as account_actions
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause
from tallystick.promises import actions, rules
from tallystick.promises.models import Promise

pytestmark = pytest.mark.django_db

MON = date(2026, 3, 2)
PAY_ON = date(2026, 3, 5)
#: The day after the Friday of grace.
GRACE_UNTIL = date(2026, 3, 7)
MADE_AT = morning(MON)


def by_rule(payments: list[tuple[int, date, datetime]], *, today: date) -> str:
    counted = sum(
        minor
        for minor, booked_on, posted_at in payments
        if rules.counts_towards(
            booked_on=booked_on, posted_at=posted_at, made_on=MON, made_at=MADE_AT, grace_until_on=GRACE_UNTIL
        )
    )
    return rules.judgement(
        amount=Money(5000, "GBP"),
        tolerance=Money(500, "GBP"),
        paid_in_time=Money(counted, "GBP"),
        grace_until_on=GRACE_UNTIL,
        today=today,
    ).value


def by_sql(payments: list[tuple[int, date, datetime]], *, today: date) -> str:
    account = owing("500.00", promise_tolerance="0.1")
    made = promise(account, "50.00", on=MON, pay_on=PAY_ON)
    assert made.grace_until_on == GRACE_UNTIL
    for number, (minor, booked_on, posted_at) in enumerate(payments, start=1):
        account_actions.apply_credits(
            [account_actions.Credit(account.pk, number, Money(minor, "GBP"), booked_on)],
            cause_kind=Cause.PAYMENT,
            at=posted_at,
            by=TEST,
        )
    actions.judge_promises(account_ids=[account.pk], at=morning(today), by=TEST)
    return Promise.objects.get(pk=made.pk).state


LATER = MADE_AT + timedelta(days=20)


@pytest.mark.parametrize("today", [GRACE_UNTIL - timedelta(days=1), GRACE_UNTIL], ids=["last day of grace", "too late"])
@pytest.mark.parametrize(
    "payments",
    [
        pytest.param([], id="nothing came"),
        pytest.param([(5000, PAY_ON, LATER)], id="on its day"),
        pytest.param([(4999, PAY_ON, LATER)], id="a penny short"),
        pytest.param([(4500, PAY_ON, LATER)], id="inside the tolerance"),
        pytest.param([(4499, PAY_ON, LATER)], id="outside the tolerance"),
        pytest.param([(5000, GRACE_UNTIL - timedelta(days=1), LATER)], id="on the last day of grace"),
        pytest.param([(5000, GRACE_UNTIL, LATER)], id="a day late"),
        pytest.param([(5000, MON - timedelta(days=1), LATER)], id="booked the day before it was made"),
        pytest.param([(5000, MON, MADE_AT)], id="booked the day it was made"),
        pytest.param([(5000, MON, MADE_AT - timedelta(seconds=1))], id="known before it was made"),
        pytest.param([(2500, MON, LATER), (2500, PAY_ON, LATER)], id="in two parts"),
    ],
)
def test_rule_and_query_agree_on_the_edges(payments, today):
    assert by_sql(payments, today=today) == by_rule(payments, today=today)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payments=st.lists(
        st.tuples(
            st.integers(1, 6000),
            st.dates(MON - timedelta(days=2), GRACE_UNTIL + timedelta(days=2)),
            st.integers(-3000, 12_000).map(lambda minutes: MADE_AT + timedelta(minutes=minutes)),
        ),
        max_size=4,
    ),
    today=st.dates(MON, GRACE_UNTIL + timedelta(days=3)),
)
def test_rule_and_query_agree_on_any_payments(payments, today):
    assert by_sql(payments, today=today) == by_rule(payments, today=today)
