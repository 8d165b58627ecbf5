"""Background work: lines that waited for an invoice find it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.payments import actions, queries


@app.periodic(cron="17 * * * *", periodic_id="payments.match_waiting")
@app.task(name="payments.match_waiting", queueing_lock="payments.match_waiting")
def match_waiting(timestamp: int) -> None:
    """Match what waits once more: what it names may have come since. Each bank account is a transaction of its own."""
    by = system("exact reference and amount")
    for bank in queries.freshness():
        if bank["waiting_lines"]:
            actions.match_lines(bank_account_ids=[bank["id"]], at=clock.now(), by=by)
