"""Send what is due: claim, ask again, write from live data, hand over, mark and tell. Kill it anywhere: nothing is lost.

A message passes three commits. It is **claimed** (in hand, not yet given to anybody), it is **handed** (its exact bytes are
kept and the attempt is written down), and it is **settled** (sent, put back or failed, with the event on the timeline).
Settling one message and handing the next share a transaction. What a dead worker left behind is recovered by
`rules.retry.recovery`: claimed ones are tried again; handed ones only where the receiver drops a second of the same key.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from tallystick.accounts.models import Client
from tallystick.contact import events
from tallystick.contact.actions.digests import gather
from tallystick.contact.actions.parcels import Draft, pack
from tallystick.contact.actions.senders import sender_for
from tallystick.contact.models import Message
from tallystick.contact.ports import FateUnknown, Receipt, TryLater, Undeliverable
from tallystick.contact.queries.asking import Asked
from tallystick.contact.queries.merging import Merge, messages_to_write
from tallystick.contact.rules import may, retry
from tallystick.contact.rules.words import Channel, Command, Purpose, To
from tallystick.contact.rules.writing import Unwritable
from tallystick.documents import actions as document_actions
from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.outcome import Outcome
from tallystick.timeline import actions as timeline

_logger = logging.getLogger(__name__)


def send_due(*, limit: int = 500, at: datetime, by: Actor) -> Outcome:
    """Send up to `limit` messages that are due, and give what became of them.

    This is no single transaction: see the module. Two workers never take the same message.
    """
    by.must_be_allowed_to("send messages")
    outcome = recover_stalled(limit=limit, at=at, by=by)
    claimed, refused = claim_due(limit=limit, at=at, by=by)
    outcome += refused
    if notices := claimed.get(Channel.NOTICE):
        gathered = gather({held.id: (held.account_id, held.attempts) for held in notices}, at=at)
        claimed[Channel.NOTICE] = [held for held in notices if held.id not in gathered]
        outcome.done += len(gathered)
    for channel, held in claimed.items():
        outcome += _Round(channel, at=at, by=by).send(held)
    return outcome


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed message: `attempts` tells this claim apart from a later one."""

    id: int
    account_id: int
    channel: Channel
    attempts: int


def _query(name: str) -> str:
    return sql.load("tallystick.contact", "send.sql", name)


