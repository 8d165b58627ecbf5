"""Sending: asked again, written from what is true now, kept to the byte, once, through every fault."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox

from tallystick.accounts.models import Account, Client, Item
from tallystick.contact import actions
from tallystick.contact.models import Message
from tallystick.contact.ports import FateUnknown, Parcel, TryLater, Undeliverable
from tallystick.contact.rules import shipped
from tallystick.contact.rules.retry import IN_HAND, MOST_ATTEMPTS
from tallystick.contact.rules.words import (
    Audience,
    Channel,
    Command,
    CommandNotSent,
    MessageNotResendable,
    MessageNotWaiting,
    To,
)
from tallystick.documents import queries as document_queries
from tallystick.documents.models import Document
from tallystick.holds.models import Hold
from tallystick.holds.rules import Reason
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.parties.models import ContactPoint
from tallystick.timeline import queries as timeline_queries


def queue(*accounts: Account, template: str = "reminder_1", channel: Channel = Channel.EMAIL, cause: int = 1) -> None:
    actions.queue_messages(chosen(*accounts, cause=cause), template=template, channel=channel, at=AT, by=BY)


def told(account: Account) -> list[str]:
    kinds = ["contact."]
    return [event["kind"].removeprefix("contact.") for event in timeline_queries.of_account([account.pk], kinds=kinds)]


def kept(message: Message) -> bytes:
    return document_queries.content_of(document_queries.get_document(message.document_id or 0))


def raises(wrong: Exception) -> Callable[[Parcel], None]:
    def fall(_parcel: Parcel) -> None:
        raise wrong

    return fall


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


# Letters, texts, commands, notices.


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


# Faults.


def test_a_provider_that_is_away_loses_nothing_and_is_asked_once(book: Book, mailbox: Mailbox) -> None:
    accounts = [book.account() for _number in range(20)]
    queue(*accounts)
    asked: list[str] = []

    def away(parcel: Parcel) -> None:
        asked.append(parcel.key)
        raise TryLater("connection refused", is_away=True)

    mailbox.before = away

    outcome = actions.send_due(at=AT, by=BY)

    assert outcome.done == 0
    assert len(asked) == 1
    waiting = Message.objects.filter(state="queued")
    assert waiting.count() == 20
    assert sorted(waiting.values_list("attempts", flat=True)) == [0] * 19 + [1]
    assert set(waiting.values_list("next_attempt_at", flat=True)) == {AT + timedelta(minutes=1)}
    assert set(waiting.values_list("failure", flat=True)) == {"connection refused"}


def test_a_provider_away_for_two_hours_loses_nothing_and_doubles_nothing(book: Book, mailbox: Mailbox) -> None:
    queue(*[book.account() for _number in range(10)])
    mailbox.before = raises(TryLater("away", is_away=True))
    now = AT

    while now < AT + timedelta(hours=2):
        actions.send_due(at=now, by=BY)
        now += timedelta(minutes=1)
    mailbox.before = lambda _parcel: None
    while Message.objects.exclude(state="sent").exists() and now < AT + timedelta(hours=6):
        actions.send_due(at=now, by=BY)
        now += timedelta(minutes=1)

    assert len(mailbox.taken) == len({parcel.key for parcel in mailbox.taken}) == 10
    assert Message.objects.filter(state="sent").count() == 10


def test_one_busy_mailbox_holds_up_nobody_else(book: Book, mailbox: Mailbox) -> None:
    busy, other = book.account(email="busy@debtor.example"), book.account()
    queue(busy, other)

    def greylist(parcel: Parcel) -> None:
        if parcel.recipients == ("busy@debtor.example",):
            raise TryLater("450 try later")

    mailbox.before = greylist

    outcome = actions.send_due(at=AT, by=BY)

    assert outcome.done == 1
    assert only_message(busy).state == "queued"
    assert only_message(other).state == "sent"


def test_after_many_attempts_a_person_looks(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    queue(account)
    mailbox.before = raises(TryLater("still away", is_away=True))
    now, rounds = AT, 0

    while only_message(account).state == "queued" and rounds < 100:
        now = only_message(account).next_attempt_at
        actions.send_due(at=now, by=BY)
        rounds += 1

    message = only_message(account)
    assert (message.state, message.refusal, message.attempts) == ("failed", "contact.gave_up", MOST_ATTEMPTS)
    assert now - AT > timedelta(hours=30)
    assert told(account) == ["MessageFailed"]


def test_a_mailbox_that_does_not_exist_fails_at_once(book: Book, mailbox: Mailbox) -> None:
    account, other = book.account(), book.account()
    queue(account, other)

    def refuse_one(parcel: Parcel) -> None:
        if parcel.key == only_message(account).key.hex:
            raise Undeliverable("550 no such user")

    mailbox.before = refuse_one

    outcome = actions.send_due(at=AT, by=BY)

    assert outcome.done == 1
    assert outcome.refused == {"contact.undeliverable": 1}
    assert only_message(account).failure == "550 no such user"


@pytest.mark.parametrize("repeats_safely", [False, True], ids=["to people", "to machines"])
def test_a_line_that_breaks_after_all_was_said(book: Book, mailbox: Mailbox, repeats_safely: bool) -> None:
    mailbox.repeats_safely = repeats_safely
    account = book.account()
    queue(account)
    mailbox.after = raises(FateUnknown("lost"))

    actions.send_due(at=AT, by=BY)
    mailbox.after = lambda _parcel: None
    actions.send_due(at=AT + timedelta(hours=1), by=BY)

    message = only_message(account)
    keys = [parcel.key for parcel in mailbox.taken]
    if repeats_safely:
        assert keys == [message.key.hex] * 2
        assert message.state == "sent"
    else:
        assert keys == [message.key.hex]
        assert (message.state, message.refusal) == ("failed", "contact.fate_unknown")
        assert kept(message) == mailbox.taken[0].content


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


def test_a_worker_killed_before_it_handed_over_loses_nothing(book: Book, mailbox: Mailbox) -> None:
    accounts = [book.account() for _number in range(3)]
    queue(*accounts)
    mailbox.before = raises(Killed())

    with pytest.raises(Killed):
        actions.send_due(at=AT, by=BY)

    # The first was handed, perhaps: it is for a person. The others were only claimed: they are simply sent.
    mailbox.before = lambda _parcel: None
    assert actions.send_due(at=AT + IN_HAND - timedelta(seconds=1), by=BY).done == 0
    outcome = actions.send_due(at=AT + IN_HAND, by=BY)

    assert outcome.done == 2
    assert outcome.refused == {"contact.fate_unknown": 1}
    assert [only_message(account).state for account in accounts] == ["failed", "sent", "sent"]
    assert len(mailbox.taken) == 2


def test_a_worker_killed_between_sending_and_marking_doubles_nothing(book: Book, mailbox: Mailbox) -> None:
    first, second = book.account(), book.account()
    queue(first, second)
    mailbox.after = raises(Killed())

    with pytest.raises(Killed):
        actions.send_due(at=AT, by=BY)
    mailbox.after = lambda _parcel: None
    actions.send_due(at=AT + IN_HAND, by=BY)

    assert [parcel.key for parcel in mailbox.taken] == [only_message(first).key.hex, only_message(second).key.hex]
    assert (only_message(first).state, only_message(first).refusal) == ("failed", "contact.fate_unknown")
    assert only_message(second).state == "sent"


def test_a_command_of_a_killed_worker_is_sent_again_under_its_key(book: Book, mailbox: Mailbox) -> None:
    mailbox.repeats_safely = True
    account = book.account()
    actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)
    mailbox.after = raises(Killed())

    with pytest.raises(Killed):
        actions.send_due(at=AT, by=BY)
    mailbox.after = lambda _parcel: None
    actions.send_due(at=AT + IN_HAND, by=BY)

    assert [parcel.key for parcel in mailbox.taken] == [only_message(account).key.hex] * 2
    assert len({parcel.content for parcel in mailbox.taken}) == 1
    assert only_message(account).state == "sent"


def test_a_slow_worker_that_was_taken_for_dead_sends_nothing_twice(book: Book, mailbox: Mailbox) -> None:
    first, second = book.account(), book.account()
    queue(first, second)

    def dawdle(_parcel: Parcel) -> None:
        # While the slow one is busy with the first, another worker takes over the second and sends it.
        mailbox.before = lambda _parcel: None
        actions.recover_stalled(at=AT + IN_HAND, by=BY)
        Message.objects.filter(account=first).update(state="sending", refusal="")
        actions.send_due(at=AT + IN_HAND, by=BY)

    mailbox.before = dawdle

    actions.send_due(at=AT, by=BY)

    assert sorted(parcel.key for parcel in mailbox.taken) == sorted(
        [only_message(first).key.hex, only_message(second).key.hex]
    )


def test_an_adapter_that_falls_over_is_of_unknown_fate_and_stops_nobody(book: Book, mailbox: Mailbox) -> None:
    first, second = book.account(), book.account()
    queue(first, second)

    def fall_once(_parcel: Parcel) -> None:
        mailbox.before = lambda _parcel: None
        raise ZeroDivisionError

    mailbox.before = fall_once

    actions.send_due(at=AT, by=BY)

    assert only_message(first).refusal == "contact.fate_unknown"
    assert only_message(second).state == "sent"


def test_a_client_with_unreadable_details_stops_only_its_own(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    queue(account)
    Client.objects.filter(pk=book.client.pk).update(details={"phone": 42})

    outcome = actions.send_due(at=AT, by=BY)

    assert outcome.refused == {"contact.unwritable": 1}
    assert "NG: phone is no text" in only_message(account).failure


def test_an_address_that_is_none_fails_and_is_not_sent(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    queue(account)
    ContactPoint.objects.filter(party_id=account.party_id).update(value="ann@@debtor")

    actions.send_due(at=AT, by=BY)

    assert not mailbox.taken
    assert (only_message(account).state, only_message(account).refusal) == ("failed", "contact.unwritable")


# What a person does.


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
