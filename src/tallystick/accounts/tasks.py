"""Background work: what is kept for the ageing of the book is folded."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.accounts import actions


@app.periodic(cron="*/10 * * * *", periodic_id="accounts.fold_owed_by_day")
@app.task(name="accounts.fold_owed_by_day", queueing_lock="accounts.fold_owed_by_day")
def fold_owed_by_day(timestamp: int) -> None:
    """Fold what was added since the last time, where it is much."""
    actions.fold_owed_by_day()
