"""Faults on the way: providers away, addresses that are none, workers killed and slow. Nothing is lost, nothing doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import kept, queue, raises, told

from tallystick.accounts.models import Client
from tallystick.contact import actions
from tallystick.contact.models import Message
from tallystick.contact.ports import FateUnknown, Parcel, TryLater, Undeliverable
from tallystick.contact.rules.retry import IN_HAND, MOST_ATTEMPTS
from tallystick.contact.rules.words import (
    Command,
)
from tallystick.parties.models import ContactPoint


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
