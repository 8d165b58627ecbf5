"""Messages leave: what leaves is kept and told, each once, by what is so when it leaves."""

from __future__ import annotations

import io
from email import message_from_bytes, policy

import pytest
from pypdf import PdfReader
from tests.contact.conftest import AT, BY, Book, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import kept, queue, told

from tallystick.accounts.models import Item
from tallystick.contact import actions
from tallystick.contact.rules import shipped
from tallystick.contact.rules.words import (
    Channel,
)
from tallystick.holds.models import Hold
from tallystick.holds.rules import Reason
from tallystick.kernel.money import Money
from tallystick.parties.models import ContactPoint
from tallystick.timeline import queries as timeline_queries


def test_what_leaves_is_kept_to_the_byte_and_told(book: Book, mailbox: Mailbox) -> None:
    account = book.account(name="Ann & Søn", email="ann@debtor.example")
    queue(account)

    outcome = actions.send_due(at=AT, by=BY)

    (parcel,) = mailbox.taken
    message = only_message(account)
    assert outcome.done == 1
    assert (message.state, message.sent_at, message.attempts, message.provider_id) == ("sent", AT, 1, "taken 1")
    assert kept(message) == parcel.content
    mail = message_from_bytes(parcel.content, policy=policy.default)
    assert mail["Message-ID"] == f"<{message.key.hex}@localhost>"
    assert mail["To"] == "ann@debtor.example"
    assert mail["From"].addresses[0].display_name == "Northgate Supplies Ltd"
    assert mail["Reply-To"].addresses[0].addr_spec == "accounts@northgate.example"
    assert mail["Subject"] == "Reminder: £125.00 is overdue (NG-1)"
    assert mail["List-Unsubscribe"] is None
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Dear Ann & Søn," in plain
    assert "Dear Ann &amp; Søn," in html
    (event,) = timeline_queries.of_account([account.pk], kinds=["contact.MessageSent"])
    assert event["data"] == {
        "message_id": message.pk,
        "channel": "email",
        "template": "reminder_1",
        "recipient": "ann@debtor.example",
        "subject": "Reminder: £125.00 is overdue (NG-1)",
        "document_id": message.document_id,
    }


def test_nothing_is_sent_twice(book: Book, mailbox: Mailbox) -> None:
    queue(book.account())

    for _round in range(3):
        actions.send_due(at=AT, by=BY)

    assert len(mailbox.taken) == 1


def test_amounts_are_those_that_remain_when_it_leaves(book: Book, mailbox: Mailbox) -> None:
    account = book.account(owed=(Money(10_000, "GBP"), Money(5_000, "GBP")))
    queue(account)
    Item.objects.filter(reference="INV-1-1").update(open_minor=2_550)

    actions.send_due(at=AT, by=BY)

    text = message_from_bytes(mailbox.taken[0].content, policy=policy.default).get_body(("plain",)).get_content()
    assert "£75.50" in text
    assert "£25.50" in text
    assert "£100.00" not in text


@pytest.mark.parametrize(
    ("template", "channel"),
    [
        (text.name, text.channel)
        for text in shipped.templates()
        if text.channel in {Channel.EMAIL, Channel.LETTER} and text.name != "service_resumed"
    ],
)
def test_every_shipped_text_shows_the_remaining_and_not_the_original_amount(
    book: Book, mailbox: Mailbox, template: str, channel: Channel
) -> None:
    account = book.account(address=True, owed=(Money(100_000, "GBP"),))
    Item.objects.filter(account=account).update(open_minor=33_333)
    queue(account, template=template, channel=channel)

    actions.send_due(at=AT, by=BY)

    content = mailbox.taken[0].content
    if channel == Channel.LETTER:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        text = message_from_bytes(content, policy=policy.default).get_body(("plain",)).get_content()
    assert "£333.33" in text
    assert "1,000.00" not in text


def test_what_was_paid_meanwhile_is_not_asked_for(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    queue(account)
    Item.objects.filter(account=account).update(open_minor=0, settled_on=AT.date())

    outcome = actions.send_due(at=AT, by=BY)

    message = only_message(account)
    assert not mailbox.taken
    assert outcome.refused == {"contact.nothing_owed": 1}
    assert (message.state, message.refusal) == ("refused", "contact.nothing_owed")
    assert message.answers_queued["owed"] is True
    assert message.answers_sent is not None
    assert message.answers_sent["owed"] is False
    assert told(account) == ["MessageRefused"]


@pytest.mark.parametrize("meanwhile", ["held", "bounced", "refused"])
def test_whether_we_may_is_asked_again_when_it_leaves(book: Book, mailbox: Mailbox, meanwhile: str) -> None:
    account, other = book.account(), book.account()
    queue(account, other)
    if meanwhile == "held":
        Hold.objects.create(
            account=account, reason=Reason.BREATHING_SPACE, from_on=AT.date(), placed_at=AT, placed_by="test"
        )
    else:
        change = {"state": "bad"} if meanwhile == "bounced" else {"consent": False}
        ContactPoint.objects.filter(party_id=account.party_id).update(**change)

    outcome = actions.send_due(at=AT, by=BY)

    assert [parcel.recipients for parcel in mailbox.taken] == [(only_message(other).recipient,)]
    assert (outcome.done, outcome.refused.total()) == (1, 1)


def test_an_address_mended_meanwhile_is_used(book: Book, mailbox: Mailbox) -> None:
    account = book.account(email="old@debtor.example")
    queue(account)
    ContactPoint.objects.filter(party_id=account.party_id).update(value="new@debtor.example")

    actions.send_due(at=AT, by=BY)

    assert mailbox.taken[0].recipients == ("new@debtor.example",)
    assert only_message(account).recipient == "new@debtor.example"


def test_messages_that_wait_do_not_count_against_themselves(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    for cause in range(3):
        queue(account, cause=cause)

    actions.send_due(at=AT, by=BY)

    assert len(mailbox.taken) == 3
