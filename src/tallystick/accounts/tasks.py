"""Background work: money on account pays what is new, where the client's terms say so."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.accounts import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import system


@app.task(name="accounts.allocate_on_account")
def allocate_on_account(account_ids: list[int]) -> None:
    """Let money on account pay new items. Most accounts have none, and are passed over by one look."""
    actions.allocate_on_account(account_ids, at=clock.now(), by=system("money on account pays new items"))
