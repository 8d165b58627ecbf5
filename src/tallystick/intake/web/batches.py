"""Imports: the list, and one of them from its check to its receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages as said
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires, unaudited
from tallystick.intake import actions, queries, rules
from tallystick.kernel import clock
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

_PAGE = 50
_BUSY = (rules.BatchState.CHECKING, rules.BatchState.COMMITTING, rules.BatchState.UNDOING)
_LOADED = (rules.BatchState.COMMITTED, rules.BatchState.UNDONE)
_MOVES = (rules.Verdict.NEW, rules.Verdict.CHANGED, rules.Verdict.SETTLED)
#: After this the page offers to begin the work again, in case its worker was lost.
_LONG = timedelta(minutes=2)


@requires("import receivables")
@require_GET
def intake(request: ActorRequest) -> HttpResponse:
    """List the imports, the newest first."""
    scope = request.actor.scope
    sources = list(queries.sources(scope=scope))
    chosen = request.GET.get("source", "")
    found = queries.batches(scope=scope)
    if chosen.isdecimal():
        found = found.filter(source_id=int(chosen))
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    return render(request, "intake/intake.html", {"page": page, "sources": sources, "chosen": chosen})


@dataclass
class CurrencyTotals:
    """What becomes of the lines in one currency, verdict by verdict, and all of them together."""

    currency: str
    totals: list[rules.Total] = field(default_factory=list)
    #: What is settled because the file leaves it out.
    gone: rules.Total | None = None

    @property
    def lines(self) -> int:
        """All lines in the currency."""
        return sum(total.lines for total in self.totals)

    @property
    def value(self) -> Money | None:
        """The value of all of them; None for lines whose currency cannot be read."""
        return Money(sum(total.minor for total in self.totals), self.currency) if self.currency else None


@requires("import receivables")
@require_GET
def batch(request: ActorRequest, import_id: int) -> HttpResponse:
    """Show an import as far as it is: under way, what it would do, or what it did."""
    found = queries.get_batch(import_id, scope=request.actor.scope)
    state = rules.BatchState(found.state)
    context: dict[str, Any] = {
        "batch": found,
        "state": state,
        "is_busy": state in _BUSY,
        "twin": queries.twin_of(found),
        "may_take_back": state is rules.BatchState.COMMITTED and request.actor.may("take uploads back"),
    }
    if state in _BUSY:
        context |= _progress(found)
    elif state is rules.BatchState.CHECKED or state in _LOADED:
        context |= _findings(request, found)
    return render(request, "intake/batch.html", context)


def _findings(request: ActorRequest, found: Any) -> dict[str, Any]:
    phase = rules.Phase.COMMITTED if found.state in _LOADED else rules.Phase.CHECKED
    by_currency: dict[str, CurrencyTotals] = {}
    lines = dict.fromkeys(rules.Verdict, 0)
    for total in queries.totals(found.pk, phase=phase):
        currency = by_currency.setdefault(total.currency, CurrencyTotals(total.currency))
        lines[total.verdict] += total.lines
        if total.verdict == rules.Verdict.SETTLED:
            currency.gone = total
        else:
            currency.totals.append(total)
    faults = [
        {**each, "fault": rules.fault_of(each["code"]), "is_shown": _is_shown(request, each)}
        for each in queries.faults_by_code(found.pk)
    ]
    return {
        "by_currency": list(by_currency.values()),
        "lines": {str(verdict): count for verdict, count in lines.items()},
        "taken": sum(lines[verdict] for verdict in rules.TAKEN),
        "moves": sum(lines[verdict] for verdict in _MOVES),
        "is_thin": lines[rules.Verdict.SETTLED] > sum(lines[verdict] for verdict in rules.TAKEN),
        "is_unclear": any(each["code"] == "silence_unclear" for each in faults),
        "has_values": found.source.kind != rules.FileKind.CUSTOMERS,
        "left_out": sum(found.left_out.values()),
        "changes": queries.changes(found.pk),
        "faults": faults,
        "is_filtered": any(each["is_shown"] for each in faults),
        "page": _errors(request, found.pk),
    }


def _is_shown(request: ActorRequest, fault: dict[str, Any]) -> bool:
    return (fault["code"], fault["field"]) == (request.GET.get("reason"), request.GET.get("field", ""))


def _errors(request: ActorRequest, batch_id: int) -> Any:
    found = queries.row_errors(batch_id)
    if reason := request.GET.get("reason"):
        found = found.filter(code=reason, field=request.GET.get("field", ""))
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    page.rows = [{"error": error, "fault": rules.fault_of(error.code, error.value)} for error in page]  # type: ignore[attr-defined]
    return page


def _progress(found: Any) -> dict[str, Any]:
    is_undoing = found.state == rules.BatchState.UNDOING
    done, chunks = queries.undo_progress(found.pk) if is_undoing else queries.progress(found.pk)
    since = clock.now() - found.began_at if found.began_at else _LONG
    return {"done": done, "chunks": chunks, "seconds": int(since.total_seconds()), "is_long": since >= _LONG}


@requires("import receivables")
@unaudited
@require_GET
def progress(request: ActorRequest, import_id: int) -> HttpResponse:
    """Show how far the work on an import is; once it is done, have the page come anew."""
    found = queries.get_batch(import_id, scope=request.actor.scope)
    if found.state not in _BUSY:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("intake:batch", args=[found.pk])})
    return render(request, "intake/_progress.html", {"batch": found, **_progress(found)})


def _do(request: ActorRequest, import_id: int, action: Callable[..., object]) -> HttpResponseBase:
    """Do something with an import, and come back to it."""
    try:
        action(batch_id=import_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    return redirect("intake:batch", import_id)


@requires("import receivables")
@require_POST
def check(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Have a file checked again: the book may have changed since."""
    return _do(request, import_id, actions.check_in_background)


@requires("import receivables")
@require_POST
def load(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Have a checked file loaded, or go on with loading it."""
    return _do(request, import_id, actions.load_in_background)


@requires("import receivables")
@require_POST
def discard(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Let go of a file that is not loaded."""
    try:
        actions.abandon_batch(batch_id=import_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("intake:batch", import_id)
    said.success(request, _("Discarded. Nothing of it came into the book."))
    return redirect("intake:intake")
