"""Why, for a day that is over, is asked by the policies that decided on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_policy_actions import GROUPS, RISK, account, publish

from tallystick.strategy import actions
from tallystick.strategy.models import RunChunk
from tallystick.strategy.queries import asking, catalogue
from tallystick.strategy.rules.reasons import About

pytestmark = pytest.mark.django_db

STRATEGY = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: write
        when: segment.groups = "late" and score.risk < 100
        do: [note: written]
"""
NEXT = DAY + timedelta(days=1)
LATER = GROUPS.replace("> 30", "> 5")


def asked(made, day, today=DAY + timedelta(days=9)):
    """Give whether the step could fire on a day, the segment it was judged by, and on what the answer rests."""
    answer = asking.ask(made.pk, day=day, today=today)
    stopped = next(each for each in answer.why.steps[0].answers if each.question.about is About.CONDITION)
    said = stopped.values[0].said
    return stopped.answer, said, answer.rests_on


@pytest.fixture
def made():
    publish(GROUPS, RISK)
    strategies.publish(STRATEGY)
    opened = account("100.00", 10)
    strategies.run(DAY)
    return opened


def test_a_day_before_a_segment_changed_is_told_by_the_segment_of_then(made):
    before = asked(made, DAY, today=NEXT)
    assert before[:2] == (False, "“usual”")

    strategies.publish_policy(LATER, day=NEXT)
    strategies.run(NEXT)

    answer, said, rests_on = asked(made, DAY)
    assert (answer, said) == before[:2]
    assert rests_on.endswith("Policies were as published then: Groups 1.")
    # On the day after, it was the segment of then that had the step fire.
    answer, said, rests_on = asked(made, NEXT)
    assert (answer, said) == (True, "“late”")
    assert "Policies were" not in rests_on


def test_two_versions_of_one_day_are_told_apart_by_what_the_run_decided_by(made):
    """Published in the evening of the day of the run, whatever the clocks of who published it said."""
    before = asked(made, DAY, today=NEXT)

    strategies.publish_policy(LATER, day=DAY)

    assert asked(made, DAY, today=NEXT)[:2] == before[:2]
    [mark] = RunChunk.objects.all()
    assert len(mark.policies) == 2
    # A run of before that was kept is told by the instants alone.
    RunChunk.objects.update(policies=None, marked_at=at(DAY) - timedelta(seconds=1))
    assert catalogue.published_ids(at(DAY) - timedelta(seconds=1)) == []
    RunChunk.objects.update(marked_at=at(DAY))
    assert asked(made, DAY, today=NEXT)[:2] == (True, "“late”")


def test_a_day_without_a_run_is_told_by_what_was_published_at_its_end(made):
    strategies.publish_policy(LATER, day=NEXT + timedelta(days=1))
    actions.refresh([made.pk], day=NEXT + timedelta(days=1))

    assert asked(made, NEXT)[:2] == (False, "“usual”")
    assert asked(made, NEXT + timedelta(days=1))[:2] == (True, "“late”")


def test_a_segment_that_was_taken_back_decided_while_it_was_published(made):
    other = strategies.publish_policy(LATER, day=NEXT)
    actions.roll_back(version_id=other.pk, reason="Too soon", at=at(NEXT + timedelta(days=1)), by=BY)

    assert asked(made, DAY)[:2] == (False, "“usual”")
    assert asked(made, NEXT)[:2] == (True, "“late”")
    assert asked(made, NEXT + timedelta(days=1))[:2] == (False, "“usual”")
