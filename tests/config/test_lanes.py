"""The night and the post have workers of their own, which let everybody else go first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from tallystick.config import jobs
from tallystick.config.starting import site
from tallystick.strategy import actions

OF_THE_NIGHT = {
    "strategy.work_run",
    "strategy.work_foresight",
    "strategy.work_rehearsal",
    "strategy.settle",
    "strategy.keep_scores",
    "strategy.renew_facts",
}


OF_THE_POST = {"contact.send_due", "contact.send_what_waited", "contact.send_digests"}


def test_every_queue_is_somebodys():
    night, post, day = (jobs.queues(app, lane=lane) for lane in ("night", "post", "day"))

    assert sorted([*night, *post, *day]) == sorted({task.queue for task in app.tasks.values()}), "each, and none twice"
    assert {name for name, task in app.tasks.items() if task.queue in night} == OF_THE_NIGHT
    assert {name for name, task in app.tasks.items() if task.queue in post} == OF_THE_POST


def test_pages_go_first_then_answers_then_what_can_wait():
    assert [jobs.yields(lane, night=10) for lane in ("day", "post", "night")] == [5, 10, 10]
    assert [jobs.yields(lane, night=0) for lane in jobs.LANES] == [0, 0, 0]


@pytest.mark.django_db
def test_what_goes_through_the_whole_book_waits_for_the_worker_of_the_night():
    actions.defer_run(run_id=7)
    app.configure_task("strategy.answer_events").defer()

    assert set(ProcrastinateJob.objects.values_list("task_name", "queue_name")) == {
        ("strategy.work_run", "night"),
        ("strategy.answer_events", "default"),
    }


def test_who_lost_to_a_run_answers_again_and_a_defect_is_not_repeated():
    task = app.tasks["strategy.answer_events"]
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=task.name)

    assert task.get_retry_exception(OperationalError("deadlock detected"), job) is not None
    assert task.get_retry_exception(ValueError("a defect"), job) is None


def test_the_site_has_a_worker_for_each():
    words = [list(child.command) for child in site.children(bind="127.0.0.1", port=8000)]

    workers = [each[each.index("worker") :] for each in words if "worker" in each]
    assert workers == [["worker", "--only", lane, "--child"] for lane in ("day", "post", "night")]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="priorities are looked at in /proc")
@pytest.mark.parametrize("by", [7, 0])
def test_the_process_and_its_server_process_let_others_go_first(by):
    # A priority cannot be raised again, so that a process of its own lowers it.
    code = """
import os, sys, django
django.setup()
from django.db import connection
from tallystick.kernel import yielding

def priority(of):
    return os.getpriority(os.PRIO_PROCESS, of)

def servers():
    connection.close()
    connection.ensure_connection()
    return priority(connection.connection.info.backend_pid)

before = priority(0), servers()
yielding.let_others_go_first(int(sys.argv[1]))
print(priority(0) - before[0], servers() - before[1], yielding.is_low())
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(by)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert said.split() == [str(by), str(by), str(bool(by))]
