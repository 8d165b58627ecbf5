"""Find an account by whatever the caller says: a name, a reference, an invoice, a postcode, a number."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.desk.queries import cockpit

_MOST = 50


@requires("see accounts")
@require_GET
def accounts(request: ActorRequest) -> HttpResponseBase:
    """Show what a search finds, or where the reader was lately; a single account is opened at once."""
    text = request.GET.get("q", "").strip()
    if not text:
        return render(request, "desk/accounts.html", {"query": "", "seen": cockpit.seen_lately(by=request.actor)})
    found = account_queries.search(text, scope=request.actor.scope, limit=_MOST)
    if len(found) == 1:
        return redirect("desk:account", found[0]["account_id"])
    return render(
        request, "desk/accounts.html", {"query": text, "found": found, "is_cut": len(found) == _MOST, "most": _MOST}
    )


urlpatterns = [path("accounts", accounts, name="accounts")]
