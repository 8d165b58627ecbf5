"""Background work: what is over is cleared away."""

from __future__ import annotations

from django.core.management import call_command
from procrastinate.contrib.django import app

from tallystick.access import actions
from tallystick.kernel import clock


@app.periodic(cron="41 3 * * *", periodic_id="access.clear_away")
@app.task(name="access.clear_away", queueing_lock="access.clear_away")
def clear_away(timestamp: int) -> None:
    """Drop log-in attempts that are forgotten and sessions that have ended."""
    actions.forget_attempts(at=clock.now())
    call_command("clearsessions")
