"""Publish, or roll back, at an instant to come: planned, seen, cancelled, and kept exactly once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.strategy.actions import deferring, publishing, recording, restoring
from tallystick.strategy.actions.recording import end_plan, record
from tallystick.strategy.models import Plan, Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, PlanState


@transaction.atomic
def plan(*, version_id: int, kind: PlanKind, due_at: datetime, reason: str = "", at: datetime, by: Actor) -> Plan:
    """Plan to publish an approved version, or to roll one back that is published or planned to be by then.

    What would stop it is checked now, and again when the instant has come.

    :raises PlanInThePast: the instant has passed
    :raises PlannedAlready: a plan of the kind waits for the version
    :raises Refusal: it could not be published; see `publishing.publish`
    :raises NotInForce, NothingBefore, ReasonMissing: it could not be rolled back
    """
    by.must_be_allowed_to("publish strategies")
    if due_at <= at:
        raise lifecycle.PlanInThePast
    version = versions.lock_version(version_id)
    if life.waiting(version, kind):
        raise lifecycle.PlannedAlready(number=version.number)
    if kind is PlanKind.PUBLISH:
        publishing.check(version, at=at)
    else:
        _check_roll_back(version, due_at=due_at, reason=reason)
    made = Plan.objects.create(
        version=version,
        kind=kind,
        due_at=due_at,
        reason=reason.strip(),
        made_at=at,
        made_by=by.label,
        made_by_id=by.user_id,
    )
    record(version, ActKind.PLANNED, comment=reason, at=at, by=by, plan=made.pk, what=kind, due_at=due_at.isoformat())
    return made


def _check_roll_back(version: Version, *, due_at: datetime, reason: str) -> None:
    if not reason.strip():
        raise lifecycle.ReasonMissing
    coming = life.waiting(version, PlanKind.PUBLISH)
    if coming is not None and coming.due_at < due_at:
        # It goes back to whatever it replaces, which is published now.
        versions.published_version(version.paper)
        return
    restoring.version_to_restore(version)


@transaction.atomic
def cancel_plan(*, plan_id: int, at: datetime, by: Actor) -> Plan:
    """Cancel a plan that waits.

    :raises NotFound: there is no such plan
    :raises PlanEnded: it has been kept, cancelled or stopped
    """
    by.must_be_allowed_to("publish strategies")
    found = Plan.objects.select_for_update().filter(pk=plan_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="plan", reference=plan_id)
    if found.state != PlanState.WAITING:
        raise lifecycle.PlanEnded(state=PlanState(found.state).label)
    recording.cancel_plan(found, at=at, by=by)
    return found


def keep_plans(*, at: datetime, by: Actor) -> int:
    """Do what was planned for an instant that has come, in the order of instants; give how many plans that were."""
    by.must_be_allowed_to("publish strategies")
    due = Plan.objects.filter(state=PlanState.WAITING, due_at__lte=at).order_by("due_at", "pk")
    return sum(_keep(plan_id, at=at, by=by) for plan_id in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _keep(plan_id: int, *, at: datetime, by: Actor) -> bool:
    """Do what one plan says, unless somebody has it in hand. What is refused is not half done, and those concerned are told."""
    due = Plan.objects.select_for_update(skip_locked=True).filter(pk=plan_id, state=PlanState.WAITING)
    found = due.order_by("pk").first()
    if found is None:
        return False
    # Before it is done: publishing by hand cancels what is planned, and this is the plan.
    end_plan(found, PlanState.KEPT, at=at, by=by)
    try:
        with transaction.atomic():
            _do(found, at=at)
    except Refusal as refusal:
        end_plan(found, PlanState.STOPPED, stopped_by=str(refusal), at=at, by=by)
        record(
            found.version,
            ActKind.STOPPED,
            comment=str(refusal),
            at=at,
            by=by,
            plan=found.pk,
            what=found.kind,
            code=refusal.code,
        )
        deferring.defer_telling(plan_id=found.pk)
    else:
        deferring.defer_following(found.version, day=local_day(at, settings.TIME_ZONE))
    return True


def _do(found: Plan, *, at: datetime) -> None:
    planner = _planner(found)
    if found.kind == PlanKind.PUBLISH:
        publishing.publish(version_id=found.version_id, at=at, by=planner)
    else:
        restoring.roll_back(version_id=found.version_id, reason=found.reason, at=at, by=planner)


def _planner(found: Plan) -> Actor:
    """Give who made a plan, with the rights they have now."""
    if found.made_by_id is None:
        return system(found.made_by.removeprefix("system: "))
    actor = access_queries.actor_for(access_queries.get_user(found.made_by_id))
    if not actor.may("publish strategies"):
        raise lifecycle.PlannerMayNot(person=found.made_by)
    return actor


def tell_of_stopped(*, plan_id: int, by: Actor) -> int:
    """Tell whoever made a plan, wrote its version and approved it, by e-mail, that it was stopped and why; give how many."""
    by.must_be_allowed_to("publish strategies")
    found = Plan.objects.select_related("version__paper").get(pk=plan_id)
    approval = life.approval(found.version)
    named = (found.made_by_id, found.version.author_id, approval.by_id if approval else None)
    concerned = {user_id for user_id in named if user_id is not None}
    people = [user for user in access_queries.users().filter(pk__in=concerned) if user.email]
    for person in people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            send_mail(*_letter(found), None, [person.email])
    return len(people)


def _letter(found: Plan) -> tuple[str, str]:
    words = {
        "plan": PlanKind(found.kind).label,
        "title": found.version.paper.title,
        "number": found.version.number,
        "reason": found.stopped_by,
        "address": settings.SITE_URL + reverse("strategy:version", args=[found.version_id]),
    }
    subject = _("Stopped: {plan}, {title}, version {number}").format(**words)
    text = _("It was planned for now, and nothing of it was done:\n\n{reason}\n\n{address}\n").format(**words)
    return subject, text
