"""What the steps of a strategy bring, and a draft of the trial that would tell for certain."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions
from tallystick.strategy.queries import versions
from tallystick.strategy.queries import yields as queries
from tallystick.strategy.rules.yields import DAYS


@requires("see strategies")
@require_GET
def yields(request: ActorRequest, name: str) -> HttpResponse:
    """Show what the steps of a strategy bring."""
    context = {
        "found": _found(request, name),
        "days": DAYS,
        "may_publish": request.actor.may("publish strategies"),
    }
    return render(request, "strategy/yields.html", context)


@requires("see strategies")
@require_GET
def yields_json(request: ActorRequest, name: str) -> HttpResponse:
    """Give it as machines read it."""
    return JsonResponse(queries.as_json(_found(request, name)))


@requires("publish strategies")
@require_POST
def leave_out(request: ActorRequest, name: str, state: str, step: str) -> HttpResponseBase:
    """Keep a draft in which half the accounts pass the step over, and show it."""
    try:
        made = actions.draft_without(strategy=name, state=state, step=step, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:yields", name)
    said.success(request, _("Drafted. Once it is published, register a trial of its split."))
    return redirect("strategy:version", made.pk)


def _found(request: ActorRequest, name: str) -> queries.Yields:
    today = local_day(clock.now(), settings.TIME_ZONE)
    return queries.yields(versions.get_strategy(name), day=today, scope=request.actor.scope)
