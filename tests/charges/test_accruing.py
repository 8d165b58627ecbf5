"""Interest on the book: charged once for each day, through the day that is agreed, and shown by lines."""

from datetime import date, timedelta

import pytest
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, LATE, accrue, at, charged, debt, interest_item, is_sound, lines, pay, told

from tallystick.accounts import actions as account_actions
from tallystick.charges import actions
from tallystick.charges.models import Bearing, Line
from tallystick.charges.rules.accruing import DayNotOver
from tallystick.ledger.rules import Cause

pytestmark = pytest.mark.django_db


def test_interest_is_charged_through_a_day_as_an_item_beside_the_debt():
    account, item = debt()

    outcome = accrue(date(2026, 2, 20))

    assert (outcome.done, outcome.refused) == (1, {})
    beside = interest_item(account)
    assert (beside.reference, beside.open_minor, beside.amount_minor) == (f"{item.reference}/interest", 1096, 1096)
    assert (beside.due_on, beside.settled_on) == (date(2026, 1, 2), None)
    assert charged(account) == 1096
    assert lines(item) == [("2026-01-02", "2026-02-20", 1000_00, 1096)]
    [line] = Line.objects.filter(item_id=item.pk)
    assert (line.rule, line.source, line.percent, line.days) == ("contract", f"{account.client.name}, terms 1", 8, 50)
    assert told(account, "InterestCharged") == [
        {"amount": {"minor": 1096, "currency": "GBP"}, "items": 1, "until_on": "2026-02-20"}
    ]
    assert is_sound() == []


def test_a_day_is_charged_once_however_often_it_is_asked_for():
    account, _item = debt()
    accrue(date(2026, 2, 20))

    again, before = accrue(date(2026, 2, 20)), accrue(date(2026, 2, 10))

    assert (again.done, before.done) == (0, 0)
    assert charged(account) == 1096


def test_day_after_day_comes_to_what_one_run_over_all_of_them_does():
    daily, daily_item = debt("1234.56")
    once, once_item = debt("1234.56")

    for day in range(40):
        actions.accrue(day=DUE + timedelta(days=1 + day), at=at(DUE + timedelta(days=1 + day)), by=TEST)

    assert charged(daily) == charged(once) == 1082
    assert Bearing.objects.get(item_id=daily_item.pk).charges > 30
    actions.prove_again(account_ids=[daily.pk, once.pk], by=TEST)
    accrue(DUE + timedelta(days=40))
    assert lines(daily_item) == lines(once_item) == [("2026-01-02", "2026-02-10", 1234_56, 1082)]
    assert is_sound() == []


def test_a_part_payment_bears_on_the_days_after_it():
    account, item = debt()
    accrue(date(2026, 1, 20))
    pay(account, "400.00", on=date(2026, 1, 21), known=date(2026, 1, 21), items={item.pk: 400_00})

    accrue(date(2026, 1, 31))

    # Twenty days on 1,000 (to the day of the payment), ten on 600.
    assert lines(item) == [("2026-01-02", "2026-01-21", 1000_00, 438), ("2026-01-22", "2026-01-31", 600_00, 132)]
    assert charged(account) == 570
    assert told(account, "InterestCorrected") == []
    assert is_sound() == []


def test_a_rate_of_the_law_names_its_row_and_source():
    _account, item = debt(document=LATE)

    accrue(date(2026, 1, 31))

    [line] = Line.objects.filter(item_id=item.pk)
    assert (line.rule, line.read_on) == ("interest.late_payment", date(2025, 12, 31))
    assert line.percent == line.index_percent + 8
    assert "Bank of England" in line.source or line.source


def test_monthly_interest_is_charged_at_the_end_of_a_month():
    account, _item = debt(document={**EIGHT, "charged": "monthly"})

    assert accrue(date(2026, 1, 30)).done == 0
    accrue(date(2026, 1, 31))
    assert charged(account) == 658
    accrue(date(2026, 2, 27))
    assert charged(account) == 658


def test_interest_that_is_compounded_is_proven_each_time():
    account, item = debt("10000.00", document={**EIGHT, "compounding": "monthly"})
    for day in (date(2026, 1, 15), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 31)):
        accrue(day)

    assert [base for _first, _last, base, _minor in lines(item)] == [10000_00, 10067_95, 10129_74]
    assert charged(account) == sum(minor for *_days, minor in lines(item))
    assert is_sound() == []


def test_a_cap_is_reached_and_nothing_is_charged_beyond_it():
    account, _item = debt(document={**EIGHT, "most": "5.00"})
    for day in range(2, 32):
        accrue(date(2026, 1, day))

    assert charged(account) == 500
    assert is_sound() == []


def test_a_debt_that_was_paid_in_time_bears_nothing():
    account, item = debt()
    pay(account, "1000.00", on=DUE, known=DUE, items={item.pk: 1000_00})

    assert accrue(date(2026, 1, 31)).done in {0, 1}
    assert charged(account) == 0


def test_a_settled_debt_is_asked_no_more_until_something_is_booked():
    account, item = debt()
    cause = pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 1, 11), items={item.pk: 1000_00})
    accrue(date(2026, 1, 31))

    assert accrue(date(2026, 2, 1)).done == 0
    account_actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=cause, booked_on=date(2026, 1, 11), reason="Bounced",
        at=at(date(2026, 2, 2)), by=TEST,
    )  # fmt: skip
    accrue(date(2026, 2, 2))
    assert charged(account) == 701
    assert is_sound() == []


def test_a_day_to_come_is_refused():
    with pytest.raises(DayNotOver):
        actions.accrue(day=date(2026, 2, 2), at=at(date(2026, 2, 1)), by=TEST)
