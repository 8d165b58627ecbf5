"""Steps that a person has to do: for how long, what the account waits for, and what happens when nobody does them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, at, days, happened, run, state

from tallystick.access import actions as access_actions
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.strategy import actions
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import catalogue, why
from tallystick.strategy.rules import lifecycle, narration, picture, reading
from tallystick.strategy.rules.program import EffectKind, Program
from tallystick.timeline import queries as timeline
from tallystick.worklists import actions as worklists
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]

MONDAY, TUESDAY = date(2026, 5, 11), date(2026, 5, 12)
THURSDAY, FRIDAY = date(2026, 5, 14), date(2026, 5, 15)

WAITING = """
name: test
title: Test
start: chasing
never_when:
  held: holds.stops_contact
states:
  chasing:
    steps:
      - id: call
        when: overdue > 0
        do:
          - task:
              kind: call
              title: Call the customer
              limit: 3 business days
              wait: true
              results: {promise: promised, refuses: legal}
              escalate:
                priority: urgent
                do: [note: Nobody called]
      - id: letter
        after: 1 business day
        do: [note: letter]
  promised: {}
  legal:
    steps:
      - id: claim
        do: [note: claim]
"""
#: The account goes on while the task waits.
GOING_ON = (
    WAITING.replace("              wait: true\n", "")
    .replace("              results: {promise: promised, refuses: legal}\n", "")
    .replace("  chasing:\n", "  chasing:\n    leave:\n      - {when: balance <= 0, go: promised}\n")
    .replace(
        "        do: [note: letter]\n", "        do: [note: letter]\n        go: legal\n        when: balance > £900\n"
    )
)


@pytest.fixture
def account():
    made = builders.account()
    builders.invoice(made, "100.00", due_on=date(2026, 4, 1))
    return made


def _task(account) -> WorkItem:
    return WorkItem.objects.get(account_id=account.pk, state="open")


def _done(account, outcome: str, day: date) -> None:
    worklists.complete_task(work_item_id=_task(account).pk, outcome=outcome, at=at(day), by=BY)
    actions.answer_events(at=at(day), by=BY)


def test_an_account_waits_until_the_task_is_done_and_then_goes_on(account):
    strategies.publish(WAITING, day=MONDAY)
    for day in days(MONDAY, 2):
        run(day)
    assert happened(account.pk) == [(MONDAY, "Call")]
    assert _task(account).limit_on == THURSDAY

    _done(account, "no_answer", TUESDAY)
    for day in days(TUESDAY + timedelta(days=1), 2):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (TUESDAY, "Call"), (TUESDAY + timedelta(days=1), "Letter")]
    assert Decision.objects.order_by("pk")[1].facts == {"worklists.result": "no_answer"}
    assert not timeline.of_account([account.pk], kinds=["worklists.TaskOverran"])


@pytest.mark.parametrize(("outcome", "to"), [("promise", "promised"), ("refuses", "legal"), ("done", "chasing")])
def test_what_came_of_the_task_says_where_the_account_goes(account, outcome, to):
    strategies.publish(WAITING, day=MONDAY)
    run(MONDAY)

    _done(account, outcome, TUESDAY)

    assert state(account.pk) == to
    assert ("Claim" in dict(reversed([(title, day) for day, title in happened(account.pk)]))) == (to == "legal")


def test_a_task_that_is_cancelled_is_waited_for_no_longer(account):
    strategies.publish(WAITING, day=MONDAY)
    run(MONDAY)

    worklists.cancel_tasks(account_ids=[account.pk], reason="not needed", at=at(TUESDAY), by=BY)
    run(TUESDAY)

    assert Decision.objects.latest("pk").facts == {"worklists.result": "cancelled"}


def test_a_task_that_is_not_done_escalates_on_the_day_and_once_and_says_why(account):
    strategies.publish(WAITING, day=MONDAY)
    for day in days(MONDAY, 12):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (THURSDAY, "Call"), (FRIDAY, "Letter")]
    late = Decision.objects.filter(account_id=account.pk).order_by("pk")[1]
    assert late.facts == {"worklists.limit_on": THURSDAY.isoformat()}
    assert _task(account).priority == 90
    [told] = timeline.of_account([account.pk], kinds=["worklists.TaskOverran"])
    assert (told["data"]["title"], told["data"]["limit_on"]) == ("Call the customer", THURSDAY.isoformat())
    [noted] = [e for e in timeline.of_account([account.pk], kinds=["timeline.NoteAdded"]) if "Nobody" in str(e["data"])]
    assert noted["happened_on"] == THURSDAY
    past = next(each for each in why.history(account.pk) if each.effect.kind is EffectKind.OVERRUN)
    assert past.title == "Not done in time: Call"
    assert past.said_values == "limit on: 14 May 2026"


def test_an_account_may_wait_on_when_the_limit_has_come(account):
    strategies.publish(WAITING.replace("priority: urgent", "wait: true"), day=MONDAY)
    for day in days(MONDAY, 8):
        run(day)
    assert happened(account.pk) == [(MONDAY, "Call"), (THURSDAY, "Call")]
    assert "waits for a person, and is late" in why.why(account.pk, day=FRIDAY).sentence

    _done(account, "promise", MONDAY + timedelta(days=8))

    assert state(account.pk) == "promised"


def test_a_limit_that_comes_may_lead_to_a_state(account):
    strategies.publish(WAITING.replace("priority: urgent", "go: legal"), day=MONDAY)
    for day in days(MONDAY, 4):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (THURSDAY, "Call"), (THURSDAY, "Claim")]


def test_a_task_escalates_though_the_account_has_gone_on(account):
    strategies.publish(GOING_ON, day=MONDAY)
    for day in days(MONDAY, 9):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (THURSDAY, "Call")]
    assert _task(account).priority == 90
    assert strategies.row(account.pk)["next_review_on"] == TUESDAY


def test_a_task_that_was_done_in_time_does_not_escalate(account):
    strategies.publish(GOING_ON, day=MONDAY)
    run(MONDAY)
    _done(account, "done", THURSDAY - timedelta(days=1))
    for day in days(THURSDAY, 4):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call")]


def test_a_state_that_was_left_has_no_limits(account):
    strategies.publish(GOING_ON, day=MONDAY)
    run(MONDAY)
    builders.invoice(account, "1000.00", due_on=date(2026, 4, 2))
    run(TUESDAY)
    for day in days(THURSDAY, 4):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (TUESDAY, "Letter"), (TUESDAY, "Claim")]


def test_a_guard_stops_an_escalation_until_it_is_over(account):
    strategies.publish(WAITING, day=MONDAY)
    run(MONDAY)
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.MANUAL, until_on=date(2026, 5, 18), at=at(TUESDAY), by=BY
    )
    for day in days(TUESDAY, 7):
        run(day)

    assert happened(account.pk) == [(MONDAY, "Call"), (date(2026, 5, 18), "Call")]


def test_a_task_done_twice_in_a_day_that_leads_back_to_itself_goes_on_tomorrow(account):
    again = WAITING.replace("refuses: legal", "no_answer: chasing, refuses: legal")
    strategies.publish(again, day=MONDAY)
    run(MONDAY)
    _done(account, "no_answer", TUESDAY)
    _done(account, "no_answer", TUESDAY)
    assert happened(account.pk) == [(MONDAY, "Call"), (TUESDAY, "Call"), (TUESDAY, "Call")]

    run(TUESDAY + timedelta(days=1))

    assert happened(account.pk)[3:] == [(TUESDAY + timedelta(days=1), "Call")] * 2


def test_what_came_of_an_earlier_task_is_not_taken_for_what_comes_of_this_one(account):
    strategies.publish(WAITING.replace("refuses: legal", "no_answer: chasing, refuses: legal"), day=MONDAY)
    run(MONDAY)
    worklists.complete_task(work_item_id=_task(account).pk, outcome="no_answer", at=at(TUESDAY), by=BY)
    actions.answer_some(at=at(TUESDAY), by=BY)
    asked_again = [(MONDAY, "Call"), (TUESDAY, "Call"), (TUESDAY, "Call")]
    assert happened(account.pk) == asked_again

    # The night comes before anybody has looked at the account again.
    started = actions.start_run(day=TUESDAY + timedelta(days=1), at=at(TUESDAY), by=BY)
    actions.work_run(run_id=started.pk, at=at(TUESDAY), by=BY)

    assert happened(account.pk) == asked_again


def test_the_task_may_be_given_to_another_team_which_has_to_exist(account):
    document = WAITING.replace("priority: urgent", "team: Leaders")
    version = actions.draft(document=document, at=at(MONDAY), by=BY)
    with pytest.raises(lifecycle.TeamMissing):
        actions.publish(version_id=version.pk, at=at(MONDAY), by=BY)
    unit = access_actions.open_business_unit(code="N", name="North", at=at(MONDAY), by=BY)
    leaders = access_actions.open_team(business_unit_id=unit.pk, name="Leaders", at=at(MONDAY), by=BY)

    strategies.publish(document, day=MONDAY)
    for day in days(MONDAY, 4):
        run(day)

    assert _task(account).team_id == leaders.pk


def test_a_new_version_keeps_who_waits_waiting_and_lets_go_whom_it_does_not_have_wait(account):
    strategies.publish(WAITING, day=MONDAY)
    run(MONDAY)

    strategies.publish(WAITING.replace("title: Test", "title: Second"), day=MONDAY)
    assert why.why(account.pk, day=TUESDAY).sentence == "Chasing: “Call” waits for a person until 14 May 2026."

    strategies.publish(GOING_ON, day=TUESDAY)
    assert why.why(account.pk, day=TUESDAY).waiting_for.effect.title == "Letter"


def test_why_names_what_is_waited_for(account):
    strategies.publish(WAITING, day=MONDAY)
    run(MONDAY)
    strategies.answer(MONDAY)

    explained = why.why(account.pk, day=TUESDAY)

    assert explained.sentence == "Chasing: “Call” waits for a person until 14 May 2026."
    assert [each.stopped_by.question.said for each in explained.tasks] == [
        "what came of the task is: Right person: promised to pay",
        "what came of the task is: Right person: will not pay",
        "what came of the task is: anything else",
        "the time limit of the task has come",
    ]
    assert explained.tasks[-1].stopped_by.said_values == "limit on: 14 May 2026"
    assert explained.steps[0].stopped_by.question.said == "after the step “Call”"


def _program(text: str) -> Program:
    return Program.of(reading.read(text, catalogue.rooms_vocabulary()))


def test_a_step_that_waits_is_two_places():
    program = _program(WAITING)

    assert [(place.step and place.step.id, place.is_awaiting) for place in program.places][:4] == [
        ("call", False),
        ("call", True),
        ("letter", False),
        (None, False),
    ]
    assert [(each.kind.value, each.result, each.to_place) for each in program.effects[:5]] == [
        ("step", "", 1),
        ("result", "promise", 4),
        ("result", "refuses", 5),
        ("result", "", 2),
        ("overrun", "", 2),
    ]


def test_a_step_that_waits_is_read_aloud_and_drawn():
    document = _program(WAITING).document
    [call, _letter] = narration.narrate(document, catalogue.rooms_catalogue()).states[0].steps

    assert call.orders[1:] == (
        "wait until it is done, for 3 business days at most",
        "when it came to “Right person: promised to pay”, go to “Promised”",
        "when it came to “Right person: will not pay”, go to “Legal”",
        "not done within 3 business days: say that the task was not done in time, weigh it as urgent; note: Nobody called; go on",
    )
    ways = {(line.kind, line.to_title) for line in picture.draw(document).lines}
    assert ways == {(EffectKind.RESULT, "Promised"), (EffectKind.RESULT, "Legal")}


@pytest.mark.parametrize(
    ("before", "after", "on_line", "said"),
    [
        pytest.param(
            "limit: 3 business days", "limit: 3 days", "limit: 3 days", "“3 business days”", id="calendar days"
        ),
        pytest.param("limit: 3 business days", "limit: 0 business days", "limit: 0", "write a limit", id="no time"),
        pytest.param("              limit: 3 business days\n", "", "wait: true", "needs a limit", id="no limit"),
        pytest.param("promise: promised", "promis: promised", "promis:", "Did you mean “promise”?", id="result"),
        pytest.param("promise: promised", "promise: promissed", "promissed", "Did you mean “promised”?", id="state"),
        pytest.param("priority: urgent", "priority: urgnt", "urgnt", "“urgent”?", id="priority"),
        pytest.param("priority: urgent", "prioriti: urgent", "prioriti", "“priority”?", id="key"),
        pytest.param(
            "priority: urgent", "go: legal\n                wait: true", "wait: true", "does not wait on", id="both"
        ),
        pytest.param("wait: true\n", "wait: false\n", "results:", "only an account that waits", id="results"),
        pytest.param(
            "do: [note: Nobody called]",
            "do: [{task: {kind: call, title: X, limit: 1 business day}}]",
            "title: X",
            "only a task of a step",
            id="limit of an escalation",
        ),
        pytest.param(
            "do: [note: letter]",
            "do: [task: {kind: call, title: X, limit: 1 business day}]\n        go: legal",
            "title: X",
            "leaves the state at once",
            id="nobody sees it",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(before, after, on_line, said):
    mistaken = WAITING.replace(before, after, 1)

    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(mistaken, catalogue.rooms_vocabulary())

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert on_line in mistaken.splitlines()[problem.line - 1]
