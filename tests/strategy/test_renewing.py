"""What a day changes by itself is renewed before a run, source by source, and then is what a fresh computation says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, days

from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.kernel.outcome import Chosen
from tallystick.strategy.actions import refreshing, renewing
from tallystick.strategy.models import Past
from tallystick.strategy.queries import book
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists.rules import Kind, Watch

pytestmark = pytest.mark.django_db

QUIET = f"""{strategies.HEAD}states:
  waiting: {{}}
"""


def held(account: int, reason: Reason, first: int, last: int | None) -> None:
    """Hold an account from a day to another, counted from the first of the test."""
    until = None if last is None else DAY + timedelta(days=last)
    hold_actions.place_hold(
        account_id=account, reason=reason, from_on=DAY + timedelta(days=first), until_on=until, at=at(DAY), by=BY
    )


def watched(account: int, limit: int) -> None:
    """Ask for a task that has to be done within some days."""
    worklist_actions.open_tasks(
        Chosen([account], [1], "decision"),
        kind=Kind.CALL,
        title="Call",
        due_on=DAY,
        watch=Watch("waiting/call", DAY, DAY + timedelta(days=limit), is_awaited=False),
        at=at(DAY),
        by=BY,
    )


def account(*due_in: int) -> int:
    """Open an account with items that fall due in some days."""
    made = builders.account()
    for number in due_in:
        builders.invoice(made, f"{number + 20}.00", due_on=DAY + timedelta(days=number))
    return int(made.pk)


def stale_ones(day: date) -> list[int]:
    return sorted(book.standing(book.BOOK, day=day).stale)


def differing(day: date, *accounts: int) -> list[int]:
    reach = book.several(accounts)
    return [row["account_id"] for row in sql.rows(book.differing(reach), {**reach.params, "day": day})]


@pytest.fixture
def accounts():
    """Accounts of which something changes by itself in the next days: one thing, or several, on one day or on different ones."""
    made = {
        "due": account(-3, 0, 2),
        "held": account(-3),
        "paused": account(-3),
        "watched": account(-3),
        "everything": account(0, 3),
        "nothing": account(-3),
    }
    held(made["held"], Reason.MANUAL, 1, 3)
    held(made["paused"], Reason.PAUSE, 1, 3)
    watched(made["watched"], 2)
    held(made["everything"], Reason.MANUAL, 0, 1)
    held(made["everything"], Reason.PAUSE, 2, None)
    watched(made["everything"], 1)
    strategies.publish(QUIET)
    strategies.refresh(*made.values())
    return made


def test_day_after_day_the_book_is_what_a_fresh_computation_says(accounts):
    for day in days(DAY + timedelta(days=1), 5):
        found = stale_ones(day)
        assert set(differing(day, *accounts.values())) <= set(found), "only who is found stale has changed"

        changed = renewing.renew(found, day=day, table=book.BOOK)

        assert 0 < changed <= len(found)
        assert differing(day, *accounts.values()) == []
        assert stale_ones(day) == []
        assert accounts["nothing"] not in found


def test_a_rebuild_mends_rows_that_are_missing_and_rows_that_are_wrong(accounts):
    sql.execute("DELETE FROM strategy_book WHERE account_id = %s", [accounts["held"]])
    sql.execute("UPDATE strategy_book SET tasks_overrun = '{imagined}' WHERE account_id = %s", [accounts["nothing"]])

    assert refreshing.rebuild(day=DAY) == 2
    assert differing(DAY, *accounts.values()) == []
    assert refreshing.rebuild(day=DAY) == 0


def test_a_source_whose_day_has_not_come_is_not_asked(accounts):
    """Seen by a change that nobody told of: it stays unseen until an event is answered, or the whole account is refreshed."""
    day = DAY + timedelta(days=1)

    sql.execute(
        "INSERT INTO holds_hold (account_id, reason, note, from_on, placed_at, placed_by, ended_by, ending, action_no)"
        " VALUES (%s, 'manual', '', %s, %s, 'test', '', '', 0)",
        [accounts["due"], DAY, at(DAY)],
    )

    renewing.renew(stale_ones(day), day=day, table=book.BOOK)

    row = strategies.row(accounts["due"])
    assert (row["overdue_minor"], row["holds_standing"]) == (3_700, 0)
    assert differing(day, *accounts.values()) == [accounts["due"]]


def test_a_pause_that_begins_or_goes_on_moves_the_clocks(accounts):
    entered = strategies.row(accounts["paused"])["state_entered_on"]

    for day in days(DAY + timedelta(days=1), 4):
        renewing.renew(stale_ones(day), day=day, table=book.BOOK)

    row = strategies.row(accounts["paused"])
    assert row["holds_paused_days"] == 2
    assert row["state_entered_on"] == entered + timedelta(days=2)


def test_what_changed_is_kept_as_it_was_and_nothing_else(accounts):
    day = DAY + timedelta(days=1)
    before = Past.objects.count()

    changed = renewing.renew(stale_ones(day), day=day, table=book.BOOK)

    assert Past.objects.count() == before + changed
    [kept] = Past.objects.filter(account_id=accounts["due"], day=day)
    assert kept.was["overdue_items"] == 1
    assert "holds_standing" not in kept.was
    assert "open_tasks" not in kept.was


def test_a_run_renews_the_stale_of_a_leaf_in_one_statement(leaves, accounts, monkeypatch):
    monkeypatch.setattr(book, "_CHUNK", 0.01)
    with CaptureQueriesContext(connection) as captured:
        strategies.run(DAY + timedelta(days=1))

    assert differing(DAY + timedelta(days=1), *accounts.values()) == []
    locks = sum("FOR UPDATE" in each["sql"] and "strategy_book_" in each["sql"] for each in captured)
    renewals = sum("INSERT INTO strategy_past" in each["sql"] for each in captured)
    leaves = sql.value(
        "SELECT count(DISTINCT tableoid) FROM strategy_book WHERE account_id = ANY(%s)",
        [[number for name, number in accounts.items() if name not in {"nothing", "watched"}]],
    )
    assert (locks, renewals) == (0, leaves)
