"""Rehearsals: begun from a version, watched while they are made, and read: harmful changes first, down to each account."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages as said
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import rehearsals, rehearsed
from tallystick.strategy.queries.rehearsed import Result

_PAGE = 50


@requires("see strategies")
@require_POST
def rehearse(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Begin to rehearse a version on the whole book; workers in the background do it."""
    at = clock.now()
    try:
        begun = actions.start_rehearsal(
            version_id=version_id, today=local_day(at, settings.TIME_ZONE), at=at, by=request.actor
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:version", version_id)
    actions.defer_rehearsal(rehearsal_id=begun.pk)
    return redirect("strategy:rehearsal", begun.pk)


@requires("see strategies")
@require_GET
def rehearsal(request: ActorRequest, rehearsal_id: int) -> HttpResponse:
    """Show a rehearsal: how far it is, and then what it found. While it is made, the page asks again by itself."""
    found = rehearsals.get_rehearsal(rehearsal_id)
    context = {
        "rehearsal": found,
        "version": found.version,
        "summary": rehearsals.summed_up(found),
        "result": Result(found) if found.finished_at else None,
    }
    template = "strategy/_rehearsal.html" if getattr(request, "htmx", False) else "strategy/rehearsal.html"
    return render(request, template, context)


@requires("see strategies")
@require_GET
def accounts(request: ActorRequest, rehearsal_id: int) -> HttpResponse:
    """List the accounts within the reader's scope that fare otherwise: all, those of a harm, or those of a difference."""
    result = Result(rehearsals.get_rehearsal(rehearsal_id))
    form = forms.DifferingForm(request.GET)
    found = rehearsed.accounts_differing(result, scope=request.actor.scope, **form.chosen())
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "rehearsal": result.rehearsal,
        "version": result.rehearsal.version,
        "result": result,
        "form": form,
        "page": page,
        "rows": rehearsed.rows(result, page.object_list),
        "query": request.GET.urlencode(),
    }
    return render(request, "strategy/rehearsal_accounts.html", context)


class _Echo:
    """A file that gives back what is written to it, for a CSV writer that streams."""

    def write(self, line: str) -> str:
        return line


@requires("see strategies")
@require_GET
def accounts_csv(request: ActorRequest, rehearsal_id: int) -> StreamingHttpResponse:
    """Send the same accounts as CSV, all of them."""
    result = Result(rehearsals.get_rehearsal(rehearsal_id))
    chosen = forms.DifferingForm(request.GET).chosen()
    response = StreamingHttpResponse(_lines(request, result, chosen), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rehearsal-{rehearsal_id}.csv"'
    return response


def _lines(request: ActorRequest, result: Result, chosen: forms.Chosen) -> Iterator[str]:
    writer = csv.writer(_Echo())
    names = (_("Account"), _("Client"), _("Owed"), _("Currency"), _("Now"), _("By the version"), _("Harm"))
    yield writer.writerow(names)
    found = rehearsed.accounts_differing(result, scope=request.actor.scope, **chosen)
    for row in rehearsed.stream(result, found):
        cells = (
            row.account.reference,
            row.account.portfolio.client.name,
            str(row.owed.amount),
            row.owed.currency,
            row.before.in_a_line,
            row.after.in_a_line,
            "; ".join(row.harms),
        )
        yield writer.writerow([_cell(text) for text in cells])


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
