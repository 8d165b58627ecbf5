"""A working copy: begun, looked at, undone, kept as a draft, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.forms import orders, sections
from tallystick.strategy.queries import comparing, editing
from tallystick.strategy.rules import changes
from tallystick.strategy.rules.editing.taking_over import Side
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.web.editing import places, taking


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def build(request: ActorRequest) -> HttpResponseBase:
    """Begin a strategy from nothing."""
    form = sections.BeginForm(request.POST or None, calendars=sorted(jurisdictions.calendar_names()))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            copy = actions.begin_strategy(**form.cleaned_data, at=clock.now(), by=request.actor)
        except NotPermitted:
            raise
        except Refusal as no:
            refusal = no
        else:
            return redirect("strategy:working", copy.pk)
    begun = editing.begun(today=local_day(clock.now(), settings.TIME_ZONE), by=request.actor)
    context = {"form": form, "refusal": refusal, "begun": begun}
    return render(request, "strategy/editing/build.html", context, status=422 if request.method == "POST" else 200)


@requires("publish strategies")
@require_POST
def begin(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Begin to change a version by forms, or go on where the person left off."""
    try:
        copy = actions.begin_copy(version_id=version_id, at=clock.now(), by=request.actor)
    except DocumentMistaken as mistaken:
        said.error(request, str(mistaken))
        return redirect("strategy:new_version", version_id)
    return redirect("strategy:working", copy.pk)


@requires("publish strategies")
@require_GET
def working(request: ActorRequest, copy_id: int) -> HttpResponse:
    """Show a working copy: its picture, and every part with what can be done to it."""
    return _page(request, copy_id)


def _page(
    request: ActorRequest, copy_id: int, *, refusal: Refusal | None = None, chosen: Mapping[str, Side] | None = None
) -> HttpResponse:
    copy = editing.get_copy(copy_id, by=request.actor)
    laid_out = places.outline(copy.document)
    newer = editing.newer_than(copy)
    context: dict[str, Any] = {
        "copy": copy,
        "outline": laid_out,
        "document": laid_out.document,
        "picture": laid_out.picture,
        "edits": copy.edits.order_by("-revision"),
        "newer": newer,
        "refusal": refusal,
        "parts": comparing.compare_document(copy.against, copy.document) if copy.against else [],
        "offer": taking.offer(copy, newer, chosen or {}) if newer else None,
        "theirs": changes.changes(newer.document, copy.document) if newer else [],
        "orders": orders.ORDER_NAMES,
        "moved": request.GET.get("at", ""),
        "moved_by": request.GET.get("by", ""),
    }
    return render(request, "strategy/editing/working.html", context, status=refusal.status if refusal else 200)


@requires("publish strategies")
@require_POST
def undo(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Take the last change back."""
    try:
        actions.undo_edit(copy_id=copy_id, revision=revision_of(request), at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Undone."))
    return redirect("strategy:working", copy_id)


@requires("publish strategies")
@require_POST
def take_over(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Take what the newest version changed over into the working copy."""
    number, chosen = request.POST.get("number", ""), taking.choices_of(request.POST.dict())
    try:
        actions.take_over(
            copy_id=copy_id,
            revision=revision_of(request),
            number=int(number) if number.isdecimal() else 0,
            choices=chosen,
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _page(request, copy_id, refusal=refusal, chosen=chosen)
    said.success(request, _("Taken over. “Undo” takes that back, like every change."))
    return redirect("strategy:working", copy_id)


@requires("publish strategies")
@require_GET
def as_file(request: ActorRequest, copy_id: int) -> HttpResponse:
    """Give a working copy as a file."""
    copy = editing.get_copy(copy_id, by=request.actor)
    response = HttpResponse(copy.document, content_type="application/yaml; charset=utf-8")
    name = copy.base.paper.name if copy.base else "strategy"
    response["Content-Disposition"] = f'attachment; filename="{name}-working.yaml"'
    return response


@requires("publish strategies")
@require_POST
def keep(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Keep the working copy as a draft."""
    seen = request.POST.get("seen", "")
    try:
        version = actions.keep_copy(
            copy_id=copy_id,
            revision=revision_of(request),
            seen=int(seen) if seen.isdecimal() else 0,
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _page(request, copy_id, refusal=refusal)
    said.success(request, _("Kept as a draft. It decides nothing before it is published."))
    return redirect("strategy:version", version.pk)


@requires("publish strategies")
@require_POST
def drop(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Throw the working copy away."""
    copy = editing.get_copy(copy_id, by=request.actor)
    actions.drop_copy(copy_id=copy_id, by=request.actor)
    said.success(request, _("Thrown away. What was kept before is as it was."))
    return redirect("strategy:version", copy.base.pk) if copy.base else redirect("strategy:strategies")


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def text(request: ActorRequest, copy_id: int) -> HttpResponseBase:
    """Change the working copy as the text that it is."""
    copy = editing.get_copy(copy_id, by=request.actor)
    form = forms.DocumentForm(request.POST or None, initial={"document": copy.document})
    context: dict[str, Any] = {"copy": copy, "form": form, "problems": (), "refusal": None}
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_copy(
                copy_id=copy_id,
                revision=revision_of(request),
                document=form.cleaned_data["document"].replace("\r\n", "\n"),
                said=_("Changed as text"),
                at=clock.now(),
                by=request.actor,
            )
        except (NotFound, NotPermitted):
            raise
        except DocumentMistaken as mistaken:
            context["problems"] = mistaken.problems
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            return redirect("strategy:working", copy_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "strategy/editing/text.html", context, status=status)


def revision_of(request: ActorRequest) -> int:
    """Give the revision that a form was opened at."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() else -1
