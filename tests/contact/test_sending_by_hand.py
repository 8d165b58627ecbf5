"""What a person does about messages: send again, cancel; and what a batch gathers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.contact.conftest import AT, BY, Book, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import queue, raises, told

from tallystick.accounts.models import Account
from tallystick.contact import actions
from tallystick.contact.ports import Undeliverable
from tallystick.contact.rules.words import (
    Channel,
    MessageNotResendable,
    MessageNotWaiting,
)
from tallystick.documents.models import Document
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.refusals import NotFound


def test_a_failed_message_is_sent_again_under_its_key(book: Book, mailbox: Mailbox, collector: Actor) -> None:
    account = book.account()
    queue(account)
    mailbox.before = raises(Undeliverable("no"))
    actions.send_due(at=AT, by=BY)
    mailbox.before = lambda _parcel: None
    key = only_message(account).key

    actions.resend_message(message_id=only_message(account).pk, at=AT, by=collector)
    actions.send_due(at=AT, by=BY)

    assert [parcel.key for parcel in mailbox.taken] == [key.hex]
    assert only_message(account).state == "sent"
    with pytest.raises(MessageNotResendable):
        actions.resend_message(message_id=only_message(account).pk, at=AT, by=collector)


def test_a_refused_message_is_judged_again_when_sent_again(book: Book, mailbox: Mailbox, collector: Actor) -> None:
    account = book.account(email=None)
    queue(account)
    message = only_message(account)

    actions.resend_message(message_id=message.pk, at=AT, by=collector)
    actions.send_due(at=AT, by=BY)
    assert only_message(account).refusal == "contact.no_address"

    book.point(account.party_id, "email", "now@debtor.example")
    actions.resend_message(message_id=message.pk, at=AT, by=collector)
    actions.send_due(at=AT, by=BY)
    assert only_message(account).state == "sent"


def test_a_waiting_message_is_cancelled_and_one_that_left_is_not(
    book: Book, mailbox: Mailbox, collector: Actor
) -> None:
    waiting, gone = book.account(), book.account()
    queue(gone)
    actions.send_due(at=AT, by=BY)
    queue(waiting)

    actions.cancel_message(message_id=only_message(waiting).pk, at=AT, by=collector)
    actions.send_due(at=AT, by=BY)

    assert only_message(waiting).state == "cancelled"
    assert len(mailbox.taken) == 1
    assert told(waiting) == ["MessageCancelled"]
    with pytest.raises(MessageNotWaiting):
        actions.cancel_message(message_id=only_message(gone).pk, at=AT, by=collector)


@pytest.mark.parametrize("act", [actions.cancel_message, actions.resend_message])
def test_messages_out_of_reach_are_not_found(book: Book, act: Callable[..., None]) -> None:
    account = book.account()
    queue(account)
    outsider = Actor("Eve", rights=frozenset({"send messages"}), scope=Scope(frozenset()))

    with pytest.raises(NotFound):
        act(message_id=only_message(account).pk, at=AT, by=outsider)

    assert only_message(account).state == "queued"


def test_a_batch_takes_the_same_gathering_for_one_as_for_many(book: Book, mailbox: Mailbox) -> None:
    def reads(accounts: list[Account], cause: int) -> int:
        queue(*accounts, cause=cause)
        with CaptureQueriesContext(connection) as statements:
            actions.send_due(at=AT, by=BY)
        return sum(1 for each in statements if "accounts_item" in each["sql"] and "FROM" in each["sql"])

    assert reads([book.account()], 1) == reads([book.account() for _number in range(12)], 2)


def test_documents_of_messages_name_what_they_are(book: Book, mailbox: Mailbox) -> None:
    queue(book.account(address=True), channel=Channel.LETTER)

    actions.send_due(at=AT, by=BY)

    document = Document.objects.get()
    assert (document.kind, document.name, document.media_type) == (
        "sent_letter",
        "Reminder your account is overdue.pdf",
        "application/pdf",
    )
