"""Months are opened for every table that has them, rows that came too early move over, and nobody is stood in the way of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from tests.builders import TEST
from tests.sessions import Hand
from tests.strategy.test_killed import _until, url_of_database

from tallystick.kernel import months, sql
from tallystick.timeline import actions as timeline
from tallystick.timeline import queries
from tallystick.timeline.events import NoteAdded

TABLES = ["strategy_decision", "strategy_past", "timeline_event"]
_DECISION = """
INSERT INTO strategy_decision (account_id, decided_at, version_id, due_on, effect, from_place, to_place, facts, cause_id)
VALUES (7, now(), 1, %s, 1, 0, 0, '{}', 0)
"""


def _count(table: str) -> int:
    return int(sql.value(sql.fill("SELECT count(*) FROM {table}", table=table)))


def _note(year: int, month: int, day: int, *rest: int) -> None:
    timeline.append(NoteAdded(7, "called"), at=datetime(year, month, day, *rest, tzinfo=UTC), by=TEST)


@pytest.mark.django_db
def test_every_table_that_has_months_gets_them_once():
    first, last = date(2030, 12, 15), date(2031, 2, 1)

    assert months.open_months(first=first, last=last) == 3 * len(TABLES)
    assert months.open_months(first=first, last=last) == 0
    _note(2030, 12, 31, 23, 59, 59)
    _note(2031, 1, 1)
    sql.execute(_DECISION, [date(2031, 1, 1)])
    sql.execute(_DECISION, [date(2031, 1, 31)])

    assert _count("timeline_event_203012") == _count("timeline_event_203101") == 1
    assert _count("strategy_decision_203101") == 2


@pytest.mark.django_db
def test_rows_that_came_before_their_month_move_over_and_are_as_well_kept_there():
    days = [date(2032, 4, 30), date(2032, 5, 1), date(2032, 5, 31), date(2032, 6, 1)]
    for day in days:
        _note(day.year, day.month, day.day)
        sql.execute(_DECISION, [day])
    before = queries.of_account([7])
    others = _count("timeline_event_other"), _count("strategy_decision_other")

    assert months.open_months(first=date(2032, 5, 9), last=date(2032, 5, 9)) == len(TABLES)

    assert _count("timeline_event_203205") == _count("strategy_decision_203205") == 2
    assert (_count("timeline_event_other"), _count("strategy_decision_other")) == tuple(each - 2 for each in others)
    assert queries.of_account([7]) == before
    for table in (
        "timeline_event_203205",
        "timeline_event_other",
        "strategy_decision_203205",
        "strategy_decision_other",
    ):
        for statement in ("UPDATE {table} SET account_id = 8", "DELETE FROM {table}", "TRUNCATE {table}"):
            with (
                pytest.raises((IntegrityError, ProgrammingError), match=r"append-only|permission"),
                transaction.atomic(),
            ):
                sql.execute(sql.fill(statement, table=table))


@pytest.mark.django_db(transaction=True)
def test_no_month_is_made_inside_a_transaction_that_does_something_else():
    months.open_months(first=date(2033, 1, 1), last=date(2033, 1, 1))

    with transaction.atomic():
        assert months.open_months(first=date(2033, 1, 1), last=date(2033, 1, 1)) == 0
        with pytest.raises(RuntimeError):
            months.open_months(first=date(2033, 2, 1), last=date(2033, 2, 1))


@pytest.fixture
def reader() -> Iterator[psycopg.Connection[tuple[int]]]:
    """Somebody who has read decisions, and is not done."""
    with psycopg.connect(url_of_database()) as session:
        session.execute("SELECT count(*) FROM strategy_decision")
        yield session
        session.rollback()


@pytest.mark.django_db(transaction=True)
def test_who_makes_a_month_waits_for_a_reader_and_lets_all_others_by(reader):
    opened: list[int] = []
    opening = Hand(lambda: opened.append(months.open_months(first=date(2034, 3, 1), last=date(2034, 3, 1))))
    _until(opening.waits)
    # The three tables of a run, in both orders, by somebody for whom the reader may be waiting.
    with psycopg.connect(url_of_database()) as other:
        for table in (*TABLES, *reversed(TABLES)):
            for session in (other, reader):
                session.execute(sql.fill("SELECT count(*) FROM {table}", table=table))
    assert opening.is_alive()
    reader.rollback()
    opening.end()

    assert opened == [len(TABLES)]
