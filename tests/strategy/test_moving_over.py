"""How accounts come from one version of a strategy to the next, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY
from tests.strategy.test_lifecycle import AT, HOUR

from tallystick.strategy import actions
from tallystick.strategy.queries import versions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed")]


BEFORE = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: write
        do: [note: first]
      - id: rest
        after: 3 days
        do: [note: second]
      - id: gone
        after: 3 days
        do: [note: third]
        go: dropped
  dropped:
    steps:
      - id: last
        after: 30 days
        do: [note: last]
"""
AFTER = """
name: test
title: Test
start: fresh
states:
  fresh:
    leave:
      - when: promises.is_open
        go: waiting
    steps:
      - id: begin
        after: 2 days
        do: [note: begun]
  waiting:
    steps:
      - id: between
        do: [note: between]
      - id: rest
        after: 5 days
        do: [note: second]
"""


@pytest.mark.parametrize(
    ("days", "state", "step", "entered_on", "review_on"),
    [
        # The step of the same id: the wait that began goes on, though the new version would wait longer.
        pytest.param([0], "waiting", "rest", DAY, DAY + timedelta(days=3), id="same step"),
        # The step is gone: the end of the state.
        pytest.param([0, 3], "waiting", None, DAY, None, id="step gone"),
        # The state is gone: the start, entered on the day, with the wait of its first step.
        pytest.param([0, 3, 6], "fresh", "begin", DAY + timedelta(days=6), DAY + timedelta(days=8), id="state gone"),
    ],
)
def test_accounts_move_over_by_the_rule_and_nothing_is_done_twice(days, state, step, entered_on, review_on):
    account = builders.account()
    strategies.publish(BEFORE)
    strategies.refresh(account.pk)
    for number in days:
        strategies.run(DAY + timedelta(days=number))
    happened = strategies.happened(account.pk)
    last = DAY + timedelta(days=days[-1])

    after = strategies.publish(AFTER, day=last)

    row = strategies.row(account.pk)
    place = versions.program_of(AFTER).places[row["place"]]
    assert (row["version_id"], place.state.id, place.step.id if place.step else None) == (after.pk, state, step)
    assert (row["state_entered_on"], row["next_review_on"]) == (entered_on, review_on)
    assert strategies.happened(account.pk) == happened


def test_a_step_that_was_begun_is_not_made_again_after_a_roll_back():
    account = builders.account()
    strategies.publish(BEFORE)
    strategies.refresh(account.pk)
    strategies.run(DAY)
    other = strategies.publish(BEFORE.replace("title: Test", "title: Other"))

    restored = actions.roll_back(version_id=other.pk, reason="Back", at=AT + HOUR, by=BY)
    actions.settle(day=DAY, at=AT + HOUR, by=BY)
    strategies.run(DAY + timedelta(days=3))

    assert strategies.row(account.pk)["version_id"] == restored.pk
    assert [title for _day, title in strategies.happened(account.pk)] == ["Write", "Rest"]
