"""What was said to the debtor and to the creditor's systems, and who called whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from tests import builders
from tests.builders import TEST
from tests.contact.conftest import DETAILS
from tests.contact.mailbox import Mailbox
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, owes

from tallystick.accounts.models import Account
from tallystick.contact import actions as contact_actions
from tallystick.contact.models import Message
from tallystick.contact.ports import TryLater, Undeliverable
from tallystick.contact.rules.words import CallOutcome, Channel, Command, Direction
from tallystick.desk import actions as desk_actions
from tallystick.kernel.outcome import Chosen
from tallystick.parties.rules import ContactKind

_causes = count(1)


def reachable() -> Account:
    """Open an account of somebody who owes, and who can be reached by e-mail, post and text message."""
    contact_actions.load_templates(at=at(date(2025, 6, 2)), by=TEST)
    made = account(builders.portfolio(builders.client(details=DETAILS)))
    moved = at(date(2025, 6, 2))
    desk_actions.add_contact_point(
        account_id=made.pk, kind=ContactKind.EMAIL, value="amelia@debtor.example", at=moved, by=TEST
    )
    desk_actions.add_contact_point(account_id=made.pk, kind=ContactKind.MOBILE, value="07700 900123", at=moved, by=TEST)
    desk_actions.set_address(
        account_id=made.pk, lines=["1 Mill Lane"], town="Leeds", postcode="LS6 2AB", at=moved, by=TEST
    )
    owes(made, "125.00", issued_on=date(2025, 12, 1), due_on=date(2025, 12, 31))
    return made


def write(to: Account, channel: Channel, template: str, *, on: date) -> None:
    """Write to the debtor, and let it leave."""
    chosen = Chosen([to.pk], [next(_causes)], "story")
    contact_actions.queue_messages(chosen, template=template, channel=channel, at=at(on), by=TEST)
    live_until(on)


def call(about: Account, outcome: CallOutcome, *, on: date, direction=Direction.OUT, **terms: Any) -> None:
    """Note a call."""
    contact_actions.log_call(account_id=about.pk, outcome=outcome, direction=direction, at=at(on), by=TEST, **terms)
    live_until(on)


def command(about: Account, command: Command, *, on: date) -> None:
    """Tell the creditor's systems to suspend or resume the service."""
    chosen = Chosen([about.pk], [next(_causes)], "story")
    contact_actions.queue_service_commands(chosen, command=command, at=at(on), by=TEST)
    live_until(on)


@proves(
    {
        "contact.messages_30d": 4,
        "contact.emails_sent": 2,
        "contact.letters_sent": 1,
        "contact.texts_sent": 1,
        "contact.days_since_message": 6,
        "contact.days_since_email": 6,
        "contact.days_since_letter": 20,
        "contact.days_since_sms": 13,
        "contact.days_since_contact": 6,
        "contact.last_channel": "email",
        "contact.last_template": "reminder_2",
        "contact.waiting_messages": 0,
        "documents.documents_kept": 4,
        "documents.last_document": "sent_email",
    }
)
def test_four_messages_on_three_channels(mailbox: Mailbox):
    made = reachable()
    write(made, Channel.EMAIL, "reminder_1", on=date(2026, 2, 3))
    write(made, Channel.LETTER, "reminder_2", on=date(2026, 2, 10))
    write(made, Channel.SMS, "reminder", on=date(2026, 2, 17))
    write(made, Channel.EMAIL, "reminder_2", on=date(2026, 2, 24))
    return made


@proves(
    {
        "contact.failed_messages": 1,
        "contact.refused_messages": 1,
        "contact.waiting_messages": 1,
        "contact.emails_sent": 0,
        "contact.last_channel": None,
    }
)
def test_a_message_that_failed_one_that_we_may_not_send_and_one_that_waits(mailbox: Mailbox):
    def refuse(_parcel):
        raise Undeliverable("550 no such user")

    def be_away(_parcel):
        raise TryLater("busy")

    made = reachable()
    mailbox.before = refuse
    write(made, Channel.EMAIL, "reminder_1", on=date(2026, 2, 3))
    homeless = builders.account(made.portfolio)
    write(homeless, Channel.LETTER, "reminder_1", on=date(2026, 2, 10))
    point = desk_actions.add_contact_point(
        account_id=made.pk, kind=ContactKind.MOBILE, value="07700 900123", at=at(date(2026, 2, 11)), by=TEST
    )
    desk_actions.change_contact_point(
        account_id=made.pk,
        contact_point_id=point.pk,
        state=point.state,
        consent=False,
        preferred=False,
        at=at(date(2026, 2, 11)),
        by=TEST,
    )
    write(made, Channel.SMS, "reminder", on=date(2026, 2, 17))
    mailbox.before = be_away
    write(made, Channel.LETTER, "reminder_2", on=date(2026, 3, 2))
    return made


@proves(
    {
        "contact.last_call_outcome": "callback",
        "contact.callback_on": date(2026, 3, 5),  # half past midnight in London is the day before in UTC
        "contact.calls_made": 2,
        "contact.calls_received": 1,
        "contact.days_since_call": 4,
        "contact.days_since_their_call": 4,
        "contact.days_since_right_party": 4,
        "contact.days_since_contact": 4,
        "contact.times_reached": 1,
        "contact.call_attempts": 0,
    }
)
def test_the_debtor_calls_back():
    made = account()
    call(made, CallOutcome.NO_ANSWER, on=date(2026, 2, 16))
    call(made, CallOutcome.LEFT_MESSAGE, on=date(2026, 2, 20))
    call(
        made,
        CallOutcome.CALLBACK,
        on=date(2026, 2, 26),
        direction=Direction.IN,
        callback_at=datetime(2026, 3, 5, 0, 30, tzinfo=UTC),
    )
    return made


@proves({"contact.call_attempts": 2, "contact.callback_on": None, "contact.days_since_their_call": None})
def test_nobody_answers():
    made = account()
    call(made, CallOutcome.NO_ANSWER, on=date(2026, 2, 16))
    call(made, CallOutcome.BUSY, on=date(2026, 2, 20))
    return made


@proves(
    {
        "contact.is_suspended": True,
        "contact.suspended_on": date(2026, 2, 20),
        "contact.days_suspended": 10,
        "contact.is_command_confirmed": False,
    }
)
def test_a_service_that_was_suspended_and_nobody_has_confirmed_it(mailbox: Mailbox):
    mailbox.is_done = False
    made = reachable()
    command(made, Command.SUSPEND, on=date(2026, 2, 20))
    return made


@proves(
    {
        "contact.is_suspended": False,
        "contact.suspended_on": None,
        "contact.days_suspended": None,
        "contact.is_command_confirmed": True,
    }
)
def test_a_service_that_was_resumed(mailbox: Mailbox):
    mailbox.is_done = False
    made = reachable()
    command(made, Command.SUSPEND, on=date(2026, 2, 20))
    command(made, Command.RESUME, on=date(2026, 2, 24))
    resumed = Message.objects.get(account=made, command=Command.RESUME)
    contact_actions.acknowledge_command(key=resumed.key, at=at(date(2026, 2, 25)), by=TEST)
    return made
