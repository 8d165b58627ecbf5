"""What a person does with single messages: send one now, cancel, send again; and what a receiver says of a command."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.contact import events
from tallystick.contact.actions.queueing import defer_sending, queue_messages
from tallystick.contact.models import Message
from tallystick.contact.rules.words import (
    Channel,
    CommandNotSent,
    MessageNotResendable,
    MessageNotWaiting,
    MessageState,
)
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.kernel.refusals import NotFound
from tallystick.timeline import actions as timeline


@transaction.atomic
def send_message(*, account_id: int, template: str, channel: Channel, at: datetime, by: Actor) -> Message:
    """Queue one message to the debtor of an account, asked for by a person; give it, queued or refused.

    :raises NotPermitted: `by` may not send messages
    :raises NotFound: `by` may not see the account
    :raises NoSuchTemplate: no template of that name is live for the channel
    """
    by.must_be_allowed_to("send messages")
    account_queries.lock_account(account_id, scope=by.scope)
    # A person may ask for the same thing twice: each time is a cause of its own.
    cause_id = int(sql.value("SELECT nextval(pg_get_serial_sequence('contact_message', 'id'))"))
    chosen = Chosen([account_id], [cause_id], "person")
    queue_messages(chosen, template=template, channel=channel, at=at, by=by)
    return Message.objects.get(account_id=account_id, cause_kind="person", cause_id=cause_id)


def _lock(message_id: int, by: Actor) -> Message:
    message = Message.objects.select_for_update().filter(pk=message_id).order_by("pk").first()
    if message is None or not by.scope.allows(message.client_id):
        raise NotFound(what="message", reference=message_id)
    return message


@transaction.atomic
def cancel_message(*, message_id: int, at: datetime, by: Actor) -> None:
    """Take a message back that has not left.

    :raises NotPermitted: `by` may not send messages
    :raises NotFound: there is none that `by` may see
    :raises MessageNotWaiting: it is on its way, or gone
    """
    by.must_be_allowed_to("send messages")
    message = _lock(message_id, by)
    if message.state != MessageState.QUEUED:
        raise MessageNotWaiting()
    Message.objects.filter(pk=message_id, account_id=message.account_id).update(state=MessageState.CANCELLED)
    time_zone = account_queries.get_account(message.account_id).client.time_zone
    timeline.append(
        events.MessageCancelled(message.account_id, message_id, message.channel),
        happened_on=local_day(at, time_zone),
        at=at,
        by=by,
    )


_CANCEL_OF_CAUSES = """
UPDATE contact_message AS message
SET state = 'cancelled'
FROM accounts_account AS account
JOIN accounts_client AS client ON client.id = account.client_id
WHERE message.account_id = ANY(%(account_ids)s) AND message.cause_kind = %(cause_kind)s AND message.cause_id = ANY(%(cause_ids)s)
  AND message.state = 'queued' AND account.id = message.account_id
RETURNING message.account_id, message.id, message.channel, (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date AS today
"""


@transaction.atomic
def cancel_messages(chosen: Chosen, *, at: datetime, by: Actor) -> Outcome:
    """Take back the messages that causes had queued and that have not left."""
    by.must_be_allowed_to("send messages")
    asked = {"account_ids": sorted({*chosen.account_ids}), "cause_ids": list(chosen.cause_ids)}
    cancelled = sql.rows(_CANCEL_OF_CAUSES, {**asked, "cause_kind": chosen.cause_kind, "at": at})
    told = [
        (events.MessageCancelled(row["account_id"], row["id"], row["channel"]), row["today"])
        for row in sorted(cancelled, key=lambda row: row["id"])
    ]
    timeline.append_all(told, at=at, by=by)
    return Outcome(done=len(told))


@transaction.atomic
def resend_message(*, message_id: int, at: datetime, by: Actor) -> None:
    """Put a message that failed, or was refused, back into the queue: whether we may is asked again when it leaves.

    It keeps its key, so a receiver that knows keys still drops it if the first did arrive.

    :raises NotPermitted: `by` may not send messages
    :raises NotFound: there is none that `by` may see
    :raises MessageNotResendable: it neither failed nor was refused
    """
    by.must_be_allowed_to("send messages")
    message = _lock(message_id, by)
    if message.state not in {MessageState.FAILED, MessageState.REFUSED}:
        raise MessageNotResendable()
    Message.objects.filter(pk=message_id, account_id=message.account_id).update(
        state=MessageState.QUEUED,
        refusal="",
        failure="",
        attempts=0,
        next_attempt_at=at,
        claimed_at=None,
        handed_at=None,
    )
    time_zone = account_queries.get_account(message.account_id).client.time_zone
    timeline.append(
        events.MessageResent(message.account_id, message_id, message.channel),
        happened_on=local_day(at, time_zone),
        at=at,
        by=by,
    )
    defer_sending(1)


@transaction.atomic
def acknowledge_command(*, key: UUID, at: datetime, by: Actor) -> None:
    """Record that the creditor's systems carried out a service command; saying so twice changes nothing.

    :raises CommandNotSent: no command of that key was sent
    """
    by.must_be_allowed_to("send messages")
    message = (
        Message.objects.select_for_update()
        .filter(key=key, channel=Channel.SERVICE, state=MessageState.SENT)
        .order_by("pk")
        .first()
    )
    if message is None or not by.scope.allows(message.client_id):
        raise CommandNotSent()
    if message.acknowledged_at is not None:
        return
    Message.objects.filter(pk=message.pk, account_id=message.account_id).update(acknowledged_at=at)
    time_zone = account_queries.get_account(message.account_id).client.time_zone
    timeline.append(
        events.ServiceAcknowledged(message.account_id, message.pk, message.command),
        happened_on=local_day(at, time_zone),
        at=at,
        by=by,
    )
