"""A second person finds a version right, or sends it back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import judging
from tallystick.strategy.actions.recording import cancel_plans, record
from tallystick.strategy.models import Act, Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, State


@transaction.atomic
def approve(*, version_id: int, rehearsal_id: int | None = None, comment: str = "", at: datetime, by: Actor) -> Act:
    """Find a draft right: from now on it can be published as it is, and not otherwise.

    The act names what was approved: the hashes of the document and its golden accounts, and the rehearsal that was looked at.

    :raises NotFound: there is no such version
    :raises NotToApprove: it is not a draft
    :raises OwnWork: `by` wrote it or changed its golden accounts, and the house does not allow that
    :raises TemplateMissing, TeamMissing, GoldenDiffers: it could not be published
    """
    by.must_be_allowed_to("approve strategies")
    version = versions.lock_version(version_id)
    if version.state != State.DRAFT:
        raise lifecycle.NotToApprove(number=version.number)
    is_own = life.is_writer(version, by)
    if is_own and not (by.is_system or settings.STRATEGY_SELF_APPROVAL):
        raise lifecycle.OwnWork(number=version.number)
    judging.check(version, at=at)
    version.state = State.APPROVED
    version.save(update_fields=["state"])
    return _approved(version, rehearsal_id, is_own=is_own, comment=comment, at=at, by=by)


def approve_of_system(version: Version, *, at: datetime, by: Actor) -> None:
    """Approve a draft that the program itself kept, such as a strategy it ships, for the reason it acts for."""
    version.state = State.APPROVED
    version.save(update_fields=["state"])
    _approved(version, None, is_own=True, comment="", at=at, by=by)


def _approved(
    version: Version, rehearsal_id: int | None, *, is_own: bool, comment: str, at: datetime, by: Actor
) -> Act:
    looked_at = life.rehearsals(version).filter(pk=rehearsal_id).order_by("pk").first() if rehearsal_id else None
    return record(
        version,
        ActKind.APPROVED,
        comment=comment,
        at=at,
        by=by,
        **life.fingerprint(version),
        rehearsal=looked_at.pk if looked_at else None,
        is_own=is_own,
    )


@transaction.atomic
def send_back(*, version_id: int, reason: str, at: datetime, by: Actor) -> Act:
    """Find a version wrong that is not published yet: another has to be written. What was planned for it is cancelled.

    :raises NotToSendBack: it was published, or sent back before
    :raises ReasonMissing: nobody would know why
    """
    by.must_be_allowed_to("approve strategies")
    if not reason.strip():
        raise lifecycle.ReasonMissing
    version = versions.lock_version(version_id)
    if version.state not in (State.DRAFT, State.APPROVED):
        raise lifecycle.NotToSendBack(number=version.number, state=State(version.state).label)
    version.state = State.SENT_BACK
    version.save(update_fields=["state"])
    cancel_plans(version, *PlanKind, at=at, by=by)
    return record(version, ActKind.SENT_BACK, comment=reason, at=at, by=by)


def check_approved(version: Version) -> None:
    """Refuse to publish what was not approved, or was approved otherwise.

    :raises NotApproved, ApprovedOtherwise: see above
    """
    act = life.approval(version)
    if version.state != State.APPROVED or act is None:
        raise lifecycle.NotApproved(number=version.number)
    approved = {name: act.details.get(name) for name in life.fingerprint(version)}
    if approved != life.fingerprint(version):
        raise lifecycle.ApprovedOtherwise(number=version.number)
