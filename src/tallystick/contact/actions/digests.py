"""Digests: part notices by how soon their receivers want to be told, and send what waited as one e-mail. Kill it anywhere.

A digest passes three commits, as a message does (`sending`): it is **made**, in one statement with all others of its hour and
with the copies it will tell of; it is **handed** (its bytes are kept, the attempt is written down); it is **settled**.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from tallystick.contact import events
from tallystick.contact.actions.senders import sender_for
from tallystick.contact.models import Digest
from tallystick.contact.ports import FateUnknown, Parcel, Receipt, TryLater, Undeliverable
from tallystick.contact.queries import digests as digest_queries
from tallystick.contact.rules import retry
from tallystick.contact.rules.creditor import Creditor
from tallystick.contact.rules.digests import MAY_NOT_SEE, DigestNotFailed, DigestState, write_digest
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.words import Channel, Purpose
from tallystick.contact.rules.writing import Envelope, as_email
from tallystick.documents import actions as document_actions
from tallystick.documents.rules.files import DocumentKind
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Outcome
from tallystick.kernel.refusals import NotFound
from tallystick.timeline import actions as timeline

_logger = logging.getLogger(__name__)


def _query(name: str) -> str:
    return sql.load("tallystick.contact", "digests.sql", name)


@transaction.atomic
def gather(held: dict[int, tuple[int, int]], *, at: datetime) -> set[int]:
    """Keep claimed notices, each with its account and attempt, for digests; give those that nobody is told of at once."""
    params = {
        "ids": list(held),
        "account_ids": [account_id for account_id, _attempts in held.values()],
        "attempts": [attempts for _account_id, attempts in held.values()],
        "at": at,
    }
    return {row["id"] for row in sql.rows(_query("gather"), params) if row["state"] == "gathered"}


@transaction.atomic
def make_digests(*, at: datetime, by: Actor) -> int:
    """Make the digests of everybody whose hour has come, once each; give how many.

    :raises NotPermitted: `by` may not send messages
    """
    by.must_be_allowed_to("send messages")
    struck = digest_queries.struck_hours(at)
    if not struck:
        return 0
    query = sql.fill(_query("make"), waiting=_query("waiting"), may_see=_query("may_see"))
    params = {
        **digest_queries.house_params(),
        "paces": [pace for pace, _hours, _at in struck],
        "time_zones": [hours.time_zone for _pace, hours, _at in struck],
        "hours": [hours.hour for _pace, hours, _at in struck],
        "weekdays": [hours.weekday for _pace, hours, _at in struck],
        "calendars": [hours.calendar for _pace, hours, _at in struck],
        "instants": [leaves_at for _pace, _hours, leaves_at in struck],
        "code": MAY_NOT_SEE,
        "at": at,
    }
    return len({row["digest_id"] for row in sql.rows(query, params)} - {None})


def send_digests(*, at: datetime, by: Actor) -> Outcome:
    """Make the digests of the hours that struck and send all that are due; give what became of them. No single transaction."""
    make_digests(at=at, by=by)
    outcome = _recover_stalled(at=at)
    sender = sender_for(Channel.EMAIL)
    try:
        while (handed := _hand_next(outcome, at=at, by=by)) is not None:
            if handed.parcel is None:
                continue
            try:
                receipt = sender.send(handed.parcel)
            except TryLater as later:
                _try_later(handed.digest, str(later), outcome, at=at)
                if later.is_away:
                    break
            except Undeliverable as no:
                _fail(handed.digest, "contact.undeliverable", str(no), outcome)
            except FateUnknown as unknown:
                _fate_unknown(handed.digest, str(unknown), outcome, at=at)
            except Exception as defect:
                _logger.exception("The sender fell over digest %s", handed.digest.pk)
                _fate_unknown(handed.digest, repr(defect), outcome, at=at)
            else:
                _settle(handed.digest, receipt, at=at, by=by)
                outcome.done += 1
    finally:
        sender.close()
    return outcome


@dataclass(frozen=True, slots=True)
class _Handed:
    """A digest that was taken, and its bytes; without any where there was nothing to send."""

    digest: Digest
    parcel: Parcel | None


@transaction.atomic
def _hand_next(outcome: Outcome, *, at: datetime, by: Actor) -> _Handed | None:
    """Take the next digest, ask again what its receiver may see, write it and note that it is given away, in one commit."""
    taken = sql.value(_query("take"), {"at": at})
    if taken is None:
        return None
    digest = Digest.objects.get(pk=taken)
    leave_out = sql.fill(_query("leave_out"), may_see=_query("may_see"))
    sql.execute(leave_out, {"digest_id": digest.pk, "code": MAY_NOT_SEE, **digest_queries.house_params()})
    digest.attempts += 1
    try:
        with transaction.atomic():
            parcel = _write(digest, at=at)
    except Exception as defect:
        # One digest must not hold up the others behind it, day after day.
        _logger.exception("Digest %s cannot be written", digest.pk)
        _fail(digest, "contact.defect", repr(defect), outcome)
        return _Handed(digest, None)
    if parcel is None:
        digest.state = DigestState.EMPTY
        digest.save(update_fields=["state", "attempts"])
        return _Handed(digest, None)
    file = document_actions.NewFile(
        None, DocumentKind.SENT_EMAIL, f"{digest.subject}.eml", parcel.media_type, parcel.content
    )
    digest.document_id = document_actions.store_document(file=file, at=at, by=by).pk
    digest.state, digest.handed_at = DigestState.SENDING, at
    digest.save(update_fields=["state", "attempts", "handed_at", "document_id", "subject"])
    return _Handed(digest, parcel)


def _write(digest: Digest, *, at: datetime) -> Parcel | None:
    """Write a digest from what is true now; None where nothing is left to tell."""
    reader = digest_queries.reader_of(digest)
    with translation.override(reader.language):
        speech = Speech(reader.language)
        lines = digest_queries.lines_of(digest.pk, speech=speech, at=at)
        if not lines:
            return None
        written = write_digest(
            lines, settings_link=settings.CONTACT_NOTICES_URL, speech=speech, time_zone=reader.time_zone
        )
    digest.subject = written.subject
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    envelope = Envelope(
        key=digest.key.hex,
        domain=sender.rpartition("@")[2],
        sender=sender,
        recipients=(digest.recipient,),
        purpose=Purpose.INTERNAL,
        language=reader.language,
    )
    return Parcel(
        key=digest.key.hex,
        content=as_email(written, envelope, Creditor(code="", name="Tallystick"), at=at),
        media_type="message/rfc822",
        recipients=envelope.recipients,
        sender=sender,
        labels={"language": reader.language},
    )


@transaction.atomic
def _settle(digest: Digest, receipt: Receipt, *, at: datetime, by: Actor) -> None:
    """Mark a digest sent, and tell the accounts it speaks of."""
    marked = Digest.objects.filter(pk=digest.pk, state=DigestState.SENDING, attempts=digest.attempts).update(
        state=DigestState.SENT, sent_at=at, provider_id=receipt.provider_id, refusal="", failure=""
    )
    if marked:
        told = sql.Rows(_query("told"), {"digest_id": digest.pk, "at": at})
        timeline.append_rows(told, kind=f"contact.{events.NoticeDigested.__name__}", at=at, by=by)


def _held(digest: Digest) -> Any:
    states = [DigestState.QUEUED, DigestState.SENDING]
    return Digest.objects.filter(pk=digest.pk, state__in=states)


def _try_later(digest: Digest, reason: str, outcome: Outcome, *, at: datetime) -> None:
    again_at = retry.next_attempt(digest.attempts, at=at)
    if again_at is None:
        _fail(digest, "contact.gave_up", reason, outcome)
    else:
        _held(digest).update(state=DigestState.QUEUED, handed_at=None, next_attempt_at=again_at, failure=reason[:500])


def _fail(digest: Digest, code: str, reason: str, outcome: Outcome) -> None:
    _held(digest).update(state=DigestState.FAILED, attempts=digest.attempts, refusal=code, failure=reason[:500])
    outcome.refused[code] += 1


def _fate_unknown(digest: Digest, reason: str, outcome: Outcome, *, at: datetime) -> None:
    safely = sender_for(Channel.EMAIL).repeats_safely
    if retry.recovery(handed_over=True, repeats_safely=safely) == retry.Recovery.TRY_AGAIN:
        _try_later(digest, reason, outcome, at=at)
    else:
        _fail(digest, "contact.fate_unknown", reason, outcome)


@transaction.atomic
def _recover_stalled(*, at: datetime) -> Outcome:
    """Take up what dead workers had handed over: tried again, or failed where trying could say it twice."""
    outcome = Outcome()
    stalled = [row["id"] for row in sql.rows(_query("stalled"), {"before": at - retry.IN_HAND})]
    for digest in Digest.objects.filter(pk__in=stalled).order_by("pk"):
        _fate_unknown(digest, "", outcome, at=at)
    return outcome


@transaction.atomic
def resend_digest(*, digest_id: int, at: datetime, by: Actor) -> None:
    """Put a digest that failed back into the queue.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is none
    :raises DigestNotFailed: it did not fail
    """
    by.must_be_allowed_to("manage users")
    digest = Digest.objects.select_for_update().filter(pk=digest_id).order_by("pk").first()
    if digest is None:
        raise NotFound(what="digest", reference=digest_id)
    if digest.state != DigestState.FAILED:
        raise DigestNotFailed()
    Digest.objects.filter(pk=digest_id).update(
        state=DigestState.QUEUED, attempts=0, handed_at=None, next_attempt_at=at, refusal="", failure=""
    )
