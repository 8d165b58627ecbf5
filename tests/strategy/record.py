"""A record of things that happened to accounts on days, written into the rooms' own tables, and what a person counts in it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.builders import AT, TODAY

from tallystick.accounts.models import Account
from tallystick.contact.models import Call, Message
from tallystick.contact.rules.words import RIGHT_PARTY, CallOutcome
from tallystick.disputes.models import Dispute
from tallystick.payments.models import Payment
from tallystick.promises.models import Promise
from tallystick.worklists.models import WorkItem

#: What happened: the name of a history, the account, the day at the creditor, and the amount where there is one.
Entry = tuple[str, int, date, int]


def fill(accounts: Iterable[Account], dice: random.Random, *, most: int = 4) -> None:
    """Write what happened to some accounts: days within and beyond every window, some of them still to come."""
    for account in accounts:
        for make in (_payment, _promise, _message, _call, _dispute, _task):
            for _time in range(dice.randint(0, most)):
                make(account, dice)


def _instant(dice: random.Random) -> datetime:
    return datetime.combine(_day(dice), datetime.min.time(), UTC) + timedelta(minutes=dice.randrange(1440))


def _day(dice: random.Random) -> date:
    ago = dice.choice([-2, -1, 0, 1, 6, 7, 29, 30, 89, 90, 364, 365, 366, 399, 400, 401, dice.randrange(-2, 800)])
    return TODAY - timedelta(days=ago)


def _payment(account: Account, dice: random.Random) -> None:
    taken_back = dice.random() < 0.4
    booked_on = _day(dice)
    Payment.objects.create(
        account_id=account.pk,
        client_id=account.client_id,
        amount_minor=dice.randint(1, 100_000),
        received_at=AT,
        booked_on=booked_on,
        currency="GBP",
        method="cash",
        source="test",
        source_key=str(uuid4()),
        recorded_by="test",
        state="reversed" if taken_back else "received",
        reversed_on=_day(dice) if taken_back else None,
        reversal_reason=dice.choice(["bounced", "error"]) if taken_back else "",
    )


def _promise(account: Account, dice: random.Random) -> None:
    made_on = _day(dice)
    state = dice.choice(["kept", "partly_kept", "broken", "withdrawn", "replaced"])
    Promise.objects.create(
        account=account,
        amount_minor=1_000,
        balance_minor=1_000,
        currency="GBP",
        made_on=made_on,
        pay_on=made_on,
        grace_until_on=made_on + timedelta(days=1),
        state=state,
        ended_on=_day(dice),
        ended_at=AT,
        broken_in_a_row=1 if state == "broken" else 0,
        made_at=AT,
        made_by="test",
    )


def _message(account: Account, dice: random.Random) -> None:
    state = dice.choice(["sent", "sent", "sent", "queued", "failed"])
    Message.objects.create(
        account=account,
        party_id=account.party_id,
        client_id=account.client_id,
        cause_id=dice.getrandbits(60),
        cause_kind="test",
        queued_at=AT,
        next_attempt_at=AT,
        sent_at=_instant(dice) if state == "sent" else None,
        channel=dice.choice(["email", "letter", "sms", "notice"]),
        state=state,
        purpose="reminder",
        refusal="test" if state == "failed" else "",
        queued_by="test",
    )


def _call(account: Account, dice: random.Random) -> None:
    Call.objects.create(
        account=account,
        party_id=account.party_id,
        called_at=_instant(dice),
        direction=dice.choice(["in", "out"]),
        outcome=dice.choice(list(CallOutcome)),
        recorded_at=AT,
        caller="test",
    )


def _dispute(account: Account, dice: random.Random) -> None:
    is_open = dice.random() < 0.5
    Dispute.objects.create(
        account=account,
        amount_minor=dice.randint(1, 9_999),
        currency="GBP",
        reason="other",
        raised_on=_day(dice),
        raised_at=AT,
        raised_by="test",
        state="open" if is_open else "upheld",
        resolved_on=None if is_open else TODAY,
        resolved_at=None if is_open else AT,
    )


def _task(account: Account, dice: random.Random) -> None:
    state = dice.choice(["open", "done", "done", "cancelled"])
    WorkItem.objects.create(
        account=account,
        client_id=account.client_id,
        created_at=AT,
        done_at=None if state == "open" else _instant(dice),
        due_on=TODAY,
        priority=50,
        rank=50,
        kind="call",
        state=state,
        title="Call",
        created_by="test",
    )


def entries() -> Iterator[Entry]:
    """Read the record as a person would: one row after the other."""
    zones = {account.pk: ZoneInfo(account.client.time_zone) for account in Account.objects.select_related("client")}
    for paid in Payment.objects.all():
        if paid.state == "received":
            yield "payments.received", paid.account_id, paid.booked_on, paid.amount_minor
        elif paid.reversal_reason == "bounced":
            yield "payments.returned", paid.account_id, paid.reversed_on, paid.amount_minor
    for promise in Promise.objects.all():
        if promise.state != "withdrawn":
            yield "promises.made", promise.account_id, promise.made_on, 0
        if promise.state == "broken":
            yield "promises.broken", promise.account_id, promise.ended_on, 0
        if promise.state in ("kept", "partly_kept"):
            yield "promises.kept", promise.account_id, promise.ended_on, 0
    names = {"email": "contact.emails", "letter": "contact.letters", "sms": "contact.texts"}
    for message in Message.objects.filter(state="sent", channel__in=names):
        day = message.sent_at.astimezone(zones[message.account_id]).date()
        yield names[message.channel], message.account_id, day, 0
        yield "contact.messages", message.account_id, day, 0
    for call in Call.objects.all():
        day = call.called_at.astimezone(zones[call.account_id]).date()
        yield "contact.calls", call.account_id, day, 0
        yield ("contact.our_calls" if call.direction == "out" else "contact.their_calls"), call.account_id, day, 0
        if call.outcome in RIGHT_PARTY:
            yield "contact.conversations", call.account_id, day, 0
    for dispute in Dispute.objects.all():
        yield "disputes.raised", dispute.account_id, dispute.raised_on, dispute.amount_minor
    for task in WorkItem.objects.filter(state="done"):
        yield "worklists.tasks_done", task.account_id, task.done_at.astimezone(zones[task.account_id]).date(), 0
