"""Two people take the same thing back at once, each by a connection of their own: one does it, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.intake.files import invoice, loaded, source, written

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Item
from tallystick.accounts.rules import ItemKind, NothingChanges
from tallystick.config import invariants
from tallystick.desk import actions
from tallystick.desk.rules.undoing import Way
from tallystick.intake.rules import BatchStateUnfit
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause
from tallystick.payments import actions as payment_actions
from tallystick.payments.rules.states import Method, PaymentReversed, ReversalReason

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hearing")]

LATER = AT + timedelta(minutes=5)
Deed = Callable[[str], Any]
#: What is looked at, what does what was seen, and what whoever comes second is told.
Thing = tuple[Callable[[], Any], Deed, type[Refusal]]


def a_payment() -> Thing:
    account = builders.account()
    builders.invoice(account, "100.00")
    payment = payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of("60.00", "GBP"),
        booked_on=TODAY,
        method=Method.CASH,
        source="till",
        source_key="R 1",
        at=AT,
        by=TEST,
    )
    terms: dict[str, Any] = {"payment_id": payment.pk, "reason": ReversalReason.ERROR, "at": LATER, "by": TEST}
    return (
        lambda: actions.look_at_reversal(**terms),
        lambda seen: actions.reverse_with_all(**terms, seen=seen),
        PaymentReversed,
    )


def an_upload() -> Thing:
    batch = loaded(source(), written([invoice(number, account=f"A{number}") for number in range(20)]), at=AT)
    terms: dict[str, Any] = {"batch_id": batch.pk, "at": LATER, "by": TEST}
    return (
        lambda: actions.look_at_upload(**terms),
        lambda seen: actions.take_upload_back(**terms, reason="wrong file", seen=seen),
        BatchStateUnfit,
    )


def a_charge() -> Thing:
    account = builders.account()
    item = account_actions.add_item(
        account_id=account.pk,
        kind=ItemKind.FEE,
        reference="FEE-1",
        amount=Money.of("25.00", "GBP"),
        issued_on=TODAY,
        due_on=TODAY,
        at=AT,
        by=TEST,
    )
    terms: dict[str, Any] = {"account_id": account.pk, "item_id": item.pk, "way": Way.LET_OFF, "at": LATER, "by": TEST}
    return (
        lambda: actions.look_at_charge(**terms),
        lambda seen: actions.undo_charge(**terms, reason="goodwill", seen=seen),
        NothingChanges,
    )


@pytest.fixture
def at_once() -> Iterator[Callable[[Deed, str], list[Refusal | None]]]:
    """Have two people do the same at once, and give what each was told."""

    def both(deed: Deed, seen: str) -> list[Refusal | None]:
        gate, told = threading.Barrier(2), []

        def person() -> None:
            try:
                gate.wait(120)
                deed(seen)
                told.append(None)
            except Refusal as refusal:
                told.append(refusal)
            finally:
                connection.close()

        people = [threading.Thread(target=person) for _each in range(2)]
        for each in people:
            each.start()
        for each in people:
            each.join(300)
        return told

    yield both


@pytest.mark.parametrize("thing", [a_payment, an_upload, a_charge])
def test_one_does_it_and_the_other_is_told(thing: Callable[[], Thing], at_once: Any) -> None:
    look, deed, refusal = thing()
    seen = look().seen

    told = at_once(deed, seen)

    assert sorted(type(each).__name__ for each in told) == sorted(["NoneType", refusal.__name__])
    backs = Entry.objects.filter(cause_kind=Cause.REVERSAL)
    assert backs.exists()
    assert backs.values("account_id", "reverses_id").distinct().count() == backs.count()
    assert not Item.objects.filter(open_minor__lt=0).exists()
    chosen = [each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "payments"}]
    assert all(finding.is_sound for finding in invariants.check(chosen))
