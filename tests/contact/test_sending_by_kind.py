"""Letters, texts, commands and notices leave, each as its kind does."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import kept, queue, told

from tallystick.accounts.models import Item
from tallystick.contact import actions
from tallystick.contact.rules.words import (
    Audience,
    Channel,
    Command,
    CommandNotSent,
    To,
)
from tallystick.kernel.money import Money


def test_a_letter_is_a_pdf_with_the_address_for_the_window(book: Book, folders: Path) -> None:
    account = book.account(name="Ann Lee", address=True)
    queue(account, channel=Channel.LETTER)

    actions.send_due(at=AT, by=BY)

    message = only_message(account)
    (made,) = (folders / "letter").glob("*.pdf")
    assert made.name == f"{message.key.hex}.pdf"
    assert made.read_bytes() == kept(message)
    page = PdfReader(io.BytesIO(made.read_bytes())).pages[0].extract_text()
    for words in ("Northgate Supplies Ltd", "Ann Lee", "1 High Street", "LS28 5AA", "£125.00", "NG-1", "1 July 2026"):
        assert words in page
    address = json.loads(made.with_suffix(".address.json").read_text())
    assert address["recipients"] == ["Ann Lee", "1 High Street", "Pudsey", "LS28 5AA"]
    assert (message.state, message.provider_id) == ("sent", made.name)


def test_amounts_of_two_currencies_are_never_added(book: Book, mailbox: Mailbox) -> None:
    account = book.account(owed=(Money(10_000, "GBP"), Money(5_000, "GBP")))
    Item.objects.filter(reference="INV-1-2").update(currency="EUR")
    queue(account, template="statement")

    actions.send_due(at=AT, by=BY)

    text = message_from_bytes(mailbox.taken[0].content, policy=policy.default).get_body(("plain",)).get_content()
    assert [line.split() for line in text.splitlines() if line.startswith("Total")] == [
        ["Total", "€50.00"],
        ["Total", "£100.00"],
    ]


def test_a_letter_that_no_font_can_print_is_shown_to_a_person(book: Book, mailbox: Mailbox) -> None:
    bad, good = book.account(name="李 Ann", address=True), book.account(address=True)
    queue(bad, good, channel=Channel.LETTER)

    outcome = actions.send_due(at=AT, by=BY)

    assert outcome.done == 1
    message = only_message(bad)
    assert (message.state, message.refusal) == ("failed", "contact.unwritable")
    assert "李" in message.failure
    assert told(bad) == ["MessageFailed"]


def test_a_text_message_waits_for_the_morning(book: Book, mailbox: Mailbox) -> None:
    account = book.account(mobile="07700 900123")
    night = datetime(2026, 7, 4, 22, 0, tzinfo=UTC)
    actions.queue_messages(chosen(account), template="reminder", channel=Channel.SMS, at=night, by=BY)

    actions.send_due(at=night, by=BY)

    message = only_message(account)
    assert not mailbox.taken
    assert (message.state, message.attempts) == ("queued", 0)
    # Sunday is quiet too.
    assert message.next_attempt_at == datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
    actions.send_due(at=message.next_attempt_at, by=BY)
    (parcel,) = mailbox.taken
    assert parcel.recipients == ("+447700900123",)
    assert parcel.content.decode().startswith("Northgate Supplies Ltd: please get in touch about your account NG-1.")


def test_a_bank_holiday_is_as_quiet_as_a_sunday(book: Book, mailbox: Mailbox) -> None:
    account = book.account(mobile="07700 900123")
    holiday = datetime(2026, 8, 31, 10, 0, tzinfo=UTC)
    actions.queue_messages(chosen(account), template="reminder", channel=Channel.SMS, at=holiday, by=BY)

    actions.send_due(at=holiday, by=BY)

    assert only_message(account).next_attempt_at == datetime(2026, 9, 1, 7, 0, tzinfo=UTC)


def test_a_command_is_carried_out_or_promised(book: Book, mailbox: Mailbox) -> None:
    done, later = book.account(), book.account()
    actions.queue_service_commands(chosen(done), command=Command.SUSPEND, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)
    mailbox.is_done = False
    actions.queue_service_commands(chosen(later), command=Command.SUSPEND, at=AT, by=BY)
    actions.send_due(at=AT, by=BY)

    assert told(done) == ["ServiceAcknowledged", "ServiceCommanded", "ServiceOrdered"]
    assert told(later) == ["ServiceCommanded", "ServiceOrdered"]
    assert only_message(later).acknowledged_at is None
    said = json.loads(mailbox.taken[1].content)
    assert (said["command"], said["client"], said["account"]) == ("suspend", "NG", later.reference)
    assert said["key"] == only_message(later).key.hex

    for _time in range(2):
        actions.acknowledge_command(key=only_message(later).key, at=AT + timedelta(hours=1), by=BY)

    assert only_message(later).acknowledged_at == AT + timedelta(hours=1)
    assert told(later) == ["ServiceAcknowledged", "ServiceCommanded", "ServiceOrdered"]


def test_only_a_command_that_was_sent_is_acknowledged(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)

    with pytest.raises(CommandNotSent):
        actions.acknowledge_command(key=only_message(account).key, at=AT, by=BY)

    assert told(account) == ["ServiceOrdered"]


def test_colleagues_get_a_link_to_the_account(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    actions.queue_notices(chosen(account), to=To(Audience.ACCOUNT_MANAGER), template="notice_to_sales", at=AT, by=BY)

    actions.send_due(at=AT, by=BY)

    mail = message_from_bytes(mailbox.taken[0].content, policy=policy.default)
    assert mailbox.taken[0].recipients == ("manager@house.example",)
    assert f"/accounts/{account.pk}" in mail.get_body(("plain",)).get_content()


def test_information_can_be_ended_by_a_mail(book: Book, mailbox: Mailbox) -> None:
    queue(book.account(), template="statement")

    actions.send_due(at=AT, by=BY)

    mail = message_from_bytes(mailbox.taken[0].content, policy=policy.default)
    assert mail["List-Unsubscribe"] == "<mailto:accounts@northgate.example?subject=stop>"


@pytest.mark.parametrize(
    "name",
    [
        "Ann\r\nBcc: everybody@evil.example",
        "**Ann** [x](https://evil.example)",
        "{{ creditor.phone }} {% table items %}",
        "<script>alert(1)</script>",
        "\uf000items\uf000",
    ],
)
def test_a_name_is_only_ever_a_name(book: Book, mailbox: Mailbox, name: str) -> None:
    account = book.account(name=name)
    queue(account)

    actions.send_due(at=AT, by=BY)

    mail = message_from_bytes(mailbox.taken[0].content, policy=policy.default)
    assert mail["Bcc"] is None
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert 'href="https://evil.example"' not in html
    assert "0113" not in html.split("Dear")[1].split("</p>")[0]
