"""Find an account by whatever the caller says: a name, a reference, an invoice, a postcode, a number."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day

_MOST = 50


@requires("see accounts")
def accounts(request: ActorRequest) -> HttpResponseBase:
    """Show what a search finds; a single account is opened at once."""
    text = request.GET.get("q", "").strip()
    found = account_queries.search(text, scope=request.actor.scope, limit=_MOST) if text else []
    if len(found) == 1 and request.GET.get("open", "1") == "1":
        return redirect("desk:account", found[0]["account_id"])
    return _page(request, text, found)


def _page(request: ActorRequest, text: str, found: list[dict[str, object]]) -> HttpResponse:
    context = {"query": text, "found": found, "most": _MOST, "today": local_day(clock.now(), "Europe/London")}
    return render(request, "desk/accounts.html", context)


urlpatterns = [path("accounts", accounts, name="accounts")]
