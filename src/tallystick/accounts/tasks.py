"""Background work: money on account pays what is new, where the client's terms say so; what the ageing is kept by is folded."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.accounts import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import system


@app.task(name="accounts.allocate_on_account")
def allocate_on_account(account_ids: list[int]) -> None:
    """Let money on account pay new items. Most accounts have none, and are passed over by one look."""
    actions.allocate_on_account(account_ids, at=clock.now(), by=system("money on account pays new items"))


@app.periodic(cron="*/10 * * * *", periodic_id="accounts.fold_owed_by_day")
@app.task(name="accounts.fold_owed_by_day", queueing_lock="accounts.fold_owed_by_day")
def fold_owed_by_day(timestamp: int) -> None:
    """Fold what was added since the last time, where it is much."""
    actions.fold_owed_by_day()
