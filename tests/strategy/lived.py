"""Histories of a few accounts over some days, and the ways to live through them from one beginning."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account
from tallystick.contact import actions as contact_actions
from tallystick.contact.rules.words import CallOutcome
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes import rules as disputes
from tallystick.holds import actions as hold_actions
from tallystick.holds import rules as holds
from tallystick.kernel import months
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.rules import Cause
from tallystick.promises import actions as promise_actions
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Touched
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

#: Answers that move, answers that order, transitions by condition, steps in turn, guards: something of everything.
DOCUMENT = """
name: test
title: Test
start: chasing
never_when:
  held: holds.stops_contact
states:
  chasing:
    steps:
      - id: call
        when: days_past_due >= 7
        do:
          - task: {kind: call, title: Call}
      - id: again
        after: 1 days
        do: [note: again]
    answers:
      - event: promises.PromiseMade
        title: Wait
        go: promised
        do:
          - cancel_tasks: call
      - event: contact.CallLogged
        title: Second call
        when: call_attempts >= 2
        do: [note: two calls]
    leave:
      - when: overdue <= 0
        go: paid
  promised:
    answers:
      - event: promises.PromiseBroken
        title: Broken
        go: chasing
        do:
          - task: {kind: follow_up, title: Broken}
    leave:
      - when: not promises.is_open
        go: chasing
  paid:
    leave:
      - when: overdue > 0
        go: chasing
answers:
  - event: disputes.DisputeRaised
    title: Stop
    do:
      - hold: {reason: manual, days: 2}
  - event: holds.HoldPlaced
    title: Held
    do: [note: held]
  - event: accounts.CreditTakenBack
    title: Bounced
    do: [note: bounced]
