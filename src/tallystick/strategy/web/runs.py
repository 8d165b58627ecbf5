"""Runs of the book: the list, one of them while it runs and afterwards, and starting, pausing and taking up one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import book
from tallystick.strategy.queries import runs as run_queries


@requires("see strategies")
@require_GET
def runs(request: ActorRequest) -> HttpResponse:
    """List the runs, the latest first."""
    today = local_day(clock.now(), settings.TIME_ZONE)
    context = {
        "reports": run_queries.reports(run_queries.runs(limit=30)),
        "form": forms.RunForm(initial={"day": today.isoformat()}),
        "may_run": request.actor.may("run strategies"),
        "is_of_other_facts": not book.is_of_these_facts(),
    }
    return render(request, "strategy/runs.html", context)


@requires("run strategies")
@require_POST
def start(request: ActorRequest) -> HttpResponseBase:
    """Start the run of a day; workers in the background do it. A day that is over is only reported, unless a reason is given."""
    form = forms.RunForm(request.POST)
    if not form.is_valid():
        said.error(request, _("Give the day to run the book for."))
        return redirect("strategy:runs")
    day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
    try:
        run = actions.start_run(day=day, reason=reason, at=clock.now(), by=request.actor)
    except NotPermitted:
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:runs")
    actions.defer_run(run_id=run.pk)
    return redirect("strategy:run", run.pk)


@requires("see strategies")
@require_GET
def run(request: ActorRequest, run_id: int) -> HttpResponse:
    """Show a run: how far it is, how fast, and what happened. While it runs, the page asks again by itself."""
    report = run_queries.report(run_queries.get_run(run_id))
    last = run_queries.last_day()
    context = {
        "report": report,
        "run": report.run,
        "acts": run_queries.acts(report.run),
        "may_run": request.actor.may("run strategies"),
        "may_act": report.run.only_reports and (last is None or last < report.run.day),
        "last": last,
        "form": forms.RunForm(),
    }
    template = "strategy/_run.html" if getattr(request, "htmx", False) else "strategy/run.html"
    return render(request, template, context)


@requires("run strategies")
@require_POST
def pause(request: ActorRequest, run_id: int) -> HttpResponseBase:
    """Have no further part of a run begun."""
    return _steer(request, run_id, actions.pause_run)


@requires("run strategies")
@require_POST
def resume(request: ActorRequest, run_id: int) -> HttpResponseBase:
    """Let a paused run go on in the background."""
    return _steer(request, run_id, actions.resume_run, goes_on=True)


@requires("run strategies")
@require_POST
def retry(request: ActorRequest, run_id: int) -> HttpResponseBase:
    """Run again what failed, and only that, in the background."""
    return _steer(request, run_id, actions.retry_failed, goes_on=True)


def _steer(
    request: ActorRequest, run_id: int, action: Callable[..., object], *, goes_on: bool = False
) -> HttpResponseBase:
    try:
        action(run_id=run_id, at=clock.now(), by=request.actor)
    except (NotPermitted, NotFound):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        if goes_on:
            actions.defer_run(run_id=run_id)
    return redirect("strategy:run", run_id)
