"""The law as data: what in it a person has to look at, packs that are brought in, and what each would change on the book."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.access.web import ActorRequest, requires
from tallystick.charges import actions, forms
from tallystick.charges.queries import law_changes, law_shown
from tallystick.jurisdictions import actions as law
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.queries import applied
from tallystick.jurisdictions.rules.proposals import State
from tallystick.jurisdictions.rules.review import Concern
from tallystick.kernel import clock
from tallystick.kernel.actor import Scope
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, Refusal


def _concerns(request: ActorRequest) -> tuple[forms.ReviewForm, list[Concern]]:
    jurisdictions.refresh()
    form = forms.ReviewForm(request.GET, jurisdictions=[(each, each) for each in jurisdictions.jurisdictions()])
    today = local_day(clock.now(), settings.TIME_ZONE)
    return form, jurisdictions.to_review(today=today, **form.asked())


@requires("see reports")
@require_safe
def overview(request: ActorRequest) -> HttpResponse:
    """Show what in the law a person has to look at, what was brought in, and how far the calendars reach."""
    form, concerns = _concerns(request)
    context = {
        "form": form,
        "concerns": concerns,
        "changes": applied.pack_changes()[:20],
        "calendars": jurisdictions.calendars(),
        "may_keep": request.actor.may("keep law"),
    }
    return render(request, "charges/law.html", context)


@requires("see reports")
@require_safe
def review_json(request: ActorRequest) -> HttpResponse:
    """Give what in the law a person has to look at."""
    _form, concerns = _concerns(request)
    return JsonResponse({"concerns": [law_shown.concern(each) for each in concerns]})


def _comparison(text: str, scope: Scope) -> dict[str, Any]:
    """Give what a pack would change, for its page.

    :raises Refusal: it cannot be taken
    """
    jurisdictions.refresh()
    change = applied.difference(text)
    last_day = law_changes.a_year_from(change, today=local_day(clock.now(), settings.TIME_ZONE))
    effect = law_changes.effect_of(change, last_day=last_day, scope=scope)
    rows = [
        (row, *("" if each is None else law_shown.written(each) for each in (row.was, row.now))) for row in change.rows
    ]
    return {"comparison": change, "rows": rows, "effect": effect}


@requires("keep law")
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Show what a pack would change, and bring it in."""
    is_sent = request.method == "POST"
    form = forms.PackForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    context: dict[str, Any] = {}
    if is_sent and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            if "bring" in request.POST:
                made = law.propose(text=text, note=form.cleaned_data["note"], at=clock.now(), by=request.actor)
                said.success(request, _("Brought in. Somebody else puts it in force."))
                return redirect("charges:law_change", made.pk)
            context = _comparison(text, request.actor.scope)
        except Refusal as no:
            context = {"refusal": no}
        # What was in the file stands in the field now, to be brought in as it was looked at.
        form = forms.PackForm(initial=form.cleaned_data)
    status = 422 if is_sent and "comparison" not in context else 200
    return render(request, "charges/law_new.html", {"form": form, **context}, status=status)


@requires("keep law")
@require_safe
def change(request: ActorRequest, change_id: int) -> HttpResponse:
    """Show a pack that was brought in, and what it would change if it were put in force."""
    return _change_page(request, change_id)


def _change_page(request: ActorRequest, change_id: int, refusal: Refusal | None = None) -> HttpResponse:
    found = applied.pack_changes().filter(pk=change_id).first()
    if found is None:
        raise NotFound(what="pack", reference=change_id)
    context: dict[str, Any] = {"change": found, "refusal": refusal, "waits": found.state == State.PROPOSED}
    if context["waits"]:
        try:
            context |= _comparison(found.text, request.actor.scope)
        except Refusal as no:
            context["refusal"] = refusal or no
    return render(request, "charges/law_change.html", context, status=422 if refusal else 200)


@requires("keep law")
@require_POST
def decide(request: ActorRequest, change_id: int) -> HttpResponse:
    """Put a pack that was brought in in force, or set it aside."""
    at = clock.now()
    try:
        if "apply" in request.POST:
            actions.put_law_in_force(change_id=change_id, at=at, by=request.actor)
            said.success(request, _("In force. The next accrual charges by it."))
        else:
            law.withdraw(change_id=change_id, at=at, by=request.actor)
            said.success(request, _("Set aside."))
    except NotFound:
        raise
    except Refusal as no:
        return _change_page(request, change_id, no)
    return redirect("charges:law")
