"""Take a file in: from a source that is known, read as before; or from a new one, to be mapped."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import queries as account_queries
from tallystick.intake import actions, forms, queries, rules
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

#: Which field of the form a refusal is about; another is about the whole.
_FIELDS = {"intake.heading_missing": "heading_line", "intake.source_exists": "name"}
_OF_THE_FILE = ("intake.file_empty", "intake.file_too_large", "intake.file_type_unknown", "intake.workbook_unsafe")


@requires("import receivables")
@require_http_methods(["GET", "POST"])
def upload(request: ActorRequest) -> HttpResponseBase:
    """Take a file in. Where its source remembers how it is read, the check begins at once."""
    form = _form(request)
    if request.method != "POST":
        return render(request, "intake/upload.html", {"form": form})
    if form.is_valid():
        try:
            batch = _take(request, form.cleaned_data)
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            is_of_file = refusal.code in _OF_THE_FILE
            form.add_error("file" if is_of_file else _FIELDS.get(refusal.code), str(refusal))
        else:
            concerns(request, kind="import", thing_id=batch.pk)
            if actions.check_as_remembered(batch_id=batch.pk, at=clock.now(), by=request.actor):
                return redirect("intake:batch", batch.pk)
            return redirect("intake:mapping", batch.pk)
    elif "file" in form.files:
        said.info(request, _("Choose the file again: a browser does not keep it."))
    return render(request, "intake/upload.html", {"form": form}, status=422)


def _form(request: ActorRequest) -> forms.UploadForm:
    scope = request.actor.scope
    grouped: dict[str, list[tuple[str, str]]] = {}
    for source in queries.sources(scope=scope):
        kind = rules.FileKind(source.kind)
        grouped.setdefault(source.client.name, []).append((str(source.pk), f"{source.name} · {kind.label}"))
    chosen = request.GET.get("source", "" if grouped else forms.NEW)
    sources: list[Any] = [("", _("Choose …")), *grouped.items()]
    clients = [(client.code, client.name) for client in account_queries.clients(scope=scope)]
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    only = clients[0][0] if len(clients) == 1 else ""
    begun = {"source": chosen, "kind": rules.FileKind.INVOICES, "client": only}
    return forms.UploadForm(*posted, sources=sources, clients=clients, initial=begun)


def _take(request: ActorRequest, typed: dict[str, Any]) -> Any:
    file = typed["file"]
    taken: dict[str, Any] = {
        "file_name": file.name,
        "content": file.chunks(),
        "heading_line": typed["heading_line"],
        "at": clock.now(),
        "by": request.actor,
    }
    if typed["source"] != forms.NEW:
        return actions.upload_file(source_id=int(typed["source"]), **taken)
    return actions.upload_first(
        client_code=typed["client"],
        name=typed["name"],
        kind=rules.FileKind(typed["kind"]),
        prefix=typed["reference_prefix"],
        **taken,
    )
