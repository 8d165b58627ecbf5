"""What waits to leave, what failed and what was not allowed, each with its reason; one message with all its answers."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.contact import actions
from tallystick.contact.queries import digests as digest_queries
from tallystick.contact.queries import outbox as outbox_queries
from tallystick.contact.rules.words import Channel, MessageState
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

_PAGE = 50


@requires("see accounts")
@require_GET
def outbox(request: ActorRequest) -> HttpResponse:
    """List the messages of one kind, newest first."""
    shown = request.GET.get("show", "waiting")
    shown = shown if shown in outbox_queries.SHOWN else "waiting"
    channel = request.GET.get("channel", "")
    scope = request.actor.scope
    rows = outbox_queries.messages(
        shown,
        channel=Channel(channel) if channel in set(Channel) else None,
        after=_after(request.GET.get("after", "")),
        scope=scope,
        limit=_PAGE + 1,
    )
    page = rows[:_PAGE]
    following = ""
    if len(rows) > _PAGE:
        last = page[-1]
        kept = {"show": shown, "channel": channel, "after": f"{last.queued_at.isoformat()}_{last.pk}"}
        following = f"{reverse('contact:outbox')}?{urlencode(kept)}"
    context = {
        "shown": shown,
        "channel": channel,
        "channels": list(Channel),
        "counts": outbox_queries.counts(scope),
        "rows": [{"message": each, "reason": outbox_queries.reason(each)} for each in page],
        "next": following,
        "may_send": request.actor.may("send messages"),
    }
    return render(request, "contact/outbox.html", context)


def _after(text: str) -> outbox_queries.After | None:
    at, _line, number = text.rpartition("_")
    try:
        return outbox_queries.After(datetime.fromisoformat(at), int(number))
    except ValueError:
        return None


@requires("see accounts")
@require_GET
def message(request: ActorRequest, message_id: int) -> HttpResponse:
    """Show one message: what it says, where it went, and the answers to whether it may."""
    found = outbox_queries.get_message(message_id, scope=request.actor.scope)
    concerns(request, account_id=found.account_id, kind="message", thing_id=message_id)
    context = {
        "message": found,
        "reason": outbox_queries.reason(found),
        "answers": outbox_queries.answers(found),
        "receivers": digest_queries.receivers_of(message_id, account_id=found.account_id),
        "text": outbox_queries.text_of(found),
        "is_command": found.channel == Channel.SERVICE,
        "may_cancel": request.actor.may("send messages") and found.state == MessageState.QUEUED,
        "may_resend": request.actor.may("send messages") and found.state in {MessageState.FAILED, MessageState.REFUSED},
    }
    return render(request, "contact/message.html", context)


@requires("send messages")
@require_POST
def resend(request: ActorRequest, message_id: int) -> HttpResponseBase:
    """Put a message that failed or was refused back into the queue."""
    try:
        actions.resend_message(message_id=message_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Queued again. Whether it may be sent is asked once more when it leaves."))
    return redirect("contact:message", message_id)


@requires("send messages")
@require_POST
def cancel(request: ActorRequest, message_id: int) -> HttpResponseBase:
    """Take back a message that waits."""
    try:
        actions.cancel_message(message_id=message_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Taken back. It will not be sent."))
    return redirect("contact:message", message_id)
