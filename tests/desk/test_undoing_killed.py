"""Taking a large file back with hands that are cut off, and with several: every line leaves the book exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from tests.builders import TEST
from tests.intake.files import AT, invoice, loaded, source, written
from tests.intake.test_loading import child_environment

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.config import invariants
from tallystick.desk import actions
from tallystick.intake import queries
from tallystick.intake.models import Batch
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause
from tallystick.strategy import actions as strategy_actions

pytestmark = pytest.mark.django_db(transaction=True)

LINES, ACCOUNTS = 2_000, 400
LATER = AT + timedelta(days=1)
MANAGER = Actor(label="monica", user_id=7, rights=frozenset({"take uploads back"}))

WORKER = """
import sys, django
django.setup()
from tallystick.desk import tasks
tasks.take_upload_back(int(sys.argv[1]), "worker", None)
"""


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A file in many small chunks that is about to be taken back; a tenth of its accounts has paid something."""
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 50)
    monkeypatch.setattr("tallystick.desk.actions.uploads.MOST_AT_ONCE", 10)
    strategy_actions.rebuild(day=AT.date())
    lines = [invoice(number, account=f"A{number % ACCOUNTS:03d}") for number in range(LINES)]
    made = loaded(source(), written(lines))
    payers = list(Account.objects.order_by("pk").values_list("pk", flat=True))[::10]
    account_actions.apply_credits(
        [account_actions.Credit(each, each, Money.of("120.00", "GBP"), date(2026, 3, 1)) for each in payers],
        at=AT,
        by=TEST,
    )
    seen = actions.look_at_upload(batch_id=made.pk, at=LATER, by=MANAGER)
    actions.take_upload_back(batch_id=made.pk, reason="wrong file", seen=seen.seen, at=LATER, by=MANAGER)
    assert queries.undo_progress(made.pk) == (0, 40)
    return made


def everything_is_gone_once(batch: Batch) -> None:
    assert queries.get_batch(batch.pk).state == "undone"
    assert not Item.objects.exclude(amount_minor=0, open_minor=0).exists()
    assert Entry.objects.filter(cause_kind=Cause.ITEM).count() == LINES
    backs = Entry.objects.filter(cause_kind=Cause.REVERSAL)
    assert backs.values("reverses_id").distinct().count() == backs.count() == LINES + 80
    assert sql.value("SELECT sum(on_account_minor) FROM accounts_account") == 40 * 120_00
    told = sql.value("SELECT count(*) FROM timeline_event WHERE kind = 'accounts.ItemsTakenBack'")
    assert told == ACCOUNTS
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "intake"}]
    assert all(finding.is_sound for finding in invariants.check(chosen))


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that the test began; none outlives it."""
    begun: list[subprocess.Popen[bytes]] = []
    yield begun
    for worker in begun:
        worker.kill()
        worker.wait()


def begin(batch: Batch, workers: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(batch.pk)], env=child_environment())
    workers.append(worker)
    return worker


def test_workers_that_are_killed_leave_nothing_in_the_book_and_take_nothing_twice(batch, workers):
    for kills in range(1, 3):
        worker, deadline = begin(batch, workers), time.monotonic() + 300
        while queries.undo_progress(batch.pk)[0] < kills * 7:
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(120) == -signal.SIGKILL
    done, chunks = queries.undo_progress(batch.pk)
    assert 14 <= done < chunks
    assert queries.get_batch(batch.pk).state == "undoing"

    assert begin(batch, workers).wait(600) == 0

    everything_is_gone_once(batch)


def test_two_at_once_and_a_server_that_lost_the_lines_take_every_line_back_once(batch):
    actions.take_next_chunk_back(batch_id=batch.pk, at=LATER, by=MANAGER)
    # What a crash of the server does to tables that are not logged.
    for table in queries.line_tables(batch.pk):
        sql.execute(sql.fill("TRUNCATE {table}", table=queries.quoted(table)))
    gate, taken, wrong = threading.Barrier(2), {"one": 0, "other": 0}, []

    def work(name: str) -> None:
        try:
            gate.wait(120)
            while actions.take_next_chunk_back(batch_id=batch.pk, at=LATER, by=MANAGER):
                taken[name] += 1
            actions.finish_upload(batch_id=batch.pk, at=LATER, by=MANAGER)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[name]) for name in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)

    assert not wrong
    assert sum(taken.values()) == 39
    assert min(taken.values()) > 0, "one worker did all of it: nothing was proven"
    everything_is_gone_once(batch)
