"""Whatever the order in which things become known and are answered, the same comes of them, where the rule says so.

Random histories of a few accounts over some days: money that comes, bounces and is promised, holds, calls, disputes. Each is
lived through again from the same beginning in another way. Decision 0042 says which ways are the same, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategy.lived import (
    DOCUMENT,
    LANES,
    SORTING,
    Day,
    Lived,
    Thing,
    again,
    at_once,
    by_night,
    few,
    histories,
    in_the_evening,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("hearing")]


@few
@given(history=histories, limit=st.integers(1, 4))
def test_however_many_events_are_answered_at_a_time_the_same_comes_of_them(history, limit):
    all_at_once, few_at_a_time = again(DOCUMENT, (history, in_the_evening(2_000)), (history, in_the_evening(limit)))

    assert few_at_a_time == all_at_once


@few
@given(history=histories, seed=st.integers(0, 1_000))
def test_what_happens_to_other_accounts_in_between_makes_no_difference(history, seed):
    straight, mixed = again(DOCUMENT, (history, at_once), (_mixed(history, seed, _account), at_once))

    assert mixed == straight


@few
@given(history=histories, seed=st.integers(0, 1_000))
def test_where_conditions_sort_accounts_every_order_and_every_delay_ends_in_the_same_state(history, seed):
    straight, mixed, late, latest = again(
        SORTING,
        (history, at_once),
        (_mixed(history, seed, _lane), at_once),
        (history, in_the_evening(2_000)),
        (history, by_night),
    )

    assert mixed.states == late.states == latest.states == straight.states
    for facts in (_facts(mixed), _facts(late), _facts(latest)):
        assert facts == _facts(straight)
    for which in range(3):
        if all(sum(each[0] == which for each in things) <= 1 for things in history):
            assert late.decisions[which] == straight.decisions[which]


def _account(thing: Thing) -> object:
    return thing[0]


def _lane(thing: Thing) -> object:
    return thing[0], LANES[thing[1]]


def _mixed(history: Sequence[Day], seed: int, lane: Callable[[Thing], object]) -> list[list[Thing]]:
    """Shuffle the things of each day, those of one lane in their order."""
    random = Random(seed)  # noqa: S311
    mixed = []
    for things in history:
        lanes = [list(those) for _key, those in groupby(sorted(things, key=lambda each: str(lane(each))), key=lane)]
        day = []
        while lanes := [each for each in lanes if each]:
            day.append(random.choice(lanes).pop(0))
        mixed.append(day)
    return mixed


def _facts(lived: Lived) -> list[dict[str, object]]:
    """Give what is true of the accounts, without their place in the strategy and when they came to it."""
    own = {"place", "effect", "state_entered_on", "stepped_on", "next_review_on"}
    return [
        {name: value for name, value in row.items() if name not in own and not name.startswith("prior_")}
        for row in lived.rows
    ]


def test_an_answered_event_knows_what_became_known_while_it_waited():
    """What is true of conditions is not true of answers: who is answered late is answered by what is known then."""
    history = [[(0, "call"), (0, "call")]]

    at_once_, late = again(DOCUMENT, (history, at_once), (history, in_the_evening(2_000)))

    assert [_answered_calls(each) for each in (at_once_, late)] == [1, 2]


def _answered_calls(lived: Lived) -> int:
    return sum(cause == "contact.CallLogged" for *_rest, cause in lived.decisions[0])
