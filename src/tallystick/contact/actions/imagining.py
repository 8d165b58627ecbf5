"""Send in a world that is only imagined: messages are asked about and marked as they would be, and nothing leaves the house."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.contact import events
from tallystick.contact.actions.sending import claim_due
from tallystick.contact.rules.words import Channel
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Outcome
from tallystick.timeline import actions as timeline

#: More than can wait in a world.
_ALL = 10_000_000


@transaction.atomic
def imagine_sending(*, at: datetime, by: Actor) -> Outcome:
    """Have every message that is due leave, or be refused as it would be now; give what became of them.

    Only for rows that are copies: what this marks as sent nobody gets.
    """
    by.must_be_allowed_to("send messages")
    claimed, outcome = claim_due(limit=_ALL, at=at, by=by)
    for channel, held in claimed.items():
        event = events.ServiceCommanded if channel == Channel.SERVICE else events.MessageSent
        left = sql.Rows(
            sql.load("tallystick.contact", "send.sql", "told_imagined"),
            {"at": at, "ids": [each.id for each in held], "account_ids": [each.account_id for each in held]},
            makes=sql.load("tallystick.contact", "send.sql", "imagine_sent"),
        )
        outcome.done += timeline.append_rows(left, kind=f"contact.{event.__name__}", at=at, by=by)
    return outcome
