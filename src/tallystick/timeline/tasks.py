"""Background work: events are sealed, and the months to come get their partitions."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.kernel import clock, months
from tallystick.timeline import actions

_BATCH = 100_000


@app.periodic(cron="*/5 * * * *", periodic_id="timeline.seal_events")
@app.task(name="timeline.seal_events", queueing_lock="timeline.seal_events")
def seal_events(timestamp: int) -> None:
    """Seal the events that came since the last time."""
    while actions.seal_events(limit=_BATCH, at=clock.now()) == _BATCH:
        pass


@app.periodic(cron="10 2 * * *", periodic_id="timeline.open_months")
@app.task(name="timeline.open_months", queueing_lock="timeline.open_months")
def open_months(timestamp: int) -> None:
    """Make the partitions of the months to come, of every table that has months, before the night's run needs one."""
    today = clock.now().date()
    months.open_months(first=today, last=today + months.AHEAD)
