"""Keep policies, and publish them: from that moment every condition that speaks of them means the new version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.strategy.models import Policy, PolicyVersion
from tallystick.strategy.queries import policies
from tallystick.strategy.rules.lifecycle import NotADraft, State
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
    return PolicyVersion.objects.create(
        policy=of,
        number=newest.number + 1 if newest else 1,
        document=document,
        created_at=at,
        created_by=by.label,
    )


@transaction.atomic
def publish_policy(*, version_id: int, at: datetime, by: Actor) -> PolicyVersion:
    """Publish a draft: from now on its word means this version, wherever it is spoken of. The version before is retired.

    :raises NotADraft: it was published before
    :raises DocumentMistaken, PolicyDiffers, PolicyCycle, PolicyTooDeep, PolicyTooLong, PolicyInUse: see
        `queries.policies.check_publishable`
    """
    by.must_be_allowed_to("publish strategies")
    policies.lock_all()
    version = policies.get_version(version_id)
    if version.state != State.DRAFT:
        raise NotADraft(number=version.number)
    policies.check_publishable(version)
    PolicyVersion.objects.filter(policy=version.policy, state=State.PUBLISHED).update(
        state=State.RETIRED, retired_at=at
    )
    version.state, version.published_at, version.published_by = State.PUBLISHED, at, by.label
    version.save(update_fields=["state", "published_at", "published_by"])
    Policy.objects.filter(pk=version.policy_id).update(title=policies.checked(version.document).title)
    return version
