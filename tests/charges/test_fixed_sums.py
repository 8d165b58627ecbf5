"""The sum that is charged once because an item is late."""

from datetime import date

import pytest
from tests import builders
from tests.charges.book import DUE, FIXED, LATE, accrue, agree, charged, debt, fixed_sum, is_sound, pay, told

from tallystick.charges.rules.agreements import NotAScale

pytestmark = pytest.mark.django_db


def test_a_fixed_sum_is_charged_once_because_an_item_is_late():
    account, item = debt(document=FIXED)
    for day in (5, 6, 7):
        accrue(date(2026, 1, day))

    beside = fixed_sum(account)
    assert (beside.reference, beside.open_minor, beside.due_on) == (
        f"{item.reference}/fixed sum",
        70_00,
        date(2026, 1, 2),
    )
    assert [event["amount"]["minor"] for event in told(account, "FixedSumCharged")] == [70_00]
    assert is_sound() == []


def test_a_fixed_sum_follows_what_was_owed_when_interest_began():
    account, item = debt(document=FIXED)
    accrue(date(2026, 1, 5))
    pay(account, "500.00", on=DUE, known=date(2026, 1, 6), items={item.pk: 500_00})
    accrue(date(2026, 1, 6))
    assert fixed_sum(account).open_minor == 40_00

    pay(account, "500.00", on=DUE, known=date(2026, 1, 7), items={item.pk: 500_00})
    accrue(date(2026, 1, 7))

    assert (fixed_sum(account).open_minor, charged(account)) == (0, 0)
    assert [event["amount"]["minor"] for event in told(account, "FixedSumTakenBack")] == [40_00, 70_00]
    assert is_sound() == []


def test_a_rule_that_is_no_scale_is_refused_as_a_fixed_sum():
    account = builders.account()

    with pytest.raises(NotAScale):
        agree(account, {**LATE, "fixed_sum": {"rule": "interest.late_payment"}})
