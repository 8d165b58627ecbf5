"""Pauses: an account stands still in its strategy, its delays do not run, and it goes on by itself where it was."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, at, days, happened, run, state

from tallystick.holds import actions as hold_actions
from tallystick.holds.models import Hold
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.queries import catalogue, invariants, why
from tallystick.strategy.rules import narration, reading
from tallystick.timeline import actions as timeline_actions
from tallystick.timeline import queries as timeline
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("hearing")]

MONDAY = date(2026, 5, 11)

DOCUMENT = """
name: test
title: Test
start: chasing
states:
  chasing:
    leave:
      - when: balance > £900
        go: large
    steps:
      - id: first
        do: [note: first]
      - id: second
        after: 5 days
        do: [note: second]
      - id: third
        after: 12 days since entering
        do: [note: third]
    answers:
      - event: timeline.NoteAdded
        when: holds.paused
        despite: [paused]
        do: [release]
  large: {}
"""
ORDERED = DOCUMENT.replace("do: [note: first]", "do: [{pause: {days: 4}}]")


@pytest.fixture
def account():
    made = builders.account()
    builders.invoice(made, "100.00", due_on=date(2026, 6, 30))
    return made


def _day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def _pause(account, begins: int, ends: int | None) -> Hold:
    return hold_actions.place_hold(
        account_id=account.pk,
        reason=Reason.PAUSE,
        until_on=None if ends is None else _day(ends),
        at=at(_day(begins)),
        by=BY,
    )


def _run(first: int, count: int) -> None:
    for day in days(_day(first), count):
        run(day)


def test_delays_do_not_run_while_an_account_is_paused(account):
    strategies.publish(DOCUMENT, day=MONDAY)
    _run(0, 2)
    _pause(account, 2, 9)
    _run(2, 22)

    assert happened(account.pk) == [(_day(0), "First"), (_day(5 + 7), "Second"), (_day(12 + 7), "Third")]


def _drawn(seed: int) -> tuple[set[int], int, int]:
    """Draw days that are paused, none of them the first, a delay, and one since entering."""
    chance = random.Random(seed)  # noqa: S311
    paused = {day for day in range(1, 16) if chance.random() < 0.4}
    return paused, chance.randint(0, 6), chance.randint(3, 8)


@pytest.mark.parametrize("seed", range(10))
def test_steps_come_when_so_many_days_have_passed_that_were_not_paused(account, seed):
    paused, delay, since = _drawn(seed)
    document = DOCUMENT.replace("5 days", f"{delay} days").replace("12 days", f"{since} days")
    strategies.publish(document.partition("    answers:")[0] + "  large: {}\n", day=MONDAY)
    for number in range(30):
        if number in paused:
            _pause(account, number, number + 1)
        _run(number, 1)

    def free(number: int) -> int:
        return sum(each not in paused for each in range(number))

    second = next(day for day in range(1, 60) if day not in paused and free(day) >= max(delay, 1))
    third = next(day for day in range(second + 1, 60) if day not in paused and free(day) >= since)
    assert happened(account.pk) == [(_day(0), "First"), (_day(second), "Second"), (_day(third), "Third")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(1, 15), st.none() | st.integers(0, 25)), max_size=4),
    st.integers(0, 30),
)
def test_days_that_were_paused_are_counted_once(pauses, today):
    made = builders.account()
    for begins, length, lifted in pauses:
        Hold.objects.create(
            account=made,
            reason=Reason.PAUSE,
            from_on=_day(begins),
            until_on=None if length is None else _day(begins + length),
            placed_at=at(MONDAY),
            placed_by="test",
            ended_at=None if lifted is None else at(_day(lifted)),
            ending="" if lifted is None else "lifted",
        )

    strategies.refresh(made.pk, day=_day(today))

    paused = {
        number
        for begins, length, lifted in pauses
        for number in range(begins, min(begins + (99 if length is None else length), 99 if lifted is None else lifted))
    }
    row = strategies.row(made.pk)
    assert row["holds_paused_days"] == sum(number < today for number in paused)
    assert row["holds_paused"] == (today in paused)


def test_a_pause_is_ordered_and_ends_by_itself(account):
    strategies.publish(ORDERED, day=MONDAY)
    _run(0, 12)

    assert happened(account.pk) == [(_day(0), "First"), (_day(9), "Second")]
    hold = Hold.objects.get(account=account)
    assert (hold.reason, hold.until_on) == (Reason.PAUSE, _day(4))
    [rule] = [each for each in invariants.INVARIANTS if each.name == "what was decided was done"]
    assert [sql.rows(part.select, part.params) for part in rule.parts(at=at(_day(12)))] == [[]]


def test_a_pause_until_a_day_that_has_passed_is_refused_and_told(account):
    document = ORDERED.replace("{days: 4}", "{until: 2026-05-14}")
    strategies.publish(document, day=MONDAY)
    run(MONDAY)
    late = builders.account()
    strategies.refresh(late.pk, day=_day(3))
    _run(3, 1)

    assert Hold.objects.get(account=account).until_on == _day(3)
    [told] = timeline.of_account([late.pk], kinds=["strategy.OrderRefused"])
    assert told["data"]["code"] == "holds.ends_too_soon"


def test_a_pause_lasts_until_it_is_released_by_an_answer(account):
    strategies.publish(ORDERED.replace("{days: 4}", "{until: released}"), day=MONDAY)
    _run(0, 8)
    assert happened(account.pk) == [(_day(0), "First")]

    timeline_actions.add_note(account_id=account.pk, text="go on", happened_on=_day(8), at=at(_day(8)), by=BY)
    _run(8, 8)

    assert [each[0] for each in happened(account.pk)] == [_day(0), _day(8), _day(8 + 5)]
    assert Hold.objects.get(account=account).ending == "lifted"


def test_a_person_pauses_and_releases(account):
    strategies.publish(DOCUMENT, day=MONDAY)
    run(MONDAY)
    hold = _pause(account, 1, None)
    _run(1, 6)
    sentence = why.why(account.pk, day=_day(6)).sentence
    assert sentence == "Chasing: the account is paused, and “Second” waits."

    hold_actions.lift_hold(account_id=account.pk, hold_id=hold.pk, at=at(_day(7)), by=BY)
    _run(7, 5)

    assert happened(account.pk) == [(_day(0), "First"), (_day(5 + 6), "Second")]


def test_a_paused_account_still_goes_from_state_to_state(account):
    strategies.publish(DOCUMENT, day=MONDAY)
    run(MONDAY)
    _pause(account, 1, 20)
    builders.invoice(account, "5000.00", due_on=date(2026, 6, 30))
    run(_day(1))

    assert state(account.pk) == "large"


def test_time_limits_of_people_do_not_run_either(account):
    document = DOCUMENT.replace(
        "do: [note: first]",
        "do: [{task: {kind: call, title: Call, limit: 2 business days, wait: true, escalate: {do: [note: late]}}}]",
    )
    strategies.publish(document, day=MONDAY)
    run(MONDAY)
    _pause(account, 1, 8)
    _run(1, 12)

    assert happened(account.pk)[:2] == [(_day(0), "First"), (_day(2 + 7), "First")]
    assert WorkItem.objects.get(account_id=account.pk).overran_at == at(_day(9))


def test_facts_of_paused_accounts_stay_those_of_a_fresh_computation(account):
    strategies.publish(DOCUMENT, day=MONDAY)
    _pause(account, 0, 6)
    for number in range(8):
        run(_day(number))
        actions.answer_events(at=at(_day(number)), by=BY)
        assert strategies.refresh(account.pk, day=_day(number)) == 0


def test_pauses_are_read_aloud():
    document = ORDERED.replace("[note: second]", "[{pause: {until: 2026-12-28}}, {pause: {until: released}}]")
    told = narration.narrate(reading.read(document, catalogue.rooms_vocabulary()), catalogue.rooms_catalogue())

    [chasing, _large] = told.states
    assert [each.orders for each in chasing.steps[:2]] == [
        ("pause for 4 days",),
        ("pause until 28 December 2026", "pause until it is released"),
    ]
    assert chasing.answers[0].orders == ("release the account",)
    assert [(each.title, each.when) for each in told.guards] == [
        ("paused", "the account is paused: its strategy makes no step, and its delays stand still")
    ]


@pytest.mark.parametrize(
    ("before", "after", "on_line", "said"),
    [
        pytest.param("{days: 4}", "{days: 0}", "pause:", "from 1 to 3650", id="no time"),
        pytest.param("{days: 4}", "{days: 4, until: 2026-12-28}", "pause:", "or a day until", id="both"),
        pytest.param("{days: 4}", "{}", "pause:", "or a day until", id="neither"),
        pytest.param("{days: 4}", "{until: Christmas}", "pause:", "“2026-12-28”", id="day"),
        pytest.param("[release]", "[release: now]", "release:", "stands alone", id="release"),
        pytest.param("[paused]", "[pause]", "despite:", "there is no guard", id="guard"),
    ],
)
def test_a_mistake_is_named_with_its_line(before, after, on_line, said):
    mistaken = ORDERED.replace(before, after, 1)

    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(mistaken, catalogue.rooms_vocabulary())

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert on_line in mistaken.splitlines()[problem.line - 1]
