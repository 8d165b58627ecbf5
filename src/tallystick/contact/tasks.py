"""Background work: send what is due, and the digests of the hour."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.contact import actions
from tallystick.contact.actions.queueing import SENDING
from tallystick.kernel import clock
from tallystick.kernel.actor import system

#: Messages that one job takes in hand at a time.
_BATCH = 500
#: Batches that one job sends before it makes room for others.
_MOST_BATCHES = 20


@app.task(name="contact.send_due", queue=SENDING)
def send_due() -> None:
    """Send what is due, batch by batch, until nothing is left that leaves now."""
    by = system("outbox")
    for _batch in range(_MOST_BATCHES):
        outcome = actions.send_due(limit=_BATCH, at=clock.now(), by=by)
        if not outcome.done and not outcome.refused:
            break


@app.periodic(cron="* * * * *", periodic_id="contact.send_due")
@app.task(name="contact.send_what_waited", queue=SENDING, queueing_lock="contact.send_what_waited")
def send_what_waited(timestamp: int) -> None:
    """Send what waited for its hour, for its next attempt, or for a worker that died."""
    send_due()


@app.periodic(cron="*/5 * * * *", periodic_id="contact.send_digests")
@app.task(name="contact.send_digests", queue=SENDING, queueing_lock="contact.send_digests")
def send_digests(timestamp: int) -> None:
    """Send the digests of everybody whose hour has struck, and those that waited for their next attempt."""
    actions.send_digests(at=clock.now(), by=system("outbox"))
