"""Whoever decides, answers or makes room waits for others in one order, so that no two ever wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest
from django.db import transaction
from tests import builders
from tests.sessions import Hand
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_killed import _until, url_of_database

from tallystick.accounts.models import Account
from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.actions import publishing
from tallystick.strategy.queries import book

pytestmark = pytest.mark.django_db(transaction=True)

#: A month that no other test has made.
FIRST = date(2029, 4, 1)

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

    assert sql.value("SELECT count(*) FROM strategy_decision_202904 WHERE due_on = %s", [FIRST]) == 1
    assert sql.value("SELECT count(*) FROM strategy_decision_other WHERE due_on >= %s", [FIRST]) == 0


@pytest.fixture
def accounts(leaves: int) -> list[int]:
    """Two debtors in one half of the book, in leaves of their own."""
    strategies.publish(DOCUMENT)
    places: dict[int, int] = {}
    while True:
        account = builders.account()
        builders.invoice(account, "100.00")
        strategies.refresh(account.pk)
        places[account.pk] = book.leaves().index(_leaf(account.pk))
        for before, place in places.items():
            if place < places[account.pk] and place % 2 == places[account.pk] % 2 == 0:
                return [before, account.pk]


def _leaf(account_id: int) -> str:
    return str(sql.value("SELECT tableoid::regclass::text FROM strategy_book WHERE account_id = %s", [account_id]))


def _touch(*account_ids: int) -> None:
    actions.touch("accounts.ItemAdded", account_ids, list(account_ids), at(DAY))


def _hold_row(other: psycopg.Connection[tuple[int]], account_id: int) -> None:
    other.execute("SELECT FROM strategy_book WHERE account_id = %s FOR UPDATE", [account_id])


def test_a_run_and_whoever_answers_never_wait_for_each_other(accounts, other, monkeypatch):
    low, high = accounts
    monkeypatch.setattr(book, "_CHUNK", int(sql.value("SELECT count(*) FROM strategy_book")) - 1)
    started = actions.start_run(day=DAY, at=at(DAY), by=BY)
    assert started.chunks == 2
    sql.execute("UPDATE strategy_book SET items_stale_on = %s", [DAY])
    _hold_row(other, low)

    # A run goes through the leaves one after the other; whoever answers goes through the accounts of all leaves.
    run = Hand(lambda: actions.run_chunk(run_id=started.pk, chunk=0, at=at(DAY), by=BY))
    _until(run.waits)
    _touch(low, high)
    answer = Hand(lambda: actions.answer_some(at=at(DAY), by=BY))
    _until(answer.waits)
    other.rollback()
    run.end()
    answer.end()

    for account_id in accounts:
        assert [title for _day, title in strategies.happened(account_id)] == ["Greet", "Call"]


def test_whoever_moves_accounts_over_and_whoever_answers_never_wait_for_each_other(accounts, other):
    low, high = accounts
    later = strategies.publish(DOCUMENT.replace("Greet", "Welcome"))
    sql.execute("UPDATE strategy_book SET version_id = NULL, place = NULL")
    _hold_row(other, high)

    settling = Hand(lambda: publishing.settle_leaf("strategy_book", day=DAY))
    _until(settling.waits)
    _touch(low, high)
    answer = Hand(lambda: actions.answer_some(at=at(DAY), by=BY))
    _until(answer.waits)
    other.rollback()
    settling.end()
    answer.end()

    assert {strategies.row(each)["version_id"] for each in accounts} == {later.pk}
    assert {title for each in accounts for _day, title in strategies.happened(each)} >= {"Welcome"}


def test_clients_that_live_in_another_day_are_answered_in_a_transaction_of_their_own(accounts):
    low, high = accounts
    client = Account.objects.get(pk=low).client
    client.time_zone = "Pacific/Kiritimati"
    client.save()
    _touch(low, high)
    evening = datetime.combine(DAY, time(20), tzinfo=UTC)

    assert [actions.answer_some(at=evening, by=BY) for _time in range(3)] == [1, 1, 0]
    assert [day for day, _title in strategies.happened(low)] == [DAY + timedelta(days=1)] * 2
    assert [day for day, _title in strategies.happened(high)] == [DAY] * 2


def test_whoever_brings_accounts_into_the_book_waits_for_no_row_before_the_last_new_one(accounts, other):
    """One holds a row and waits for a new account; the other, who brings that in, must not wait for the row meanwhile."""
    low, _high = accounts
    new = [builders.account().pk for _two in range(2)]
    other.execute("INSERT INTO strategy_book (account_id) VALUES (%s)", [new[0]])

    one = Hand(lambda: actions.refresh([low, *new], day=DAY))
    _until(one.waits)
    with transaction.atomic():
        sql.execute("SET LOCAL lock_timeout = '2s'")
        actions.refresh([low], day=DAY)
    other.rollback()
    one.end()

    assert [strategies.row(each)["account_id"] for each in new] == new
