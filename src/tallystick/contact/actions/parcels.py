"""Make the parcel of a message: the exact bytes that leave, and the file they are kept as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError

from tallystick.contact.models import Message
from tallystick.contact.ports import Parcel
from tallystick.contact.queries.merging import Merge
from tallystick.contact.rules import sms, writing
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.words import Channel, Command, Purpose
from tallystick.contact.rules.writing import Facts, Unwritable, Written
from tallystick.documents.actions import NewFile
from tallystick.documents.rules.files import DocumentKind
from tallystick.documents.rules.letters import LetterUnprintable, set_letter
from tallystick.documents.rules.text import as_plain_text


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is ready to leave."""

    subject: str
    parcel: Parcel
    file: NewFile


def pack(merge: Merge, *, at: datetime) -> Draft:
    """Write a message from what is true now, in the language that is active.

    :raises Unwritable: it cannot be written as it is
    """
    facts, message = merge.account.facts, merge.message
    if facts is None:
        raise Unwritable(merge.account.problem)
    if message.channel == Channel.SERVICE:
        return _command(message, facts)
    written = compose(message, facts)
    match Channel(message.channel):
        case Channel.LETTER:
            return _letter(message, facts, written, merge.account.address, at=at)
        case Channel.SMS:
            return _text(message, facts, written)
        case _:
            return _email(message, facts, written, at=at)


def compose(message: Message, facts: Facts) -> Written:
    """Render the template of a message.

    :raises Unwritable: the template fails on this account
    """
    template = message.template
    if template is None:
        raise Unwritable(_("The message has no template."))
    try:
        return writing.write(subject=template.subject, body=template.body, facts=facts, speech=Speech(message.language))
    except LiquidError as wrong:
        raise Unwritable(str(wrong.message)) from wrong


def _labels(message: Message, facts: Facts) -> dict[str, str]:
    return {"client": facts.creditor.code, "account": facts.reference, "language": message.language}


def _email(message: Message, facts: Facts, written: Written, *, at: datetime) -> Draft:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    envelope = writing.Envelope(
        key=message.key.hex,
        domain=sender.rpartition("@")[2],
        sender=sender,
        recipients=tuple(message.recipient.split(", ")),
        purpose=Purpose(message.purpose),
        language=message.language,
    )
    content = writing.as_email(written, envelope, facts.creditor, at=at)
    parcel = Parcel(
        key=message.key.hex,
        content=content,
        media_type="message/rfc822",
        recipients=envelope.recipients,
        sender=sender,
        labels=_labels(message, facts),
    )
    return _draft(message, written.subject, parcel, DocumentKind.SENT_EMAIL, "eml")


def _letter(message: Message, facts: Facts, written: Written, address: tuple[str, ...], *, at: datetime) -> Draft:
    letter = writing.as_letter(written, facts, address, Speech(message.language))
    try:
        content = set_letter(letter, made_at=at)
    except LetterUnprintable as wrong:
        raise Unwritable(str(wrong)) from wrong
    parcel = Parcel(
        key=message.key.hex,
        content=content,
        media_type="application/pdf",
        recipients=letter.address,
        labels=_labels(message, facts),
    )
    return _draft(message, written.subject, parcel, DocumentKind.SENT_LETTER, "pdf")


def _text(message: Message, facts: Facts, written: Written) -> Draft:
    text = sms.plain_signs(" ".join(as_plain_text(written.blocks).split()))
    length = sms.length_of(text)
    if length.parts > sms.MOST_PARTS:
        raise Unwritable(_("The text message would take {parts} parts.").format(parts=length.parts))
    parcel = Parcel(
        key=message.key.hex,
        content=text.encode(),
        media_type="text/plain",
        recipients=(message.recipient,),
        labels=_labels(message, facts),
    )
    return _draft(message, text[:80], parcel, DocumentKind.SENT_SMS, "txt")


def _command(message: Message, facts: Facts) -> Draft:
    command = Command(message.command)
    content = writing.as_command(
        command=command,
        key=message.key.hex,
        client=facts.creditor.code,
        account=facts.reference,
        service=message.recipient,
        cause=f"{message.cause_kind} {message.cause_id}",
        at=message.queued_at,
    )
    parcel = Parcel(
        key=message.key.hex,
        content=content,
        media_type="application/json",
        recipients=(message.recipient,),
        labels=_labels(message, facts),
    )
    return _draft(message, str(command.label), parcel, DocumentKind.SENT_COMMAND, "json")


def _draft(message: Message, subject: str, parcel: Parcel, kind: DocumentKind, ending: str) -> Draft:
    name = f"{subject[:100]}.{ending}"
    return Draft(subject, parcel, NewFile(message.account_id, kind, name, parcel.media_type, parcel.content))
