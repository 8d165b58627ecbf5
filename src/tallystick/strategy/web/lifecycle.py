"""What is done with a version: approved, sent back, published now or at a time, rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import versions
from tallystick.strategy.queries.story import Story
from tallystick.strategy.rules import changes
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, PlanKind


def context(request: ActorRequest, told: Story) -> dict[str, object]:
    """Give what the page of every version shows: its life, what is next, and the versions beside it."""
    version, before = told.version, versions.version_before(told.version)
    return {
        "version": version,
        "story": told,
        "versions": versions.versions_of(version.paper),
        "before": before,
        "changes": changes.changes(before.document, version.document) if before else [],
        "today": local_day(clock.now(), settings.TIME_ZONE),
        "is_unpublished": version.state in UNPUBLISHED,
        "may_publish": request.actor.may("publish strategies"),
        "approve_form": forms.ApproveForm(),
        "when_form": forms.WhenForm(auto_id="publish_%s"),
        "reason_form": forms.ReasonForm(auto_id="send_back_%s"),
        "roll_back_form": forms.RollBackForm(auto_id="roll_back_%s"),
    }


def _do(request: ActorRequest, version_id: int, act: Callable[[datetime], int | None], done: str) -> HttpResponseBase:
    """Do something with a version, say how it went, and show the version, or the one that came of it."""
    try:
        shown = act(clock.now()) or version_id
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:version", version_id)
    said.success(request, done)
    return redirect("strategy:version", shown)


def _refuse(request: ActorRequest, version_id: int, form: django_forms.Form) -> HttpResponseBase:
    said.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("strategy:version", version_id)


@requires("approve strategies")
@require_POST
def approve(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Find a draft right."""
    form = forms.ApproveForm(request.POST)
    if not form.is_valid():
        return _refuse(request, version_id, form)

    def act(at: datetime) -> None:
        actions.approve(
            version_id=version_id,
            rehearsal_id=form.cleaned_data["rehearsal"],
            foresight_id=form.cleaned_data["foresight"],
            comment=form.cleaned_data["comment"],
            at=at,
            by=request.actor,
        )

    return _do(request, version_id, act, _("Approved. It can be published now."))


@requires("approve strategies")
@require_POST
def send_back(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Find a version wrong that is not published yet."""

    def act(at: datetime) -> None:
        actions.send_back(version_id=version_id, reason=request.POST.get("reason", ""), at=at, by=request.actor)

    return _do(request, version_id, act, _("Sent back. Whoever wrote it reads why."))


@requires("publish strategies")
@require_POST
def publish(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Let an approved version decide, from now on or from an instant to come."""
    form = forms.WhenForm(request.POST)
    if not form.is_valid():
        return _refuse(request, version_id, form)
    if due_at := form.cleaned_data["due_at"]:
        return _plan(request, version_id, PlanKind.PUBLISH, due_at, "")

    def act(at: datetime) -> None:
        published = actions.publish(version_id=version_id, at=at, by=request.actor)
        actions.defer_following(published, day=local_day(at, settings.TIME_ZONE))

    return _do(request, version_id, act, _("Published. It decides from now on; the version before is kept."))


@requires("publish strategies")
@require_POST
def roll_back(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Have the version before decide again, from now on or from an instant to come."""
    form = forms.RollBackForm(request.POST)
    if not form.is_valid():
        return _refuse(request, version_id, form)
    reason = form.cleaned_data["reason"]
    if due_at := form.cleaned_data["due_at"]:
        return _plan(request, version_id, PlanKind.ROLL_BACK, due_at, reason)

    def act(at: datetime) -> int:
        restored = actions.roll_back(version_id=version_id, reason=reason, at=at, by=request.actor)
        actions.defer_following(restored, day=local_day(at, settings.TIME_ZONE))
        return restored.pk

    return _do(request, version_id, act, _("Rolled back. This is the version before, published again."))


def _plan(request: ActorRequest, version_id: int, kind: PlanKind, due_at: datetime, reason: str) -> HttpResponseBase:
    def act(at: datetime) -> None:
        actions.plan(version_id=version_id, kind=kind, due_at=due_at, reason=reason, at=at, by=request.actor)

    return _do(request, version_id, act, _("Planned. Until its instant it can be cancelled."))


@requires("publish strategies")
@require_POST
def cancel_plan(request: ActorRequest, version_id: int, plan_id: int) -> HttpResponseBase:
    """Cancel what is planned."""

    def act(at: datetime) -> None:
        actions.cancel_plan(plan_id=plan_id, at=at, by=request.actor)

    return _do(request, version_id, act, _("Cancelled. Nothing happens at that instant."))
