"""Which event starts which job: the whole of it, on one page.

A room appends an event to the timeline and knows nothing of who listens. The job is deferred in the transaction of the event: it
commits or vanishes with it. Jobs are written so that doing one twice is the same as doing it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app as jobs

from tallystick.accounts import queries as accounts
from tallystick.strategy.actions import answering
from tallystick.strategy.queries import versions
from tallystick.timeline import actions as timeline

#: Accounts that one job takes in hand.
_BATCH = 1_000

#: Event → the jobs that are given its accounts.
JOBS: dict[str, tuple[str, ...]] = {
    "accounts.AccountClosed": ("worklists.cancel_of_closed", "promises.withdraw_of_closed"),
    "accounts.BalanceCleared": ("worklists.cancel_of_paid", "promises.withdraw_of_paid"),
    "accounts.CreditApplied": ("promises.judge_promises",),
    "accounts.CreditTakenBack": ("promises.judge_promises",),
    "accounts.ItemRedated": ("charges.prove_again",),
    "disputes.DisputeRaised": ("charges.prove_again",),
    "disputes.DisputeResolved": ("charges.prove_again",),
    "holds.HoldEnded": ("charges.prove_again", "worklists.recall_held"),
    "holds.HoldLifted": ("charges.prove_again",),
    "holds.HoldMoved": ("charges.prove_again",),
    "holds.HoldPlaced": ("charges.prove_again",),
    "holds.ItemHeld": ("charges.prove_again",),
    "holds.ItemHoldEnded": ("charges.prove_again", "worklists.recall_held"),
    "holds.ItemHoldLifted": ("charges.prove_again",),
    "holds.ItemHoldMoved": ("charges.prove_again",),
    "promises.PromiseBroken": ("charges.prove_again",),
    "promises.PromiseKept": ("charges.prove_again",),
    "promises.PromiseMade": ("charges.prove_again",),
    "promises.PromisePartlyKept": ("charges.prove_again",),
    "promises.PromiseReopened": ("charges.prove_again",),
    "promises.PromiseReplaced": ("charges.prove_again",),
    "promises.PromiseWithdrawn": ("charges.prove_again",),
}

#: Events that bring something new to pay: money on account pays it, where any client's terms say so.
BRINGS_ITEMS: tuple[str, ...] = ("accounts.ItemAdded", "accounts.ItemsAdded")

#: Events that change what strategy knows of an account: its facts are brought up to date, and its strategy answers.
TOUCHES: tuple[str, ...] = (
    "accounts.AccountClosed",
    "accounts.AccountOpened",
    "accounts.BalanceCleared",
    "accounts.CreditApplied",
    "accounts.CreditReallocated",
    "accounts.CreditTakenBack",
    "accounts.ItemAdded",
    "accounts.ItemAdjusted",
    "accounts.ItemRedated",
    "accounts.ItemsAdded",
    "accounts.ItemsTakenBack",
    "accounts.SettledAtSource",
    "charges.FeeCharged",
    "charges.FeeTakenBack",
    "charges.FixedSumCharged",
    "charges.FixedSumTakenBack",
    "charges.InterestCharged",
    "charges.InterestCorrected",
    "contact.CallLogged",
    "contact.MessageCancelled",
    "contact.MessageFailed",
    "contact.MessageRefused",
    "contact.MessageResent",
    "contact.MessageSent",
    "contact.ServiceAcknowledged",
    "contact.ServiceCommanded",
    "contact.ServiceOrdered",
    "desk.AddressChanged",
    "desk.ContactPointAdded",
    "desk.ContactPointChanged",
    "disputes.DisputeRaised",
    "disputes.DisputeResolved",
    "holds.HoldEnded",
    "holds.HoldLifted",
    "holds.HoldMoved",
    "holds.HoldPlaced",
    "holds.ItemHeld",
    "holds.ItemHoldEnded",
    "holds.ItemHoldLifted",
    "holds.ItemHoldMoved",
    "intake.DebtorCorrected",
    "payments.PaymentReceived",
    "payments.PaymentReversed",
    "promises.PromiseBroken",
    "promises.PromiseKept",
    "promises.PromiseMade",
    "promises.PromisePartlyKept",
    "promises.PromiseReopened",
    "promises.PromiseReplaced",
    "promises.PromiseWithdrawn",
    "worklists.TaskCancelled",
    "worklists.TaskDone",
    "worklists.TaskOpened",
    "worklists.TaskOverran",
    "worklists.TaskPutOff",
)

#: Events that change no fact, and why. A strategy may answer them all the same; they only wait for one where one does.
LEAVES_FACTS: dict[str, str] = {
    "contact.NoticeDigested": "No fact reads when colleagues were told.",
    "payments.LineDecided": "It is told to a house account, which no strategy treats.",
    "payments.StatementImported": "It is told to a house account, which no strategy treats.",
    "timeline.NoteAdded": "No fact reads notes.",
    "worklists.TaskGiven": "Who does a task is no fact.",
}

#: Events that workers tell one by one, a million in a night: one job answers all that wait, and not one each.
STREAMED = frozenset(
    {"contact.MessageFailed", "contact.MessageSent", "contact.ServiceAcknowledged", "contact.ServiceCommanded"}
)

#: Events about the debtor, which change the facts of all accounts of that debtor.
OF_THE_DEBTOR = frozenset({"desk.AddressChanged", "desk.ContactPointAdded", "desk.ContactPointChanged"})


def _start(job: str) -> timeline.Listener:
    def deferred(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
        ids = sorted(set(account_ids))
        arguments: list[dict[str, Any]] = [
            {"account_ids": ids[first : first + _BATCH]} for first in range(0, len(ids), _BATCH)
        ]
        jobs.configure_task(job).batch_defer(*arguments)

    return deferred


def _touch(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
    # Whoever answers those that wait answers this one too, or else whoever looks every minute. Many at once cost little.
    is_answered_soon = kind in STREAMED and answering.is_waiting()
    answering.touch(kind, account_ids, event_ids, at)
    if kind in OF_THE_DEBTOR:
        answering.touch_siblings(kind, account_ids, event_ids)
    if not is_answered_soon:
        jobs.configure_task("strategy.answer_events").defer()


def _answer_soon(at: datetime) -> None:
    jobs.configure_task("strategy.answer_events").defer()


#: `_touch` for events that are told by the thousand, of any kind that asks for no look at the debtor or at what waits.
_TOUCH_IN_BULK = timeline.InBulk(answering.TOUCH_IN_BULK, _answer_soon)


def _touch_if_answered(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
    if kind in versions.answered_kinds():
        _touch(kind, account_ids, event_ids, at)


def _pay_new_items(kind: str, account_ids: Sequence[int], event_ids: Sequence[int], at: datetime) -> None:
    if accounts.money_on_account_pays():
        _start("accounts.allocate_on_account")(kind, account_ids, event_ids, at)


def connect() -> None:
    """Plug every event into its jobs. Called once, when the program starts."""
    for kind, names in JOBS.items():
        for name in names:
            timeline.listen(kind, _start(name))
    for kind in BRINGS_ITEMS:
        timeline.listen(kind, _pay_new_items)
    for kind in TOUCHES:
        timeline.listen(kind, _touch, in_bulk=None if kind in STREAMED | OF_THE_DEBTOR else _TOUCH_IN_BULK)
    for kind in LEAVES_FACTS:
        timeline.listen(kind, _touch_if_answered)
