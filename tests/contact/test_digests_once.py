"""Digests are made and told exactly once, whoever dies on the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import raises, told
from tests.contact.test_digests import ADMIN, LEADERS, THURSDAY, breaches, choose, leader, mails, notify

from tallystick.contact import actions
from tallystick.contact.actions import sending
from tallystick.contact.models import Digest, Message, NoticeCopy
from tallystick.contact.ports import FateUnknown, TryLater
from tallystick.contact.rules.digests import Pace


def test_who_chooses_anew_is_told_once_of_what_waits(book: Book, mailbox: Mailbox) -> None:
    ann = leader("ann")
    choose(ann, Pace.DAILY)
    account = book.account()
    notify(account)
    # A worker died between keeping the copy and sending: the notice is claimed again, when she wants to be told at once.
    choose(ann, Pace.AT_ONCE)
    Message.objects.update(state="queued", next_attempt_at=AT)

    actions.send_due(at=AT, by=BY)
    actions.send_digests(at=THURSDAY, by=BY)

    assert [subject for _to, subject, _text in mails(mailbox)] == ["1 notice"]


def test_a_worker_that_dies_after_gathering_loses_nothing(
    book: Book, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(leader("ann"), Pace.DAILY)
    leader("bob")
    account = book.account()

    class Killed(BaseException):
        """The worker is gone."""

    def die(*_args: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(sending, "sender_for", die)
        actions.queue_notices(chosen(account), to=LEADERS, template="notice_to_team_leader", at=AT, by=BY)
        sending.claim_due(limit=10, at=AT, by=BY)
        message = only_message(account)
        sending.gather({message.pk: (account.pk, message.attempts)}, at=AT)
        sending.sender_for(None)
    later = AT + timedelta(minutes=20)
    actions.send_due(at=later, by=BY)
    actions.send_due(at=later, by=BY)
    actions.send_digests(at=THURSDAY, by=BY)

    assert [to for to, *_rest in mails(mailbox)] == ["bob@house.example", "ann@house.example"]
    assert NoticeCopy.objects.count() == 1


@pytest.mark.parametrize("repeats_safely", [False, True])
def test_a_digest_of_unknown_fate_is_sent_again_only_where_that_is_safe(
    book: Book, mailbox: Mailbox, repeats_safely: bool
) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(book.account())
    mailbox.repeats_safely = repeats_safely
    mailbox.after = raises(FateUnknown("the line broke"))

    actions.send_digests(at=THURSDAY, by=BY)
    mailbox.after = lambda _parcel: None
    actions.send_digests(at=THURSDAY + timedelta(minutes=5), by=BY)

    digest = Digest.objects.get()
    assert (digest.state, digest.refusal) == (("sent", "") if repeats_safely else ("failed", "contact.fate_unknown"))
    assert len({parcel.key for parcel in mailbox.taken}) == 1
    assert len(mailbox.taken) == (2 if repeats_safely else 1)


def test_a_worker_that_died_with_a_digest_in_hand_is_followed_by_another(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(book.account())
    mailbox.before = raises(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        actions.send_digests(at=THURSDAY, by=BY)
    mailbox.before = lambda _parcel: None

    actions.send_digests(at=THURSDAY + timedelta(minutes=5), by=BY)
    assert Digest.objects.get().state == "sending"
    actions.send_digests(at=THURSDAY + timedelta(minutes=20), by=BY)

    assert (Digest.objects.get().state, mailbox.taken) == ("failed", [])
    actions.resend_digest(digest_id=Digest.objects.get().pk, at=THURSDAY + timedelta(hours=1), by=ADMIN)
    actions.send_digests(at=THURSDAY + timedelta(hours=1), by=BY)
    assert [subject for _to, subject, _text in mails(mailbox)] == ["1 notice"]
    assert breaches() == []


def test_a_digest_waits_for_a_provider_that_is_away(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    account = book.account()
    notify(account)
    mailbox.before = raises(TryLater("away", is_away=True))
    actions.send_digests(at=THURSDAY, by=BY)
    mailbox.before = lambda _parcel: None

    actions.send_digests(at=THURSDAY + timedelta(minutes=5), by=BY)

    assert told(account) == ["NoticeDigested"]
    assert Digest.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_digest(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(*(book.account() for _number in range(5)))
    ready = threading.Barrier(2)

    def make() -> None:
        ready.wait()
        actions.make_digests(at=THURSDAY, by=BY)
        connection.close()

    workers = [threading.Thread(target=make) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Digest.objects.count() == 1
    assert NoticeCopy.objects.filter(digest_id=Digest.objects.get().pk).count() == 5


def test_all_digests_of_an_hour_are_made_by_as_many_statements_as_one(
    book: Book, mailbox: Mailbox, django_assert_num_queries: Any
) -> None:
    for number in range(7):
        choose(leader(f"leader{number}"), Pace.DAILY)
    notify(*(book.account() for _number in range(3)))

    with django_assert_num_queries(4):  # the savepoint and its end, the hours, the digests
        assert actions.make_digests(at=THURSDAY, by=BY) == 7
