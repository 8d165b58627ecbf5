"""What outside services do for us, as Protocols. Adapters fulfil them; settings choose which (`CONTACT_SENDERS`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class TryLater(Exception):
    """The service did not take it now, and surely has not. It is tried again.

    `is_away`: the service takes nothing at all now, so that there is no sense in trying the next one.
    """

    def __init__(self, reason: str, *, is_away: bool = False) -> None:
        super().__init__(reason)
        self.is_away = is_away


class Undeliverable(Exception):
    """The service refused it for good: no such mailbox, a bad number. Trying again would not help."""


class FateUnknown(Exception):
    """The service may have taken it, and nobody can say: the line broke after all was handed over."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service took it: under which name, and whether it is done already or will say so later."""

    provider_id: str = ""
    is_done: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, ready to leave, as bytes that are kept and never made again.

    `key` is the same on every attempt: a Message-ID, an idempotency key, a file name.
    """

    key: str
    content: bytes
    media_type: str
    #: Where it goes: e-mail addresses, an E.164 number, the service's reference.
    recipients: tuple[str, ...]
    #: Envelope sender of an e-mail.
    sender: str = ""
    #: What a receiver may want beside the bytes: account reference, client code, language.
    labels: dict[str, str] = field(default_factory=dict)


class Sender(Protocol):
    """Takes a parcel out of the house."""

    #: The receiver knows a key it has seen and drops the second: sending twice is the same as once.
    repeats_safely: bool

    def send(self, parcel: Parcel) -> Receipt:
        """Hand one parcel over.

        :raises TryLater: surely not taken
        :raises Undeliverable: refused for good
        :raises FateUnknown: perhaps taken
        """
        ...

    def close(self) -> None:
        """Close what this thread keeps open; the next parcel opens it again."""
        ...


class EmailSender(Sender, Protocol):
    """Sends e-mail: the parcel is a whole RFC 5322 message."""


class SmsSender(Sender, Protocol):
    """Sends text messages: the parcel is UTF-8 text."""


class LetterPrinter(Sender, Protocol):
    """Prints and posts letters: the parcel is a PDF."""


class ServiceCommander(Sender, Protocol):
    """Tells the creditor's systems to suspend or resume a service: the parcel is a JSON command."""
