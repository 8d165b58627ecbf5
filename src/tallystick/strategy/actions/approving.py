"""A second person finds a version right, or sends it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.actions import kinds
from tallystick.strategy.actions.recording import cancel_plans, record
from tallystick.strategy.models import Act, Foresight, Rehearsal, Version
from tallystick.strategy.queries import foresights, life, rehearsals, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, State
from tallystick.strategy.rules.rehearsal import NotRehearsed, RehearsalTooOld


@transaction.atomic
def approve(
    *,
    version_id: int,
    rehearsal_id: int | None = None,
    foresight_id: int | None = None,
    comment: str = "",
    at: datetime,
    by: Actor,
) -> Act:
    """Find a draft right: from now on it can be published as it is, and not otherwise.

    The act names what was approved: the hashes of the document and its golden accounts, and the rehearsal that is signed with
    them, by its hash: the one that was looked at, else the last finished one of just this document. Where days ahead were
    foreseen by it, those figures are signed too.

    :raises NotFound: there is no such version, or no such foresight of it as it is
    :raises NotToApprove: it is not a draft
    :raises OwnWork: `by` wrote it or changed its golden accounts, and the house does not allow that
    :raises NotRehearsed, RehearsalTooOld: nobody knows what it would do to the book as it is
    :raises Refusal: it could not be published; see `publishing.publish`
    """
    by.must_be_allowed_to("approve strategies")
    version = versions.lock_version(version_id)
    if version.state != State.DRAFT:
        raise lifecycle.NotToApprove(number=version.number)
    is_own = life.is_writer(version, by)
    if is_own and not (by.is_system or settings.STRATEGY_SELF_APPROVAL):
        raise lifecycle.OwnWork(number=version.number)
    rehearsal = _signed(version, rehearsal_id, at=at, by=by)
    kinds.of(version.paper).check(version, at=at)
    version.state = State.APPROVED
    version.save(update_fields=["state"])
    foresight = _foreseen(version, foresight_id)
    return _approved(version, rehearsal, foresight, is_own=is_own, comment=comment, at=at, by=by)


def approve_of_system(version: Version, *, at: datetime, by: Actor) -> None:
    """Approve a draft that the program itself kept, such as a document it ships, for the reason it acts for."""
    version.state = State.APPROVED
    version.save(update_fields=["state"])
    _approved(version, None, None, is_own=True, comment="", at=at, by=by)


def _signed(version: Version, rehearsal_id: int | None, *, at: datetime, by: Actor) -> Rehearsal | None:
    """Give the rehearsal that an approval signs. The system, and a house that says so, sign without one; a policy has none.

    :raises NotRehearsed, RehearsalTooOld: see `approve`
    """
    found = rehearsals.finished(version)
    signed = found.filter(pk=rehearsal_id) if rehearsal_id else found
    rehearsal = signed.order_by("-pk").first()
    days = settings.STRATEGY_REHEARSAL_DAYS
    if by.is_system or not days or not version.paper.is_strategy:
        return rehearsal
    if rehearsal is None or rehearsal.finished_at is None:
        raise NotRehearsed(number=version.number)
    if rehearsal.finished_at < at - timedelta(days=days):
        raise RehearsalTooOld(number=version.number, days=days)
    return rehearsal


def _foreseen(version: Version, foresight_id: int | None) -> Foresight | None:
    """Give the finished foresight that an approval signs: the one that was looked at, else the last; None where there is none."""
    if foresight_id is None:
        return foresights.last_finished(version)
    found = foresights.of_document(version).filter(pk=foresight_id, finished_at__isnull=False).order_by("pk").first()
    if found is None:
        raise NotFound(what="foresight", reference=foresight_id)
    return found


def _approved(
    version: Version,
    rehearsal: Rehearsal | None,
    foresight: Foresight | None,
    *,
    is_own: bool,
    comment: str,
    at: datetime,
    by: Actor,
) -> Act:
    return record(
        version,
        ActKind.APPROVED,
        comment=comment,
        at=at,
        by=by,
        **life.fingerprint(version),
        rehearsal=rehearsal.pk if rehearsal else None,
        figures=rehearsal.figures if rehearsal else None,
        foresight=foresight.pk if foresight else None,
        foreseen=foresight.figures if foresight else None,
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
