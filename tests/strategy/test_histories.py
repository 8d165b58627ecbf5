"""Histories in the book against the rooms' own tables: what is looked back on, and that it ages without being written."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from importlib import import_module

import pytest
from tests import builders
from tests.builders import AT, TODAY
from tests.strategy import builders as strategies
from tests.strategy import record

from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS, LONGEST_WINDOW, Measure
from tallystick.strategy import actions
from tallystick.strategy.models import Touched
from tallystick.strategy.queries import catalogue, invariants
from tallystick.strategy.rules import compile as compiler

pytestmark = pytest.mark.django_db

WINDOWS = (1, 7, 30, 90, 365, LONGEST_WINDOW)
#: Days on which the book is asked, though it was computed for another: from a month before to a year after.
ASKED = [TODAY + timedelta(days=later) for later in (LONGEST_WINDOW - KEPT_DAYS, -1, 0, 1, 2, 60, 300, 500)]


def _accounts(count: int = 6):
    return [
        builders.account(builders.portfolio(builders.client(time_zone=zone)))
        for zone in ("Europe/London", "Pacific/Auckland", "America/Los_Angeles")
        for _number in range(count // 3)
    ]


def _expected(history, measure, days: int, day: date, found) -> object:
    within = [(on, minor) for name, on, minor in found if name == history.name and day - timedelta(days) < on <= day]
    match measure:
        case Measure.COUNT:
            return len(within)
        case Measure.SUM:
            return sum(minor for _on, minor in within)
        case Measure.FIRST:
            return min((on for on, _minor in within), default=None)
        case Measure.LAST:
            return max((on for on, _minor in within), default=None)


def _asked(day: date) -> dict[int, dict[tuple[str, Measure, int], object]]:
    """Ask everything that can be asked of all histories, of every account, in one statement."""
    asked = {
        (history.name, measure, days): history.look(measure, days).replace("{day}", compiler.quote_day(day))
        for history in catalogue.histories()
        for measure in Measure
        if measure is not Measure.SUM or history.amounts
        for days in WINDOWS
    }
    with sql.cursor() as cursor:
        cursor.execute(f"SELECT book.account_id, {', '.join(asked.values())} FROM strategy_book AS book")  # noqa: S608
        return {row[0]: dict(zip(asked, row[1:], strict=True)) for row in cursor.fetchall()}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("way", ["one by one", "together", "by range"])
def test_what_is_looked_back_on_equals_a_count_over_the_record(seed, way):
    accounts = _accounts()
    record.fill(accounts, random.Random(seed))  # noqa: S311
    match way:
        case "one by one":
            for account in accounts:
                actions.refresh([account.pk], day=TODAY)
        case "together":
            actions.refresh([account.pk for account in accounts], day=TODAY)
        case _:
            actions.rebuild(day=TODAY)
    happened = defaultdict(list)
    for name, account_id, on, minor in record.entries():
        happened[account_id].append((name, on, minor))
    histories = {history.name: history for history in catalogue.histories()}

    for day in ASKED:
        for account_id, answers in _asked(day).items():
            for (name, measure, days), answer in answers.items():
                expected = _expected(histories[name], measure, days, day, happened[account_id])
                assert answer == expected, (name, measure, days, day)


def test_every_history_of_the_rooms_is_in_the_record_of_these_tests():
    record.fill(_accounts(), random.Random(1), most=12)  # noqa: S311

    assert {name for name, *_rest in record.entries()} == {history.name for history in catalogue.histories()}


def test_histories_grow_old_without_being_written_and_the_book_stays_sound():
    accounts = _accounts()
    record.fill(accounts, random.Random(7), most=9)  # noqa: S311
    actions.rebuild(day=TODAY)

    for later in (0, 1, 35, 300):
        assert _breaches(TODAY + timedelta(days=later)) == []
    assert actions.rebuild(day=TODAY) == 0


def test_a_history_that_is_not_what_the_record_says_is_named_by_its_word():
    (account, *_others) = _accounts()
    record.fill([account], random.Random(6), most=60)  # noqa: S311
    actions.rebuild(day=TODAY)
    assert strategies.row(account.pk)["promises_broken_days"]
    sql.execute("UPDATE strategy_book SET paid_days_minor[1] = 7, promises_broken_days = NULL")

    (breach,) = _breaches(TODAY)

    assert "payments.received, payments.total_90d: {7," in breach["what"]
    assert "promises.broken, promises.broken_90d: unknown in the book, {" in breach["what"]


def _breaches(day: date) -> list[dict[str, object]]:
    (invariant,) = [each for each in invariants.INVARIANTS if each.name == "facts equal a fresh computation"]
    at = AT + (day - AT.date())
    # Accounts of which something waits to be answered are passed over.
    Touched.objects.all().delete()
    return [row for rows in invariant.breaches(at) for row in sql.rows(rows.select, rows.params)]


def test_what_no_window_reaches_is_not_kept():
    account = builders.account()
    record.fill([account], random.Random(3), most=20)  # noqa: S311
    strategies.refresh(account.pk)

    columns = {column for history in catalogue.histories() for column in history.days}
    stored = strategies.row(account.pk)

    assert all(on > TODAY - timedelta(days=KEPT_DAYS) for column in columns for on in stored[column] or ())
    assert any(on < TODAY - timedelta(days=LONGEST_WINDOW) for column in columns for on in stored[column] or ())


def test_a_book_that_stood_before_is_filled_by_the_migration():
    migration = import_module("tallystick.strategy.migrations.0002_histories")
    record.fill(_accounts(), random.Random(11), most=9)  # noqa: S311
    actions.rebuild(day=TODAY)
    before = sql.rows("SELECT * FROM strategy_book ORDER BY account_id")
    emptied = ", ".join(f"{column} = NULL" for column in migration.COLUMNS)
    sql.execute(f"UPDATE strategy_book SET {emptied}")  # noqa: S608
    # The migration looks back from the day on which it is made; the book of this test is of another.
    fill = migration.FILL.replace("current_date", compiler.quote_day(TODAY))

    sql.execute(fill)

    assert sql.rows("SELECT * FROM strategy_book ORDER BY account_id") == before
    assert set(migration.COLUMNS) == {
        column for history in catalogue.histories() for column in (*history.days, *history.amounts)
    }
