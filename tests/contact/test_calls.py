"""Calls: who was called, what came of it, and who may say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.contact.conftest import AT, BY, Book

from tallystick.contact import actions
from tallystick.contact.models import Call
from tallystick.contact.rules.words import CallInFuture, CallOutcome, Direction
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties.rules import ContactKind
from tallystick.timeline import queries as timeline_queries


def test_a_call_is_on_record_and_on_the_timeline(book: Book, collector: Actor) -> None:
    account = book.account()
    point = book.point(account.party_id, ContactKind.MOBILE, "07700 900123")

    call = actions.log_call(
        account_id=account.pk,
        outcome=CallOutcome.CALLBACK,
        contact_point_id=point.pk,
        note=" after five ",
        seconds=95,
        callback_at=AT + timedelta(days=1),
        called_at=AT - timedelta(minutes=5),
        at=AT,
        by=collector,
    )

    kept = Call.objects.get()
    assert kept == call
    assert (kept.party_id, kept.number, kept.note, kept.seconds, kept.caller, kept.caller_id) == (
        account.party_id,
        "07700 900123",
        "after five",
        95,
        "Ann",
        1,
    )
    (event,) = timeline_queries.of_account([account.pk], kinds=["contact.CallLogged"])
    assert event["data"] == {
        "call_id": call.pk,
        "direction": "out",
        "outcome": "callback",
        "number": "07700 900123",
        "note": "after five",
        "callback_at": (AT + timedelta(days=1)).isoformat(),
    }


def test_a_number_of_somebody_else_is_not_taken_for_the_debtors(book: Book) -> None:
    account, other = book.account(), book.account()
    point = book.point(other.party_id, ContactKind.MOBILE, "07700 900123")

    call = actions.log_call(
        account_id=account.pk,
        outcome=CallOutcome.NO_ANSWER,
        direction=Direction.OUT,
        contact_point_id=point.pk,
        number="0113 496 0001",
        at=AT,
        by=BY,
    )

    assert (call.contact_point_id, call.number) == (None, "0113 496 0001")


@pytest.mark.parametrize(
    ("by", "later", "wrong"),
    [
        pytest.param(Actor("Bob", rights=frozenset({"see accounts"})), 0, NotPermitted, id="no right"),
        pytest.param(
            Actor("Eve", rights=frozenset({"log calls"}), scope=Scope(frozenset())), 0, NotFound, id="out of reach"
        ),
        pytest.param(BY, 1, CallInFuture, id="has not happened"),
    ],
)
def test_what_is_refused_leaves_no_trace(book: Book, by: Actor, later: int, wrong: type[Exception]) -> None:
    account = book.account()

    with pytest.raises(wrong):
        actions.log_call(
            account_id=account.pk,
            outcome=CallOutcome.NO_ANSWER,
            called_at=AT + timedelta(seconds=later),
            at=AT,
            by=by,
        )

    assert not Call.objects.exists()
    assert not timeline_queries.of_account([account.pk], kinds=["contact.CallLogged"])
