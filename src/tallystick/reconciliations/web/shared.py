"""What the views of the room share: today, the clients and the people within reach."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest
from tallystick.accounts import queries as accounts
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.reconciliations import forms


def today() -> date:
    """Give today in the time zone of the house."""
    return local_day(clock.now(), settings.TIME_ZONE)


def people() -> list[tuple[int, str]]:
    """Give everybody to whom a difference may be given."""
    return [(user.pk, user.full_name or user.username) for user in access_queries.users()]


def statement_form(request: ActorRequest) -> forms.StatementForm:
    """Give the form for a statement, with what was sent of it."""
    is_sent = request.method == "POST"
    clients: forms.Choices = [(each.code, each.name) for each in accounts.clients(scope=request.actor.scope)]
    begun: dict[str, Any] = {"on": today().isoformat(), "client": request.GET.get("client", "")}
    return forms.StatementForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, clients=clients, initial=begun
    )
