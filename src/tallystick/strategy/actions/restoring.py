"""Roll back: the version before the published one decides again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import judging, keeping, publishing
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, State


@transaction.atomic
def roll_back(*, version_id: int, reason: str, at: datetime, by: Actor) -> Version:
    """Take a published version back: the one before it is published again, as another version with its document.

    It needs no second approval, since it was approved when it was published first; that its orders can be carried out and its
    golden accounts hold is checked all the same. Accounts move over by `settle`, as they do to any version.

    :raises NotInForce: it is not the published version
    :raises NothingBefore: nothing was published before it
    :raises ReasonMissing: nobody would know why
    :raises TemplateMissing, TeamMissing, GoldenDiffers: the version before could not be published today
    """
    by.must_be_allowed_to("publish strategies")
    if not reason.strip():
        raise lifecycle.ReasonMissing
    version = versions.lock_version(version_id)
    before = version_to_restore(version)
    restored = Version.objects.create(
        strategy=version.strategy,
        number=life.next_number(version.strategy),
        document=before.document,
        state=State.APPROVED,
        restores=before,
        created_at=at,
        created_by=by.label,
        author_id=by.user_id,
    )
    keeping.copy_golden(before, restored)
    judging.check(restored, at=at)
    record(version, ActKind.ROLLED_BACK, comment=reason, at=at, by=by, to=before.number, number=restored.number)
    return publishing.put_in_force(restored, comment=reason, at=at, by=by, restores=before.number)


def version_to_restore(version: Version) -> Version:
    """Give the version that was published before the published one: the original, where that had been rolled back to.

    :raises NotInForce, NothingBefore: there is none to restore
    """
    if version.state != State.PUBLISHED:
        raise lifecycle.NotInForce(number=version.number)
    before = life.published_before(version)
    if before is None:
        raise lifecycle.NothingBefore(title=version.strategy.title, number=version.number)
    return before
