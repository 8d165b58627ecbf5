"""An account makes one step a day, also on the day on which another version of its strategy is published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY, happened, run

from tallystick.strategy import actions

pytestmark = pytest.mark.django_db

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave: [{when: overdue > 0, go: chasing}]
  chasing:
    steps:
      - {id: first, do: [note: First]}
      - {id: second, do: [note: Second]}
"""
NEXT = DAY + timedelta(days=1)


def test_who_came_to_its_state_and_stepped_on_the_day_steps_again_on_the_next():
    account = builders.account()
    builders.invoice(account, "100.00")
    strategies.publish(DOCUMENT)
    strategies.refresh(account.pk)
    run(DAY)
    before = happened(account.pk)
    assert [title for _day, title in before] == ["→ Chasing", "First"]

    later = strategies.publish(DOCUMENT.replace("note: Second", "note: Another"))
    actions.touch("accounts.ItemAdded", [account.pk], [1], strategies.at(DAY))
    strategies.answer(DAY)

    assert strategies.row(account.pk)["version_id"] == later.pk
    assert happened(account.pk) == before
    run(NEXT)
    assert happened(account.pk) == [*before, (NEXT, "Second")]
