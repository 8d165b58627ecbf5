"""Whatever is loaded, charged, paid and undone in whatever order: the balance is that of what survives, on any day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.intake.files import invoice, loaded, source, written

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions as charge_actions
from tallystick.config import invariants
from tallystick.desk import actions
from tallystick.desk.rules.undoing import Way
from tallystick.intake.models import Batch
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger
from tallystick.ledger.rules import Cause

_MINOR = st.integers(1, 900)
_WHICH = st.integers(0, 4)
#: A file lists documents by number, each with an amount: what an earlier file listed is corrected by it, or left as it is.
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.dictionaries(st.integers(0, 1), _MINOR, min_size=1)),
        st.tuples(st.just("take_file_back"), _WHICH),
        st.tuples(st.just("charge"), _MINOR),
        st.tuples(st.just("undo_charge"), _WHICH),
        st.tuples(st.just("pay"), _MINOR),
        st.tuples(st.just("take_payment_back"), _WHICH),
        st.tuples(st.just("accrue"), st.just(0)),
    ),
    min_size=4,
    max_size=12,
)
_MONEY = [each for room, each in invariants.all_invariants() if room in ("accounts", "charges", "ledger")]
_DUE, _CAME = date(2026, 2, 9), date(2026, 2, 20)
_EIGHT = {"rate": {"percent": 800, "day_count": "actual/365"}, "charged": "daily"}


class Life:
    """An account on which files, charges and payments come and go, and what of them survives."""

    def __init__(self) -> None:
        self.source = source()
        charge_actions.set_agreement(
            client_id=self.source.client_id, from_on=date(2020, 1, 1), document=_EIGHT, at=AT, by=TEST
        )
        self.account: Account = builders.account(self.source.client.portfolios.get(), reference="A1")
        #: What each document amounts to; the files that stand, with what they changed and what it was before.
        self.owed: dict[int, int] = {}
        self.files: list[tuple[Batch, dict[int, tuple[int, int]]]] = []
        self.charges: dict[int, int] = {}
        self.payments: dict[int, int] = {}
        self.number = 0

    @property
    def at(self) -> Any:
        return AT + timedelta(minutes=self.number)

    def step(self, what: str, how: Any) -> None:
        """Do one thing, a minute after the last."""
        self.number += 1
        getattr(self, what)(how)

    def load(self, listed: dict[int, int]) -> None:
        lines = [invoice(each, amount=str(Money(minor, "GBP").amount)) for each, minor in listed.items()]
        # What is paid on a document cannot be corrected away: such a line is refused, and changes nothing.
        before = self.amounts()
        batch = loaded(self.source, written(lines), at=self.at)
        now = self.amounts()
        self.files.append(
            (batch, {each: (before.get(each, 0), now[each]) for each in now if now[each] != before.get(each, 0)})
        )
        self.owed = now

    def amounts(self) -> dict[int, int]:
        items = account_queries.items(self.account.pk).filter(kind=ItemKind.INVOICE)
        return {int(item.reference.removeprefix("INV-")): item.amount_minor for item in items}

    def take_file_back(self, which: int) -> None:
        if not self.files:
            return
        batch, changed = self.files.pop(which % len(self.files))
        terms: dict[str, Any] = {"batch_id": batch.pk, "at": self.at, "by": TEST}
        actions.take_upload_back(**terms, reason="error", seen=actions.look_at_upload(**terms).seen)
        for each, (was, now) in changed.items():
            # What a later file has changed stays as that has it.
            if self.owed[each] == now and not any(
                each in later for _batch, later in self.files if _batch.pk > batch.pk
            ):
                self.owed[each] = was

    def charge(self, minor: int) -> None:
        item = account_actions.add_item(
            account_id=self.account.pk,
            kind=ItemKind.FEE,
            reference=f"FEE-{self.number}",
            amount=Money(minor, "GBP"),
            issued_on=_DUE,
            due_on=_DUE,
            at=self.at,
            by=TEST,
        )
        self.charges[item.pk] = minor

    def undo_charge(self, which: int) -> None:
        if not self.charges:
            return
        item_id = sorted(self.charges)[which % len(self.charges)]
        terms: dict[str, Any] = {"account_id": self.account.pk, "item_id": item_id, "way": Way.LET_OFF}
        terms |= {"at": self.at, "by": TEST}
        actions.undo_charge(**terms, reason="error", seen=actions.look_at_charge(**terms).seen)
        del self.charges[item_id]

    def pay(self, minor: int) -> None:
        credit = account_actions.Credit(self.account.pk, self.number, Money(minor, "GBP"), _CAME)
        account_actions.apply_credits([credit], at=self.at, by=TEST)
        self.payments[self.number] = minor

    def take_payment_back(self, which: int) -> None:
        if not self.payments:
            return
        cause = sorted(self.payments)[which % len(self.payments)]
        terms: dict[str, Any] = {"account_id": self.account.pk, "cause_kind": Cause.PAYMENT, "cause_id": cause}
        account_actions.take_back_credit(**terms, booked_on=_CAME, reason="error", at=self.at, by=TEST)
        del self.payments[cause]

    def accrue(self, _how: int) -> None:
        charge_actions.accrue(day=TODAY - timedelta(days=1), at=self.at, by=TEST)

    def principal(self, on: date) -> int:
        """What is owed on a day but for interest, less what came by then."""
        heads = ledger.balances_by_head([self.account.pk], on=on)
        return int(sum(row["balance_minor"] for row in heads if row["head"] in (1, 2, 3, 4, 9))) - self.interest(on)

    def interest(self, on: date) -> int:
        heads = ledger.balances_by_head([self.account.pk], on=on)
        return -int(sum(row["balance_minor"] for row in heads if row["head"] == 21))


class AnyUndoing(TestCase):
    """Files, charges and payments one after the other, and their undoing."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_STEPS)
    def test_the_balance_is_that_of_what_survives(self, steps):
        life = Life()
        for step in steps:
            life.step(*step)

        charged, owed, paid = (sum(each.values()) for each in (life.charges, life.owed, life.payments))
        assert life.amounts() == life.owed
        assert life.principal(TODAY) == owed + charged - paid
        assert life.principal(_DUE - timedelta(days=40)) == 0
        assert life.principal(_DUE) == owed + charged
        life.account.refresh_from_db()
        shown = sum(item.open_minor for item in account_queries.items(life.account.pk)) - life.account.on_account_minor
        assert shown == ledger.balance(life.account.pk, currency="GBP").minor
        assert [finding.named for finding in invariants.check(_MONEY) if not finding.is_sound] == []

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_STEPS)
    def test_interest_is_that_of_a_life_in_which_only_what_survives_came(self, steps):
        life = Life()
        for step in steps:
            life.step(*step)
        life.step("accrue", 0)

        control = Life()
        if any(life.owed.values()):
            control.step("load", {each: minor for each, minor in life.owed.items() if minor})
        control.step("accrue", 0)

        on = TODAY - timedelta(days=1)
        if not life.payments:
            assert life.interest(on) == control.interest(on)
        assert [finding.named for finding in invariants.check(_MONEY) if not finding.is_sound] == []
