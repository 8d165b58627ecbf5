"""Record calls."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.contact import events
from tallystick.contact.models import Call
from tallystick.contact.rules.words import CallInFuture, CallOutcome, Direction
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.parties.models import ContactPoint
from tallystick.timeline import actions as timeline


@transaction.atomic
def log_call(
    *,
    account_id: int,
    outcome: CallOutcome,
    direction: Direction = Direction.OUT,
    contact_point_id: int | None = None,
    number: str = "",
    note: str = "",
    seconds: int | None = None,
    callback_at: datetime | None = None,
    called_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Call:
    """Record a call and what came of it; `called_at` is when it was, and now where it is not given.

    The number is that of the contact point where one of the debtor's own is given. What a call leads to (a promise, a
    dispute, a number that does not work) is a use case of its own, recorded by whoever takes it.

    :raises NotPermitted: `by` may not log calls
    :raises NotFound: `by` may not see the account
    :raises CallInFuture: it has not happened yet
    """
    by.must_be_allowed_to("log calls")
    account = account_queries.lock_account(account_id, scope=by.scope)
    called_at = called_at or at
    if called_at > at:
        raise CallInFuture()
    if contact_point_id is not None:
        point = ContactPoint.objects.filter(pk=contact_point_id, party_id=account.party_id).order_by("pk").first()
        contact_point_id = point.pk if point else None
        number = point.value if point else number
    call = Call.objects.create(
        account_id=account_id,
        party_id=account.party_id,
        contact_point_id=contact_point_id,
        called_at=called_at,
        seconds=seconds,
        callback_at=callback_at,
        direction=direction,
        outcome=outcome,
        number=number.strip(),
        note=note.strip(),
        recorded_at=at,
        caller=by.label,
        caller_id=by.user_id,
    )
    timeline.append(
        events.CallLogged(
            account_id, call.pk, direction.value, outcome.value, call.number, call.note, call.callback_at
        ),
        happened_on=local_day(called_at, account.client.time_zone),
        at=at,
        by=by,
    )
    return call
