"""Whatever is posted and undone in whatever order: the balance is that of what survives, and nothing is paid twice or lost."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries
from tallystick.accounts.actions import Credit
from tallystick.accounts.queries import allocations
from tallystick.accounts.rules import MoreThanOpen
from tallystick.accounts.rules.orders import AllocatedSo, NothingLeft, OrderIsFixed
from tallystick.config import invariants
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger
from tallystick.ledger.rules import Cause, Head

_MINOR = st.integers(1, 900)
_WHICH = st.integers(0, 9)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("owe"), _MINOR, st.integers(0, 60)),
        st.tuples(st.just("pay"), _MINOR, st.integers(0, 30)),
        st.tuples(st.just("credit"), _MINOR, _WHICH),
        st.tuples(st.just("undo"), _WHICH, st.none()),
        st.tuples(st.just("choose"), _WHICH, st.lists(st.integers(0, 500), max_size=5)),
        st.tuples(st.just("by_order"), _WHICH, st.none()),
        st.tuples(
            st.just("order"), st.sampled_from(["", "newest_first", "in_proportion", "costs_first_no_choice"]), st.none()
        ),
        st.tuples(st.just("dispute"), _WHICH, _MINOR),
    ),
    max_size=9,
)


#: Money is looked at, not who disputes it: no dispute stands behind what is disputed here.
_MONEY = [invariant for room, invariant in invariants.all_invariants() if room in ("accounts", "ledger")]


class Life:
    """An account to which things happen, and what of them survives."""

    def __init__(self) -> None:
        self.account = builders.account()
        self.items: list[Any] = []
        self.credits: dict[tuple[Cause, int], tuple[int, date]] = {}
        self.number = 0

    def step(self, what: str, first: Any, second: Any) -> None:
        """Do one thing, a minute after the last."""
        self.number += 1
        getattr(self, what)(first, second)

    @property
    def at(self) -> Any:
        return AT + timedelta(minutes=self.number)

    def owe(self, minor: int, days: int) -> None:
        amount = str(Money(minor, "GBP").amount)
        self.items.append(builders.invoice(self.account, amount, due_on=TODAY - timedelta(days=days)))

    def pay(self, minor: int, days: int) -> None:
        self.apply(
            Credit(self.account.pk, self.number, Money(minor, "GBP"), TODAY - timedelta(days=days)), Cause.PAYMENT
        )

    def credit(self, minor: int, which: int) -> None:
        named = {self.items[which % len(self.items)].pk: minor} if self.items else {}
        self.apply(
            Credit(self.account.pk, self.number, Money(minor, "GBP"), TODAY, debit=Head.CREDIT_NOTES, items=named),
            Cause.DISPUTE,
        )

    def apply(self, credit: Credit, kind: Cause) -> None:
        for _twice in range(2):
            actions.apply_credits([credit], cause_kind=kind, at=self.at, by=TEST)
        self.credits[kind, credit.cause_id] = credit.amount.minor, credit.booked_on

    def chosen(self, which: int) -> tuple[Cause, int] | None:
        standing = sorted(self.credits)
        return standing[which % len(standing)] if standing else None

    def undo(self, which: int, _: None) -> None:
        if cause := self.chosen(which):
            terms = {"account_id": self.account.pk, "cause_kind": cause[0], "cause_id": cause[1]}
            actions.take_back_credit(**terms, reason="error", at=self.at, by=TEST)
            del self.credits[cause]

    def choose(self, which: int, minors: list[int]) -> None:
        if cause := self.chosen(which):
            items = {item.pk: Money(minor, "GBP") for item, minor in zip(self.items, minors, strict=False)}
            terms = {"account_id": self.account.pk, "cause_kind": cause[0], "cause_id": cause[1], "items": items}
            with contextlib.suppress(MoreThanOpen, AllocatedSo, OrderIsFixed):
                actions.reallocate_credit(**terms, reason="asked", at=self.at, by=TEST)

    def by_order(self, which: int, _: None) -> None:
        if cause := self.chosen(which):
            terms = {"account_id": self.account.pk, "cause_kind": cause[0], "cause_id": cause[1]}
            with contextlib.suppress(NothingLeft):
                actions.allocate_credit_by_order(**terms, at=self.at, by=TEST)

    def order(self, name: str, _: None) -> None:
        actions.set_account_order(
            account_id=self.account.pk, order=name, from_on=TODAY - timedelta(days=20), at=self.at, by=TEST
        )

    def dispute(self, which: int, minor: int) -> None:
        if self.items:
            actions.dispute_items({(self.account.pk, self.items[which % len(self.items)].pk): minor}, by=TEST)

    def balance(self) -> int:
        """What is owed by the items and the money on account."""
        self.account.refresh_from_db()
        return sum(item.open_minor for item in queries.items(self.account.pk)) - self.account.on_account_minor


class AnySequence(TestCase):
    """Invoices, payments, credits, undos, decisions and orders one after the other."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_STEPS)
    def test_the_balance_is_that_of_what_survives(self, steps):
        life, control = Life(), Life()
        for step in steps:
            life.step(*step)
        for item in life.items:
            control.owe(item.amount_minor, 0)
        for (kind, number), (minor, on) in life.credits.items():
            control.apply(Credit(control.account.pk, number, Money(minor, "GBP"), on), kind)

        assert life.balance() == control.balance() == ledger.balance(life.account.pk, currency="GBP").minor
        assert [finding.named for finding in invariants.check(_MONEY) if not finding.is_sound] == []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_STEPS)
    def test_no_credit_pays_more_than_it_is_and_no_item_is_paid_more_than_it_is(self, steps):
        life = Life()
        for step in steps:
            life.step(*step)

        of_items: Counter[int] = Counter()
        left = 0
        for (kind, number), (minor, _on) in life.credits.items():
            credit = allocations.standing_credit(life.account.pk, kind, number)
            assert 0 <= sum(credit.paid.values()) <= minor == credit.amount.minor
            of_items.update(credit.paid)
            left += credit.left.minor
        life.account.refresh_from_db()
        assert life.account.on_account_minor == left
        for item in queries.items(life.account.pk):
            assert item.open_minor == item.amount_minor - of_items[item.pk] >= 0
