"""Whoever decides, answers or makes room waits for others in one order, so that no two ever wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from tests import builders
from tests.sessions import Hand
from tests.strategy import builders as strategies
from tests.strategy.test_killed import _until, url_of_database

from tallystick.kernel import sql

pytestmark = pytest.mark.django_db(transaction=True)

#: A month that no other test has made.
FIRST = date(2027, 4, 1)

DOCUMENT = """
name: test
title: Test
start: chasing
states:
  chasing:
    steps:
      - id: call
        do: [note: Called]
    answers:
      - event: accounts.ItemAdded
        title: Greet
        do: [note: A new invoice]
"""


@pytest.fixture
def other() -> Iterator[psycopg.Connection[tuple[int]]]:
    """Be somebody else, in the middle of something."""
    with psycopg.connect(url_of_database()) as session:
        yield session
        session.rollback()


def test_a_run_opens_its_month_while_somebody_reads_the_past_and_then_the_decisions(other):
    account = builders.account()
    builders.invoice(account, "100.00")
    strategies.publish(DOCUMENT)
    strategies.refresh(account.pk)
    other.execute("SELECT count(*) FROM strategy_past")

    run = Hand(lambda: strategies.run(FIRST))
    _until(run.waits)
    other.execute("SELECT count(*) FROM strategy_decision")
    other.rollback()
    run.end()

    assert sql.value("SELECT count(*) FROM strategy_decision_202704 WHERE due_on = %s", [FIRST]) == 1
    assert sql.value("SELECT count(*) FROM strategy_decision_other WHERE due_on >= %s", [FIRST]) == 0
