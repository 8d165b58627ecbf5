"""Background work: holds end on their day."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.holds import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import system

_CHUNK = 10_000


@app.periodic(cron="7 * * * *", periodic_id="holds.end_holds")
@app.task(name="holds.end_holds", queueing_lock="holds.end_holds")
def end_holds(timestamp: int) -> None:
    """End the holds that ran out. Every hour, for it is midnight somewhere."""
    by = system("holds that ran out")
    while actions.end_holds(limit=_CHUNK, at=clock.now(), by=by) == _CHUNK:
        pass
