"""Steps by the due day: before it and after it, in days and business days, rolled where the day is no business day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import days, happened, run
from tests.strategy.reference import day_by_due

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import catalogue, why
from tallystick.strategy.rules import narration, reading, timing
from tallystick.strategy.rules.document import Due, Roll

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: courtesy
        at: 5 days before due
        roll: previous business day
        do: [note: courtesy]
      - id: reminder
        at: 3 days after due
        do: [note: reminder]
      - id: second
        at: 5 business days after due
        on: business days
        do: [note: second]
"""
#: A Wednesday; 5 days before it is a Friday, and after it come Good Friday and Easter Monday.
DUE_ON = date(2026, 4, 1)
FIRST = date(2026, 3, 20)

_days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@settings(max_examples=400, deadline=None)
@given(
    due_on=_days,
    number=st.integers(0, 40),
    business=st.booleans(),
    before=st.booleans(),
    roll=st.sampled_from(list(Roll)),
    holidays=st.sets(_days, max_size=60),
    later=st.integers(-10, 10),
)
def test_a_step_comes_exactly_from_its_day(due_on, number, business, before, roll, holidays, later):
    at = Due(number, business, before, roll)
    comes = day_by_due(due_on, number, business=business, before=before, roll=roll.value, holidays=holidays)

    assert timing.day_by(at, due_on, holidays=holidays) == comes
    day = comes + timedelta(days=later)
    assert (due_on <= timing.due_by(at, day=day, holidays=holidays)) == (day >= comes)


def _publish_and_run(document: str, *, due_on: date = DUE_ON, first: date = FIRST, count: int = 30):
    account = builders.account()
    builders.invoice(account, "100.00", due_on=due_on)
    strategies.publish(document, day=first)
    strategies.refresh(account.pk, day=first)
    for day in days(first, count):
        run(day)
    return account


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("late", range(7))
@pytest.mark.parametrize("roll", ["", "roll: previous business day", "roll: next business day"])
def test_steps_come_on_the_days_the_reference_says(late, roll):
    due_on = DUE_ON + timedelta(days=late)
    document = DOCUMENT.replace("roll: previous business day", roll or "title: Courtesy")
    account = _publish_and_run(document, due_on=due_on)

    holidays = jurisdictions.holidays("GB-EAW")
    rolled = roll.removeprefix("roll: ") or "none"
    assert happened(account.pk) == [
        (day_by_due(due_on, 5, business=False, before=True, roll=rolled, holidays=holidays), "Courtesy"),
        (day_by_due(due_on, 3, business=False, before=False, roll="none", holidays=holidays), "Reminder"),
        (day_by_due(due_on, 5, business=True, before=False, roll="none", holidays=holidays), "Second"),
    ]


@pytest.mark.django_db
def test_business_days_after_the_due_day_pass_over_easter():
    account = _publish_and_run(DOCUMENT)

    assert happened(account.pk) == [
        (date(2026, 3, 27), "Courtesy"),
        (date(2026, 4, 4), "Reminder"),
        (date(2026, 4, 10), "Second"),
    ]
    assert Decision.objects.order_by("pk")[0].facts == {"accounts.oldest_due_on": DUE_ON.isoformat()}


@pytest.mark.django_db
@pytest.mark.parametrize("begins", [DUE_ON, DUE_ON + timedelta(days=10)])
def test_a_courtesy_is_passed_over_once_the_due_day_has_come(begins):
    account = _publish_and_run(DOCUMENT, first=begins, count=3)

    passed, *_later = happened(account.pk)
    assert passed == (begins, "Courtesy")
    assert why.history(account.pk)[-1].title == "Passed over: Courtesy"


@pytest.mark.django_db
def test_a_courtesy_whose_condition_is_not_true_waits_for_it_until_the_due_day():
    account = _publish_and_run(DOCUMENT.replace("        roll:", "        when: balance > £5,000\n        roll:"))

    assert [(past.due_on, past.title) for past in reversed(why.history(account.pk))][:2] == [
        (DUE_ON, "Passed over: Courtesy"),
        (date(2026, 4, 4), "Reminder"),
    ]


@pytest.mark.django_db
def test_an_account_that_owes_nothing_waits():
    account = builders.account()
    strategies.publish(DOCUMENT)
    strategies.refresh(account.pk)
    for day in days(FIRST, 5):
        run(day)

    assert happened(account.pk) == []


@pytest.mark.django_db
def test_why_names_the_due_day():
    account = _publish_and_run(DOCUMENT, count=1)

    assert why.why(account.pk, day=FIRST).sentence == (
        "Waiting: “Courtesy” waits until it is 5 days before the due day of the oldest open item. "
        "Now oldest due on: 1 April 2026."
    )


def test_a_step_by_the_due_day_is_read_aloud():
    told = narration.narrate(reading.read(DOCUMENT, catalogue.rooms_vocabulary()), catalogue.rooms_catalogue())

    assert [each.when for each in told.states[0].steps] == [
        "5 days before the due day of the oldest open item, or the business day before instead, passed over once that has come",
        "3 days after the due day of the oldest open item",
        "5 business days after the due day of the oldest open item, on a business day",
    ]


@pytest.mark.parametrize(
    ("before", "after", "on_line", "said"),
    [
        pytest.param("5 days before due", "5 days early", "5 days early", "“5 days before due”", id="day"),
        pytest.param("5 days before due", "0 days before due", "0 days", "one day before", id="no day before"),
        pytest.param("previous business day", "previous day", "previous day", "previous business day", id="roll"),
        pytest.param(
            "at: 5 days before due\n", "after: 5 days\n", "roll:", "only a day by the due day", id="roll of a delay"
        ),
        pytest.param("        roll:", "        after: 1 day\n        roll:", "at: 5 days", "not both", id="both"),
    ],
)
def test_a_mistake_is_named_with_its_line(before, after, on_line, said):
    mistaken = DOCUMENT.replace(before, after, 1)

    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(mistaken, catalogue.rooms_vocabulary())

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert on_line in mistaken.splitlines()[problem.line - 1]
