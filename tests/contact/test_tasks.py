"""The background work: jobs that the queue runs, and workers that do not get in each other's way."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.contact.conftest import AT, BY, Book, chosen
from tests.contact.mailbox import Mailbox

from tallystick.contact import actions, tasks
from tallystick.contact.models import Message
from tallystick.contact.ports import TryLater
from tallystick.contact.rules.words import Channel
from tallystick.kernel import clock


@pytest.fixture(autouse=True)
def _calendar() -> Any:
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


def queue(book: Book, count: int) -> None:
    accounts = [book.account() for _number in range(count)]
    actions.queue_messages(chosen(*accounts), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)


def test_the_job_that_queueing_defers_is_one_that_exists() -> None:
    assert {"contact.send_due", "contact.send_what_waited"} <= set(app.tasks)


def test_a_job_sends_batch_after_batch(book: Book, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_BATCH", 4)
    queue(book, 10)

    tasks.send_due()

    assert len(mailbox.taken) == 10


def test_what_waited_is_sent_by_the_minute(book: Book, mailbox: Mailbox) -> None:
    queue(book, 1)

    def away(_parcel: object) -> None:
        raise TryLater("away", is_away=True)

    mailbox.before = away
    tasks.send_what_waited(timestamp=0)
    mailbox.before = lambda _parcel: None
    tasks.send_what_waited(timestamp=0)
    assert not mailbox.taken

    clock.travel_to(AT + timedelta(minutes=1))
    tasks.send_what_waited(timestamp=0)

    assert len(mailbox.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_message_once(book: Book, mailbox: Mailbox) -> None:
    queue(book, 60)
    gate = threading.Barrier(3)
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(120)
            for _round in range(12):
                actions.send_due(limit=7, at=AT, by=BY)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert not wrong
    assert Message.objects.filter(state="sent").count() == 60
    assert set(Counter(parcel.key for parcel in mailbox.taken).values()) == {1}
    assert len(mailbox.taken) == 60


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_the_same_time_queue_each_cause_once(book: Book, mailbox: Mailbox) -> None:
    accounts = [book.account() for _number in range(40)]
    gate = threading.Barrier(2)
    done: list[int] = []

    def run() -> None:
        try:
            gate.wait(120)
            outcome = actions.queue_messages(
                chosen(*accounts), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY
            )
            done.append(outcome.done)
        finally:
            connection.close()

    runs = [threading.Thread(target=run) for _number in range(2)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(60)

    assert sum(done) == 40
    assert Message.objects.count() == 40


def test_the_job_that_queueing_deferred_sends_what_was_queued(book: Book, mailbox: Mailbox) -> None:
    queue(book, 3)

    job = ProcrastinateJob.objects.get(task_name="contact.send_due")
    app.tasks[job.task_name](**job.args)

    assert job.queue_name == "contact"
    assert Message.objects.filter(state="sent").count() == len(mailbox.taken) == 3
