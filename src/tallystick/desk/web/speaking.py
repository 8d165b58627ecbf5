"""Say something to the debtor now: choose a template, see whether we may and how it reads, send it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tallystick.access.web import ActorRequest, requires
from tallystick.contact import actions as contact_actions
from tallystick.desk.queries import speaking
from tallystick.desk.web import dialogs, shared


@requires("send messages")
@require_GET
def choose(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Show what can be said to the debtor, on which channel, and what may not and why."""
    case = shared.case_of(request, account_id)
    context = {"case": case, "account": case.account, "choices": speaking.choices(case)}
    return dialogs.show(request, "desk/cockpit/_messages.html", context)


@requires("send messages")
@require_http_methods(["GET", "POST"])
def send(request: ActorRequest, account_id: int, template_id: int) -> HttpResponseBase:
    """Show one message before it is sent, with every answer to "may we?"; send it."""
    case = shared.case_of(request, account_id)
    before = speaking.beforehand(case, template_id)
    if request.method == "POST":
        choice = before.choice
        sent = contact_actions.send_message(
            account_id=account_id, template=choice.template.name, channel=choice.channel, at=case.at, by=request.actor
        )
        if sent.refusal:
            messages.error(request, _("Not sent: {reason}").format(reason=choice.refusal))
        else:
            messages.success(
                request,
                _("{channel} to {recipient} is on its way.").format(
                    channel=choice.channel.label, recipient=sent.recipient
                ),
            )
        return dialogs.moved_on(request, account_id)
    context = {"case": case, "account": case.account, "before": before}
    return dialogs.show(request, "desk/cockpit/_message.html", context)


urlpatterns = [
    path("accounts/<int:account_id>/message", choose, name="messages"),
    path("accounts/<int:account_id>/message/<int:template_id>", send, name="message"),
]
