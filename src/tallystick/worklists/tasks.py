"""Background work: tasks that nothing is left to do about."""

from __future__ import annotations

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.worklists import actions
from tallystick.worklists.rules import CHASING


@app.task(name="worklists.cancel_of_closed")
def cancel_of_closed(account_ids: list[int]) -> None:
    """Cancel all work on accounts that were closed."""
    by = system("account closed")
    actions.cancel_tasks(account_ids=account_ids, reason=_("The account was closed."), at=clock.now(), by=by)


@app.task(name="worklists.recall_held")
def recall_held(account_ids: list[int]) -> None:
    """Put what is no longer on hold into the diary of whoever looks after it."""
    actions.recall_held(account_ids=account_ids, at=clock.now(), by=system("hold ran out"))


@app.task(name="worklists.cancel_of_paid")
def cancel_of_paid(account_ids: list[int]) -> None:
    """Cancel the chasing of accounts on which nothing is owed any more."""
    by = system("account paid")
    actions.cancel_tasks(
        account_ids=account_ids, reason=_("Nothing is owed any more."), kinds=CHASING, at=clock.now(), by=by
    )
