"""A job whose worker died is done by the next worker; one that kills its workers is given up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicRegistry

from tallystick.config import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def job_of_a_dead_worker(*, attempts, silent_for):
    """Put a job into the state that a worker leaves it in when it is killed."""
    job_id = app.configure_task("config.nothing", queue="default").defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silent_for],
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [cursor.fetchone()[0], attempts, job_id],
        )
    return job_id


def take_up():
    async def work():
        worker_app = jobs.application_of_worker(app)
        async with worker_app.open_async():
            return await jobs.take_up_stalled_jobs(worker_app)

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("attempts", "silent_for", "queued", "state"),
    [
        pytest.param(0, jobs.STALLED_AFTER + 1, 1, "todo", id="its worker is dead"),
        pytest.param(0, jobs.STALLED_AFTER - 10, 0, "doing", id="its worker lives"),
        pytest.param(jobs.MOST_ATTEMPTS - 2, jobs.STALLED_AFTER + 1, 1, "todo", id="the last time it is tried"),
        pytest.param(jobs.MOST_ATTEMPTS - 1, jobs.STALLED_AFTER + 1, 0, "failed", id="it was tried too often"),
    ],
)
def test_a_job_of_a_dead_worker_is_queued_again(attempts, silent_for, queued, state):
    job_id = job_of_a_dead_worker(attempts=attempts, silent_for=silent_for)

    assert take_up() == queued

    assert ProcrastinateJob.objects.get(pk=job_id).status == state


def test_the_house_keeps_its_own_periodic_jobs():
    names = {task.name for task in app.tasks.values()}

    assert {"config.take_up_stalled_jobs", "config.clear_away_old_jobs"} <= names


def do_jobs(**functions):
    """Have a worker do one job of each function, in their order, on one connection that it closes in the end."""

    async def work():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        worker_app = jobs.application_of_worker(app)
        worker_app.periodic_registry = PeriodicRegistry()
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                task_middleware=[jobs.on_a_live_connection],
            )

    functions["closes"] = lambda: connection.close()  # of the thread that does the job
    for name, function in functions.items():
        app.task(name=name)(function)
        app.configure_task(name).defer()
    try:
        asyncio.run(work())
    finally:
        for name in functions:
            del app.tasks[name]


def test_what_a_job_defers_commits_or_vanishes_with_it():
    seen = []

    def fails():
        with transaction.atomic():
            app.configure_task("config.nothing").defer()
            seen.append(ProcrastinateJob.objects.filter(task_name="config.nothing").count())
            raise ValueError("the transaction comes to nothing")

    do_jobs(fails=fails)

    assert seen == [1], "the job was done"
    assert ProcrastinateJob.objects.get(task_name="fails").status == "failed"
    assert not ProcrastinateJob.objects.filter(task_name="config.nothing").exists()


def test_a_job_is_done_though_the_connection_broke_in_the_one_before():
    seen = []

    def breaks():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def counts():
        seen.append(ProcrastinateJob.objects.filter(task_name="breaks", status="failed").count())

    do_jobs(breaks=breaks, counts=counts)

    assert seen == [1]
