"""A job whose worker died is done by the next worker; one that kills its workers is given up."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

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
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
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
