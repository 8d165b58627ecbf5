"""The audit trail: who saw and did what, searched on a page and exported as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tallystick.access import forms, queries
from tallystick.access.queries import AuditSearch
from tallystick.access.rules.trail import WHAT_NAMES, About, What
from tallystick.access.web import middleware
from tallystick.access.web.gate import ActorRequest, requires

_PAGE = 100
_COLUMNS = (
    "at",
    "user_name",
    "full_name",
    "what",
    "route",
    "object_kind",
    "object_id",
    "account_id",
    "method",
    "status",
    "client_address",
    "request_id",
)
#: A cell that begins so is a formula to a spreadsheet: user names and addresses of requests are written by strangers.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _searched(parameters: QueryDict) -> tuple[forms.AuditSearchForm, AuditSearch | None]:
    """Give the form, and the search it asks for; None when something in it is wrong."""
    form = forms.AuditSearchForm(parameters)
    if not form.is_valid():
        return form, None
    user_id = None
    if form.cleaned_data["who"]:
        found = queries.find_user(form.cleaned_data["who"])
        if found is None:
            form.add_error("who", _("Nobody has this user name."))
            return form, None
        user_id = found.pk
    return form, form.search(user_id=user_id)


def _after(raw: str) -> tuple[datetime, int] | None:
    """Give where a page starts, from its address; the first page where that cannot be read."""
    at, _comma, event_id = raw.partition(",")
    try:
        return datetime.fromisoformat(at), int(event_id)
    except ValueError:
        return None


@requires("see audit")
@require_GET
def audit(request: ActorRequest) -> HttpResponse:
    """Show the events a search asks for, latest first."""
    form, search = _searched(request.GET)
    rows: list[dict[str, Any]] = []
    following = ""
    if search is not None:
        search = AuditSearch(**{**_fields(search), "after": _after(request.GET.get("after", ""))})
        events = list(queries.audit_events(search)[: _PAGE + 1])
        if len(events) > _PAGE:
            events.pop()
            following = _address(request.GET, after=f"{events[-1].at.isoformat()},{events[-1].pk}")
        rows = [{"event": event, "what": WHAT_NAMES[What(event.what)]} for event in events]
    context = {
        "form": form,
        "rows": rows,
        "next": following,
        "first": _address(request.GET, after=None) if request.GET.get("after") else "",
        "export": _address(request.GET, after=None),
    }
    return render(request, "access/audit.html", context, status=200 if search is not None else 422)


@requires("see audit")
@require_GET
def audit_csv(request: ActorRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the events a search asks for as CSV, all of them, in UTC."""
    form, search = _searched(request.GET)
    if search is None:
        return render(request, "access/audit.html", {"form": form}, status=422)
    middleware.say(request, What.EXPORTED, user_id=request.user.pk, about=About("audit trail"))
    response = StreamingHttpResponse(_lines(search), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


class _Echo:
    """A file that gives back what is written to it, for a CSV writer that streams."""

    def write(self, line: str) -> str:
        return line


def _lines(search: AuditSearch) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for event in queries.stream_audit_events(search):
        yield writer.writerow([_cell(value) for value in _values(event)])


def _values(event: Any) -> tuple[Any, ...]:
    user = event.user
    return (
        event.at.isoformat(),
        user.username if user else "",
        user.full_name if user else "",
        event.what,
        event.route,
        event.object_kind,
        event.object_id,
        event.account_id,
        event.method,
        event.status,
        event.client_address,
        event.request_id,
    )


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _fields(search: AuditSearch) -> dict[str, Any]:
    return {name: getattr(search, name) for name in AuditSearch.__slots__}


def _address(parameters: QueryDict, *, after: str | None) -> str:
    """Give the query of an address: the present one, from another place on."""
    changed = parameters.copy()
    changed.pop("after", None)
    if after is not None:
        changed["after"] = after
    return f"?{changed.urlencode()}"


urlpatterns = [path("audit/", audit, name="audit"), path("audit.csv", audit_csv, name="audit_csv")]
