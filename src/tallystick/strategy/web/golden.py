"""Golden accounts: taken from a live account, written by hand, and another outcome accepted."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import catalogue, golden, versions
from tallystick.strategy.rules.lifecycle import State
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.section import Problem


@requires("publish strategies")
@require_POST
def keep(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Keep a live account as a golden one."""
    form = forms.KeepGoldenForm(request.POST)
    if not form.is_valid():
        said.error(request, _("Say what kind of account it is, and for which day."))
        return redirect("strategy:why", account_id)
    try:
        kept = actions.keep_golden(account_id=account_id, **form.cleaned_data, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:why", account_id)
    said.success(request, _("Kept as a golden account, without anything of whom it is about but facts."))
    return redirect(f"{_address(kept.version_id)}#golden")


@requires("publish strategies")
@require_POST
def change(request: ActorRequest, version_id: int, name: str) -> HttpResponseBase:
    """Accept another outcome of a golden account, or remove it."""
    is_removing = request.POST.get("do") == "remove"
    act = actions.remove_golden if is_removing else actions.accept_golden
    reason = request.POST.get("reason", "")
    try:
        act(version_id=version_id, name=name, reason=reason, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        done = _("Removed.") if is_removing else _("Accepted.")
        said.success(request, f"{done} {_('Whoever approves the version reads why.')}")
    return redirect(f"{_address(version_id)}#golden")


@requires("publish strategies")
@require_POST
def accept_of_strategy(request: ActorRequest, version_id: int, number: int) -> HttpResponseBase:
    """Accept another outcome of a golden account of a strategy with a draft of a policy."""
    try:
        actions.accept_golden_of_strategy(
            version_id=version_id,
            number=number,
            reason=request.POST.get("reason", ""),
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Accepted. Whoever approves the version reads why."))
    return redirect(f"{_address(version_id)}#golden")


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def write(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Write the golden accounts of a draft by hand."""
    found = versions.of_strategy(versions.get_version(version_id))
    if found.state != State.DRAFT:
        said.error(request, _("Golden accounts are changed in a draft only: they are approved with it."))
        return redirect("strategy:version", version_id)
    form = forms.GoldenForm(request.POST or None, initial={"document": golden.as_yaml(found)})
    problems: Sequence[Problem] = ()
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.write_golden(
                version_id=version_id,
                document=form.cleaned_data["document"].replace("\r\n", "\n"),
                reason=form.cleaned_data["reason"],
                at=clock.now(),
                by=request.actor,
            )
        except NotPermitted:
            raise
        except DocumentMistaken as mistaken:
            problems = mistaken.problems
        except Refusal as no:
            refusal = no
        else:
            count = len(changed)
            told = ngettext("{n} golden account changed.", "{n} golden accounts changed.", count).format(n=count)
            said.success(request, told)
            return redirect(f"{_address(version_id)}#golden")
    context = {
        "form": form,
        "version": found,
        "problems": problems,
        "refusal": refusal,
        "rooms": catalogue.all_by_room(),
        "document": versions.program_of(found.document).document,
    }
    return _rendered(request, context)


def _rendered(request: ActorRequest, context: dict[str, object]) -> HttpResponse:
    return render(request, "strategy/golden.html", context, status=422 if request.method == "POST" else 200)


def _address(version_id: int) -> str:
    return reverse("strategy:version", args=[version_id])
