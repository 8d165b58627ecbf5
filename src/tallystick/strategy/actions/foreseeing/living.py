"""Live through days in a world: what the program does at night, what it sends in the morning, and what people do by day."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from procrastinate.contrib.django import app

from tallystick.holds import actions as holds
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Actor
from tallystick.promises import actions as promises
from tallystick.strategy.actions import publishing, running
from tallystick.strategy.actions.foreseeing import world
from tallystick.strategy.models import Run, Version
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.rules import lifecycle

#: When things are done, in the time zone of the house: the night's run, and people at their desks.
_NIGHT, _MORNING = clock_time(2, 20), clock_time(10)
#: Rows of one kind that are done at once: all there are.
_ALL = 10_000_000
#: Jobs that a world does of those that its events start. Others, such as sending, reach outside.
_JOBS = frozenset(
    {
        "accounts.allocate_on_account",
        "promises.judge_promises",
        "promises.withdraw_of_closed",
        "promises.withdraw_of_paid",
        "strategy.answer_events",
        "worklists.cancel_of_closed",
        "worklists.cancel_of_paid",
        "worklists.recall_held",
    }
)
#: Rounds of jobs that cause jobs, after which something must be going round in a ring.
_MOST_ROUNDS = 100
#: After so many days the world is tidied.
_TIDY = 10


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is imagined, with the instants at which things are done on it."""

    on: date
    number: int

    @property
    def night(self) -> datetime:
        """When the book is run."""
        return datetime.combine(self.on, _NIGHT, tzinfo=ZoneInfo(settings.TIME_ZONE))

    @property
    def morning(self) -> datetime:
        """When messages leave and people work."""
        return datetime.combine(self.on, _MORNING, tzinfo=ZoneInfo(settings.TIME_ZONE))


#: What people do on a day.
People = Callable[[Day], None]


def put_in_force(version: Version, day: Day, *, by: Actor) -> None:
    """Have a version decide in the world from now on, as publishing it would: accounts move over to it."""
    Version.objects.filter(paper=version.paper_id, state=lifecycle.State.PUBLISHED).exclude(pk=version.pk).update(
        state=lifecycle.State.RETIRED, retired_at=day.night
    )
    Version.objects.filter(pk=version.pk).update(
        state=lifecycle.State.PUBLISHED, published_at=day.night, published_by=by.label, retired_at=None, emptied_at=None
    )
    publishing.settle_leaf(BOOK, day=day.on)


def live(day: Day, people: People, *, by: Actor) -> None:
    """Live through a day."""
    with world.untouched():
        with clock.imagined(day.night):
            _nightly(day, by=by)
        with clock.imagined(day.morning):
            people(day)
            work_off()
    if day.number % _TIDY == 0:
        world.tidy()


def _nightly(day: Day, *, by: Actor) -> None:
    holds.end_holds(limit=_ALL, at=day.night, by=by)
    promises.break_overdue_promises(limit=_ALL, at=day.night, by=by)
    work_off()
    run = Run.objects.create(day=day.on, started_at=day.night, started_by=by.label, chunks=1)
    running.do_chunk(run, 0, began=time.monotonic(), at=day.night, by=by)
    work_off()


def work_off() -> None:
    """Do the jobs that events have started in the world, and those that they start.

    :raises RuntimeError: they cause each other without end
    """
    for _round in range(_MOST_ROUNDS):
        waiting = _take()
        if not waiting:
            return
        for name, arguments in waiting:
            app.tasks[name].func(**arguments)
    raise RuntimeError("background jobs cause each other without end")


def _take() -> list[tuple[str, dict[str, Any]]]:
    """Take the jobs that wait, each once; those that reach outside are left undone."""
    taken = sql.rows(
        """
        WITH taken AS (DELETE FROM procrastinate_jobs RETURNING id, task_name, args)
        SELECT task_name, args FROM taken WHERE task_name = ANY(%(done)s) ORDER BY id
        """,
        {"done": sorted(_JOBS)},
    )
    once = {(row["task_name"], json.dumps(row["args"], sort_keys=True)): row["args"] for row in taken}
    return [(name, arguments) for (name, _text), arguments in once.items()]
