"""Digests: who is told at once and who with everything else in one e-mail, exactly once and only of what they may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from tests.contact.conftest import AT, BY, Book, chosen, only_message
from tests.contact.mailbox import Mailbox
from tests.contact.sent import raises, told

from tallystick.access.models import BusinessUnit, ClientScope, Grant, User
from tallystick.accounts.models import Account, Client
from tallystick.contact import actions
from tallystick.contact.models import Digest, Message, NoticeCopy, Template
from tallystick.contact.ports import TryLater
from tallystick.contact.queries import digests as queries
from tallystick.contact.queries.invariants import INVARIANTS
from tallystick.contact.rules.digests import (
    DigestNotFailed,
    Hours,
    HoursUnknown,
    Line,
    Pace,
    kind_aloud,
    last_leaving,
    next_leaving,
    write_digest,
)
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.words import Audience, To
from tallystick.jurisdictions.queries import holidays
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted

#: The Wednesday of `AT` is half past nine; its digests left at eight in London, and the next leave on Thursday.
THURSDAY = datetime(2026, 7, 2, 7, 0, tzinfo=UTC)
MONDAY = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
ADMIN = Actor("Ada", rights=frozenset({"manage users"}))
LEADERS = To(Audience.ROLE, "team leader")


def leader(name: str, *, role: str = "team leader", **reach: Any) -> User:
    user = User.objects.create_user(name, f"{name}@house.example")
    Grant.objects.create(user=user, role=role, given_at=AT, **reach)
    return user


def choose(user: User, pace: Pace, *, kind: str = "", hour: int = 8, weekday: int = 0) -> None:
    by = Actor(str(user), user_id=user.pk)
    actions.choose_own(paces={kind: pace}, hour=hour, weekday=weekday, calendar="GB-EAW", at=AT, by=by)


def notify(*accounts: Account, to: To = LEADERS, template: str = "notice_to_team_leader", at: datetime = AT) -> None:
    cause = Message.objects.count() + 1
    actions.queue_notices(chosen(*accounts, cause=cause), to=to, template=template, at=at, by=BY)
    actions.send_due(at=at, by=BY)


def mails(mailbox: Mailbox) -> list[tuple[str, str, str]]:
    """Give whom each mail went to, its subject and its text."""
    read = [(each, message_from_bytes(each.content, policy=policy.default)) for each in mailbox.taken]
    return [
        (", ".join(each.recipients), mail["Subject"], mail.get_body(("plain",)).get_content()) for each, mail in read
    ]


def breaches() -> list[dict[str, Any]]:
    return [row for invariant in INVARIANTS for row in sql.rows(invariant.breaches)]


# When it leaves


@pytest.mark.parametrize(
    ("at", "pace", "hours", "last", "following"),
    [
        pytest.param("2026-07-01 09:30", Pace.DAILY, {}, "2026-07-01 07:00", "2026-07-02 07:00", id="summer time"),
        pytest.param("2026-07-01 07:00", Pace.DAILY, {}, "2026-07-01 07:00", "2026-07-02 07:00", id="as it strikes"),
        pytest.param("2026-07-01 06:59", Pace.DAILY, {}, "2026-06-30 07:00", "2026-07-01 07:00", id="just before"),
        pytest.param("2026-07-04 12:00", Pace.DAILY, {}, "2026-07-03 07:00", "2026-07-06 07:00", id="Saturday"),
        pytest.param("2026-12-26 12:00", Pace.DAILY, {}, "2026-12-24 08:00", "2026-12-29 08:00", id="Christmas"),
        pytest.param("2026-07-01 09:30", Pace.WEEKLY, {}, "2026-06-29 07:00", "2026-07-06 07:00", id="weekly"),
        pytest.param(
            "2026-08-31 12:00",
            Pace.WEEKLY,
            {},
            "2026-08-24 07:00",
            "2026-09-01 07:00",
            id="the Monday is a bank holiday",
        ),
        pytest.param(
            "2026-12-28 12:00",
            Pace.WEEKLY,
            {"weekday": 4},
            "2026-12-18 08:00",
            "2026-12-29 08:00",
            id="into the next week",
        ),
        pytest.param(
            "2026-07-01 21:30",
            Pace.DAILY,
            {"time_zone": "Asia/Tokyo"},
            "2026-06-30 23:00",
            "2026-07-01 23:00",
            id="Tokyo",
        ),
    ],
)
def test_a_digest_leaves_at_its_hour_of_a_working_day(
    at: str, pace: Pace, hours: dict[str, Any], last: str, following: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    timed = Hours(**{"time_zone": "Europe/London", **hours})

    closed = holidays("GB-EAW")
    assert last_leaving(moment, pace, timed, closed) == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert next_leaving(moment, pace, timed, closed) == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_a_digest_lists_by_kind_and_the_newest_first() -> None:
    lines = [
        Line("notice_to_sales", AT, "Old sale", "https://x.example/1"),
        Line("notice_promise_broken", AT, "Broken", "https://x.example/2"),
        Line("notice_to_sales", AT + timedelta(days=1), "New sale", "https://x.example/3"),
    ]

    written = write_digest(lines, settings_link="https://x.example/s", speech=Speech("en"), time_zone="Europe/London")

    said = [
        block.text if block.kind == "heading" else [point[0].text for point in block.points]
        for block in written.blocks[:4]
    ]
    assert written.subject == "3 notices"
    assert said == [kind_aloud("notice_promise_broken"), ["Broken"], "To sales", ["New sale", "Old sale"]]


# Who is told how


def test_who_chose_a_digest_is_told_in_one_mail_and_the_others_at_once(book: Book, mailbox: Mailbox) -> None:
    ann, _bob = leader("ann"), leader("bob")
    choose(ann, Pace.DAILY)
    first, second = book.account(name="Ann Lee"), book.account(name="Ray Fox")

    notify(first)
    notify(second, at=AT + timedelta(hours=1))
    assert [to for to, _subject, _text in mails(mailbox)] == ["bob@house.example", "bob@house.example"]
    actions.send_digests(at=THURSDAY - timedelta(minutes=1), by=BY)
    assert len(mailbox.taken) == 2
    actions.send_digests(at=THURSDAY, by=BY)
    actions.send_digests(at=THURSDAY + timedelta(minutes=5), by=BY)

    (to, subject, text) = mails(mailbox)[-1]
    assert (len(mailbox.taken), to, subject) == (3, "ann@house.example", "2 notices")
    assert text.index("Ray Fox") < text.index("Ann Lee")
    assert all(f"/accounts/{account.pk})" in text for account in (first, second))
    assert "/contact/notices" in text
    assert told(first) == ["NoticeDigested", "MessageSent"]
    assert breaches() == []


def test_a_notice_for_digests_alone_is_told_when_they_leave(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    account = book.account()

    notify(account)

    assert (only_message(account).state, told(account), mailbox.taken) == ("gathered", [], [])
    assert breaches() == []
    actions.send_digests(at=THURSDAY, by=BY)
    assert told(account) == ["NoticeDigested"]


def test_a_weekly_digest_leaves_on_its_day_together_with_the_daily_one(book: Book, mailbox: Mailbox) -> None:
    ann = leader("ann")
    by = Actor("Ann", user_id=ann.pk)
    paces = {"": Pace.WEEKLY, "notice_promise_broken": Pace.DAILY}
    actions.choose_own(paces=paces, hour=8, weekday=0, calendar="GB-EAW", at=AT, by=by)
    notify(book.account(name="Weekly"))
    notify(book.account(name="Daily"), template="notice_promise_broken")
    friday = datetime(2026, 7, 3, 12, tzinfo=UTC)

    actions.send_digests(at=THURSDAY, by=BY)
    notify(book.account(name="Later"), template="notice_promise_broken", at=friday)
    actions.send_digests(at=MONDAY, by=BY)

    said = [[name for name in ("Weekly", "Daily", "Later") if name in text] for _to, _subject, text in mails(mailbox)]
    assert said == [["Daily"], ["Weekly", "Later"]]


def test_the_house_chooses_for_a_role_and_a_person_otherwise(book: Book, mailbox: Mailbox) -> None:
    leader("ann")
    choose(leader("bob"), Pace.AT_ONCE)
    actions.choose_for_house(
        paces={("", "role:team leader"): Pace.DAILY, ("notice_to_sales", ""): Pace.DAILY, ("", ""): None},
        hour=10,
        weekday=0,
        calendar="GB-EAW",
        at=AT,
        by=ADMIN,
    )
    account = book.account()

    notify(account)
    notify(account, to=To(Audience.ACCOUNT_MANAGER), template="notice_to_sales")
    notify(account, to=To(Audience.ACCOUNT_MANAGER), template="notice_promise_broken")

    assert [to for to, _subject, _text in mails(mailbox)] == ["bob@house.example", "manager@house.example"]
    waiting = NoticeCopy.objects.order_by("id").values_list("email", flat=True)
    assert list(waiting) == ["ann@house.example", "manager@house.example"]
    actions.send_digests(at=datetime(2026, 7, 1, 9, 0, tzinfo=UTC) + timedelta(days=1), by=BY)
    assert [to for to, *_rest in mails(mailbox)[2:]] == ["ann@house.example", "manager@house.example"]


def test_of_two_who_choose_for_a_kind_and_for_all_the_kind_holds(book: Book, mailbox: Mailbox) -> None:
    ann = leader("ann")
    actions.choose_own(
        paces={"": Pace.DAILY, "notice_to_team_leader": Pace.AT_ONCE},
        hour=8,
        weekday=0,
        calendar="GB-EAW",
        at=AT,
        by=Actor("Ann", user_id=ann.pk),
    )

    notify(book.account())

    assert [to for to, *_rest in mails(mailbox)] == ["ann@house.example"]


# What one may see


def test_what_one_may_no_longer_see_is_left_out_and_says_so(book: Book, mailbox: Mailbox) -> None:
    unit = BusinessUnit.objects.create(code="N", name="N")
    ClientScope.objects.create(client_id=book.client.pk, business_unit=unit)
    ann, bob = leader("ann", business_unit=unit), leader("bob", client_id=book.client.pk)
    gone = leader("gone")
    for user in (ann, bob, gone):
        choose(user, Pace.DAILY)
    account = book.account()
    notify(account)
    Grant.objects.filter(user=ann).update(ended_at=AT)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    actions.send_digests(at=THURSDAY, by=BY)

    assert [to for to, *_rest in mails(mailbox)] == ["bob@house.example"]
    rows = queries.receivers_of(only_message(account).pk, account_id=account.pk)
    assert {row["email"]: row["left_out"] for row in rows} == {
        "ann@house.example": "contact.may_not_see",
        "bob@house.example": "",
        "gone@house.example": "contact.may_not_see",
    }
    assert all(str(row["reason"]) for row in rows if row["left_out"])
    assert breaches() == []


def test_a_role_that_sees_no_account_is_told_of_none_in_a_digest(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ada", role="administrator"), Pace.DAILY)
    notify(book.account(), to=To(Audience.USER, "ada"))

    actions.send_digests(at=THURSDAY, by=BY)

    assert (mailbox.taken, Digest.objects.count()) == ([], 0)


def test_an_account_manager_who_is_replaced_is_told_no_more(book: Book, mailbox: Mailbox) -> None:
    actions.choose_for_house(paces={("", ""): Pace.DAILY}, hour=8, weekday=0, calendar="GB-EAW", at=AT, by=ADMIN)
    notify(book.account(), to=To(Audience.ACCOUNT_MANAGER))
    Client.objects.update(account_manager_email="new@house.example")

    actions.send_digests(at=THURSDAY, by=BY)

    assert mailbox.taken == []


def test_what_is_lost_while_a_digest_waits_is_left_out_and_an_empty_one_is_not_sent(
    book: Book, mailbox: Mailbox
) -> None:
    ann = leader("ann")
    choose(ann, Pace.DAILY)
    notify(book.account())
    mailbox.before = raises(TryLater("away", is_away=True))
    actions.send_digests(at=THURSDAY, by=BY)
    mailbox.before = lambda _parcel: None
    Grant.objects.filter(user=ann).update(ended_at=AT)

    actions.send_digests(at=THURSDAY + timedelta(hours=1), by=BY)

    assert (mailbox.taken, Digest.objects.get().state) == ([], "empty")
    assert NoticeCopy.objects.get().left_out == "contact.may_not_see"
    assert breaches() == []


def test_nobody_is_sent_an_empty_digest(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)

    assert actions.send_digests(at=THURSDAY, by=BY).done == 0
    assert mailbox.taken == []


def test_one_notice_that_cannot_be_written_holds_up_no_other(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    other = book.account(name="Ann Lee")
    notify(other)
    broken = Template.objects.get(name="notice_to_sales")
    notify(book.account(name="Ray Fox"), template="notice_to_sales")
    Template.objects.filter(pk=broken.pk).update(subject="{{ account.no_such_word }}")

    actions.send_digests(at=THURSDAY, by=BY)

    ((_to, subject, text),) = mails(mailbox)
    assert subject == "2 notices"
    assert "Ann Lee" in text
    assert "Ray Fox" in text


def test_a_notice_of_a_client_whose_details_cannot_be_read_is_told_by_its_number(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    account = book.account()
    notify(account)
    Client.objects.update(details={"phone": 5})

    actions.send_digests(at=THURSDAY, by=BY)

    ((_to, _subject, text),) = mails(mailbox)
    assert f"Account {account.pk}" in text


# Who chooses


def test_only_an_administrator_chooses_for_the_house(book: Book) -> None:
    manager = Actor("Mara", user_id=1, rights=frozenset({"see accounts", "send messages"}))
    with pytest.raises(NotPermitted):
        actions.choose_for_house(paces={}, hour=8, weekday=0, calendar="GB-EAW", at=AT, by=manager)
    with pytest.raises(NotPermitted):
        actions.resend_digest(digest_id=1, at=AT, by=manager)
    with pytest.raises(NotFound):
        actions.choose_own(paces={}, hour=8, weekday=0, calendar="GB-EAW", at=AT, by=BY)


@pytest.mark.parametrize(("hour", "weekday", "calendar"), [(24, 0, "GB-EAW"), (8, 6, "GB-EAW"), (8, 0, "nowhere")])
def test_hours_that_there_are_not_are_refused(book: Book, hour: int, weekday: int, calendar: str) -> None:
    with pytest.raises(HoursUnknown):
        actions.choose_for_house(paces={}, hour=hour, weekday=weekday, calendar=calendar, at=AT, by=ADMIN)


def test_only_a_digest_that_failed_is_sent_again(book: Book, mailbox: Mailbox) -> None:
    choose(leader("ann"), Pace.DAILY)
    notify(book.account())
    actions.send_digests(at=THURSDAY, by=BY)

    with pytest.raises(DigestNotFailed):
        actions.resend_digest(digest_id=Digest.objects.get().pk, at=THURSDAY, by=ADMIN)


def test_a_person_reads_the_digest_of_their_own_language_and_day(book: Book, mailbox: Mailbox) -> None:
    ann = leader("ann")
    User.objects.filter(pk=ann.pk).update(time_zone="Asia/Tokyo")
    choose(ann, Pace.DAILY, hour=9)
    # Already Thursday in Tokyo.
    notify(book.account(), at=datetime(2026, 7, 1, 22, 0, tzinfo=UTC))

    actions.send_digests(at=datetime(2026, 7, 2, 0, 0, tzinfo=UTC), by=BY)

    ((_to, _subject, text),) = mails(mailbox)
    assert Speech("en").day(date(2026, 7, 2)) in text
