"""Background work: promises whose grace has run out are judged."""

from __future__ import annotations

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.promises import actions

_CHUNK = 10_000


@app.periodic(cron="11 * * * *", periodic_id="promises.break_overdue_promises")
@app.task(name="promises.break_overdue_promises", queueing_lock="promises.break_overdue_promises")
def break_overdue_promises(timestamp: int) -> None:
    """Judge open promises whose grace has run out. Every hour, for it is midnight somewhere."""
    by = system("promises whose grace ran out")
    while actions.break_overdue_promises(limit=_CHUNK, at=clock.now(), by=by).done == _CHUNK:
        pass


@app.task(name="promises.judge_promises")
def judge_promises(account_ids: list[int]) -> None:
    """Judge the promises of accounts whose money moved."""
    actions.judge_promises(account_ids=account_ids, at=clock.now(), by=system("money moved"))


@app.task(name="promises.withdraw_of_closed")
def withdraw_of_closed(account_ids: list[int]) -> None:
    """Withdraw the open promises of accounts that were closed."""
    by = system("account closed")
    actions.withdraw_promises(account_ids=account_ids, reason=_("The account was closed."), at=clock.now(), by=by)


@app.task(name="promises.withdraw_of_paid")
def withdraw_of_paid(account_ids: list[int]) -> None:
    """Withdraw the open promises of accounts on which nothing is owed any more, but not by the money promised."""
    by, paid = system("account paid"), account_queries.owing_nothing(account_ids)
    actions.withdraw_promises(account_ids=paid, reason=_("Nothing is owed any more."), at=clock.now(), by=by)
