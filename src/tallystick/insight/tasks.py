"""Background work: months are closed, and what became known later is added beside them."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from tallystick.insight import actions, rules
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day


@app.periodic(cron="20 2 * * *", periodic_id="insight.close_months")
@app.task(name="insight.close_months", queueing_lock="insight.close_months")
def close_months(timestamp: int) -> None:
    """Close the last month that is over, where it is not, and add what became known of those before."""
    at = clock.now()
    today = local_day(at, settings.TIME_ZONE)
    by = system("the figures of the month")
    actions.close_months(month_on=rules.month_before(today), today=today, at=at, by=by)
    actions.add_later_known(at=at, by=by)
