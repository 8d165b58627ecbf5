"""Why and why not, with actual values."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.payments import actions as payments
from tallystick.payments.rules.states import Method
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import decided, why
from tallystick.strategy.rules.reasons import About

pytestmark = pytest.mark.django_db

DOCUMENT = """
name: test
title: Test strategy
start: waiting
never_when:
  held: holds.stops_contact
states:
  waiting:
    title: Reminding
    steps:
      - id: first
        title: First reminder
        when: days_past_due >= 7 and balance > £50 and country = "GB"
        do: [note: first]
      - id: call
        title: Call
        after: 3 business days
        do:
          - task: {kind: call, title: Call}
    leave:
      - when: balance <= 0
        go: paid
    answers:
      - event: promises.PromiseBroken
        title: Broken
        when: broken_in_a_row >= 2
        do: [note: broken]
  paid: {}
"""


@pytest.fixture
def account(db):
    strategies.publish(DOCUMENT)
    made = builders.account()
    builders.invoice(made, "100.00", due_on=DAY - timedelta(days=3))
    strategies.refresh(made.pk)
    return made


def _verdict(account, title, day=DAY):
    explained = why.why(account.pk, day=day)
    return next(each for each in explained.verdicts if title in (each.effect.title or each.effect.kind.value))


def test_a_transition_that_is_true_comes_first(db):
    strategies.publish(DOCUMENT)
    made = builders.account()
    strategies.refresh(made.pk)
    assert why.why(made.pk, day=DAY).sentence == "Reminding: it goes on to “Paid” with the coming run."


def test_the_first_condition_that_stops_a_step_is_named_with_its_value(account):
    stopped = _verdict(account, "First reminder").stopped_by

    assert stopped.question.said == "days past due is at least 7 days"
    assert stopped.said_values == "days past due: 3 days"
    assert why.why(account.pk, day=DAY).sentence == (
        "Reminding: “First reminder” waits until days past due is at least 7 days. Now days past due: 3 days. "
        "It comes in 4 days (Friday, 6 March 2026)."
    )


LOOKING_BACK = """
name: test
title: Test strategy
start: waiting
states:
  waiting:
    title: Reminding
    steps:
      - id: letter
        title: Letter
        when: sum(payments.received, 30 days) < £50 and count(payments.received, 30 days) >= 1
        do: [note: letter]
