"""Background work: a statement that did not come is noticed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.reconciliations import actions


@app.periodic(cron="15 9 * * *", periodic_id="reconciliations.note_missing")
@app.task(name="reconciliations.note_missing", queueing_lock="reconciliations.note_missing")
def note_missing(timestamp: int) -> None:
    """Ask for the statements of the last business day that did not come by the morning."""
    actions.note_missing(at=clock.now(), by=system("a finance ledger did not come"))
