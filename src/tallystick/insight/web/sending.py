"""Figures of months for programs: all of them, with what became known later, as JSON and CSV."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts.rules import Bucket
from tallystick.insight import queries
from tallystick.insight.web.months import form_of

_DAYS = ("days_outstanding", "days_best_possible", "days_counted_back", "days_delinquent", "effectiveness")
_MINOR = ("receivables_minor", "current_minor", "sales_minor", "period_sales_minor")


def _rows(request: ActorRequest) -> list[dict[str, Any]]:
    return [
        {
            "client": row.client.code,
            "currency": row.currency,
            "month": row.month_on.isoformat(),
            "number": row.number,
            "known_at": row.known_at.isoformat(),
            "later_entries": row.later_entries,
            **{name: getattr(row, name) for name in _MINOR},
            "period_days": row.period_days,
            **{name: None if (said := getattr(row, name)) is None else str(said) for name in _DAYS},
            **{f"aged_{bucket.value}_minor": row.aged_minor[place] for place, bucket in enumerate(Bucket)},
        }
        for row in queries.latest(scope=request.actor.scope, **form_of(request).asked())
    ]


@requires("see reports")
@require_safe
def as_json(request: ActorRequest) -> HttpResponse:
    """Give the months that the page shows; amounts in minor units, days and percent as texts."""
    known_at = form_of(request).asked()["known_at"]
    return JsonResponse({"known_at": known_at, "months": _rows(request)})


@requires("see reports")
@require_safe
def as_csv(request: ActorRequest) -> HttpResponse:
    """Send the months that the page shows as CSV, a line for each."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="months.csv"'
    writer = csv.writer(response)
    rows = _rows(request)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(["" if value is None else value for value in row.values()])
    return response
