"""What the next run would do: told exactly, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened, run, state

from tallystick.access.rules.rights import Role
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Version
from tallystick.strategy.queries import book
from tallystick.strategy.queries.rehearsals import Rehearsal
from tallystick.strategy.rules import lifecycle
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: write
        when: days_past_due >= 7
        do:
          - task: {kind: call, title: Call}
          - note: called
      - id: rest
        after: 30 days
        do: [note: rest]
    leave:
      - when: overdue <= 0
        go: paid
  paid: {}
"""


def _debtors(*days_late: int) -> list[int]:
    ids = []
    for late in days_late:
        account = builders.account()
        builders.invoice(account, due_on=DAY - timedelta(days=late))
        ids.append(account.pk)
    return ids


def _rehearse(version: Version, day=DAY, by=BY) -> Rehearsal:
    return actions.rehearse(version_id=version.pk, today=day, at=at(day), by=by)


def _told(rehearsal: Rehearsal) -> dict[str, int]:
    return {each.effect.title: each.times for each in rehearsal.effects}


def test_a_rehearsal_says_what_the_run_then_does():
    ids = _debtors(9, 8, 3, 0)
    published = strategies.publish(DOCUMENT)
    strategies.refresh(*ids)

    rehearsal = _rehearse(published)

    assert (rehearsal.day, rehearsal.accounts, rehearsal.parts) == (DAY, 4, 1)
    assert _told(rehearsal) == {"→ Paid": 1, "Write": 2}
    assert [(each.said, each.times) for each in rehearsal.orders] == [
        ("task for a person, Call: Call", 2),
        ("note: called", 2),
    ]
    run(DAY)
    assert sorted(title for account_id in ids for _day, title in happened(account_id)) == ["Write", "Write", "→ Paid"]


def test_nothing_of_a_rehearsal_lasts():
    ids = _debtors(9, 3)
    strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    draft = actions.draft(document=DOCUMENT.replace(">= 7", ">= 2"), at=at(DAY), by=BY)
    rows = [strategies.row(account_id) for account_id in ids]
    events = Event.objects.count()

    assert _told(_rehearse(draft)) == {"Write": 2}

    draft.refresh_from_db()
    assert draft.state == lifecycle.State.DRAFT
    assert [strategies.row(account_id) for account_id in ids] == rows
    assert Event.objects.count() == events
    assert not Decision.objects.exists()
    assert not WorkItem.objects.exists()


def test_where_the_book_was_run_today_tomorrow_is_rehearsed():
    ids = _debtors(6)
    published = strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    run(DAY)

    rehearsal = _rehearse(published)

    assert rehearsal.day == DAY + timedelta(days=1)
    assert _told(rehearsal) == {"Write": 1}
    assert state(ids[0]) == "waiting"


def test_of_a_large_book_one_leaf_is_rehearsed(monkeypatch):
    ids = _debtors(*[9] * 40)
    published = strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    monkeypatch.setattr(book, "_CHUNK", 0)

    rehearsal = _rehearse(published)

    assert rehearsal.parts == 64
    assert sum(_told(rehearsal).values()) == rehearsal.accounts < 40


def test_a_rehearsal_refuses_what_publishing_would():
    draft = actions.draft(document=DOCUMENT.replace("note: called", "email: nothing"), at=at(DAY), by=BY)

    with pytest.raises(lifecycle.TemplateMissing):
        _rehearse(draft)
    with pytest.raises(NotPermitted):
        _rehearse(draft, by=builders.actor(builders.user(), "see strategies"))


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("headers", [pytest.param({}, id="page"), pytest.param({"HX-Request": "true"}, id="part")])
def test_the_page_tells_it(headers, signed_in):
    ids = _debtors(9, 8)
    published = strategies.publish(DOCUMENT)
    strategies.refresh(*ids)
    browser = signed_in(Role.CREDIT_MANAGER)

    answer = browser.post(reverse("strategy:rehearse", args=[published.pk]), headers=headers)

    page = " ".join(answer.content.decode().split())
    assert "Run of Mon 2 Mar, 2 accounts in this strategy." in page
    assert '<b class="figure">2</b>' in page
    assert ("<html" in page) == (not headers)


@pytest.mark.usefixtures("calendar")
def test_a_collector_rehearses_nothing(signed_in):
    published = strategies.publish(DOCUMENT)

    assert signed_in(Role.COLLECTOR).post(reverse("strategy:rehearse", args=[published.pk])).status_code == 403
