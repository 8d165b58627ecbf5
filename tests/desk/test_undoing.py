"""A payment is taken back with everything that followed from it: shown beforehand, done once, or not at all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.builders import AT, TEST, TODAY
from tests.strategy import builders as strategies

from tallystick.access.rules.rights import Role
from tallystick.accounts import queries as account_queries
from tallystick.config import invariants
from tallystick.contact.models import Message
from tallystick.contact.rules.words import MessageState
from tallystick.desk import actions
from tallystick.desk.queries import undoing as queries
from tallystick.desk.rules.undoing import ChainChanged
from tallystick.holds.models import Hold
from tallystick.kernel.money import Money
from tallystick.ledger.models import Entry
from tallystick.payments import actions as payment_actions
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import Method, PaymentReversed, ReversalReason
from tallystick.promises import actions as promise_actions
from tallystick.strategy import actions as strategy_actions
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing", "templates")]

#: Whoever pays is thanked: in writing, by a call, and by being left alone for some days. Above £100 overdue all that is over.
DOCUMENT = """
name: test
title: Test
start: chasing
states:
  chasing:
    title: Chasing
    answers:
      - event: payments.PaymentReceived
        title: They paid
        go: thanked
  thanked:
    title: Thanked
    leave:
      - when: overdue > £100
        go: chasing
    steps:
      - id: thank
        title: Thank them
        do:
          - email: reminder_1
          - task: {kind: follow_up, title: Thank them}
          - hold: {reason: manual, days: 5}
