"""Background jobs of the house itself: jobs of a worker that died are taken up again, finished ones are cleared away.

A worker that is killed leaves its job marked as being done, for ever. Its heartbeat stops, and by that it is known.
Every job is written so that doing it twice is the same as doing it once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from procrastinate import App, JobContext
from procrastinate.jobs import Status
from procrastinate.worker import Worker

from tallystick.contact.actions.queueing import SENDING
from tallystick.strategy.actions.deferring import NIGHT

_logger = logging.getLogger(__name__)

#: The lanes that have queues of their own; a worker of the day takes every other queue.
_OWN = {"night": NIGHT, "post": SENDING}
#: What a worker may be started for.
LANES = ("day", *_OWN)

#: Seconds without a heartbeat (there is one every 10) after which a worker counts as dead.
STALLED_AFTER = 30
#: A job that killed its worker this often is given up, and stays to be looked at.
MOST_ATTEMPTS = 5
#: Hours that finished jobs are kept: the failed ones a month, to be looked at.
_KEEP_FAILED = 30 * 24


def application_of_worker(app: App) -> App:
    """Give the application by which a worker fetches jobs; what the jobs themselves defer is deferred by `app`.

    A worker waits for jobs on connections of its own. Were `app` given those, a job that defers another would do so outside its
    transaction: the other would be done before there is anything to do, or though the first came to nothing.
    """
    fetching = App(
        connector=app.connector.get_worker_connector(),  # type: ignore[attr-defined]
        worker_defaults=app.worker_defaults,
        periodic_defaults=app.periodic_defaults,
    )
    fetching.tasks = app.tasks
    fetching.periodic_registry = app.periodic_registry
    return fetching


def queues(app: App, *, lane: str) -> list[str]:
    """Give the queues of a lane: what goes through the whole book, what is sent, or everything else."""
    return [_OWN[lane]] if lane in _OWN else sorted({task.queue for task in app.tasks.values()} - {*_OWN.values()})


def yields(lane: str, *, night: int) -> int:
    """Give how far a lane lets others go first, when the night does by so much: pages, then answers, then what can wait."""
    return night if lane in _OWN else night // 2


def on_a_live_connection(do: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Do a job on a connection that lives: one that broke during an earlier job, with the server perhaps, is opened anew."""
    close_old_connections()
    return do()


async def take_up_stalled_jobs(app: App) -> int:
    """Queue the jobs again whose worker died; give up those that were tried too often. Gives how many were queued."""
    taken_up = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        if job.attempts + 1 >= MOST_ATTEMPTS:
            _logger.error("Job %s (%s) ended its worker %s times: given up.", job.id, job.task_name, MOST_ATTEMPTS)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            continue
        _logger.warning("Job %s (%s) lost its worker: queued again.", job.id, job.task_name)
        await app.job_manager.retry_job(job)
        taken_up += 1
    return taken_up


async def _take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
    await take_up_stalled_jobs(context.app)


async def _clear_away_old_jobs(context: JobContext, timestamp: int) -> None:
    await context.app.job_manager.delete_old_jobs(
        nb_hours=_KEEP_FAILED, include_failed=True, include_cancelled=True, include_aborted=True
    )


def on_app_ready(app: App) -> None:
    """Add the house's own periodic jobs to the queue's application."""
    _every(app, "* * * * *", _take_up_stalled_jobs, "config.take_up_stalled_jobs")
    _every(app, "17 3 * * *", _clear_away_old_jobs, "config.clear_away_old_jobs")


def _every(app: App, cron: str, work: Any, name: str) -> None:
    task = app.task(name=name, pass_context=True, queueing_lock=name)(work)
    app.periodic(cron=cron, periodic_id=name)(task)
