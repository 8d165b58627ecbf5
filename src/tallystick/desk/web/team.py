"""The team at work: what waits with whom and how old it is, who is where, what was reached today."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires, unaudited
from tallystick.desk.queries import team as team_queries
from tallystick.desk.web import shared
from tallystick.kernel import clock


def _view(request: ActorRequest, template: str) -> HttpResponse:
    today = shared.house_day()
    view = team_queries.team_view(today=today, since=shared.beginning_of(today), at=clock.now(), by=request.actor)
    return render(request, template, {"view": view, "today": today, "at": clock.now()})


@requires("assign work")
@require_GET
def team(request: ActorRequest) -> HttpResponse:
    """Show the teams within reach and the people in them."""
    return _view(request, "desk/team.html")


@requires("assign work")
@unaudited
@require_GET
def team_now(request: ActorRequest) -> HttpResponse:
    """Give the same again, for a page that stays open."""
    return _view(request, "desk/_team.html")


urlpatterns = [
    path("team", team, name="team"),
    path("team/now", team_now, name="team_now"),
]
