"""The months of each client and currency with their trend, and one month with what became known later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as accounts
from tallystick.accounts.rules import Bucket
from tallystick.insight import forms, queries
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.rules.foresight import chart

if TYPE_CHECKING:
    from tallystick.insight.models import Closing

#: Client and currency pairs that a page shows with their trend.
_MOST = 20
_MEASURES = (
    ("days_outstanding", _("Days of sales outstanding")),
    ("days_best_possible", _("Best possible")),
    ("days_counted_back", _("Counted back")),
    ("days_delinquent", _("Average days delinquent")),
    ("effectiveness", _("Collected of what could be, %")),
)
_AMOUNTS = (
    ("receivables_minor", _("Receivables")),
    ("current_minor", _("Not yet due of them")),
    ("sales_minor", _("Sales of the month")),
    ("period_sales_minor", _("Sales that they are set against")),
)


def form_of(request: ActorRequest) -> forms.MonthsForm:
    """Give the form that says which months."""
    clients = [(each.pk, each.name) for each in accounts.clients(scope=request.actor.scope)]
    return forms.MonthsForm(request.GET, clients=clients)


@requires("see reports")
@require_safe
def months(request: ActorRequest) -> HttpResponse:
    """Show the months of each client and currency, as they are known or were: a trend and a table."""
    form = form_of(request)
    asked = form.asked()
    found = queries.latest(scope=request.actor.scope, **asked)
    grouped = [(key, list(rows)) for key, rows in groupby(found, lambda row: (row.client, row.currency))]
    context = {
        "form": form,
        "known_at": asked["known_at"],
        "groups": [
            {"client": client, "currency": currency, "rows": rows[::-1], "drawn": _drawn(rows)}
            for (client, currency), rows in grouped[:_MOST]
        ],
        "more": max(len(grouped) - _MOST, 0),
        "query": request.GET.urlencode(),
    }
    return render(request, "insight/months.html", context)


def _drawn(rows: Sequence[Closing]) -> dict[str, Any] | None:
    """Draw the days outstanding, and those that would be if everybody paid on the due day; None where nothing can be told."""
    told = [row for row in rows if row.days_outstanding is not None and row.days_best_possible is not None]
    if len(told) < 2:
        return None
    lines = chart.lines([(int(row.days_outstanding or 0), int(row.days_best_possible or 0)) for row in told])
    # At the very edges there is no room for a name.
    inside = [(told[place].month_on, across) for place, across in lines.named if across not in ("0.000%", "100.000%")]
    return {"lines": lines, "named": inside}


@requires("see reports")
@require_safe
def month(request: ActorRequest, client_id: int, currency: str, month: str) -> HttpResponse:
    """Show a month as it was closed and as it became known later, and the entries that it is owed to."""
    try:
        month_on = date.fromisoformat(month)
    except ValueError:
        raise NotFound(what="closed month", reference=month) from None
    rows = queries.history(client_id, currency, month_on, scope=request.actor.scope)
    context = {
        "client": rows[0].client,
        "currency": currency,
        "month_on": month_on,
        "rows": rows,
        "measures": [(label, [getattr(row, name) for row in rows]) for name, label in _MEASURES],
        "amounts": [(label, [getattr(row, name) for row in rows]) for name, label in _AMOUNTS],
        "aged": [(bucket.label, [row.aged_minor[place] for row in rows]) for place, bucket in enumerate(Bucket)],
        "later": [(row, queries.entries_later(row, before)) for before, row in pairwise(rows)],
        "may_see_accounts": request.actor.may("see accounts"),
    }
    return render(request, "insight/month.html", context)
