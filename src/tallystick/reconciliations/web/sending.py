"""Reconciliations for programs: a statement taken, and what it came to as JSON and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.kernel import clock
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.reconciliations import actions, queries, rules
from tallystick.reconciliations.web import shared

#: Where a workbook would take a text for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "name",
    "account",
    "document",
    "portfolio",
    "currency",
    "there",
    "here",
    "difference",
    "line",
    "ledger_entry",
    "other",
    "since",
    "state",
    "note",
)


@requires("reconcile ledgers")
@require_POST
def new_as_json(request: ActorRequest) -> HttpResponseBase:
    """Take a statement as the page does, and answer with what it came to, or with every line that cannot be read."""
    form = shared.statement_form(request)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=422)
    try:
        made = actions.reconcile(**form.asked(), at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        answer: dict[str, Any] = {"code": refusal.code, "detail": str(refusal)}
        if isinstance(refusal, rules.StatementUnreadable):
            answer["lines"] = [
                {
                    "line": each.number,
                    "column": each.column,
                    "value": each.value,
                    "code": each.code,
                    "said": actions.said(each),
                }
                for each in refusal.fields["faults"]
            ]
        return JsonResponse(answer, status=refusal.status, content_type="application/problem+json")
    concerns(request, kind="reconciliation", thing_id=made.pk)
    return JsonResponse(_written(queries.get_reconciliation(made.pk)), status=201)


@requires("see reports")
@require_safe
def as_json(request: ActorRequest, reconciliation_id: int) -> HttpResponse:
    """Give a reconciliation with all its differences."""
    return JsonResponse(_written(queries.get_reconciliation(reconciliation_id, scope=request.actor.scope)))


def _written(found: Any) -> dict[str, Any]:
    return {
        "id": found.pk,
        "client": found.client.code,
        "level": found.level,
        "as_of": found.on,
        "known_at": found.known_at,
        "name": found.name,
        "totals": [
            {
                "currency": side.there.currency,
                "there_minor": side.there.minor,
                "here_minor": side.here.minor,
                "difference_minor": side.difference.minor,
                "there_lines": side.there_lines,
                "here_lines": side.here_lines,
            }
            for side in queries.totals(found.pk)
        ],
        "differences": [
            {
                "id": each.pk,
                "name": each.kind,
                "account": each.account_ref,
                "account_id": each.account_id,
                "document": each.item_ref,
                "portfolio": each.portfolio,
                "currency": each.currency,
                "there_minor": each.there_minor,
                "here_minor": each.here_minor,
                "difference_minor": each.minor,
                "line": each.line,
                "ledger_entry": each.entry_id,
                "other": each.other,
                "since": each.since_on,
                "state": each.state,
                "note": each.note,
            }
            for each in queries.stream_differences(found.pk)
        ],
    }


class _Echo:
    """A file that gives back what is written to it, for a CSV writer that streams."""

    def write(self, line: str) -> str:
        return line


@requires("see reports")
@require_safe
def as_csv(request: ActorRequest, reconciliation_id: int) -> HttpResponseBase:
    """Send all differences of a reconciliation as CSV, the largest first."""
    found = queries.get_reconciliation(reconciliation_id, scope=request.actor.scope)
    response = StreamingHttpResponse(_lines(found.pk), content_type="text/csv; charset=utf-8")
    name = f"differences-{found.client.code}-{found.on.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(reconciliation_id: int) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for each in queries.stream_differences(reconciliation_id):
        texts = (each.account_ref, each.item_ref, each.portfolio)
        amounts = (Money(minor, each.currency).amount for minor in (each.there_minor, each.here_minor, each.minor))
        yield writer.writerow(
            (
                each.kind,
                *map(_cell, texts),
                each.currency,
                *amounts,
                each.line or "",
                each.entry_id or "",
                _cell(each.other),
                each.since_on.isoformat(),
                each.state,
                _cell(each.note),
            )
        )


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
