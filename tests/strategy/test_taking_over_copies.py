"""What somebody else kept is taken over into a working copy, undone, and set aside; the page shows both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_editing_in_web import copy, html, manager, posted
from tests.strategy.test_taking_over import BASE, ONE

from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import WorkingCopy, WorkingEdit
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import lifecycle, reading
from tallystick.strategy.rules.editing import writing
from tallystick.strategy.rules.editing.taking_over import Undecided
from tallystick.strategy.rules.reading import DocumentMistaken

__all__ = ["copy", "manager"]


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
