"""Time as a story tells it: it passes when the story says so, and what the worker does by the clock is done on the way."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from procrastinate.contrib.django import app

from tallystick.config.working_off import work_off
from tallystick.kernel import clock

LONDON = ZoneInfo("Europe/London")


class Calendar:
    """The present of a story, in London. What waits is done at once; what has its hour, at its hour."""

    def __init__(self, start: date) -> None:
        self._at = datetime.combine(start, time(9), LONDON)
        clock.travel_to(self._at.astimezone(UTC))

    @property
    def at(self) -> datetime:
        """The instant it is."""
        return self._at

    def until(self, day: date, hour: time = time(9)) -> None:
        """Let time pass until an hour of a day, with all the nights between.

        Each job that has its hours is started at its first and its last of every day, as its cron line says.
        """
        arrival = datetime.combine(day, hour, LONDON)
        assert arrival >= self._at, "time passes forward"
        for at, job in sorted(_starts(self._at, arrival), key=lambda start: start[0]):
            clock.travel_to(at)
            job(timestamp=int(at.timestamp()))
            work_off()
        self._at = arrival
        clock.travel_to(arrival.astimezone(UTC))

    def work(self) -> None:
        """Do what waits, as a worker does in the next moment."""
        work_off()

    def night_again(self) -> None:
        """Do the jobs of last night once more, as after a machine that lost its mind: nothing may come of it."""
        now, midnight = self._at, datetime.combine(self._at.date(), time(0), LONDON)
        for at, job in sorted(_starts(midnight, now), key=lambda start: start[0]):
            clock.travel_to(at)
            job(timestamp=int(at.timestamp()))
            work_off()
        clock.travel_to(now.astimezone(UTC))


def _starts(after: datetime, upto: datetime) -> Iterator[tuple[datetime, Any]]:
    """Give when jobs start in a stretch of time, and the jobs."""
    for periodic in app.periodic_registry.periodic_tasks.values():
        if inspect.iscoroutinefunction(periodic.task.func):
            # What a worker does for its own house: it changes nothing of the book.
            continue
        for begins, ends in _days(after.astimezone(UTC), upto.astimezone(UTC)):
            first = croniter(periodic.cron, begins).get_next(datetime)
            last = croniter(periodic.cron, ends + timedelta(seconds=1)).get_prev(datetime)
            for at in sorted({first, last}):
                if begins < at <= ends:
                    yield at, periodic.task.func


def _days(after: datetime, upto: datetime) -> Iterator[tuple[datetime, datetime]]:
    begins = after
    while begins < upto:
        ends = min(datetime.combine(begins.date() + timedelta(days=1), time(0), UTC), upto)
        yield begins, ends
        begins = ends
