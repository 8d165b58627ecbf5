"""Queueing: once for each cause, for every account, with refusals on the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.contact.conftest import AT, BY, Book, chosen, only_message

from tallystick.access.models import BusinessUnit, ClientScope, Grant, Membership, Team, User
from tallystick.accounts.models import Account, Client
from tallystick.contact import actions
from tallystick.contact.models import Message, Template
from tallystick.contact.rules.words import Audience, Channel, Command, NoSuchTemplate, To
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties.rules import ContactKind
from tallystick.timeline import queries as timeline_queries


def events_of(account: Account, kind: str) -> list[dict[str, Any]]:
    return timeline_queries.of_account([account.pk], kinds=[kind])


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'contact.send_due'")
        return int(cursor.fetchone()[0])


def test_a_cause_has_one_message_however_often_it_is_asked(book: Book) -> None:
    account = book.account()

    first = actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    again = actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    another = actions.queue_messages(
        chosen(account), template="reminder_1", channel=Channel.EMAIL, action_no=1, at=AT, by=BY
    )

    assert (first.done, first.already) == (1, 0)
    assert (again.done, again.already) == (0, 1)
    assert another.done == 1
    assert Message.objects.filter(account=account).count() == 2
    assert jobs() == 2


def test_an_account_named_twice_with_one_cause_is_one_message(book: Book) -> None:
    account = book.account()

    outcome = actions.queue_messages(
        chosen(account, account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY
    )

    assert (outcome.done, outcome.already) == (1, 1)


def test_every_message_has_a_key_of_its_own(book: Book) -> None:
    accounts = [book.account() for _number in range(3)]

    for action_no in range(2):
        actions.queue_messages(
            chosen(*accounts), template="reminder_1", channel=Channel.EMAIL, action_no=action_no, at=AT, by=BY
        )

    assert len(set(Message.objects.values_list("key", flat=True))) == 6


def test_nothing_chosen_is_nothing_done(book: Book) -> None:
    outcome = actions.queue_messages(chosen(), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert (outcome.done, outcome.already, outcome.refused.total(), jobs()) == (0, 0, 0, 0)


def test_a_channel_never_changes_by_itself(book: Book) -> None:
    account = book.account(email=None, address=True, mobile="07700 900123")

    outcome = actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert outcome.refused == {"contact.no_address": 1}
    message = only_message(account)
    assert (message.channel, message.state, message.refusal) == ("email", "refused", "contact.no_address")
    (event,) = events_of(account, "contact.MessageRefused")
    assert event["data"] == {
        "message_id": message.pk,
        "channel": "email",
        "template": "reminder_1",
        "code": "contact.no_address",
    }
    assert jobs() == 0


@pytest.mark.parametrize(
    ("channel", "template", "recipient"),
    [
        (Channel.EMAIL, "reminder_1", "a@debtor.example"),
        (Channel.SMS, "reminder", "+447700900123"),
        (Channel.LETTER, "reminder_1", "1 High Street, Pudsey, LS28 5AA"),
    ],
)
def test_each_channel_finds_its_own_address(book: Book, channel: Channel, template: str, recipient: str) -> None:
    account = book.account(email="a@debtor.example", mobile="07700 900123", address=True)

    actions.queue_messages(chosen(account), template=template, channel=channel, at=AT, by=BY)

    assert only_message(account).recipient == recipient


def test_the_best_of_several_addresses_is_taken(book: Book) -> None:
    account = book.account(email="old@debtor.example")
    account.party.contact_points.update(state="bad")
    book.point(account.party_id, ContactKind.EMAIL, "no@debtor.example")
    account.party.contact_points.filter(value="no@debtor.example").update(consent=False, state="confirmed")
    best = book.point(account.party_id, ContactKind.EMAIL, "good@debtor.example")

    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    message = only_message(account)
    assert (message.recipient, message.contact_point_id, message.refusal) == ("good@debtor.example", best.pk, "")


def test_a_debtor_is_written_to_in_the_nearest_language(book: Book) -> None:
    welsh = actions.draft_template(
        name="reminder_1",
        channel=Channel.EMAIL,
        language_code="cy",
        purpose=Template.objects.get(name="reminder_1", channel="email").purpose,
        subject="Nodyn atgoffa {{ account.reference }}",
        body="{{ account.overdue }}",
        at=AT,
        by=BY,
    )
    actions.publish_template(template_id=welsh.pk, at=AT, by=BY)
    accounts = [book.account(language=language) for language in ("cy", "cy-GB", "pl", "en")]

    actions.queue_messages(chosen(*accounts), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert [only_message(account).language for account in accounts] == ["cy", "cy", "en", "en"]
    assert [only_message(account).template_id == welsh.pk for account in accounts] == [True, True, False, False]


def test_a_template_that_is_not_there_for_the_channel_is_refused(book: Book) -> None:
    account = book.account()

    with pytest.raises(NoSuchTemplate, match="letter_before_action"):
        actions.queue_messages(chosen(account), template="letter_before_action", channel=Channel.EMAIL, at=AT, by=BY)

    assert not Message.objects.exists()


def test_messages_and_jobs_vanish_with_the_transaction(book: Book) -> None:
    account = book.account()

    with pytest.raises(RuntimeError), transaction.atomic():
        actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
        assert jobs() == 1
        raise RuntimeError

    assert not Message.objects.exists()
    assert jobs() == 0


def test_a_set_takes_as_many_statements_as_one_account(book: Book) -> None:
    accounts = [book.account(email=None if number % 3 == 0 else "{number}@debtor.example") for number in range(30)]
    few, many = chosen(*accounts[:3]), chosen(*accounts[3:])

    with CaptureQueriesContext(
        connection,
    ) as one:
        actions.queue_messages(few, template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)
    with CaptureQueriesContext(connection) as all_others:
        actions.queue_messages(many, template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert len(all_others) == len(one)


@pytest.mark.parametrize("act", ["messages", "commands", "notices"])
def test_it_takes_the_right_to_send(book: Book, act: str) -> None:
    account, nobody = book.account(), Actor("Bob", rights=frozenset({"see accounts"}))

    with pytest.raises(NotPermitted):
        if act == "messages":
            actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=AT, by=nobody)
        elif act == "commands":
            actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=nobody)
        else:
            actions.queue_notices(chosen(account), to=To(Audience.OWNER), template="notice_to_sales", at=AT, by=nobody)

    assert not Message.objects.exists()


def test_a_service_command_goes_to_the_accounts_reference(book: Book) -> None:
    account = book.account(email=None)

    outcome = actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)

    message = only_message(account)
    assert outcome.done == 1
    assert (message.channel, message.command, message.recipient) == ("service", "suspend", account.reference)


# Notices.


def colleague(name: str, *, email: str | None = None, is_active: bool = True) -> User:
    return User.objects.create_user(
        name, email=f"{name}@house.example" if email is None else email, is_active=is_active
    )


def grant(user: User, role: str, **reach: Any) -> None:
    Grant.objects.create(user=user, role=role, given_at=AT, **reach)


def test_a_role_means_those_who_hold_it_for_the_client(book: Book) -> None:
    unit, elsewhere = (BusinessUnit.objects.create(code=code, name=code) for code in ("N", "S"))
    ClientScope.objects.create(client_id=book.client.pk, business_unit=unit)
    grant(colleague("everywhere"), "team leader")
    grant(colleague("here"), "team leader", business_unit=unit)
    grant(colleague("client"), "team leader", client_id=book.client.pk)
    grant(colleague("elsewhere"), "team leader", business_unit=elsewhere)
    grant(colleague("collector"), "collector")
    grant(colleague("gone", is_active=False), "team leader")
    grant(colleague("mute", email=""), "team leader")
    ended = colleague("ended")
    Grant.objects.create(user=ended, role="team leader", given_at=AT, ended_at=AT)
    account = book.account()

    actions.queue_notices(
        chosen(account), to=To(Audience.ROLE, "team leader"), template="notice_to_team_leader", at=AT, by=BY
    )

    assert only_message(account).recipient == "client@house.example, everywhere@house.example, here@house.example"


@pytest.mark.parametrize("name", ["", "North"], ids=["the client's team", "a named team"])
def test_a_team_means_its_people(book: Book, name: str) -> None:
    unit = BusinessUnit.objects.create(code="N", name="N")
    team = Team.objects.create(business_unit=unit, name="North")
    for user in (colleague("ann"), colleague("bob")):
        Membership.objects.create(user=user, team=team)
    Client.objects.filter(pk=book.client.pk).update(team_id=team.pk)
    account = book.account()

    actions.queue_notices(chosen(account), to=To(Audience.TEAM, name), template="notice_to_sales", at=AT, by=BY)

    assert only_message(account).recipient == "ann@house.example, bob@house.example"


def test_single_colleagues_are_told_by_what_they_are_to_the_account(book: Book) -> None:
    ann = colleague("ann")
    account = book.account()
    Account.objects.filter(pk=account.pk).update(owner_id=ann.pk)

    for number, to in enumerate([To(Audience.OWNER), To(Audience.USER, "Ann"), To(Audience.ACCOUNT_MANAGER)]):
        actions.queue_notices(chosen(account), to=to, template="notice_to_sales", action_no=number, at=AT, by=BY)

    told = Message.objects.filter(account=account).order_by("action_no").values_list("recipient", flat=True)
    assert list(told) == ["ann@house.example", "ann@house.example", "manager@house.example"]


def test_a_notice_that_nobody_would_get_is_refused_and_told(book: Book) -> None:
    account = book.account()

    outcome = actions.queue_notices(chosen(account), to=To(Audience.OWNER), template="notice_to_sales", at=AT, by=BY)

    assert outcome.refused == {"contact.no_address": 1}
    assert len(events_of(account, "contact.MessageRefused")) == 1


def test_an_audience_that_needs_a_name_gets_one() -> None:
    with pytest.raises(ValueError, match="name the role"):
        To(Audience.ROLE)
    with pytest.raises(ValueError, match="nobody"):
        To.read("nobody:x")


# A person's own message.


def test_a_person_may_send_the_same_twice(book: Book, collector: Actor) -> None:
    account = book.account()

    messages = [
        actions.send_message(account_id=account.pk, template="reminder_1", channel=Channel.EMAIL, at=AT, by=collector)
        for _time in range(2)
    ]

    assert [(message.state, message.queued_by, message.queued_by_id) for message in messages] == [
        ("queued", "Ann", 1)
    ] * 2


def test_a_person_sends_nothing_to_an_account_out_of_reach(book: Book) -> None:
    account = book.account()
    outsider = Actor("Eve", rights=frozenset({"send messages"}), scope=Scope(frozenset({book.client.pk + 1})))

    with pytest.raises(NotFound):
        actions.send_message(account_id=account.pk, template="reminder_1", channel=Channel.EMAIL, at=AT, by=outsider)

    assert not Message.objects.exists()


def test_every_chosen_account_has_its_own_cause(book: Book) -> None:
    accounts = [book.account() for _number in range(3)]
    picked = Chosen([account.pk for account in accounts], [11, 12, 13], "decision")

    actions.queue_messages(picked, template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert [only_message(account).cause_id for account in accounts] == [11, 12, 13]
