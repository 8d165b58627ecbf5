"""What an event sets off at once: an answer, a change of state, or nothing, and each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, days, happened, run, state
from tests.strategy.test_actions import STEPS, _overdue

from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Template
from tallystick.contact.rules.words import TemplateState
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Touched
from tallystick.timeline import actions as timeline_actions
from tallystick.timeline import queries as timeline
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db


ANSWERS = """
name: test
title: Test
start: waiting
never_when:
  held: holds.stops_contact
states:
  waiting:
    answers:
      - event: accounts.ItemAdded
        title: Large
        when: balance >= £1,000
        do: [note: large]
        go: large
    leave:
      - when: balance > £10,000
        go: huge
  large:
    steps:
      - id: chase
        do: [note: chase]
  huge: {}
answers:
  - event: accounts.ItemAdded
    title: Any
    do: [note: any]
"""


@pytest.mark.usefixtures("hearing")
def test_an_event_is_answered_at_once_and_then_what_is_due_by_time():
    account = builders.account()
    strategies.publish(ANSWERS)
    actions.answer_events(at=at(DAY), by=BY)
    builders.invoice(account, "400.00")
    actions.answer_events(at=at(DAY), by=BY)
    assert happened(account.pk) == [(DAY, "Any")]

    builders.invoice(account, "600.00")
    actions.answer_events(at=at(DAY), by=BY)

    assert happened(account.pk) == [(DAY, "Any"), (DAY, "Large"), (DAY, "Chase")]
    assert state(account.pk) == "large"
    assert not Touched.objects.exists()
    answered = Decision.objects.order_by("pk")[1]
    assert timeline.find_event(answered.cause_id, account_id=account.pk)["kind"] == "accounts.ItemAdded"


@pytest.mark.usefixtures("hearing")
def test_an_answer_cancels_open_tasks_of_one_kind():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(
        strategies.HEAD
        + """
states:
  waiting:
    steps:
      - id: ask
        do:
          - task: {kind: call, title: Call}
          - task: {kind: follow_up, title: Follow up}
    answers:
      - event: holds.HoldPlaced
        do:
          - cancel_tasks: follow_up
"""
    )
    strategies.refresh(account.pk)
    run(DAY)

    hold_actions.place_hold(account_id=account.pk, reason=Reason.MANUAL, until_on=None, at=at(DAY), by=BY)
    actions.answer_events(at=at(DAY), by=BY)

    tasks = WorkItem.objects.filter(account_id=account.pk).order_by("title")
    assert [(task.title, task.state) for task in tasks] == [("Call", "open"), ("Follow up", "cancelled")]
    assert tasks[1].outcome_note == "What it was for has happened."
    [event] = timeline.of_account([account.pk], kinds=["worklists.TaskCancelled"])
    assert event["data"]["title"] == "Follow up"


@pytest.mark.usefixtures("hearing")
def test_two_events_of_one_account_are_answered_in_turn():
    account = builders.account()
    strategies.publish(ANSWERS)
    builders.invoice(account, "400.00")
    builders.invoice(account, "700.00")

    actions.answer_events(at=at(DAY), by=BY)

    assert happened(account.pk) == [(DAY, "Large"), (DAY, "Any"), (DAY, "Chase")]


@pytest.mark.usefixtures("hearing")
def test_a_guard_stops_an_answer_but_no_transition():
    account = builders.account()
    strategies.publish(ANSWERS)
    hold_actions.place_hold(account_id=account.pk, reason=Reason.MANUAL, at=at(DAY), by=BY)
    builders.invoice(account, "20000.00")

    actions.answer_events(at=at(DAY), by=BY)

    assert happened(account.pk) == [(DAY, "→ Huge")]


@pytest.mark.usefixtures("hearing")
def test_an_answer_that_causes_its_own_event_comes_to_an_end():
    account = builders.account()
    strategies.publish(
        ANSWERS.replace("event: accounts.ItemAdded\n    title: Any", "event: timeline.NoteAdded\n    title: Any")
    )
    timeline_actions.add_note(account_id=account.pk, text="go", happened_on=DAY, at=at(DAY), by=BY)

    actions.answer_events(at=at(DAY), by=BY)

    assert happened(account.pk) == [(DAY, "Any")] * 20
    assert not Touched.objects.exists()


def test_a_new_version_takes_over_where_the_old_one_left_off():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)
    run(DAY)

    changed = STEPS.replace("      - id: first", "      - id: zeroth\n        do: [note: zeroth]\n      - id: first")
    old = strategies.row(account.pk)["version_id"]
    new = strategies.publish(changed, day=DAY + timedelta(days=1))

    assert strategies.row(account.pk)["version_id"] == new.pk != old
    assert sql.value("SELECT emptied_at IS NOT NULL FROM strategy_version WHERE id = %s", [old])
    for day in days(DAY + timedelta(days=1), 2):
        run(day)
    assert happened(account.pk) == [(DAY, "First"), (DAY + timedelta(days=2), "Second")]


def test_whose_state_is_gone_begins_the_new_version_and_waits_for_its_first_step():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(
        f"{strategies.HEAD}states:\n  waiting:\n    steps:\n      - id: only\n        do: [note: only]\n"
    )
    strategies.refresh(account.pk)
    run(DAY)
    assert strategies.row(account.pk)["next_review_on"] is None

    moved = DAY + timedelta(days=7)
    strategies.publish(STEPS.replace("waiting", "chasing"), day=moved)

    assert strategies.row(account.pk)["state_entered_on"] == strategies.row(account.pk)["next_review_on"] == moved
    run(moved)
    assert happened(account.pk) == [(DAY, "Only"), (moved, "First")]


def test_an_order_that_is_refused_for_all_is_told_to_each():
    accounts = [_overdue(due_on=date(2026, 2, 1)) for _number in range(2)]
    load_templates(at=at(DAY), by=BY)
    strategies.publish(
        f"{strategies.HEAD}states:\n  waiting:\n    steps:\n      - id: write\n        do: [note: written, email: reminder_1]\n"
    )
    strategies.refresh(*(account.pk for account in accounts))
    Template.objects.filter(name="reminder_1").update(state=TemplateState.RETIRED)
    run(DAY)

    for account in accounts:
        (decision,) = Decision.objects.filter(account_id=account.pk)
        (told,) = timeline.of_account([account.pk], kinds=["strategy.OrderRefused"])
        assert told["data"]["decision_id"] == decision.pk
        assert (told["data"]["order_no"], told["data"]["order"]) == (1, "email reminder_1")
        assert told["data"]["reason"].endswith(".")
