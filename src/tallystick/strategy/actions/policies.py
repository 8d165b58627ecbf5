"""Keep policies, approve and publish them: from that moment every condition that speaks of them means the new version.

Strategies read them, so a second person finds a version right, as it is with a strategy.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.strategy.models import Policy, PolicyAct, PolicyVersion
from tallystick.strategy.queries import life, policies
from tallystick.strategy.rules.lifecycle import (
    UNPUBLISHED,
    ActKind,
    NotADraft,
    NotApproved,
    NotToApprove,
    NotToSendBack,
    ReasonMissing,
    State,
)
from tallystick.strategy.rules.policies import document as documents
from tallystick.strategy.rules.policies import lifecycle


@transaction.atomic
def draft_policy(*, document: str, policy: str | None = None, at: datetime, by: Actor) -> PolicyVersion:
    """Keep a document as the next version of the policy it names; the same document as the newest version is that version.

    Where a policy is given, the document must be its.

    :raises DocumentMistaken: something in the document is wrong; every mistake is named
    :raises PolicyDiffers: the document is named otherwise than the policy given, or is of another kind than its earlier versions
    """
    by.must_be_allowed_to("publish strategies")
    read = policies.checked(document)
    kind = documents.kind_of(read)
    if policy is not None and read.name != policy:
        raise lifecycle.PolicyDiffers(found=read.name, expected=policy)
    of, _made = Policy.objects.select_for_update().get_or_create(
        name=read.name, defaults={"kind": kind, "title": read.title, "created_at": at, "created_by": by.label}
    )
    if of.kind != kind:
        raise lifecycle.PolicyDiffers(found=str(kind.label), expected=str(documents.Kind(of.kind).label))
    newest = of.versions.order_by("-number").first()
    if newest is not None and newest.document == document:
        return newest
    version = PolicyVersion.objects.create(
        policy=of,
        number=newest.number + 1 if newest else 1,
        document=document,
        created_at=at,
        created_by=by.label,
        author_id=by.user_id,
        is_by_system=by.is_system,
    )
    _record(version, ActKind.DRAFTED, at=at, by=by, document=life.digest(document))
    return version


@transaction.atomic
def approve_policy(*, version_id: int, comment: str = "", at: datetime, by: Actor) -> PolicyAct:
    """Find a draft right: from now on it can be published as it is, and not otherwise. The act names the hash of the document.

    :raises NotToApprove: it is not a draft
    :raises OwnPolicy: `by` wrote it, and the house does not allow that
    :raises DocumentMistaken, PolicyDiffers, PolicyCycle, PolicyTooDeep, PolicyTooLong, PolicyInUse: it could not be published
    """
    by.must_be_allowed_to("approve strategies")
    version = policies.lock_version(version_id)
    if version.state != State.DRAFT:
        raise NotToApprove(number=version.number)
    is_own = policies.is_writer(version, by)
    if is_own and not (by.is_system or settings.STRATEGY_SELF_APPROVAL):
        raise lifecycle.OwnPolicy(number=version.number)
    policies.check_publishable(version)
    return _approved(version, is_own=is_own, comment=comment, at=at, by=by)


def _approved(version: PolicyVersion, *, is_own: bool, comment: str = "", at: datetime, by: Actor) -> PolicyAct:
    version.state = State.APPROVED
    version.save(update_fields=["state"])
    document = life.digest(version.document)
    return _record(version, ActKind.APPROVED, comment=comment, at=at, by=by, document=document, is_own=is_own)


@transaction.atomic
def send_policy_back(*, version_id: int, reason: str, at: datetime, by: Actor) -> PolicyAct:
    """Find a version wrong that is not published yet: another has to be written.

    :raises ReasonMissing: nobody would know why
    :raises NotToSendBack: it was published, or sent back before
    """
    by.must_be_allowed_to("approve strategies")
    if not reason.strip():
        raise ReasonMissing
    version = policies.lock_version(version_id)
    if version.state not in (State.DRAFT, State.APPROVED):
        raise NotToSendBack(number=version.number, state=State(version.state).label)
    version.state = State.SENT_BACK
    version.save(update_fields=["state"])
    return _record(version, ActKind.SENT_BACK, comment=reason, at=at, by=by)


@transaction.atomic
def publish_policy(*, version_id: int, at: datetime, by: Actor) -> PolicyVersion:
    """Publish an approved version: from now on its word means it, wherever it is spoken of. The version before is retired.

    What the program itself keeps and publishes is approved by that.

    :raises NotADraft: it was published before
    :raises NotApproved, PolicyNotAsApproved: nobody found it right as it is
    :raises DocumentMistaken, PolicyDiffers, PolicyCycle, PolicyTooDeep, PolicyTooLong, PolicyInUse: see
        `queries.policies.check_publishable`
    """
    by.must_be_allowed_to("publish strategies")
    policies.lock_all()
    version = policies.lock_version(version_id)
    if version.state not in UNPUBLISHED:
        raise NotADraft(number=version.number)
    if version.state == State.DRAFT and version.is_by_system and by.is_system:
        _approved(version, is_own=True, at=at, by=by)
    _check_approved(version)
    policies.check_publishable(version)
    for before in PolicyVersion.objects.filter(policy=version.policy, state=State.PUBLISHED).order_by("pk"):
        before.state, before.retired_at = State.RETIRED, at
        before.save(update_fields=["state", "retired_at"])
        _record(before, ActKind.REPLACED, at=at, by=by, number=version.number)
    version.state, version.published_at, version.published_by = State.PUBLISHED, at, by.label
    version.save(update_fields=["state", "published_at", "published_by"])
    _record(version, ActKind.PUBLISHED, at=at, by=by)
    Policy.objects.filter(pk=version.policy_id).update(title=policies.checked(version.document).title)
    return version


def _check_approved(version: PolicyVersion) -> None:
    act = policies.approval(version)
    if version.state != State.APPROVED or act is None:
        raise NotApproved(number=version.number)
    if act.details.get("document") != life.digest(version.document):
        raise lifecycle.PolicyNotAsApproved(number=version.number)


def _record(
    version: PolicyVersion, kind: ActKind, *, comment: str = "", at: datetime, by: Actor, **details: Any
) -> PolicyAct:
    return PolicyAct.objects.create(
        version=version, kind=kind, at=at, by=by.label, by_id=by.user_id, comment=comment.strip(), details=details
    )
