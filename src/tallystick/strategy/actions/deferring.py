"""Have workers do in the background what takes long: by the names of the jobs, for `tasks` is a door like any other."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app as jobs

from tallystick.strategy.models import Version
from tallystick.strategy.queries import policies
from tallystick.strategy.rules.policies.document import Kind

#: The queue of what goes through the whole book: a worker of its own takes it, so that nobody's answer waits behind a night.
NIGHT = "night"

#: Workers of one run at most; each takes chunks until none is left.
WORKERS = 4


def defer_run(*, run_id: int) -> None:
    """Have workers do a run."""
    for _worker in range(WORKERS):
        jobs.configure_task("strategy.work_run").defer(run_id=run_id)


def defer_scoring(*, day: date) -> None:
    """Have a worker keep the scores of a day, where there is a scorecard."""
    if policies.published_versions(Kind.SCORECARD):
        jobs.configure_task("strategy.keep_scores").defer(day=day.isoformat())


def defer_rehearsal(*, rehearsal_id: int) -> None:
    """Have workers do a rehearsal."""
    for _worker in range(WORKERS):
        jobs.configure_task("strategy.work_rehearsal").defer(rehearsal_id=rehearsal_id)


def defer_foresight(*, foresight_id: int) -> None:
    """Have workers look ahead. Each lives through parts until none is left."""
    for _worker in range(WORKERS):
        jobs.configure_task("strategy.work_foresight").defer(foresight_id=foresight_id)


def defer_settling(*, day: date) -> None:
    """Have a worker bring every account to the version that treats it on a day."""
    jobs.configure_task("strategy.settle").defer(day=day.isoformat())


def defer_following(version: Version, *, day: date) -> None:
    """Have workers do what follows from a publication on a day: accounts move over, or scores are kept."""
    if version.paper.is_strategy:
        defer_settling(day=day)
    else:
        defer_scoring(day=day)


def defer_telling(*, plan_id: int) -> None:
    """Have the people concerned told that a plan was stopped."""
    jobs.configure_task("strategy.tell_of_stopped").defer(plan_id=plan_id)
