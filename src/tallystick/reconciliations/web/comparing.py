"""The list of reconciliations, a statement to compare, and one reconciliation with its differences by name."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import queries as accounts
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.reconciliations import actions, forms, queries, rules
from tallystick.reconciliations.rules import Kind, State
from tallystick.reconciliations.web import shared

_PAGE = 50


@requires("see reports")
@require_safe
def reconciliations(request: ActorRequest) -> HttpResponse:
    """List the reconciliations, the latest day first, and what comes every day."""
    scope = request.actor.scope
    clients = [(each.pk, each.name) for each in accounts.clients(scope=scope)]
    chosen = request.GET.get("client", "")
    client_id = int(chosen) if chosen.isdecimal() else None
    page = Paginator(queries.reconciliations(scope=scope, client_id=client_id), _PAGE).get_page(request.GET.get("page"))
    people = shared.people()
    arranged = list(queries.arrangements(scope=scope))
    context = {
        "page": page,
        "clients": clients,
        "client_id": client_id,
        "arranged": arranged,
        "owners": dict(people),
        "late": queries.late(arranged, at=clock.now()),
        "form": forms.ArrangementForm(clients=clients, people=people, today=shared.today(), auto_id="daily_%s"),
        "may_reconcile": request.actor.may("reconcile ledgers"),
    }
    return render(request, "reconciliations/reconciliations.html", context)


@requires("reconcile ledgers")
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponseBase:
    """Take a statement and compare it, whole or not at all; what cannot be read is listed line by line."""
    form = shared.statement_form(request)
    faults: list[rules.Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.reconcile(**form.asked(), at=clock.now(), by=request.actor)
        except (NotFound, NotPermitted):
            raise
        except rules.StatementUnreadable as refusal:
            form.add_error(None, str(refusal))
            faults = refusal.fields["faults"]
        except Refusal as refusal:
            form.add_error("on" if isinstance(refusal, rules.DayAhead) else "file", str(refusal))
        else:
            concerns(request, kind="reconciliation", thing_id=made.pk)
            return redirect("reconciliations:reconciliation", made.pk)
    context = {"form": form, "faults": [actions.said(each) for each in faults]}
    return render(request, "reconciliations/new.html", context, status=422 if request.method == "POST" else 200)


@requires("see reports")
@require_safe
def reconciliation(request: ActorRequest, reconciliation_id: int) -> HttpResponse:
    """Show both sides, how each name of difference accounts for what lies between them, and the differences themselves."""
    found = queries.get_reconciliation(reconciliation_id, scope=request.actor.scope)
    concerns(request, kind="reconciliation", thing_id=found.pk)
    form = forms.DifferencesForm(request.GET)
    asked = form.asked()
    rows = queries.differences(found.pk, **asked)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    named = queries.by_kind(found.pk)
    owners = access_queries.names_of({each.owner_id for each in page if each.owner_id})
    context = {
        "found": found,
        "sides": _sides(found, named),
        "ways": _ways(found),
        "page": page,
        "rows": [(each, Kind(each.kind), State(each.state), owners.get(each.owner_id or 0, "")) for each in page],
        "asked": {**asked, "kind": asked["kind"] or "", "state": asked["state"] or ""},
        "kinds": sorted({each.kind for each in named}, key=list(Kind).index),
        "states": list(State),
        "people": shared.people(),
        "may_reconcile": request.actor.may("reconcile ledgers"),
        "may_see_accounts": request.actor.may("see accounts"),
    }
    return render(request, "reconciliations/reconciliation.html", context)


def _sides(found: Any, named: list[queries.Named]) -> list[dict[str, Any]]:
    """Give for each currency both sides, the names between them, and what no name accounts for, which is nothing."""
    sides = []
    for side in queries.totals(found.pk):
        between = [each for each in named if each.currency == side.there.currency]
        rest = rules.unexplained(
            [each.amount.minor for each in between], there_minor=side.there.minor, here_minor=side.here.minor
        )
        names = [(each, rules.MEANINGS[each.kind]) for each in between]
        sides.append({"side": side, "names": names, "rest_minor": rest})
    return sides


def _ways(found: Any) -> list[dict[str, Any]]:
    """Give the three ways of the day by currency: the open items, the balances and the control total, and the book."""
    rows: dict[str, dict[str, Any]] = {}
    for each in queries.same_day(found):
        for side in queries.totals(each.pk):
            row = rows.setdefault(side.there.currency, {"currency": side.there.currency, "sides": []})
            row["sides"].append({"of": each, "label": rules.Level(each.level).label, "there": side.there})
            if each.pk == found.pk:
                row["here"] = side.here
    return [row for row in rows.values() if len(row["sides"]) > 1 and "here" in row]
