"""The page for business units and their teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access import actions, forms, queries
from tallystick.access.web.gate import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.refusals import Refusal


def _show(request: ActorRequest, *, status: int = 200, **said: Any) -> HttpResponse:
    context = {
        "units": queries.business_units(),
        "unit_form": forms.BusinessUnitForm(auto_id="unit_%s"),
        "team_form": forms.TeamForm(units=queries.unit_choices(), auto_id="team_%s"),
        **said,
    }
    return render(request, "access/organization.html", context, status=status)


@requires("manage users")
@require_GET
def organization(request: ActorRequest) -> HttpResponse:
    """Show the business units, their teams and who is in them."""
    return _show(request)


@requires("manage users")
@require_POST
def open_unit(request: ActorRequest) -> HttpResponse:
    """Open a business unit."""
    form = forms.BusinessUnitForm(request.POST, auto_id="unit_%s")
    refusal = None
    if form.is_valid():
        try:
            actions.open_business_unit(**form.cleaned_data, at=clock.now(), by=request.actor)
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, _("Saved."))
            return redirect("access:organization")
    return _show(request, status=422, unit_form=form, unit_refusal=refusal)


@requires("manage users")
@require_POST
def open_team(request: ActorRequest) -> HttpResponse:
    """Open a team in a business unit."""
    form = forms.TeamForm(request.POST, units=queries.unit_choices(), auto_id="team_%s")
    refusal = None
    if form.is_valid():
        try:
            actions.open_team(
                business_unit_id=form.cleaned_data["business_unit"],
                name=form.cleaned_data["name"],
                at=clock.now(),
                by=request.actor,
            )
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, _("Saved."))
            return redirect("access:organization")
    return _show(request, status=422, team_form=form, team_refusal=refusal)


urlpatterns = [
    path("organization/", organization, name="organization"),
    path("organization/units/", open_unit, name="open_unit"),
    path("organization/teams/", open_team, name="open_team"),
]