@transaction.atomic
def claim_due(*, limit: int, at: datetime, by: Actor) -> tuple[dict[Channel, list[Held]], Outcome]:
    """Claim messages that are due and ask again whether they may be sent; give those that may, by channel."""
    rows = sql.rows(_query("claim"), {"at": at, "limit": limit})
    outcome = Outcome()
    waiting = _wait_for_day(rows, at=at)
    alike: dict[Asked, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["id"] not in waiting:
            alike[_asked(row)].append(row)
    refused: set[int] = set()
    for asked, asking in alike.items():
        refused |= _ask_again(asked, asking, outcome, at=at, by=by)
    claimed: dict[Channel, list[Held]] = defaultdict(list)
    for row in rows:
        if row["id"] not in waiting and row["id"] not in refused:
            channel = Channel(row["channel"])
            claimed[channel].append(Held(row["id"], row["account_id"], channel, row["attempts"]))
    return claimed, outcome


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(
        channel=Channel(row["channel"]),
        purpose=Purpose(row["purpose"]),
        command=Command(row["command"]) if row["command"] else None,
        to=To.read(row["audience"]) if row["audience"] else None,
    )


def _wait_for_day(rows: Sequence[dict[str, Any]], *, at: datetime) -> set[int]:
    """Put text messages back that would sound at night, on a Sunday or on a holiday, until the hour they may."""
    texts = [row for row in rows if row["channel"] == Channel.SMS]
    places = {client.pk: client for client in Client.objects.filter(pk__in={row["client_id"] for row in texts})}
    later: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
    for row in texts:
        client = places[row["client_id"]]
        until = may.quiet_until(
            at,
            time_zone=client.time_zone,
            limits=settings.CONTACT_LIMITS,
            holidays=jurisdiction_queries.holidays(client.calendar),
        )
        if until is not None:
            later[until].append(row)
    for until, waiting in later.items():
        _put_back(waiting, next_attempt_at=until, uncount=1, failure="")
    return {row["id"] for waiting in later.values() for row in waiting}


def _put_back(rows: Iterable[Any], *, next_attempt_at: datetime, uncount: int, failure: str) -> None:
    pairs = [(row["id"], row["account_id"]) if isinstance(row, dict) else (row.id, row.account_id) for row in rows]
    sql.execute(
        _query("put_back"),
        {
            "ids": [pair[0] for pair in pairs],
            "account_ids": [pair[1] for pair in pairs],
            "next_attempt_at": next_attempt_at,
            "uncount": uncount,
            "failure": failure[:500],
        },
    )


def _ask_again(asked: Asked, rows: list[dict[str, Any]], outcome: Outcome, *, at: datetime, by: Actor) -> set[int]:
    query = sql.fill(_query("ask_again"), situation=asked.situation(), answers=asked.answers(), refusal=asked.refusal())
    params = {
        **asked.params(settings.CONTACT_LIMITS, at=at),
        "account_ids": [row["account_id"] for row in rows],
        "message_ids": [row["id"] for row in rows],
    }
    refused = [row for row in sql.rows(query, params) if row["refusal"]]
    templates = dict(Message.objects.filter(pk__in=[row["id"] for row in refused]).values_list("pk", "template__name"))
    timeline.append_bulk(
        kind=f"contact.{events.MessageRefused.__name__}",
        account_ids=[row["account_id"] for row in refused],
        data=[
            {
                "message_id": row["id"],
                "channel": asked.channel.value,
                "template": templates[row["id"]] or "",
                "code": row["refusal"],
            }
            for row in refused
        ],
        happened_on=[row["today"] for row in refused],
        at=at,
        by=by,
    )
    outcome.refused.update(row["refusal"] for row in refused)
    return {row["id"] for row in refused}


@transaction.atomic
def recover_stalled(*, limit: int = 500, at: datetime, by: Actor) -> Outcome:
    """Take up what dead workers left in hand: tried again, or shown to a person where trying could say it twice."""
    outcome = Outcome()
    again: list[Held] = []
    for row in sql.rows(_query("stalled"), {"before": at - retry.IN_HAND, "limit": limit}):
        held = Held(row["id"], row["account_id"], Channel(row["channel"]), row["attempts"])
        safely = sender_for(held.channel).repeats_safely
        if retry.recovery(handed_over=row["handed_over"], repeats_safely=safely) == retry.Recovery.TRY_AGAIN:
            again.append(held)
        else:
            _fail(held, "contact.fate_unknown", "", outcome, at=at, by=by)
    _put_back(again, next_attempt_at=at, uncount=0, failure="")
    return outcome


def _fail(held: Held, code: str, reason: str, outcome: Outcome, *, at: datetime, by: Actor) -> None:
    params = {
        "id": held.id,
        "account_id": held.account_id,
        "attempts": held.attempts,
        "code": code,
        "failure": reason[:500],
    }
    if not sql.execute(_query("fail"), params):
        return
    message = Message.objects.select_related("template").get(pk=held.id, account_id=held.account_id)
    time_zone = Client.objects.values_list("time_zone", flat=True).get(pk=message.client_id)
    name = message.template.name if message.template else message.command
    timeline.append(
        events.MessageFailed(held.account_id, held.id, held.channel.value, name, code, reason),
        happened_on=local_day(at, time_zone),
        at=at,
        by=by,
    )
    outcome.refused[code] += 1


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message that its provider took."""

    held: Held
    merge: Merge
    draft: Draft
    document_id: int
    receipt: Receipt

    def events(self) -> list[Any]:
        """Give what is told of it on the timeline."""
        message = self.merge.message
        if message.command:
            told: list[Any] = [
                events.ServiceCommanded(message.account_id, message.pk, message.command, self.document_id)
            ]
            if self.receipt.is_done:
                told.append(events.ServiceAcknowledged(message.account_id, message.pk, message.command))
            return told
        return [
            events.MessageSent(
                account_id=message.account_id,
                message_id=message.pk,
                channel=message.channel,
                template=message.template.name if message.template else "",
                recipient=message.recipient,
                subject=self.draft.subject,
                document_id=self.document_id,
            )
        ]


class _Round:
    """One worker's round over the claimed messages of one channel."""

    def __init__(self, channel: Channel, *, at: datetime, by: Actor) -> None:
        self._channel = channel
        self._sender = sender_for(channel)
        self._at = at
        self._by = by
        self._outcome = Outcome()

    def send(self, claimed: list[Held]) -> Outcome:
        """Send the messages one after the other; when the provider is away, put the rest back."""
        drafts = list(self._drafts({held.id: held for held in claimed}))
        try:
            self._send_all(drafts)
        finally:
            self._sender.close()
        return self._outcome

    def _send_all(self, drafts: list[tuple[Held, Merge, Draft]]) -> None:
        just_sent: _Sent | None = None
        for number, (held, merge, draft) in enumerate(drafts):
            document_id = self._settle_and_hand(just_sent, held, draft)
            just_sent = None
            if document_id is None:
                continue
            try:
                receipt = self._sender.send(draft.parcel)
            except TryLater as later:
                self._try_later(held, str(later))
                if later.is_away:
                    self._put_rest_back([each for each, _merge, _draft in drafts[number + 1 :]], held, str(later))
                    break
            except Undeliverable as no:
                self._give_up(held, "contact.undeliverable", str(no))
            except FateUnknown as unknown:
                self._fate_unknown(held, str(unknown))
            except Exception as defect:
                _logger.exception("The sender of %s fell over message %s", self._channel, held.id)
                self._fate_unknown(held, repr(defect))
            else:
                just_sent = _Sent(held, merge, draft, document_id, receipt)
        self._settle_last(just_sent)

    def _drafts(self, by_id: dict[int, Held]) -> Iterator[tuple[Held, Merge, Draft]]:
        for merge in messages_to_write(list(by_id), at=self._at):
            held = by_id[merge.message.pk]
            with translation.override(merge.message.language or settings.LANGUAGE_CODE):
                try:
                    draft = pack(merge, at=self._at)
                except Unwritable as wrong:
                    self._give_up(held, "contact.unwritable", str(wrong))
                    continue
                except Exception as defect:
                    # A defect that one message brings out must not hold up the others behind it, night after night.
                    _logger.exception("Message %s cannot be written", held.id)
                    self._give_up(held, "contact.defect", repr(defect))
                    continue
            yield held, merge, draft

    @transaction.atomic
    def _settle_and_hand(self, sent: _Sent | None, held: Held, draft: Draft) -> int | None:
        """Settle the message before and hand this one, in one commit; None when another worker took this one over."""
        self._settle(sent)
        mine = {"id": held.id, "account_id": held.account_id, "attempts": held.attempts}
        if not sql.value(_query("still_mine"), mine):
            return None
        (document,) = document_actions.store_documents(files_=[draft.file], at=self._at, by=self._by)
        sql.execute(_query("hand"), {**mine, "at": self._at, "document_id": document.pk, "subject": draft.subject})
        return document.pk

    @transaction.atomic
    def _settle_last(self, sent: _Sent | None) -> None:
        self._settle(sent)

    def _settle(self, sent: _Sent | None) -> None:
        """Mark a message sent and tell the timeline, in the transaction of the caller."""
        if sent is None:
            return
        is_command = self._channel == Channel.SERVICE
        marked = sql.execute(
            _query("sent"),
            {
                "id": sent.held.id,
                "account_id": sent.held.account_id,
                "attempts": sent.held.attempts,
                "at": self._at,
                "provider_id": sent.receipt.provider_id,
                "acknowledged_at": self._at if sent.receipt.is_done and is_command else None,
            },
        )
        if not marked:
            return
        for event in sent.events():
            timeline.append(
                event, happened_on=local_day(self._at, sent.merge.account.time_zone), at=self._at, by=self._by
            )
        self._outcome.done += 1

    @transaction.atomic
    def _try_later(self, held: Held, reason: str) -> None:
        again_at = retry.next_attempt(held.attempts, at=self._at)
        if again_at is None:
            _fail(held, "contact.gave_up", reason, self._outcome, at=self._at, by=self._by)
        else:
            _put_back([held], next_attempt_at=again_at, uncount=0, failure=reason)

    @transaction.atomic
    def _put_rest_back(self, rest: list[Held], tried: Held, reason: str) -> None:
        """Put back, uncounted, what was not tried because its provider is away: it waits as long as the one that was."""
        again_at = self._at + retry.wait_after(tried.attempts)
        _put_back(rest, next_attempt_at=again_at, uncount=1, failure=reason)

    @transaction.atomic
    def _give_up(self, held: Held, code: str, reason: str) -> None:
        _fail(held, code, reason, self._outcome, at=self._at, by=self._by)

    @transaction.atomic
    def _fate_unknown(self, held: Held, reason: str) -> None:
        if retry.recovery(handed_over=True, repeats_safely=self._sender.repeats_safely) == retry.Recovery.TRY_AGAIN:
            self._try_later(held, reason)
        else:
            _fail(held, "contact.fate_unknown", reason, self._outcome, at=self._at, by=self._by)
