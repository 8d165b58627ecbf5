"""Background work: interest and fees of days that are over, interest proven afresh, and reviews of the law told."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from tallystick.charges import actions
from tallystick.kernel import clock, hands
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day


@app.periodic(cron="35 1 * * *", periodic_id="charges.accrue_tonight")
@app.task(name="charges.accrue_tonight", queueing_lock="charges.accrue_tonight")
def accrue_tonight(timestamp: int) -> None:
    """Charge interest and fees through yesterday, before the strategies are run."""
    at = clock.now()
    yesterday = local_day(at, settings.TIME_ZONE) - timedelta(days=1)
    actions.accrue(day=yesterday, hands=hands.MOST, at=at, by=system("interest of the day"))
    actions.charge_fees(day=yesterday, hands=hands.MOST, at=at, by=system("fees of the day"))


@app.task(name="charges.prove_again")
def prove_again(account_ids: list[int]) -> None:
    """Have interest proven afresh on accounts of which a hold or a due day changed."""
    actions.prove_again(account_ids=account_ids, by=system("a hold or a due day changed"))


@app.periodic(cron="25 5 * * *", periodic_id="charges.review_law")
@app.task(name="charges.review_law", queueing_lock="charges.review_law")
def review_law(timestamp: int) -> None:
    """Tell whoever keeps the law what in it is due for review from today on."""
    today = local_day(clock.now(), settings.TIME_ZONE)
    actions.tell_of_reviews(day=today, by=system("the review of the law"))
