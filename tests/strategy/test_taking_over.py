"""Two people change one strategy: what one of them kept is taken over by the other, part by part."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests import builders
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_editing_in_web import copy, html, manager, posted

from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import WorkingCopy, WorkingEdit
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import lifecycle, reading
from tallystick.strategy.rules.editing import taking_over, writing
from tallystick.strategy.rules.editing.taking_over import Undecided
from tallystick.strategy.rules.reading import DocumentMistaken

__all__ = ["copy", "manager"]

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


# ------------------------------------------------------------------------------------------------- in a working copy


@pytest.fixture
def mine(db):
    """A working copy in which the first letter is written otherwise, of somebody who has a newer version before them."""
    by = builders.actor(builders.user("ann"), "publish strategies")
    version = actions.draft(document=BASE, at=at(DAY), by=BY)
    begun = actions.begin_copy(version_id=version.pk, at=at(DAY), by=by)
    return by, actions.write_copy(copy_id=begun.pk, revision=0, document=ONE, said="One", at=at(DAY), by=by)


def _says(text: str, other: str) -> bool:
    return writing.same(writing.read(text), writing.read(other))


def _take(mine: Any, number: int = 2, **choices: Any) -> WorkingCopy:
    by, copy = mine
    chosen = {key.replace("__", "/"): side for key, side in choices.items()}
    copy.refresh_from_db()
    terms = {"copy_id": copy.pk, "revision": copy.revision, "number": number, "choices": chosen}
    return actions.take_over(**terms, at=at(DAY), by=by)


@pytest.mark.django_db
def test_a_version_is_taken_over_undone_taken_again_and_kept(mine):
    by, copy = mine
    theirs = actions.draft(document=BASE.replace("note: third", "note: 3rd"), at=at(DAY), by=BY)

    taken = _take(mine)

    assert _says(taken.document, ONE.replace("note: third", "note: 3rd"))
    assert (taken.taken, taken.against, taken.base.number) == (theirs, theirs, 1)
    assert copy.edits.order_by("-revision")[0].said == "Version 2 taken over"
    undone = actions.undo_edit(copy_id=copy.pk, revision=taken.revision, at=at(DAY), by=by)
    assert (undone.document, undone.taken) == (ONE, None)
    with pytest.raises(lifecycle.NewerVersion):
        actions.keep_copy(copy_id=copy.pk, revision=undone.revision, seen=0, at=at(DAY), by=by)
    again = _take(mine)
    kept = actions.keep_copy(copy_id=copy.pk, revision=again.revision, seen=0, at=at(DAY), by=by)
    assert (kept.number, kept.document) == (3, taken.document)


@pytest.mark.django_db
def test_the_next_version_is_taken_over_on_top_of_the_last(mine):
    actions.draft(document=BASE.replace("note: first", "note: 1st"), at=at(DAY), by=BY)
    with pytest.raises(Undecided):
        _take(mine)
    _take(mine, states__waiting__steps__first="mine")
    actions.draft(document=BASE.replace("note: first", "note: 1st").replace("third]", "3rd]"), at=at(DAY), by=BY)

    # What was chosen stays chosen: of the first letter nothing has changed since.
    assert _says(_take(mine, 3).document, ONE.replace("third]", "3rd]"))


@pytest.mark.django_db
def test_only_the_newest_version_is_taken_over_and_once(mine):
    with pytest.raises(NotFound):
        _take(mine, 1)
    for word in ("2nd", "IInd"):
        actions.draft(document=BASE.replace("note: second", f"note: {word}"), at=at(DAY), by=BY)
    with pytest.raises(lifecycle.NewerVersion):
        _take(mine, 2)
    _take(mine, 3)
    with pytest.raises(NotFound):
        _take(mine, 3)


@pytest.mark.django_db
def test_what_would_not_read_together_is_refused_and_changes_nothing(mine):
    by, copy = mine
    led = ONE.replace("note: third]", "note: third]\n        go: called")
    copy = actions.write_copy(copy_id=copy.pk, revision=copy.revision, document=led, said="x", at=at(DAY), by=by)
    without = BASE.replace("  called:\n    steps:\n      - id: call\n        do: [note: call]\n", "")
    without = without.replace("      - when: balance > £1000\n        go: called\n", "")
    actions.draft(document=without, at=at(DAY), by=BY)

    with pytest.raises(DocumentMistaken, match="called"):
        _take(mine)

    copy.refresh_from_db()
    assert (copy.document, copy.taken) == (led, None)


@pytest.mark.django_db
def test_a_version_that_says_what_mine_says_is_taken_over_too_and_undone(mine):
    by, copy = mine
    actions.draft(document=ONE, at=at(DAY), by=BY)

    taken = _take(mine)

    assert taken.document == ONE
    with pytest.raises(lifecycle.NothingChanged):
        actions.keep_copy(copy_id=copy.pk, revision=taken.revision, seen=0, at=at(DAY), by=by)
    assert actions.undo_edit(copy_id=copy.pk, revision=taken.revision, at=at(DAY), by=by).taken is None


def test_the_page_offers_it_shows_both_sides_and_keeps_what_was_chosen(manager, copy):
    posted(manager, "change_part", copy, "states/reminding", title="Urging")
    posted(manager, "change_part", copy, "states/current", title="All is well")
    document = copy.base.document.replace("title: Reminding", "title: Asking").replace("title: Not late", "title: Well")
    document = document.replace("Courtesy before the due day", "A word before the due day")
    theirs = actions.draft(document=document, at=builders.AT, by=builders.TEST)
    address = reverse("strategy:take_over", args=[copy.pk])
    sent = {"revision": copy.revision, "number": theirs.number}

    page = html(manager.get(reverse("strategy:working", args=[copy.pk])))
    assert "2 parts you both changed: choose which is to be." in page
    assert "A word before the due day" in page
    half = manager.post(address, {**sent, "choice:states/reminding/title": "theirs"})
    assert half.status_code == 422
    assert "1 are left" in html(half)
    assert [each.chosen for each in half.context["offer"].choices] == [None, "theirs"]

    taken = manager.post(
        address, {**sent, "choice:states/reminding/title": "theirs", "choice:states/current/title": "mine"}, follow=True
    )

    assert "Version 2 taken over" in html(taken)
    assert "kept version 2 meanwhile" not in html(taken)
    copy.refresh_from_db()
    read = reading.read(copy.document, catalogue.vocabulary())
    assert [state.title for state in read.states[:2]] == ["All is well", "Asking"]
    assert "A word before the due day" in copy.document
    assert taken.context["parts"][0].differences
    back = html(manager.post(reverse("strategy:undo_edit", args=[copy.pk]), {"revision": copy.revision}, follow=True))
    assert "kept version 2 meanwhile" in back


# --------------------------------------------------------------------------------------- what nobody touched for long


@pytest.mark.django_db
def test_a_copy_that_nobody_touched_is_set_aside_whole_and_taken_up_again(mine, settings):
    by, copy = mine
    settings.STRATEGY_WORKING_COPY_DAYS = 30
    assert actions.tidy_copies(at=at(DAY + timedelta(days=30))) == 0

    assert actions.tidy_copies(at=at(DAY + timedelta(days=31))) == 1
    assert actions.tidy_copies(at=at(DAY + timedelta(days=60))) == 0

    copy.refresh_from_db()
    assert copy.set_aside_at == at(DAY + timedelta(days=31))
    assert copy.document == ONE
    assert not WorkingEdit.objects.exists()
    later = at(DAY + timedelta(days=90))
    up = actions.begin_copy(version_id=copy.base_id, at=later, by=by)
    assert (up.pk, up.document, up.set_aside_at) == (copy.pk, ONE, None)
    assert actions.tidy_copies(at=later + timedelta(days=29)) == 0


@pytest.mark.django_db
def test_a_change_takes_it_up_again(mine, settings):
    by, copy = mine
    settings.STRATEGY_WORKING_COPY_DAYS = 30
    later = at(DAY + timedelta(days=40))
    actions.tidy_copies(at=later)

    actions.write_copy(copy_id=copy.pk, revision=1, document=BASE, said="Back", at=later, by=by)

    copy.refresh_from_db()
    assert copy.set_aside_at is None


@pytest.mark.django_db
def test_a_house_may_leave_all_of_them(mine, settings):
    settings.STRATEGY_WORKING_COPY_DAYS = 0

    assert actions.tidy_copies(at=at(DAY + timedelta(days=4000))) == 0


@pytest.mark.usefixtures("calendar")
def test_its_owner_is_told_on_the_list_before_and_takes_it_along(manager, copy, settings):
    settings.STRATEGY_WORKING_COPY_DAYS = 30
    listed = reverse("strategy:strategies")

    def page(days):
        clock.travel_to(builders.AT + timedelta(days=days))
        return html(manager.get(listed))

    assert "Begun, and not kept yet" in page(0)
    assert "unless you change it" not in page(16)
    assert "Set aside on 2 Apr 2026 unless you change it" in page(17)
    clock.travel_to(builders.AT + timedelta(days=31))
    tasks.tidy_copies(0)
    assert "Set aside on 2 Apr 2026, since nobody had touched it." in page(32)
    file = manager.get(reverse("strategy:working_file", args=[copy.pk]))
    assert file.content.decode() == versions.shipped("staged-reminders")
    assert 'filename="staged-reminders-working.yaml"' in file["Content-Disposition"]
    WorkingCopy.objects.update(user_id=copy.user_id + 1)
    assert "Begun, and not kept yet" not in page(32)
    assert manager.get(reverse("strategy:working_file", args=[copy.pk])).status_code == 404
