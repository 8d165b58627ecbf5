"""Runs in processes of their own: killed in the middle of a chunk and started again, or two at once over one run.

Whatever dies and whoever hurries, each account gets its decision, its orders and its events once. The processes are the real
command, `tallystick run`, on the database of the test.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts.models import Account
from tallystick.contact.models import Message
from tallystick.kernel import clock, months
from tallystick.strategy import actions
from tallystick.strategy.actions.foreseeing import making
from tallystick.strategy.models import Decision, Rehearsal, Run, RunChunk, Touched
from tallystick.strategy.queries import book
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS = 90
LEAVES = strategies.LEAVES
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 300

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave:
      - when: days_past_due >= 7
        go: chasing
    answers:
      - event: accounts.ItemAdded
        title: Greet
        do: [note: A new invoice]
  chasing:
    steps:
      - id: chase
        do:
          - task: {kind: call, title: Call}
          - service: suspend
          - note: Chased
"""

#: Where a chunk stands when its process is killed: the table it was about to write.
TABLES = [
    "strategy_decision",
    *(
        pytest.param(table, marks=pytest.mark.once)
        for table in ("worklists_work_item", "contact_message", "timeline_event", "strategy_run_chunk")
    ),
]


@pytest.fixture
def accounts(leaves: int) -> list[int]:
    """Debtors a month late, whom the strategy knows and has done nothing about."""
    made = [builders.account() for _number in range(ACCOUNTS)]
    for account in made:
        builders.invoice(account, "100.00")
    strategies.publish(DOCUMENT)
    ids = [account.pk for account in made]
    strategies.refresh(*ids)
    return ids


@pytest.fixture
def run(accounts: list[int], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The day's run, started over the leaves of the book as for a large one. No chunk is done."""
    monkeypatch.setattr(book, "_CHUNK", 0.01)
    started = actions.start_run(day=DAY, at=at(DAY), by=BY)
    assert started.chunks == LEAVES
    return started


@pytest.fixture
def process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start processes of `tallystick run`, or of another command; what is left of them in the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*what: str) -> subprocess.Popen[str]:
        run_of_the_day = ("run", "--day", DAY.isoformat(), "--act-because", "a test")
        command = [sys.executable, "-P", "-m", "tallystick", *(what or run_of_the_day)]
        environment = {
            **os.environ,
            "DATABASE_URL": url_of_database(),
            "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
            "PYTHONPATH": str(_ROOT / "src"),
        }
        started.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


def url_of_database() -> str:
    connection.ensure_connection()
    info = connection.connection.info
    return f"postgresql://{info.user}:{quote(info.password, safe='')}@{quote(info.host, safe='')}:{info.port}/{info.dbname}"


