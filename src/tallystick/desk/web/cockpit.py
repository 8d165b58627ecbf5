"""The cockpit: one account on one screen, and the fragments that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires, unaudited
from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import CHARGES, AccountState
from tallystick.desk import queries
from tallystick.desk.forms.fields import locale_name
from tallystick.desk.queries import cockpit, events, held
from tallystick.desk.rules import moments, originals
from tallystick.desk.web import dialogs, shared
from tallystick.promises import rules as promise_rules
from tallystick.strategy.queries import why as strategy_queries

#: Tabs of the timeline: which rooms' events each one shows.
FILTERS: dict[str, Sequence[str] | None] = {
    "all": None,
    "money": ("accounts.", "payments.", "promises.", "disputes."),
    "contact": ("contact.", "timeline.", "desk."),
    "work": ("strategy.", "holds.", "worklists."),
}
_PAGE = 30


@requires("see accounts")
@require_GET
def account(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show who it is, what is owed, why we are here, what stands in the way, and everything that happened."""
    case = shared.case_of(request, account_id)
    context: dict[str, Any] = {
        "case": case,
        "account": case.account,
        "today": case.today,
        "seen": cockpit.cockpit(case, by=request.actor),
        "most_others": cockpit.MOST_OTHERS,
        "most_waiting": cockpit.MOST_WAITING,
        "is_done": "done" in request.GET,
        **_timeline(case, "all", None),
    }
    return render(request, "desk/cockpit.html", context)


def _timeline(case: queries.Case, chosen: str, before_id: int | None) -> dict[str, Any]:
    found = events.timeline(
        [case.account.pk],
        reader=shared.reader(),
        kinds=FILTERS[chosen],
        before_id=before_id,
        limit=_PAGE + 1,
    )
    return {
        "events": found[:_PAGE],
        "filters": list(FILTERS),
        "filter": chosen,
        "older_than": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "is_older": before_id is not None,
    }


@requires("see accounts")
@require_GET
def timeline(request: ActorRequest, account_id: int) -> HttpResponse:
    """Give a page of the timeline, filtered: the same fragment that the cockpit shows."""
    case = shared.case_of(request, account_id)
    chosen = request.GET.get("filter", "all")
    before = request.GET.get("before", "")
    context = _timeline(case, chosen if chosen in FILTERS else "all", int(before) if before.isdecimal() else None)
    context |= {"case": case, "account": case.account, "today": case.today}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "desk/timeline.html", context)
    return render(request, "desk/cockpit/_timeline.html", context)


@requires("see accounts")
@require_GET
def event(request: ActorRequest, account_id: int, event_id: int) -> HttpResponse:
    """Show one event with everything that was recorded of it, and where its original is."""
    case = shared.case_of(request, account_id)
    found = events.get_event(account_id, event_id, reader=shared.reader())
    context = {"case": case, "account": case.account, "event": found, "originals": _linked(found.originals)}
    return dialogs.show(request, "desk/cockpit/_event.html", context)


def _linked(found: list[originals.Original]) -> list[dict[str, Any]]:
    """Give the addresses of originals; one whose room has no such page is left out."""
    linked = []
    for original in found:
        with suppress(NoReverseMatch):
            href = reverse(original.url_name, args=original.arguments)
            linked.append({"href": href, "text": original.text, "icon": original.icon})
    return linked


@requires("see accounts")
@require_GET
def items(request: ActorRequest, account_id: int) -> HttpResponse:
    """List all items of an account, the paid ones too."""
    case = shared.case_of(request, account_id)
    context = {
        "case": case,
        "account": case.account,
        "today": case.today,
        "rows": cockpit.all_items(account_id, today=case.today),
    }
    template = "desk/cockpit/_items.html" if request.htmx else "desk/items.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@requires("see accounts")
@require_GET
def item(request: ActorRequest, account_id: int, item_id: int) -> HttpResponse:
    """Show one item and everything the ledger says of it."""
    case = shared.case_of(request, account_id)
    found, entries = cockpit.item_with_entries(account_id, item_id)
    hold = held.standing(account_id, today=case.today).on(found) if found.held_from_on else None
    context = {"case": case, "account": case.account, "today": case.today, "item": found, "entries": entries}
    context |= {"hold": hold, "may_be_held": case.account.state == AccountState.OPEN and found.open_minor and not hold}
    context["may_be_undone"] = found.kind in CHARGES and found.amount_minor
    return dialogs.show(request, "desk/cockpit/_item.html", context)


def _titled(found: strategy_queries.Why) -> list[tuple[str, strategy_queries.Verdict]]:
    """Give each effect within reach a title: its own, or where it leads."""
    places = found.program.places
    return [
        (
            verdict.effect.title
            or (places[verdict.effect.to_place].state.title if verdict.effect.to_place is not None else ""),
            verdict,
        )
        for verdict in found.verdicts
    ]


@requires("see strategies")
@require_GET
def why(request: ActorRequest, account_id: int) -> HttpResponse:
    """Say why the account is where it is, what comes next, and what stops everything else."""
    case = shared.case_of(request, account_id)
    found = strategy_queries.why(account_id, day=case.today, past=8)
    items = list(account_queries.open_items([account_id]))
    context = {"case": case, "account": case.account, "why": found, "verdicts": _titled(found) if found else []}
    context["held"] = held.held_items(items, case.account.currency, today=case.today)
    return dialogs.show(request, "desk/cockpit/_why_in_full.html", context)


@requires("see accounts")
@unaudited
@require_GET
def read_day(request: ActorRequest, account_id: int) -> HttpResponse:
    """Say which day a text means; nothing while it cannot be read."""
    case = shared.case_of(request, account_id)
    try:
        day = promise_rules.read_day(_typed(request), case.today, locale=locale_name())
    except promise_rules.DayUnreadable:
        return HttpResponse("")
    return _read_back(shared.said_day(day), is_past=day < case.today)


@requires("see accounts")
@unaudited
@require_GET
def read_moment(request: ActorRequest, account_id: int) -> HttpResponse:
    """Say which moment a text means; nothing while it cannot be read."""
    case = shared.case_of(request, account_id)
    try:
        at = moments.read_moment(_typed(request), case.at, zone=case.zone, locale=locale_name())
    except moments.MomentUnreadable:
        return HttpResponse("")
    return _read_back(shared.said_instant(at, case.zone), is_past=at <= case.at)


def _typed(request: ActorRequest) -> str:
    return next((str(value) for value in request.GET.values()), "")


def _read_back(said: str, *, is_past: bool) -> HttpResponse:
    return HttpResponse(format_html('<span class="{}">{}</span>', "late" if is_past else "good", said))


urlpatterns = [
    path("accounts/<int:account_id>", account, name="account"),
    path("accounts/<int:account_id>/timeline", timeline, name="timeline"),
    path("accounts/<int:account_id>/events/<int:event_id>", event, name="event"),
    path("accounts/<int:account_id>/items", items, name="items"),
    path("accounts/<int:account_id>/items/<int:item_id>", item, name="item"),
    path("accounts/<int:account_id>/why", why, name="why"),
    path("accounts/<int:account_id>/day", read_day, name="day"),
    path("accounts/<int:account_id>/moment", read_moment, name="moment"),
]
