"""Read messages: what waits, what went wrong and why, one message with its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.contact.models import Message
from tallystick.contact.rules.may import REFUSAL_WORDS, RULES
from tallystick.contact.rules.words import Channel, MessageState
from tallystick.documents import queries as document_queries
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import NotFound

#: What a list shows, by name.
SHOWN: dict[str, tuple[MessageState, ...]] = {
    "waiting": (MessageState.QUEUED, MessageState.SENDING),
    "failed": (MessageState.FAILED,),
    "refused": (MessageState.REFUSED,),
}

#: What is said of a message that is not on its way, by code.
REASONS: dict[str, Promise] = REFUSAL_WORDS | {
    "contact.fate_unknown": _(
        "It may have arrived: the line broke after it was handed over. Check before sending again."
    ),
    "contact.gave_up": _("The provider could not be reached for a day and a half."),
    "contact.undeliverable": _("The provider refused it for good."),
    "contact.unwritable": _("It cannot be written as it is."),
    "contact.defect": _("A defect of the program: tell your administrator."),
}

#: More than this is not counted, for a number nobody reads.
_MOST_COUNTED = 9_999


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of a list begins: behind this message."""

    queued_at: datetime
    message_id: int


def _within(scope: Scope) -> QuerySet[Message]:
    found = Message.objects.all()
    return found if scope.client_ids is None else found.filter(client_id__in=scope.client_ids)


def messages(
    shown: str, *, channel: Channel | None = None, after: After | None = None, scope: Scope, limit: int
) -> list[Message]:
    """Give messages of a list, newest first, with account, debtor and template."""
    found = _within(scope).filter(state__in=SHOWN[shown])
    if channel is not None:
        found = found.filter(channel=channel)
    if after is not None:
        found = found.filter(Q(queued_at__lt=after.queued_at) | Q(queued_at=after.queued_at, pk__lt=after.message_id))
    return list(
        found.select_related("account__party", "account__client", "template").order_by("-queued_at", "-id")[:limit]
    )


def counts(scope: Scope) -> dict[str, int]:
    """Count each list, up to ten thousand."""
    return {
        name: min(_within(scope).filter(state__in=states)[: _MOST_COUNTED + 1].count(), _MOST_COUNTED)
        for name, states in SHOWN.items()
    }


def get_message(message_id: int, *, scope: Scope) -> Message:
    """Give a message with its account, debtor and template.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = (
        _within(scope)
        .select_related("account__party", "account__client", "template")
        .filter(pk=message_id)
        .order_by("pk")
        .first()
    )
    if found is None:
        raise NotFound(what="message", reference=message_id)
    return found


def reason(message: Message) -> str:
    """Say why a message was refused or failed; empty for one that did not."""
    return str(REASONS.get(message.refusal, message.refusal))


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of `rules.may` with the answers it got: when the message was decided, and when it left."""

    question: str | Promise
    queued: bool | None
    sent: bool | None


def answers(message: Message) -> list[Answered]:
    """Give the questions that were asked of a message, with their answers, in the order they were asked."""
    queued: dict[str, Any] = message.answers_queued or {}
    sent: dict[str, Any] = message.answers_sent or {}
    return [
        Answered(rule.question, queued.get(rule.name), sent.get(rule.name))
        for rule in RULES
        if rule.name in queued or rule.name in sent
    ]


def text_of(message: Message) -> str:
    """Give what a message said, as plain text; empty for one without kept text, such as a letter, which is a PDF."""
    if message.document_id is None or message.channel == Channel.LETTER:
        return ""
    content = document_queries.content_of(document_queries.get_document(message.document_id))
    if message.channel in {Channel.EMAIL, Channel.NOTICE}:
        body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
        return str(body.get_content()) if body is not None else ""
    return content.decode()


def account_of_document(document_id: int) -> tuple[int, int] | None:
    """Give the account a document belongs to, and its client; None for a document of no account.

    :raises NotFound: there is no such document
    """
    document = document_queries.get_document(document_id)
    if document.account_id is None:
        return None
    client_id = sql.value("SELECT client_id FROM accounts_account WHERE id = %s", [document.account_id])
    return document.account_id, int(client_id)


def calls(account_ids: list[int], *, limit: int = 20) -> list[dict[str, Any]]:
    """Give the newest calls of some accounts, newest first."""
    return sql.rows(
        """
        SELECT id, account_id, called_at, seconds, callback_at, direction, outcome, number, note, caller
        FROM contact_call
        WHERE account_id = ANY(%(accounts)s)
        ORDER BY called_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"accounts": account_ids, "limit": limit},
    )


def waiting_of(account_id: int) -> list[Message]:
    """Give the messages of an account that have not left yet, oldest first."""
    return list(
        Message.objects.select_related("template")
        .filter(account_id=account_id, state__in=SHOWN["waiting"])
        .order_by("queued_at", "id")
    )


def left_of_causes(chosen: Chosen) -> int:
    """Count the messages that causes had queued for some accounts and that have left, or are about to."""
    return Message.objects.filter(
        account_id__in={*chosen.account_ids},
        cause_kind=chosen.cause_kind,
        cause_id__in=list(chosen.cause_ids),
        state__in=(MessageState.SENDING, MessageState.SENT),
    ).count()


def of_causes(account_id: int, cause_ids: Sequence[int], *, cause_kind: str) -> list[Message]:
    """Give the messages of an account that causes had queued, oldest first, whatever became of them."""
    return list(
        Message.objects.select_related("template")
        .filter(account_id=account_id, cause_kind=cause_kind, cause_id__in=cause_ids)
        .order_by("queued_at", "id")
    )
