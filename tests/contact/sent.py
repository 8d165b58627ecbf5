"""Messages that are queued, and what is said and kept of them when they left."""

from __future__ import annotations

from collections.abc import Callable

from tests.contact.conftest import AT, BY, chosen

from tallystick.accounts.models import Account
from tallystick.contact import actions
from tallystick.contact.models import Message
from tallystick.contact.ports import Parcel
from tallystick.contact.rules.words import (
    Channel,
)
from tallystick.documents import queries as document_queries
from tallystick.timeline import queries as timeline_queries


def queue(*accounts: Account, template: str = "reminder_1", channel: Channel = Channel.EMAIL, cause: int = 1) -> None:
    actions.queue_messages(chosen(*accounts, cause=cause), template=template, channel=channel, at=AT, by=BY)


def told(account: Account) -> list[str]:
    kinds = ["contact."]
    return [event["kind"].removeprefix("contact.") for event in timeline_queries.of_account([account.pk], kinds=kinds)]


def kept(message: Message) -> bytes:
    return document_queries.content_of(document_queries.get_document(message.document_id or 0))


def raises(wrong: Exception) -> Callable[[Parcel], None]:
    def fall(_parcel: Parcel) -> None:
        raise wrong

    return fall