"""
LATER = AT + timedelta(minutes=5)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def pay(account: Any, amount: str, key: str = "R 12") -> Payment:
    payment = payment_actions.record_payment(
        account_id=account.pk,
        amount=gbp(amount),
        booked_on=TODAY,
        method=Method.CASH,
        source="till",
        source_key=key,
        at=AT,
        by=TEST,
    )
    promise_actions.judge_promises(account_ids=[account.pk], at=AT, by=TEST)
    strategies.answer()
    return payment


@pytest.fixture
def paid(book: Any) -> Payment:
    """A payment of £120 that kept a promise of as much, paid an invoice of £100 and £20 of the next, and was thanked for."""
    strategy_actions.rebuild(day=TODAY)
    strategies.publish(DOCUMENT)
    strategies.refresh(book.account.pk)
    promise_actions.record_promise(
        account_id=book.account.pk, amount=gbp("120.00"), pay_on=date(2026, 3, 6), at=AT, by=TEST
    )
    return pay(book.account, "120.00")


def look(payment: Payment, **terms: Any) -> Any:
    return actions.look_at_reversal(
        payment_id=payment.pk, **{"reason": ReversalReason.BOUNCED, "at": LATER, "by": TEST, **terms}
    )


def undo(payment: Payment, seen: str, **terms: Any) -> Any:
    return actions.reverse_with_all(
        payment_id=payment.pk, seen=seen, **{"reason": ReversalReason.BOUNCED, "at": LATER, "by": TEST, **terms}
    )


def record() -> list[Any]:
    """Everything that a look might have left behind."""
    return [
        *(table.objects.count() for table in (Entry, Event, WorkItem, Message, Hold)),
        *Message.objects.order_by("pk").values_list("state", flat=True),
        *WorkItem.objects.order_by("pk").values_list("state", flat=True),
        *Hold.objects.order_by("pk").values_list("ended_at", flat=True),
        *Payment.objects.order_by("pk").values_list("state", flat=True),
    ]


def test_what_follows_is_shown_and_nothing_is_changed(book, paid):
    before, row = record(), strategies.row(book.account.pk)

    chain = look(paid)

    assert [(was.reference, was.open, now.open) for was, now in chain.items] == [
        ("INV-1", gbp("0.00"), gbp("100.00")),
        ("INV-2", gbp("80.00"), gbp("100.00")),
    ]
    assert (chain.before.balance, chain.after.balance) == (gbp("180.00"), gbp("300.00"))
    assert [(was.state, now.state) for was, now in chain.promises] == [("kept", "open")]
    assert (chain.before.place.state, chain.after.place.state) == ("Thanked", "Chasing")
    assert [(each.kind, str(each.text)) for each in chain.undone] == [
        ("message", "reminder_1"),
        ("task", "Thank them"),
        ("hold", ""),
    ]
    assert chain.stays == ()
    assert (record(), strategies.row(book.account.pk)) == (before, row)


def test_what_was_shown_is_done_in_one_step_and_once(book, paid):
    seen = look(paid)

    done = undo(paid, seen.seen)

    assert done.written() == seen.written()
    assert [item.open_minor for item in account_queries.items(book.account.pk)] == [10_000, 10_000, 10_000]
    assert queries.stand(book.account.pk, day=TODAY).promises == seen.after.promises
    assert strategies.state(book.account.pk) == "chasing"
    assert [message.state for message in Message.objects.all()] == [MessageState.CANCELLED]
    assert [work.state for work in WorkItem.objects.filter(title="Thank them")] == ["cancelled"]
    assert [hold.ending for hold in Hold.objects.all()] == ["lifted"]
    assert [finding.invariant.name for finding in invariants.check() if not finding.is_sound] == []
    after = record()
    with pytest.raises(PaymentReversed):
        undo(paid, seen.seen)
    assert record() == after


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda book: pay(book.account, "5.00", "R 13"), id="another payment came"),
        pytest.param(lambda book: Message.objects.update(state="sent", sent_at=AT), id="the message has left"),
        pytest.param(lambda book: WorkItem.objects.filter(title="Thank them").delete(), id="the task is gone"),
        pytest.param(
            lambda book: promise_actions.record_promise(
                account_id=book.account.pk, amount=gbp("50.00"), pay_on=date(2026, 3, 9), at=AT, by=TEST
            ),
            id="another promise was made",
        ),
    ],
)
def test_where_something_changed_meanwhile_nothing_is_done(book, paid, happens):
    # A hold would forbid promises.
    Hold.objects.update(ended_at=AT, ending="lifted")
    seen = look(paid).seen
    happens(book)
    strategies.answer()
    before = record()

    with pytest.raises(ChainChanged):
        undo(paid, seen)

    assert record() == before


def test_another_reason_or_day_than_was_looked_at_is_not_what_was_seen(paid):
    seen = look(paid).seen

    with pytest.raises(ChainChanged):
        undo(paid, seen, reason=ReversalReason.ERROR)
    with pytest.raises(ChainChanged):
        undo(paid, seen, at=AT + timedelta(days=1))


def test_what_has_left_is_named_and_stays(paid):
    Message.objects.update(state=MessageState.SENT, sent_at=AT)

    chain = undo(paid, look(paid).seen)

    assert [str(each.text) for each in chain.stays] == ["reminder_1"]
    assert Message.objects.get().state == MessageState.SENT


def test_what_the_strategy_did_for_another_reason_is_left_alone(book, paid):
    own = WorkItem.objects.create(
        account_id=book.account.pk,
        client_id=book.near.pk,
        created_at=AT,
        due_on=TODAY,
        priority=50,
        rank=50,
        kind="call",
        title="Somebody's own",
        created_by="ann",
    )

    undo(paid, look(paid).seen)

    own.refresh_from_db()
    assert own.state == "open"


def page_of(payment: Payment) -> str:
    return reverse("desk:take_back", args=[payment.pk])


def test_the_page_shows_it_and_does_what_was_looked_at(book, paid, log_in):
    cashier = log_in(Role.CASH_APPLIER)

    shown = cashier.get(page_of(paid))
    said = " ".join(shown.content.decode().split())
    again = cashier.post(page_of(paid), {"reason": "error", "look": "1"})
    refused = cashier.post(page_of(paid), {"reason": "error", "seen": shown.context["chain"].seen})
    done = cashier.post(page_of(paid), {"reason": "error", "seen": again.context["chain"].seen})

    assert "Kept → Open" in said
    assert "Thanked → Chasing" in said
    assert "E-mail: reminder_1" in said
    assert (refused.status_code, done.status_code) == (409, 302)
    assert "Something has changed since you looked" in refused.content.decode()
    paid.refresh_from_db()
    assert (paid.state, paid.reversal_reason) == ("reversed", "error")
    assert cashier.get(page_of(paid)).status_code == 409


def test_a_program_looks_and_does_what_it_saw(book, paid, log_in):
    cashier, address = log_in(Role.CASH_APPLIER), reverse("desk:take_back_as_json", args=[paid.pk])

    def post(**said: Any) -> Any:
        return cashier.post(address, json.dumps(said), content_type="application/json")

    seen = cashier.get(address, {"reason": "recalled"}).json()
    unreadable, changed = post(reason="recalled"), post(reason="recalled", seen="x")
    done = post(reason="recalled", seen=seen["seen"])

    assert seen["balance_minor"] == {"before": 18_000, "after": 30_000}
    assert [(each["reference"], each["open_minor"]["after"]) for each in seen["items"]] == [
        ("INV-1", 10_000),
        ("INV-2", 10_000),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in (unreadable, changed)] == [
        (422, "desk.undoing_unreadable"),
        (409, "desk.chain_changed"),
    ]
    assert done.json() == {**seen, "done": True}


@pytest.mark.parametrize("name", ["take_back", "take_back_as_json"])
def test_only_who_allocates_money_within_reach_looks_and_undoes(paid, log_in, name):
    address = reverse(f"desk:{name}", args=[paid.pk])

    assert log_in(Role.COLLECTOR, "carla").get(address).status_code == 403
    Payment.objects.update(client_id=999_999)
    assert log_in(Role.CASH_APPLIER).get(address).status_code == 404
