"""The worklist: what waits, and the next account in one key."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, requires, signed_in
from tallystick.accounts import queries as account_queries
from tallystick.desk.rules.navigation import pages_for
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.worklists import actions, queries
from tallystick.worklists.rules import Kind

_PAGE = 40
#: Tabs: what each one shows and how far ahead it looks, in days.
_TABS = {
    "team": (gettext_lazy("Due now"), 0),
    "mine": (gettext_lazy("Mine"), 0),
    "coming": (gettext_lazy("Next 14 days"), 14),
    "all": (gettext_lazy("Everyone"), 0),
}


@signed_in
def home(request: ActorRequest) -> HttpResponseBase:
    """Go to the first page that the person may see."""
    pages = pages_for(request.actor)
    return redirect(pages[0].url_name) if pages else render(request, "desk/nothing.html")


def _after(request: ActorRequest) -> tuple[int, int] | None:
    rank, _comma, number = request.GET.get("after", "").partition(",")
    return (int(rank), int(number)) if rank.lstrip("-").isdecimal() and number.isdecimal() else None


def _cursor(row: dict[str, Any]) -> str:
    return f"{row['rank']},{row['id']}"


@requires("work accounts")
def worklist(request: ActorRequest) -> HttpResponse:
    """Show what waits, foremost first, with the balance and age behind each task."""
    at = clock.now()
    today = local_day(at, "Europe/London")
    tab = request.GET.get("show", "team")
    tab = tab if tab in _TABS else "team"
    kind = request.GET.get("kind", "")
    client = request.GET.get("client", "")
    rows = _rows(request, tab, today=today, kind=kind, client=client)
    names = access_queries.names_of({row["taken_by"] for row in rows if row["taken_by"]})
    for row in rows:
        row["taken_by_name"] = names.get(row["taken_by"], "") if row["taken_by"] != request.actor.user_id else ""
        row["kind_label"] = Kind(row["kind"]).label
    more = len(rows) > _PAGE
    last = rows[_PAGE - 1] if more else None
    asked = {"show": tab} | ({"kind": kind} if kind else {}) | ({"client": client} if client else {})
    return render(
        request,
        "desk/worklist.html",
        {
            "today": today,
            "tab": tab,
            "tabs": [(name, label) for name, (label, _ahead) in _TABS.items()],
            "depth": queries.depth(by=request.actor, today=today),
            "rows": rows[:_PAGE],
            "kinds": Kind.choices(),
            "kind": kind,
            "clients": account_queries.clients(scope=request.actor.scope),
            "client": client,
            "next_page": f"?{urlencode(asked | {'after': _cursor(last)})}" if last else "",
        },
    )


def _rows(request: ActorRequest, tab: str, *, today: date, kind: str, client: str) -> list[dict[str, Any]]:
    user_id = request.actor.user_id or 0
    _label, ahead = _TABS[tab]
    return queries.worklist(
        scope=request.actor.scope,
        at=clock.now(),
        due_by=today + timedelta(days=ahead),
        assignee_id=user_id if tab == "mine" else None,
        team_ids=queries.teams_of(user_id) if tab in {"team", "coming"} else None,
        kind=kind if kind in set(Kind) else None,
        client_id=int(client) if client.isdecimal() else None,
        after=_after(request),
        limit=_PAGE + 1,
    )


@requires("work accounts")
@require_POST
def next_account(request: ActorRequest) -> HttpResponseBase:
    """Take the next account and go to it; say so when nothing waits."""
    at = clock.now()
    work = actions.take_next(today=local_day(at, "Europe/London"), at=at, by=request.actor)
    if work is None:
        messages.info(request, _("Nothing waits for you. Well done."))
        return redirect("desk:worklist")
    return redirect("desk:account", work.account_id)


urlpatterns = [
    path("", home, name="home"),
    path("worklist", worklist, name="worklist"),
    path("worklist/next", next_account, name="next"),
]
