"""Queue messages, service commands and notices: for one account or a million, once for each cause."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app as jobs

from tallystick.contact import events
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.queries.asking import Asked
from tallystick.contact.rules.weighing import ALONE, Weighing
from tallystick.contact.rules.words import TO_DEBTOR, Channel, Command, Purpose, To
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.timeline import actions as timeline

#: The queue of what is sent: a worker of its own takes it, for a night's letters would keep every answer waiting.
SENDING = "contact"
#: Messages that one job of sending takes in hand, and so how many jobs a set makes.
BATCH = 500
#: Jobs that one set makes at most: they send until nothing is due, so more would only wait.
_MOST_JOBS = 16


@transaction.atomic
def queue_messages(
    chosen: Chosen,
    *,
    template: str,
    channel: Channel,
    weighing: Weighing = ALONE,
    action_no: int = 0,
    at: datetime,
    by: Actor,
) -> Outcome:
    """Queue an e-mail, a letter or a text message from a live template to the debtor of each account.

    Each account gets the template in the language of its debtor, or in the nearest there is. Where we may not write, the
    refusal is recorded and told on the timeline; the channel never changes by itself. `action_no` tells apart what one
    cause asks for more than once. `weighing` says the levels of items and whether the debtor's other accounts are spoken of.

    :raises NotPermitted: `by` may not send messages
    :raises NoSuchTemplate: no template of that name is live for the channel
    """
    by.must_be_allowed_to("send messages")
    if channel not in TO_DEBTOR:
        raise ValueError(f"{channel} does not reach a debtor")
    voice = template_queries.voice(name=template, channel=channel)
    asked = Asked(channel, voice.purpose)
    return _queue(chosen, asked=asked, voice=voice, weighing=weighing, action_no=action_no, at=at, by=by)


@transaction.atomic
def queue_service_commands(chosen: Chosen, *, command: Command, action_no: int = 0, at: datetime, by: Actor) -> Outcome:
    """Queue a command to the creditor's systems, to suspend or resume the service behind each account.

    :raises NotPermitted: `by` may not send messages
    """
    by.must_be_allowed_to("send messages")
    asked = Asked(Channel.SERVICE, Purpose.INTERNAL, command=command)
    return _queue(chosen, asked=asked, voice=None, action_no=action_no, at=at, by=by)


@transaction.atomic
def queue_notices(chosen: Chosen, *, to: To, template: str, action_no: int = 0, at: datetime, by: Actor) -> Outcome:
    """Queue a notice about each account to colleagues, by e-mail with a link to the account.

    :raises NotPermitted: `by` may not send messages
    :raises NoSuchTemplate: no template of that name is live for notices
    """
    by.must_be_allowed_to("send messages")
    voice = template_queries.voice(name=template, channel=Channel.NOTICE)
    asked = Asked(Channel.NOTICE, Purpose.INTERNAL, to=to)
    return _queue(chosen, asked=asked, voice=voice, action_no=action_no, at=at, by=by)


def _queue(
    chosen: Chosen,
    *,
    asked: Asked,
    voice: template_queries.Voice | None,
    weighing: Weighing = ALONE,
    action_no: int,
    at: datetime,
    by: Actor,
) -> Outcome:
    if not len(chosen):
        return Outcome()
    query = sql.fill(
        sql.load("tallystick.contact", "queue.sql", "queue"),
        situation=asked.situation(),
        otherwise=asked.otherwise(),
        answers=asked.answers(),
        refusal=asked.refusal(),
        # A refusal is told at once; what waits is told when it leaves, but a command already counts while it waits.
        told="true" if asked.command else "queued.refusal <> ''",
    )
    params: dict[str, Any] = {
        **asked.params(settings.CONTACT_LIMITS, at=at),
        "account_ids": list(chosen.account_ids),
        "cause_ids": list(chosen.cause_ids),
        "cause_kind": chosen.cause_kind,
        "action_no": action_no,
        "channel": asked.channel.value,
        "purpose": asked.purpose.value,
        "command": asked.command.value if asked.command else "",
        "audience_text": str(asked.to) if asked.to else "",
        "levels": json.dumps(weighing.levels),
        "of_debtor": weighing.of_debtor,
        "languages": list(voice.by_language) if voice else [],
        "templates": list(voice.by_language.values()) if voice else [],
        "template": voice.fallback_id if voice else None,
        "language": voice.fallback_language if voice else "",
        "by": by.label,
        "by_id": by.user_id,
    }
    outcome = Outcome()
    refused: list[dict[str, Any]] = []
    for row in sql.rows(query, params):
        if row["refusal"]:
            outcome.refused[row["refusal"]] = row["number"]
            refused.append(row)
        else:
            outcome.done = row["number"]
            _tell_ordered(row, asked=asked, at=at, by=by)
    _tell_refused(refused, asked=asked, template=voice.name if voice else "", at=at, by=by)
    outcome.already = len(chosen) - outcome.done - outcome.refused.total()
    defer_sending(outcome.done)
    return outcome


def _tell_ordered(row: dict[str, Any], *, asked: Asked, at: datetime, by: Actor) -> None:
    if asked.command is None:
        return
    said = {"command": asked.command.value}
    timeline.append_bulk(
        kind=f"contact.{events.ServiceOrdered.__name__}",
        account_ids=row["account_ids"],
        data=[{"message_id": message_id, **said} for message_id in row["message_ids"]],
        happened_on=row["days"],
        at=at,
        by=by,
    )


def _tell_refused(rows: Sequence[dict[str, Any]], *, asked: Asked, template: str, at: datetime, by: Actor) -> None:
    """Tell the accounts, whatever the reason of each, at once."""
    said = {"channel": asked.channel.value, "template": template}
    timeline.append_bulk(
        kind=f"contact.{events.MessageRefused.__name__}",
        account_ids=[account_id for row in rows for account_id in row["account_ids"]],
        data=[
            {"message_id": message_id, **said, "code": row["refusal"]}
            for row in rows
            for message_id in row["message_ids"]
        ],
        happened_on=[day for row in rows for day in row["days"]],
        at=at,
        by=by,
    )


def defer_sending(messages: int) -> None:
    """Defer the jobs that send so many messages, in the transaction that queued them: they commit or vanish together."""
    wanted: Sequence[dict[str, Any]] = [{}] * min(ceil(messages / BATCH), _MOST_JOBS)
    if wanted:
        jobs.configure_task("contact.send_due").batch_defer(*wanted)
