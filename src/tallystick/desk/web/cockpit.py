"""The cockpit: one account on one screen, and the fragments that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, to_locale

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.desk import queries
from tallystick.desk.rules import warnings
from tallystick.desk.web import shared
from tallystick.disputes import queries as dispute_queries
from tallystick.documents import queries as document_queries
from tallystick.holds import queries as hold_queries
from tallystick.holds import rules as hold_rules
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.parties import queries as party_queries
from tallystick.promises import queries as promise_queries
from tallystick.promises import rules as promise_rules
from tallystick.worklists import queries as worklist_queries

#: Tabs of the timeline: which kinds of event each one shows.
FILTERS: dict[str, Sequence[str] | None] = {
    "all": None,
    "money": ("accounts.", "payments.", "promises.", "disputes."),
    "contact": ("contact.", "timeline.", "documents."),
    "decisions": ("strategy.", "holds.", "worklists."),
}
_PAGE = 30


def _locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en-gb"))


@requires("see accounts")
def account(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show who it is, what is owed, why we are here, what stands in the way, and everything that happened."""
    found = queries.account_in(request.actor.scope, account_id)
    at = clock.now()
    today = local_day(at, found.client.time_zone)
    items = list(account_queries.items(account_id))
    holds = [
        {**hold, "label": hold_rules.Reason(hold["reason"]).label}
        for hold in hold_queries.in_force([account_id], on=today)
    ]
    disputes = list(dispute_queries.open_disputes([account_id]))
    promise = promise_queries.find_open_promise(account_id)
    latest = promise_queries.promises(account_id).first()
    broken = latest if latest is not None and latest.state == promise_rules.State.BROKEN else None
    claim = worklist_queries.claim_of(account_id, at=at)
    taken_by = ""
    if claim and claim.user_id != request.actor.user_id:
        taken_by = access_queries.names_of([claim.user_id]).get(claim.user_id, "")
    context: dict[str, Any] = {
        "account": found,
        "today": today,
        "owed": queries.owed(found, items, today=today),
        "items": [item for item in items if item.open_minor],
        "settled_items": sum(1 for item in items if not item.open_minor),
        "holds": holds,
        "disputes": disputes,
        "promise": promise,
        "warnings": warnings.warnings(holds=holds, disputes=disputes, broken=broken, promise=promise),
        "tasks": list(worklist_queries.open_work([account_id])),
        "taken_by": taken_by,
        "contact_points": list(party_queries.contact_points(found.party_id)),
        "address": party_queries.find_address(found.party_id),
        "others": [
            other
            for other in account_queries.accounts_of_party(found.party_id, scope=request.actor.scope)
            if other.pk != account_id
        ],
        "documents": document_queries.of_accounts([account_id], limit=8),
        **_timeline(account_id, "all", None),
    }
    return render(request, "desk/cockpit.html", context)


def _timeline(account_id: int, chosen: str, before_id: int | None) -> dict[str, Any]:
    events = queries.timeline(
        [account_id], locale=_locale(), kinds=FILTERS[chosen], before_id=before_id, limit=_PAGE + 1
    )
    return {
        "events": events[:_PAGE],
        "filters": list(FILTERS),
        "filter": chosen,
        "older_than": events[_PAGE - 1].id if len(events) > _PAGE else None,
    }


@requires("see accounts")
def timeline(request: ActorRequest, account_id: int) -> HttpResponse:
    """Give a page of the timeline, filtered: the same fragment that the cockpit shows."""
    found = queries.account_in(request.actor.scope, account_id)
    chosen = request.GET.get("filter", "all")
    before = request.GET.get("before", "")
    context = _timeline(account_id, chosen if chosen in FILTERS else "all", int(before) if before.isdecimal() else None)
    return render(request, "desk/cockpit/_timeline.html", {"account": found, **context})


@requires("see accounts")
def settled(request: ActorRequest, account_id: int) -> HttpResponse:
    """List all items of an account, the paid ones too."""
    found = queries.account_in(request.actor.scope, account_id)
    items = list(account_queries.items(account_id))
    return render(
        request, "desk/cockpit/_items.html", {"account": found, "items": items, "today": shared.today_of(found)}
    )


@requires("see accounts")
def statement(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show the statement of an account as of any day."""
    found = queries.account_in(request.actor.scope, account_id)
    today = shared.today_of(found)
    on = shared.day_of(request.GET.get("on", "")) or today
    return render(
        request,
        "desk/statement.html",
        {
            "account": found,
            "on": on,
            "today": today,
            "lines": account_queries.statement(account_id, on=on),
            "items": [row for row in account_queries.items_as_of(account_id, on=on) if row["open_minor"]],
        },
    )


urlpatterns = [
    path("accounts/<int:account_id>", account, name="account"),
    path("accounts/<int:account_id>/timeline", timeline, name="timeline"),
    path("accounts/<int:account_id>/items", settled, name="items"),
    path("accounts/<int:account_id>/statement", statement, name="statement"),
]
