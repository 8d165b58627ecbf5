"""Days on which a strategy may do nothing: only work for people is left, and people are at home."""

from __future__ import annotations

from datetime import date

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import happened, run

pytestmark = pytest.mark.django_db

ONLY_PEOPLE = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: call
        when: days_past_due >= 7
        do:
          - task: {kind: call, title: Call}
"""
SATURDAY, MONDAY = date(2026, 3, 7), date(2026, 3, 9)


@pytest.mark.usefixtures("hearing")
def test_on_a_weekend_events_are_answered_and_work_for_people_waits_for_monday():
    strategies.publish(ONLY_PEOPLE, day=SATURDAY)
    account = builders.account()
    builders.invoice(account, "100.00", due_on=date(2026, 2, 1))

    assert run(SATURDAY) == 0
    run(MONDAY)

    assert happened(account.pk) == [(MONDAY, "Call")]
