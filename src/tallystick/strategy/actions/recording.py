"""Keep what is done with a version, one row an act that is never changed, and end what was planned for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tallystick.kernel.actor import Actor
from tallystick.strategy.models import Act, Plan, Version
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, PlanState


def record(version: Version, kind: ActKind, *, comment: str = "", at: datetime, by: Actor, **details: Any) -> Act:
    """Keep an act of a version, in the transaction of what it tells. What it has to name goes into `details`."""
    return Act.objects.create(
        version=version, kind=kind, at=at, by=by.label, by_id=by.user_id, comment=comment.strip(), details=details
    )


def end_plan(plan: Plan, state: PlanState, *, stopped_by: str = "", at: datetime, by: Actor) -> None:
    """Say what became of a plan."""
    plan.state, plan.ended_at, plan.ended_by, plan.stopped_by = state, at, by.label, stopped_by
    plan.save(update_fields=["state", "ended_at", "ended_by", "stopped_by"])


def cancel_plan(plan: Plan, *, at: datetime, by: Actor) -> None:
    """Cancel a plan that waits and is locked."""
    end_plan(plan, PlanState.CANCELLED, at=at, by=by)
    record(plan.version, ActKind.CANCELLED, at=at, by=by, plan=plan.pk, what=plan.kind)


def cancel_plans(version: Version, *kinds: PlanKind, at: datetime, by: Actor) -> None:
    """Cancel what is planned for a version, of some kinds, since it has no sense any more."""
    waiting = Plan.objects.select_for_update().filter(version=version, kind__in=kinds, state=PlanState.WAITING)
    for plan in waiting.order_by("pk"):
        cancel_plan(plan, at=at, by=by)
