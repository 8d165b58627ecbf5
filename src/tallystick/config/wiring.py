"""Which event starts which job: the whole of it, on one page.

A room appends an event to the timeline and knows nothing of who listens. The job is deferred in the transaction of the event: it
commits or vanishes with it. Jobs are written so that doing one twice is the same as doing it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app as jobs

from tallystick.strategy.actions import answering
from tallystick.timeline import actions as timeline

#: Accounts that one job takes in hand.
_BATCH = 1_000

#: Event → the jobs that are given its accounts.
JOBS: dict[str, tuple[str, ...]] = {
    "accounts.AccountClosed": ("worklists.cancel_of_closed", "promises.withdraw_of_closed"),
    "accounts.BalanceCleared": ("worklists.cancel_of_paid", "promises.withdraw_of_paid"),
    "accounts.CreditApplied": ("promises.judge_promises",),
    "accounts.CreditTakenBack": ("promises.judge_promises",),
}

#: Events that change what strategy knows of an account, or that a strategy may answer.
TOUCHES: tuple[str, ...] = (
    "accounts.AccountClosed",
    "accounts.AccountOpened",
    "accounts.BalanceCleared",
    "accounts.CreditApplied",
    "accounts.CreditTakenBack",
    "accounts.ItemAdded",
    "accounts.ItemAdjusted",
    "accounts.ItemRedated",
    "accounts.ItemsAdded",
    "accounts.SettledAtSource",
    "contact.CallLogged",
    "contact.MessageFailed",
    "contact.ServiceAcknowledged",
    "desk.AddressChanged",
    "desk.ContactPointAdded",
    "desk.ContactPointChanged",
    "disputes.DisputeRaised",
    "disputes.DisputeResolved",
    "holds.HoldEnded",
    "holds.HoldLifted",
    "holds.HoldMoved",
    "holds.HoldPlaced",
    "payments.PaymentReversed",
    "promises.PromiseBroken",
    "promises.PromiseKept",
    "promises.PromiseMade",
    "promises.PromisePartlyKept",
    "promises.PromiseReopened",
    "promises.PromiseWithdrawn",
    "worklists.TaskDone",
)


def _start(job: str) -> timeline.Listener:
    def deferred(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
        accounts = sorted(set(account_ids))
        arguments: list[dict[str, Any]] = [
            {"account_ids": accounts[first : first + _BATCH]} for first in range(0, len(accounts), _BATCH)
        ]
        jobs.configure_task(job).batch_defer(*arguments)

    return deferred


def _touch(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
    answering.touch(kind, account_ids, event_ids, at)
    jobs.configure_task("strategy.answer_events").defer()


def connect() -> None:
    """Plug every event into its jobs. Called once, when the program starts."""
    for kind, names in JOBS.items():
        for name in names:
            timeline.listen(kind, _start(name))
    for kind in TOUCHES:
        timeline.listen(kind, _touch)