class Barrier:
    """A table that nobody can write, and who waits for it."""

    def __init__(self, table: str) -> None:
        self._connection = psycopg.connect(url_of_database())
        # Until PostgreSQL 17, who may only add to a table may not lock it. The privilege vanishes with the transaction.
        self._connection.execute(f"GRANT UPDATE ON {table} TO CURRENT_USER")
        self._connection.execute(f"LOCK TABLE {table} IN SHARE MODE")

    def waiting(self) -> list[int]:
        """Give the servers' processes that wait for a table."""
        found = self._connection.execute(
            "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return [pid for (pid,) in found]

    def open(self) -> None:
        """Let everybody through."""
        self._connection.close()


@pytest.fixture
def closed() -> Iterator[Callable[[str], Barrier]]:
    """Close tables; those that are closed in the end are opened."""
    barriers: list[Barrier] = []

    def close(table: str) -> Barrier:
        barriers.append(Barrier(table))
        return barriers[-1]

    yield close
    for barrier in barriers:
        barrier.open()


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _gone(pids: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        return bool(cursor.fetchone()[0] == 0)


def _ended_well(each: subprocess.Popen[str]) -> str:
    said, _nothing = each.communicate(timeout=_PATIENCE)
    assert each.returncode == 0, said
    return said


def _everything_happened_once(accounts: list[int], run: Run) -> None:
    once = sorted(accounts)
    decided = Decision.objects.values_list("account_id", "effect").order_by("account_id", "effect")
    # The way into the state, and the step that it begins with.
    assert list(decided) == [(account_id, effect) for account_id in once for effect in (1, 3)]
    for model in (WorkItem, Message):
        assert sorted(model.objects.values_list("account_id", flat=True)) == once, model.__name__
    for kind in ("strategy.StateLeft", "strategy.StepTaken", "worklists.TaskOpened", "timeline.NoteAdded"):
        assert sorted(Event.objects.filter(kind=kind).values_list("account_id", flat=True)) == once, kind
    assert sorted(RunChunk.objects.filter(run=run).values_list("chunk", flat=True)) == list(range(LEAVES))
    run.refresh_from_db()
    assert run.finished_at is not None


@pytest.mark.parametrize("table", TABLES)
def test_a_run_that_is_killed_in_the_middle_of_a_chunk_goes_on_and_misses_nothing(
    table, accounts, run, process, closed
):
    for chunk in range(LEAVES // 2):
        actions.run_chunk(run_id=run.pk, chunk=chunk, at=at(DAY), by=BY)
    done = Decision.objects.count()
    assert 0 < done < 2 * ACCOUNTS

    barrier = closed(table)
    killed = process()
    _until(barrier.waiting)
    left_behind = barrier.waiting()
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    barrier.open()
    _until(lambda: _gone(left_behind))

    # Nothing of the chunk it was at has happened.
    assert Decision.objects.count() == done
    assert WorkItem.objects.count() == done // 2
    assert RunChunk.objects.filter(run=run, chunk__gte=LEAVES // 2, decided__gt=0).count() == 0
    assert f"{LEAVES} of {LEAVES} chunks" in _ended_well(process())
    _everything_happened_once(accounts, run)


def test_two_processes_share_a_run_and_do_nothing_twice(accounts, run, process, closed):
    barrier = closed("strategy_run_chunk")
    both = [process(), process()]
    _until(lambda: len(barrier.waiting()) == 2)
    barrier.open()

    for each in both:
        _ended_well(each)
    _everything_happened_once(accounts, run)


def test_what_one_of_two_processes_leaves_behind_is_done_by_the_next(accounts, run, process, closed):
    barrier = closed("strategy_run_chunk")
    killed, other = process(), process()
    _until(lambda: len(barrier.waiting()) == 2)
    left_behind = barrier.waiting()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    barrier.open()
    _ended_well(other)
    _until(lambda: _gone(left_behind))

    _ended_well(process())
    _everything_happened_once(accounts, run)


def test_events_are_answered_once_though_who_answered_them_was_killed(accounts, process, closed):
    for account in Account.objects.filter(pk__in=accounts):
        builders.invoice(account, "50.00")
    waiting = Touched.objects.count()
    assert waiting >= ACCOUNTS
    # Whoever opens a month waits for a table that is closed, before there is anything to answer.
    months.open_months(first=DAY, last=DAY + timedelta(days=31))

    barrier = closed("timeline_event")
    killed = process()
    _until(barrier.waiting)
    left_behind = barrier.waiting()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    barrier.open()
    _until(lambda: _gone(left_behind))
    assert Touched.objects.count() == waiting

    _ended_well(process())
    assert not Touched.objects.exists()
    greeted = Event.objects.filter(kind="strategy.EventAnswered").values_list("account_id", flat=True)
    assert sorted(greeted) == sorted(accounts)


REHEARSE = ("strategy", "rehearse", "test")


def _killed_at(barrier: Barrier, process: subprocess.Popen[str]) -> None:
    """Kill a process that waits for a table, and wait until the server knows."""
    _until(barrier.waiting)
    left_behind = barrier.waiting()
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    barrier.open()
    _until(lambda: _gone(left_behind))


def _figures(said: str) -> str:
    return said.rpartition("Figures: ")[2].strip()


@pytest.mark.once
@pytest.mark.parametrize("table", ["strategy_rehearsal_account", "strategy_rehearsal_chunk"])
def test_a_rehearsal_that_is_killed_goes_on_to_the_same_figures(table, accounts, process, closed, monkeypatch):
    monkeypatch.setattr(book, "_CHUNK", 7)
    today = clock.now().date()
    draft = actions.draft(document=DOCUMENT.replace(">= 7", ">= 7000"), at=clock.now(), by=BY)
    rehearsal = actions.start_rehearsal(version_id=draft.pk, today=today, at=clock.now(), by=BY)
    assert rehearsal.chunks == 3
    actions.rehearse_chunk(rehearsal_id=rehearsal.pk, chunk=0, at=clock.now(), by=BY)

    barrier = closed(table)
    _killed_at(barrier, process(*REHEARSE))

    assert [mark.chunk for mark in rehearsal.marks.all()] == [0]
    gone_on = _ended_well(process(*REHEARSE))
    at_once = _ended_well(process(*REHEARSE))
    assert _figures(gone_on) == _figures(at_once)
    assert Rehearsal.objects.filter(finished_at__isnull=False).count() == 2


@pytest.mark.once
@pytest.mark.parametrize("table", ["strategy_foresight_count", "strategy_foresight_chunk"])
def test_a_foresight_that_is_killed_goes_on_to_the_same_figures(table, accounts, process, closed, monkeypatch):
    monkeypatch.setattr(making, "PART", ACCOUNTS // 2)
    today = clock.now().date()
    draft = actions.draft(document=DOCUMENT.replace("Chased", "Chased again"), at=clock.now(), by=BY)
    foresight = actions.start_foresight(version_id=draft.pk, today=today, days=3, at=clock.now(), by=BY)
    assert foresight.chunks == 2
    actions.foresee_chunk(foresight_id=foresight.pk, chunk=0, at=clock.now(), by=BY)
    counts = foresight.counts.count()

    barrier = closed(table)
    _killed_at(barrier, process(*REHEARSE, "--days", "3"))

    assert ([mark.chunk for mark in foresight.marks.all()], foresight.counts.count()) == ([0], counts)
    gone_on = _ended_well(process(*REHEARSE, "--days", "3"))
    foresight.refresh_from_db()
    again = actions.start_foresight(version_id=draft.pk, today=today, days=3, at=clock.now(), by=BY)
    actions.work_foresight(foresight_id=again.pk, at=clock.now(), by=BY)
    actions.finish_foresight(foresight_id=again.pk, at=clock.now(), by=BY)
    again.refresh_from_db()
    assert again.pk != foresight.pk
    assert _figures(gone_on) == foresight.figures == again.figures
    assert WorkItem.objects.count() == 0