"""

#: The classes of accounts, the first that is true counts; each is the state of those in it, whatever they were before.
CLASSES = {
    "disputed": "disputes.open_count > 0",
    "held": "holds.active",
    "promised": "promises.is_open",
    "paid": "overdue <= 0",
    "chasing": "true",
}


def _sorting_document() -> str:
    conditions, before = {}, []
    for name, condition in CLASSES.items():
        conditions[name] = " and ".join([*(f"not ({each})" for each in before), f"({condition})"])
        before.append(condition)
    states = "".join(
        f"  {name}:\n    steps:\n      - id: {name}-note\n        do: [note: {name}]\n    leave:\n"
        + "".join(f"      - when: {conditions[other]}\n        go: {other}\n" for other in CLASSES if other != name)
        for name in CLASSES
    )
    return f"{strategies.HEAD.replace('start: waiting', 'start: chasing')}states:\n{states}"


SORTING = _sorting_document()

#: What can happen, by lane: of one account, things in different lanes do not know each other.
LANES = {
    "invoice": "money",
    "pay": "money",
    "pay all": "money",
    "bounce": "money",
    "promise": "money",
    "dispute": "money",
    "decide": "money",
    "hold": "holds",
    "lift": "holds",
    "call": "calls",
}

Thing = tuple[int, str]
Day = Sequence[Thing]
histories = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(LANES))), min_size=1, max_size=7),
    min_size=2,
    max_size=4,
)
#: Few, for each lives through some days several times. Who changes how events are answered sets HISTORIES to some hundreds.
few = settings(
    max_examples=int(os.environ.get("HISTORIES", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass
class Book:
    """Three accounts, two of them of one debtor, and what is known of each that later things are about."""

    accounts: list[Account]
    credits: dict[int, list[int]] = field(default_factory=dict)
    holds: dict[int, list[int]] = field(default_factory=dict)
    disputes: dict[int, list[int]] = field(default_factory=dict)
    number: int = 0

    def do(self, thing: Thing, day: date) -> None:
        """Have one thing happen, by the action that a person would use; what is refused does not happen."""
        which, what = thing
        try:
            with transaction.atomic():
                getattr(self, f"_{what.replace(' ', '_')}")(self.accounts[which], day)
        except Refusal:
            pass

    def _invoice(self, account: Account, day: date) -> None:
        builders.invoice(account, "60.00", due_on=day - timedelta(days=20))

    def _pay(self, account: Account, day: date, amount: str = "40.00") -> None:
        self.number += 1
        credit = account_actions.Credit(account.pk, self.number, Money.of(amount, "GBP"), day)
        account_actions.apply_credits([credit], at=at(day), by=BY)
        self.credits.setdefault(account.pk, []).append(self.number)
        promise_actions.judge_promises(account_ids=[account.pk], at=at(day), by=BY)

    def _pay_all(self, account: Account, day: date) -> None:
        self._pay(account, day, "1000.00")

    def _bounce(self, account: Account, day: date) -> None:
        if not self.credits.get(account.pk):
            return
        account_actions.take_back_credit(
            account_id=account.pk,
            cause_kind=Cause.PAYMENT,
            cause_id=self.credits[account.pk].pop(),
            reason="bounced",
            at=at(day),
            by=BY,
        )
        promise_actions.judge_promises(account_ids=[account.pk], at=at(day), by=BY)

    def _promise(self, account: Account, day: date) -> None:
        promise_actions.record_promise(
            account_id=account.pk, amount=Money.of("20.00", "GBP"), pay_on=day + timedelta(days=1), at=at(day), by=BY
        )

    def _hold(self, account: Account, day: date) -> None:
        placed = hold_actions.place_hold(
            account_id=account.pk, reason=holds.Reason.MANUAL, until_on=day + timedelta(days=2), at=at(day), by=BY
        )
        self.holds.setdefault(account.pk, []).append(placed.pk)

    def _lift(self, account: Account, day: date) -> None:
        if self.holds.get(account.pk):
            hold_actions.lift_hold(account_id=account.pk, hold_id=self.holds[account.pk].pop(), at=at(day), by=BY)

    def _call(self, account: Account, day: date) -> None:
        contact_actions.log_call(account_id=account.pk, outcome=CallOutcome.NO_ANSWER, at=at(day), by=BY)

    def _dispute(self, account: Account, day: date) -> None:
        raised = dispute_actions.raise_dispute(
            account_id=account.pk,
            amount=Money.of("5.00", "GBP"),
            reason=disputes.Reason.PRICE,
            at=at(day),
            by=BY,
        )
        self.disputes.setdefault(account.pk, []).append(raised.pk)

    def _decide(self, account: Account, day: date) -> None:
        if self.disputes.get(account.pk):
            dispute_actions.resolve_dispute(
                account_id=account.pk,
                dispute_id=self.disputes[account.pk].pop(),
                outcome=disputes.State.REJECTED,
                at=at(day),
                by=BY,
            )


def night(day: date) -> None:
    """Do what the night of a day does: what ends by itself, then the run, which first answers what waits."""
    hold_actions.end_holds(at=at(day), by=BY)
    promise_actions.break_overdue_promises(at=at(day), by=BY)
    strategies.run(day)


# ------------------------------------------------------------------------------------------------------- ways to live a day


def at_once(book: Book, things: Day, day: date) -> None:
    """Answer each thing when it happens."""
    for thing in things:
        book.do(thing, day)
        strategies.answer(day)


def in_the_evening(limit: int) -> Callable[[Book, Day, date], None]:
    """Answer in the evening what happened by day, so many events at a time."""

    def live(book: Book, things: Day, day: date) -> None:
        for thing in things:
            book.do(thing, day)
        while actions.answer_some(limit=limit, at=at(day), by=BY):
            pass

    return live


def by_night(book: Book, things: Day, day: date) -> None:
    """Answer nothing by day: the run of the next night does."""
    for thing in things:
        book.do(thing, day)


def lived(book: Book, history: Sequence[Day], way: Callable[[Book, Day, date], None]) -> Lived:
    """Live through a history in a way, look at what came of it, and take it all back."""
    mine = Book(book.accounts)
    before = transaction.savepoint()
    day = DAY
    for things in history:
        night(day)
        way(mine, things, day)
        day += timedelta(days=1)
    for _quiet in range(2):
        night(day)
        day += timedelta(days=1)
    strategies.answer(day - timedelta(days=1))
    came = _what_came_of(book.accounts)
    transaction.savepoint_rollback(before)
    return came


@dataclass
class Lived:
    """What came of a history, for each account: where it stands, what is true of it, what was decided, what was done."""

    states: list[str]
    rows: list[dict[str, object]]
    decisions: list[list[tuple[object, ...]]]
    tasks: list[tuple[object, ...]]
    events: list[tuple[object, ...]]


def _what_came_of(accounts: Iterable[Account]) -> Lived:
    ids = [account.pk for account in accounts]
    assert not Touched.objects.exists()
    kinds = dict(Event.objects.filter(account_id__in=ids).values_list("id", "kind"))
    return Lived(
        states=[strategies.state(each) for each in ids],
        rows=[strategies.row(each) for each in ids],
        decisions=[
            [
                (made.due_on, made.effect, made.from_place, made.to_place, made.facts, kinds.get(made.cause_id))
                for made in Decision.objects.filter(account_id=each).order_by("id")
            ]
            for each in ids
        ],
        tasks=sorted(WorkItem.objects.filter(account_id__in=ids).values_list("account_id", "title", "due_on", "state")),
        events=sorted(Event.objects.filter(account_id__in=ids).values_list("account_id", "kind", "happened_on")),
    )


def _book(document: str) -> Book:
    """Open three accounts that owe, two of one debtor, and have a strategy treat them."""
    first = builders.account()
    sibling = account_actions.open_account(
        portfolio=first.portfolio,
        party_id=first.party_id,
        reference=f"{first.reference}-2",
        currency="GBP",
        opened_on=DAY,
        at=at(DAY),
        by=BY,
    )
    accounts = [first, sibling, builders.account(first.portfolio)]
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=20))
    strategies.publish(document)
    strategies.answer()
    return Book(accounts)


def again(document: str, *ways: tuple[Sequence[Day], Callable[[Book, Day, date], None]]) -> list[Lived]:
    """Live through histories, each in a way, all from the same beginning."""
    longest = max(len(history) for history, _way in ways)
    months.open_months(first=DAY, last=DAY + timedelta(days=longest + 2 + 31))
    with transaction.atomic():
        book = _book(document)
        found = [lived(book, each, way) for each, way in ways]
        transaction.set_rollback(True)
    return found
