"""Background work: the file of the feed is fetched every afternoon, where one is set."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from tallystick.exchange import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import system


@app.periodic(cron="25 16 * * *", periodic_id="exchange.fetch_rates")
@app.task(name="exchange.fetch_rates", queueing_lock="exchange.fetch_rates")
def fetch_rates(timestamp: int) -> None:
    """Fetch the rates of the day, and do nothing where no feed is set."""
    if settings.EXCHANGE_FEED:
        actions.fetch_rates(at=clock.now(), by=system("rates of the day"))
