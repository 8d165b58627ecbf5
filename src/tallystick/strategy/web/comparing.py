"""Two versions on one page, and a strategy as a file: taken along, and brought in."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import comparing, golden, versions
from tallystick.strategy.rules import changes
from tallystick.strategy.rules.reading import DocumentMistaken


@requires("see strategies")
@require_GET
def compare(request: ActorRequest, version_id: int) -> HttpResponse:
    """Say what a version says that another does not: in sentences, and line by line."""
    after = versions.get_version(version_id)
    form = forms.CompareForm(request.GET, choices=list(versions.versions_of(after.paper)))
    number = form.cleaned_data["with"] if form.is_valid() else None
    before = versions.version_numbered(after.paper, number) if number else versions.version_before(after)
    if before is None:
        raise NotFound(what="version", reference=f"{after.paper.name} {after.number - 1}")
    context = {
        "version": after,
        "before": before,
        "form": forms.CompareForm(initial={"with": before.number}, choices=list(versions.versions_of(after.paper))),
        "parts": comparing.compare(before, after),
        "changes": changes.changes(before.document, after.document),
    }
    return render(request, "strategy/compare.html", context)


@requires("see strategies")
@require_GET
def download(request: ActorRequest, version_id: int) -> HttpResponse:
    """Give a version as a file: its document, and its golden accounts behind it."""
    found = versions.get_version(version_id)
    response = HttpResponse(golden.as_file(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.paper.name}-{found.number}.yaml"'
    return response


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def bring_in(request: ActorRequest) -> HttpResponseBase:
    """Keep a strategy from a file as a draft."""
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    context = {"form": form, "problems": (), "refusal": None}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.import_strategy(
                text=form.cleaned_data["text"], file_name=file.name, at=clock.now(), by=request.actor
            )
        except NotPermitted:
            raise
        except DocumentMistaken as mistaken:
            context["problems"] = mistaken.problems
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            return redirect("strategy:version", made.pk)
    return render(request, "strategy/import.html", context, status=422 if request.method == "POST" else 200)
