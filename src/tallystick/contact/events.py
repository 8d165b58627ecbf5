"""What contact announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message left the house. `document_id` holds its exact bytes."""

    account_id: int
    message_id: int
    channel: str
    template: str
    recipient: str
    subject: str
    document_id: int


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """A message was not sent because we may not; `code` is the first "no" of `rules.may`."""

    account_id: int
    message_id: int
    channel: str
    template: str
    code: str


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """A message could not be sent, or nobody can say whether it was; a person has to look."""

    account_id: int
    message_id: int
    channel: str
    template: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MessageCancelled:
    """A person took a message back before it left."""

    account_id: int
    message_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class MessageResent:
    """A person put a message that had failed, or was refused, back into the queue."""

    account_id: int
    message_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class NoticeDigested:
    """Colleagues were told of a notice about the account in a digest, which went to `recipient`."""

    account_id: int
    message_id: int
    template: str
    recipient: str
    digest_id: int


@dataclass(frozen=True, slots=True)
class ServiceOrdered:
    """A command to suspend or resume the service was queued for the creditor's systems."""

    account_id: int
    message_id: int
    command: str


@dataclass(frozen=True, slots=True)
class ServiceCommanded:
    """The creditor's systems were told to suspend or resume the service."""

    account_id: int
    message_id: int
    command: str
    document_id: int


@dataclass(frozen=True, slots=True)
class ServiceAcknowledged:
    """The creditor's systems said that the command was carried out."""

    account_id: int
    message_id: int
    command: str


@dataclass(frozen=True, slots=True)
class CallLogged:
    """Somebody was called, or called, and this came of it."""

    account_id: int
    call_id: int
    direction: str
    outcome: str
    number: str
    note: str
    callback_at: datetime | None
