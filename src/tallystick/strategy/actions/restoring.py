"""Roll back: the version before the published one decides again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import keeping, kinds, publishing
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.lifecycle import ActKind, State


@transaction.atomic
def roll_back(*, version_id: int, reason: str, at: datetime, by: Actor) -> Version:
    """Take a published version back: the one before it is published again, as another version with its document.

    It needs no second approval, since it was approved when it was published first; that it could be published today is checked
    all the same. What comes of golden accounts by it is expected from then on, for the reason given. Accounts move over by
    `settle`, as they do to any version.

    :raises NotInForce: it is not the published version
    :raises NothingBefore: nothing was published before it
    :raises ReasonMissing: nobody would know why
    :raises Refusal: the version before could not be published today; see `publishing.publish`
    """
    by.must_be_allowed_to("publish strategies")
    if not reason.strip():
        raise lifecycle.ReasonMissing
    versions.lock_papers()
    version = versions.lock_version(version_id)
    before = version_to_restore(version)
    restored = Version.objects.create(
        paper=version.paper,
        number=life.next_number(version.paper),
        document=before.document,
        state=State.APPROVED,
        restores=before,
        created_at=at,
        created_by=by.label,
        author_id=by.user_id,
    )
    keeping.copy_golden(before, restored)
    kinds.of(restored.paper).accept(restored, reason=reason, at=at, by=by)
    kinds.of(restored.paper).check(restored, at=at)
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
        raise lifecycle.NothingBefore(title=version.paper.title, number=version.number)
    return before
