"""Loading with several hands, and with hands that are cut off: every line comes into the book exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from tests.intake.files import AT, IMPORTER, checked, invoice, receipt, source, written

import tallystick
from tallystick.accounts.models import Account, Item
from tallystick.config import invariants
from tallystick.intake import actions, queries, rules, tasks
from tallystick.intake.models import Batch
from tallystick.kernel import sql
from tallystick.ledger.models import Entry
from tallystick.parties.models import Party

pytestmark = pytest.mark.django_db(transaction=True)

LINES, ACCOUNTS, DEBTORS = 4_000, 400, 80


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A checked file in many small chunks, whose debtors have several accounts each, in different chunks."""
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 100)
    lines = [
        [
            *invoice(number, account=f"A{number % ACCOUNTS:03d}", amount=f"{number % 900 + 1}.25"),
            f"D{number % DEBTORS:02d}",
        ]
        for number in range(LINES)
    ]
    headings = (
        "Account",
        "Customer Name",
        "Invoice Number",
        "Invoice Date",
        "Due Date",
        "Amount",
        "Currency",
        "Party ID",
    )
    made = checked(source(), written(lines, headings=headings))
    actions.start_commit(batch_id=made.pk, at=AT, by=IMPORTER)
    assert queries.progress(made.pk) == (0, 40)
    return made


def everything_is_there_once(batch: Batch) -> None:
    owed = sum((number % 900 + 1) * 100 + 25 for number in range(LINES))
    assert receipt(queries.get_batch(batch.pk)) == {("new", "GBP"): (LINES, owed)}
    assert queries.get_batch(batch.pk).state == rules.BatchState.COMMITTED
    assert Item.objects.count() == LINES
    assert Item.objects.values("reference").distinct().count() == LINES
    assert Account.objects.count() == ACCOUNTS
    assert Party.objects.count() == DEBTORS
    assert Entry.objects.count() == LINES
    assert sql.value("SELECT sum(amount_minor) FROM ledger_entry") == owed
    opened = sql.value("SELECT count(*) FROM timeline_event WHERE kind = 'accounts.AccountOpened'")
    assert opened == ACCOUNTS
    assert not [finding for finding in invariants.check() if finding.breaches]


def test_two_workers_at_once_load_every_line_once(batch: Batch) -> None:
    gate = threading.Barrier(2)
    chunks = {"one": 0, "other": 0}
    wrong: list[BaseException] = []

    def work(name: str) -> None:
        try:
            gate.wait(120)
            while actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER):
                chunks[name] += 1
            actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[name]) for name in chunks]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(600)

    assert not wrong
    assert sum(chunks.values()) == 40
    assert min(chunks.values()) > 0, "one worker did all of it: nothing was proven"
    everything_is_there_once(batch)


WORKER = """
import sys, django
django.setup()
from tallystick.intake import tasks
tasks.load_batch(int(sys.argv[1]), "worker", None)
"""


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that the test began; none outlives it."""
    begun: list[subprocess.Popen[bytes]] = []
    yield begun
    for worker in begun:
        worker.kill()
        worker.wait()


def child_environment() -> dict[str, str]:
    """Give the environment in which a process of its own works on the database of the test."""
    at = connection.settings_dict
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{at['USER']}@{quote(at['HOST'], safe='')}:{at['PORT']}/{at['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
        "PYTHONPATH": str(Path(tallystick.__file__).parent.parent),
    }


def begin(batch: Batch, workers: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Begin a worker: a process of its own that does the job."""
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(batch.pk)], env=child_environment())
    workers.append(worker)
    return worker


def until_past(batch: Batch, chunks: int, worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while queries.progress(batch.pk)[0] < chunks:
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_workers_that_are_killed_leave_nothing_missing_and_nothing_doubled(
    batch: Batch, workers: list[subprocess.Popen[bytes]]
) -> None:
    for kills in range(1, 4):
        worker = begin(batch, workers)
        until_past(batch, kills * 7, worker)
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(120) == -signal.SIGKILL
    done, chunks = queries.progress(batch.pk)
    assert 21 <= done < chunks
    assert queries.get_batch(batch.pk).state == rules.BatchState.COMMITTING
    assert Item.objects.count() < LINES

    assert begin(batch, workers).wait(600) == 0

    everything_is_there_once(batch)


def test_a_worker_goes_on_after_the_server_lost_the_lines_that_were_staged(batch: Batch) -> None:
    for _chunk in range(3):
        actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER)
    # What a crash of the server does to tables that are not logged.
    for table in queries.line_tables(batch.pk):
        sql.execute(sql.fill("TRUNCATE {table}", table=queries.quoted(table)))

    tasks.load_batch(batch.pk, "worker", None)

    everything_is_there_once(batch)


def test_lines_that_are_staged_again_are_refused_as_they_were() -> None:
    headings = ("Account", "Charge ID", "Type", "Charge Date", "Amount", "Currency")
    batch = checked(
        source("charges"), written([["NOBODY", "1", "Fee", "2026-01-10", "9.00", "GBP"]], headings=headings)
    )
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    for table in queries.line_tables(batch.pk):
        sql.execute(sql.fill("TRUNCATE {table}", table=queries.quoted(table)))

    tasks.load_batch(batch.pk, "worker", None)

    assert receipt(queries.get_batch(batch.pk)) == {("refused", "GBP"): (1, 900)}
    assert not Account.objects.filter(reference="NOBODY").exists()


def test_a_receipt_that_does_not_add_up_is_not_given_and_says_so(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(lines=LINES + 1)

    with pytest.raises(rules.NotProven):
        tasks.load_batch(batch.pk, "worker", None)

    open_still = queries.get_batch(batch.pk)
    assert open_still.state == rules.BatchState.COMMITTING
    assert f"the file has {LINES + 1} lines, the receipt {LINES}" in open_still.problem


@pytest.mark.parametrize(("problem", "is_tried_again"), [(OperationalError(), True), (ValueError(), False)])
def test_a_job_is_tried_again_when_the_database_was_away(problem: Exception, is_tried_again: bool) -> None:
    job = Job(id=1, queue="intake", lock=None, queueing_lock=None, task_name="intake.load_batch")

    for name in ("intake.load_batch", "intake.check_batch"):
        assert (app.tasks[name].get_retry_exception(problem, job) is not None) == is_tried_again
