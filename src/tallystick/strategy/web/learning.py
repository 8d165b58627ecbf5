"""A split that learns: its shares over time, what came of each arm, and freezing it."""

from __future__ import annotations

from collections.abc import Callable

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
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import learning, learning_report, versions
from tallystick.strategy.rules import shares_picture
from tallystick.strategy.rules.learning import ENOUGH


@requires("see strategies")
@require_GET
def split(request: ActorRequest, name: str, split: str) -> HttpResponse:
    """Show a split that learns."""
    found = _report(request, name, split)
    context = {
        "found": found,
        "picture": shares_picture.draw([(each.since, shares) for each, shares in found.weeks]),
        "enough": ENOUGH,
        "published": versions.published_version(found.strategy),
        "may_publish": request.actor.may("publish strategies"),
        "form": forms.ReasonForm(),
    }
    return render(request, "strategy/split.html", context)


@requires("see strategies")
@require_GET
def split_json(request: ActorRequest, name: str, split: str) -> HttpResponse:
    """Give it as machines read it."""
    return JsonResponse(learning_report.as_json(_report(request, name, split)))


@requires("publish strategies")
@require_POST
def freeze(request: ActorRequest, name: str, split: str) -> HttpResponseBase:
    """Keep its shares as they are."""
    return _do(request, name, split, actions.freeze_split, _("Frozen. Its shares stay as they are."))


@requires("publish strategies")
@require_POST
def thaw(request: ActorRequest, name: str, split: str) -> HttpResponseBase:
    """Have it learn again."""
    return _do(request, name, split, actions.thaw_split, _("It learns again, with the coming night."))


def _report(request: ActorRequest, name: str, split: str) -> learning_report.Report:
    strategy = versions.get_strategy(name)
    today = local_day(clock.now(), settings.TIME_ZONE)
    return learning_report.report(strategy, learning.get_learner(strategy, split), day=today, scope=request.actor.scope)


def _do(request: ActorRequest, name: str, split: str, act: Callable[..., object], done: str) -> HttpResponseBase:
    try:
        act(strategy=name, split=split, reason=request.POST.get("reason", ""), at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, done)
    return redirect("strategy:split", name, split)