"""


def _pay(account, amount, day):
    payments.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=day,
        method=Method.CASH,
        source="hand",
        source_key=f"{day}",
        at=at(DAY),
        by=BY,
    )
    strategies.refresh(account.pk)


def test_a_look_back_is_told_with_what_it_found_and_kept_with_the_decision(db):
    strategies.publish(LOOKING_BACK)
    made = builders.account()
    builders.invoice(made, "100.00")
    _pay(made, "5.00", DAY - timedelta(days=30))
    assert why.why(made.pk, day=DAY).sentence == (
        "Reminding: “Letter” waits until the number of payments received in the last 30 days is at least 1. "
        "Now the number of payments received in the last 30 days: 0. "
        "It comes with the number of payments received in the last 30 days up to 1."
    )

    _pay(made, "2.50", DAY)
    strategies.run(DAY)

    (past,) = decided.history(made.pk)
    assert Decision.objects.get().facts == {
        "sum(payments.received, 30 days)": 250,
        "count(payments.received, 30 days)": 1,
        "accounts.currency": "GBP",
    }
    assert past.said_values == (
        "the sum of payments received in the last 30 days: £2.50, the number of payments received in the last 30 days: 1"
    )
    assert past.condition == (
        "the sum of payments received in the last 30 days is less than £50.00, "
        "and the number of payments received in the last 30 days is at least 1"
    )


def test_a_guard_is_named_before_the_conditions(account):
    hold_actions.place_hold(account_id=account.pk, reason=Reason.MANUAL, at=at(DAY), by=BY)
    strategies.refresh(account.pk)

    stopped = _verdict(account, "First reminder").stopped_by

    assert stopped.question.about is About.GUARD
    assert stopped.said_values == "stops contact: yes"


def test_a_step_behind_another_waits_for_that(account):
    assert _verdict(account, "Call").stopped_by.question.said == "after the step “First reminder”"


def test_a_step_that_may_be_passed_over_says_so(account):
    strategies.publish(DOCUMENT.replace('country = "GB"\n', 'country = "GB"\n        otherwise: skip\n'))
    strategies.refresh(account.pk)

    assert _verdict(account, "First reminder").is_skippable
    assert not _verdict(account, "Call").is_skippable
    assert not _verdict(account, "→ Paid").is_skippable


def test_a_transition_and_an_answer_say_what_they_lack(account):
    assert _verdict(account, "→ Paid").stopped_by.said_values == "balance: £100.00"
    assert _verdict(account, "Broken").stopped_by.said_values == "broken in a row: 0 promises"


def test_what_stops_a_step_says_with_what_it_comes(account):
    assert _verdict(account, "First reminder").comes == "in 4 days (Friday, 6 March 2026)"
    assert _verdict(account, "→ Paid").comes == "with £100.00 more paid"
    assert _verdict(account, "Broken").comes == "with 2 more broken promises"
    assert _verdict(account, "Call").comes == ""


def test_a_hold_and_a_delay_end_on_a_day_that_is_named(account):
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.MANUAL, until_on=DAY + timedelta(days=10), at=at(DAY), by=BY
    )
    strategies.refresh(account.pk)

    held = _verdict(account, "First reminder")

    assert held.stopped_by.comes == "in 10 days (Thursday, 12 March 2026), or with the hold ended"
    assert held.comes == "in 10 days (Thursday, 12 March 2026), or in 4 days (Friday, 6 March 2026) with the hold ended"
    assert why.why(account.pk, day=DAY).coming.comes_on == date(2026, 3, 12)


def test_what_an_account_lacks_altogether_is_said_together(account):
    strategies.publish(DOCUMENT.replace("balance > £50", "balance > £100"))
    strategies.refresh(account.pk)

    lacking = _verdict(account, "First reminder")

    assert lacking.comes == "in 4 days (Friday, 6 March 2026) with £0.01 more owed"
    assert [each.comes for each in lacking.answers if not each.answer] == [
        "in 4 days (Friday, 6 March 2026)",
        "with £0.01 more owed",
    ]


def test_a_human_step_comes_on_the_business_day_after_its_delay(account):
    strategies.run(DAY + timedelta(days=4))

    assert _verdict(account, "Call", DAY + timedelta(days=4)).comes == "in 5 days (Wednesday, 11 March 2026)"


def test_in_brief_the_sentence_is_the_same(account):
    assert why.why(account.pk, day=DAY, is_brief=True).sentence == why.why(account.pk, day=DAY).sentence


def test_a_step_that_nothing_stops_comes_with_the_next_run(account):
    later = DAY + timedelta(days=4)

    assert _verdict(account, "First reminder", later).stopped_by is None
    assert "with the coming run" in why.why(account.pk, day=later).sentence


def test_a_delay_names_the_day_it_ends(account):
    strategies.run(DAY + timedelta(days=4))

    explained = why.why(account.pk, day=DAY + timedelta(days=5))

    assert explained.sentence == "Reminding: “Call” is next, on 11 March 2026 at the earliest."
    [past] = explained.past
    assert (past.title, past.due_on) == ("First reminder", date(2026, 3, 6))
    assert [(value.name, value.said) for value in past.values] == [
        ("days past due", "7 days"),
        ("balance", "£100.00"),
        ("country", "“GB”"),
    ]
    assert decided.find_decision(past.decision_id, account_id=account.pk) == past


def test_a_decision_says_what_was_true_then_and_not_now(account):
    strategies.run(DAY + timedelta(days=4))
    builders.invoice(account, "900.00")
    strategies.refresh(account.pk, day=DAY + timedelta(days=9))

    [past] = decided.history(account.pk)

    assert ("balance", "£100.00") in [(value.name, value.said) for value in past.values]


def test_a_human_step_on_a_weekend_says_so(account):
    strategies.run(DAY + timedelta(days=4))

    saturday = _verdict(account, "Call", date(2026, 3, 14))

    assert "the next is 16 March 2026" in str([each.question.said for each in saturday.answers if not each.answer])


def test_an_account_without_a_strategy_has_no_why():
    assert why.why(builders.account().pk, day=DAY) is None


@pytest.mark.usefixtures("calendar")
def test_why_on_the_command_line(account):
    said = StringIO()

    call_command("why", account.reference, "--day", DAY.isoformat(), stdout=said)

    assert "Test strategy 1: Reminding: “First reminder” waits until days past due" in said.getvalue()
    assert "not yet: Broken" in said.getvalue()
    assert "; it comes with 2 more broken promises" in said.getvalue()


@pytest.mark.usefixtures("calendar")
def test_why_of_another_day_on_the_command_line(account):
    said = StringIO()

    call_command("why", account.reference, "--on", (DAY + timedelta(days=4)).isoformat(), stdout=said)

    assert "6 March 2026. As things stand today" in said.getvalue()
    assert "next: First reminder" in said.getvalue()


@pytest.mark.usefixtures("calendar")
def test_why_on_the_command_line_for_programs(account):
    said = StringIO()

    call_command("why", account.reference, "--json", stdout=said)

    told = json.loads(said.getvalue())
    assert (told["format"], told["when"], told["account"]["reference"]) == (1, "now", account.reference)


def test_why_of_nothing_is_refused():
    with pytest.raises(NotFound):
        call_command("why", "no such reference")


def test_a_run_on_the_command_line_reports_what_happened(account):
    said = StringIO()

    call_command("run", "--day", (DAY + timedelta(days=4)).isoformat(), stdout=said)

    assert "1 of 1 chunks, 1 accounts, 1 decisions" in said.getvalue()
    assert "Test strategy 1: Reminding, First reminder" in said.getvalue()
    assert "1  note" in said.getvalue()
