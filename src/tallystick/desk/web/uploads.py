"""Taking a loaded file back: a page of everything that follows from it, and the one step that does it or begins it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.desk import actions
from tallystick.desk.forms.undoing import TakeUploadBackForm, read_upload_undoing
from tallystick.desk.queries import uploads as queries
from tallystick.desk.rules.undoing import ChainChanged
from tallystick.desk.rules.uploads import MOST_AT_ONCE, UploadChain, written
from tallystick.intake import queries as intake_queries
from tallystick.intake.rules import BatchState, fault_of
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal

#: From here on it is told what came of it, and no longer what would follow.
_BEGUN = (BatchState.UNDOING, BatchState.UNDONE)


@requires("take uploads back")
@require_http_methods(["GET", "POST"])
def take_upload_back(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Show what follows if a loaded file is taken back; where that is sent, do exactly that, or have it done."""
    batch = intake_queries.get_batch(import_id, scope=request.actor.scope)
    form = TakeUploadBackForm(request.POST or None, initial={"reason": batch.undo_reason})
    if request.method != "POST" or not form.is_valid():
        return _look(request, batch, form)
    try:
        actions.take_upload_back(
            batch_id=import_id, **form.cleaned_data, seen=request.POST.get("seen", ""), at=clock.now(), by=request.actor
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _look(request, batch, form, refusal=refusal)
    match intake_queries.get_batch(import_id).state:
        case BatchState.UNDONE:
            said.success(request, _("Taken back, with all that followed from it."))
        case BatchState.UNDOING:
            said.success(request, _("It is being taken back. You may leave this page."))
        case _asked:
            said.success(request, _("Asked for. Somebody else has to take it back."))
    return redirect("intake:batch", import_id)


def _look(
    request: ActorRequest, batch: Any, form: TakeUploadBackForm, *, refusal: Refusal | None = None
) -> HttpResponse:
    """Show what follows now, and why it was not done; nothing follows where that itself is refused."""
    is_begun = batch.state in _BEGUN
    chain: UploadChain | None = None
    try:
        chain = (
            UploadChain(batch.pk, True, queries.counts_of(batch.pk))
            if is_begun
            else actions.look_at_upload(batch_id=batch.pk, at=clock.now(), by=request.actor)
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as other:
        refusal = other
    context: dict[str, Any] = {
        "batch": batch,
        "form": form,
        "chain": chain,
        "is_begun": is_begun,
        "lines": [(line, fault_of(line.stays).reason if line.stays else "") for line in (chain.lines if chain else ())],
        "most_at_once": MOST_AT_ONCE,
        "takes_two": settings.INTAKE_TWO_TAKE_BACK and batch.undo_asked_at is None,
        "refusal": refusal,
        "has_changed": isinstance(refusal, ChainChanged),
    }
    status = 422 if form.errors else refusal.status if refusal else 200
    return render(request, "desk/take_upload_back.html", context, status=status)


@requires("take uploads back")
@require_http_methods(["GET", "POST"])
def take_upload_back_as_json(request: ActorRequest, import_id: int) -> HttpResponse:
    """Give a program what follows if a loaded file is taken back, or what came of it; where it posts what it saw, do that."""
    batch = intake_queries.get_batch(import_id, scope=request.actor.scope)
    if request.method == "POST":
        asked = read_upload_undoing(request.body)
        actions.take_upload_back(batch_id=import_id, **asked, at=clock.now(), by=request.actor)
        batch = intake_queries.get_batch(import_id)
    if batch.state in _BEGUN:
        done, chunks = intake_queries.undo_progress(import_id)
        counts = written(queries.counts_of(import_id))
        parts = {"done": done, "all": chunks}
        return JsonResponse({"import": import_id, "state": batch.state, "parts": parts, "counts": counts})
    chain = actions.look_at_upload(batch_id=import_id, at=clock.now(), by=request.actor)
    lines = [
        {
            "line": line.line,
            "account": line.account_id,
            "item": line.item_id,
            "reference": line.reference,
            "amount_minor": line.amount.minor,
            "currency": line.amount.currency,
            "what": line.what.value,
            "stays": line.stays,
        }
        for line in chain.lines
    ]
    asked_by = batch.undo_asked_by if batch.undo_asked_at else None
    return JsonResponse(
        {**chain.written(), "state": batch.state, "seen": chain.seen, "asked_by": asked_by, "first_lines": lines}
    )


@requires("take uploads back")
@require_POST
def go_on_taking_back(request: ActorRequest, import_id: int) -> HttpResponseBase:
    """Have workers go on with taking a file back, where those that were at it were lost."""
    batch = intake_queries.get_batch(import_id, scope=request.actor.scope)
    if batch.state == BatchState.UNDOING:
        actions.defer(import_id, by=request.actor)
    return redirect("intake:batch", import_id)


urlpatterns = [
    path("intake/<int:import_id>/take-back/go-on", go_on_taking_back, name="go_on_taking_back"),
    path("intake/<int:import_id>/take-back", take_upload_back, name="take_upload_back"),
    path("intake/<int:import_id>/take-back.json", take_upload_back_as_json, name="take_upload_back_as_json"),
]
