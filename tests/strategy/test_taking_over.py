"""Two people change one strategy: what one of them kept is taken over by the other, part by part."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.strategy.rules.editing import taking_over, writing
from tallystick.strategy.rules.editing.taking_over import Undecided

BASE = """
# A strategy of two states.
name: test
title: Test
start: waiting
never_when:
  held: holds.active
states:
  waiting:
    title: Waiting
    leave:
      - when: balance <= 0
        go: paid
      - when: balance > £1000
        go: called
    steps:
      # The first letter.
      - id: first
        do: [note: first]
      - id: second
        after: 3 days
        do: [note: second]
      - id: third
        after: 3 days
        do: [note: third]
    answers:
      - event: promises.PromiseBroken
        do: [note: broken]
  called:
    steps:
      - id: call
        do: [note: call]
  paid: {}
"""


def _merged(mine: str, theirs: str, **choices: Any) -> Any:
    chosen = {key.replace("__", "/"): side for key, side in choices.items()}
    return taking_over.merge(BASE, mine, theirs, chosen)


def _keys(taken: taking_over.Taken) -> list[str]:
    return [each.key for each in taken.conflicts]


ONE = BASE.replace("note: first", "note: one")
NO_SECOND = BASE.replace("      - id: second\n        after: 3 days\n        do: [note: second]\n", "")


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(BASE.replace("note: second", "note: two"), id="another step"),
        pytest.param(BASE.replace("title: Waiting", "title: Asking"), id="the title of the state"),
        pytest.param(BASE.replace("title: Test", "title: Tested"), id="the title of the whole"),
        pytest.param(BASE.replace("balance <= 0", "balance <= £1"), id="a way on"),
        pytest.param(BASE.replace("note: broken", "note: not kept"), id="an answer"),
        pytest.param(BASE.replace("holds.active", "holds.active or balance < £1"), id="a guard"),
        pytest.param(NO_SECOND, id="a step that is gone"),
        pytest.param(BASE.replace("paid: {}", "paid: {}\n  gone: {}"), id="a state that is new"),
        pytest.param(BASE.replace("note: call]", "note: call, note: again]"), id="another state"),
    ],
)
def test_what_does_not_touch_mine_is_taken_over_at_once_from_either_side(theirs):
    for left, right in ((ONE, theirs), (theirs, ONE)):
        taken = _merged(left, right)

        assert not taken.conflicts
        expected = writing.read(theirs.replace("note: first", "note: one"))
        assert writing.same(taken.data, expected)


def test_what_both_changed_alike_is_no_question():
    assert not _merged(ONE, ONE).conflicts
    assert not _merged(NO_SECOND, NO_SECOND).conflicts


@pytest.mark.parametrize(
    ("mine", "theirs", "key"),
    [
        pytest.param(ONE, BASE.replace("note: first", "note: 1st"), "states/waiting/steps/first", id="a step"),
        pytest.param(
            NO_SECOND, BASE.replace("note: second", "note: two"), "states/waiting/steps/second", id="gone, and changed"
        ),
        pytest.param(
            BASE.replace("title: Test", "title: A"), BASE.replace("title: Test", "title: B"), "title", id="the whole"
        ),
        pytest.param(
            BASE.replace("go: called", "go: paid"),
            BASE.replace("£1000", "£2000"),
            "states/waiting/leave/called",
            id="a way that leads elsewhere, and its condition",
        ),
        pytest.param(
            BASE.replace("paid: {}", "paid: {}\n  new: {title: A}"),
            BASE.replace("paid: {}", "paid: {}\n  new: {title: B}"),
            "states/new/title",
            id="two new states of one name",
        ),
        pytest.param(
            BASE.replace("holds.active", "holds.active or balance < £1"),
            BASE.replace("never_when:\n  held: holds.active\n", ""),
            "never_when",
            id="guards, and none",
        ),
    ],
)
def test_what_both_changed_otherwise_is_chosen(mine, theirs, key):
    taken = _merged(mine, theirs)
    assert _keys(taken) == [key]
    with pytest.raises(Undecided):
        taking_over.take_over(mine, base=BASE, theirs=theirs, choices={})

    chosen_mine = taking_over.merge(BASE, mine, theirs, {key: "mine"})
    chosen_theirs = taking_over.merge(BASE, mine, theirs, {key: "theirs"})

    assert not chosen_mine.undecided
    assert not chosen_theirs.undecided
    assert writing.same(chosen_mine.data, writing.read(mine))
    if key != "states/waiting/leave/called":
        assert writing.same(chosen_theirs.data, writing.read(theirs))


def _moved(text: str, *order: str) -> str:
    data: Any = writing.read(text)
    steps = data["states"]["waiting"]["steps"]
    data["states"]["waiting"]["steps"] = [next(each for each in steps if each["id"] == id_) for id_ in order]
    return writing.document(data)


def _ids(data: Any) -> list[str]:
    return [step["id"] for step in data["states"]["waiting"]["steps"]]


def test_who_moved_parts_has_their_order_and_what_is_new_stays_behind_its_neighbour():
    moved = _moved(BASE, "third", "first", "second")
    added = BASE.replace("      - id: third", "      - id: between\n        do: [note: b]\n      - id: third")

    for taken in (_merged(moved, added), _merged(added, moved)):
        assert not taken.conflicts
        assert _ids(taken.data) == ["third", "first", "second", "between"]


def test_two_orders_are_chosen_between():
    mine, theirs = _moved(BASE, "third", "first", "second"), _moved(BASE, "second", "first", "third")

    assert _keys(_merged(mine, theirs)) == ["states/waiting/steps/"]
    assert _merged(mine, theirs).conflicts[0].is_order
    key = {"states/waiting/steps/": "theirs"}
    assert _ids(taking_over.merge(BASE, mine, theirs, key).data) == ["second", "first", "third"]


def _later(text: str) -> str:
    return text.replace("id: third\n        after: 3", "id: third\n        after: 4")


def test_comments_of_mine_stay_where_they_are():
    mine = ONE.replace("      - id: second", "      # Three days are enough.\n      - id: second")

    woven = taking_over.take_over(mine, base=BASE, theirs=_later(BASE), choices={})

    assert woven == _later(mine)


@st.composite
def _changed(draw: Any) -> Any:
    """Draw a document in which steps of the base are changed, moved, removed and added."""
    data: Any = deepcopy(writing.read(BASE))
    for state in ("waiting", "called"):
        steps = draw(st.permutations(data["states"][state]["steps"]))
        steps = [step for step in steps if draw(st.integers(0, 3))]
        for step in steps:
            if draw(st.booleans()):
                step["do"] = [{"note": draw(st.sampled_from(["a", "b"]))}]
        names = draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))
        steps += [{"id": name, "do": [{"note": draw(st.sampled_from(["a", "b"]))}]} for name in names]
        data["states"][state]["steps"] = steps
    return data


@given(_changed(), _changed(), st.sampled_from(taking_over.SIDES))
def test_whatever_both_change_nothing_is_lost_and_nothing_comes_that_nobody_wrote(mine, theirs, side):
    base: Any = writing.read(BASE)
    texts = [writing.document(each) for each in (mine, theirs)]
    keys = _keys(taking_over.merge(BASE, *texts))

    taken = taking_over.merge(BASE, *texts, dict.fromkeys(keys, side))

    assert not taken.undecided
    merged: Any = taken.data
    for state in ("waiting", "called"):
        was, of_mine, of_theirs, found = (
            {step["id"]: step for step in each["states"][state]["steps"]} for each in (base, mine, theirs, merged)
        )
        for id_ in {*was, *of_mine, *of_theirs}:
            left, right, old = of_mine.get(id_), of_theirs.get(id_), was.get(id_)
            chosen = left if side == "mine" else right
            assert found.get(id_) == (left if left == right or right == old else right if left == old else chosen)


@given(_changed())
def test_who_changed_nothing_gets_what_the_other_has(theirs):
    text = writing.document(theirs)

    assert writing.same(taking_over.merge(BASE, BASE, text).data, theirs)
    assert writing.same(taking_over.merge(BASE, text, BASE).data, theirs)
