"""Bring in a version of a pack, and put it in force: two people do it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from tallystick.jurisdictions.models import PackChange
from tallystick.jurisdictions.queries import applied
from tallystick.jurisdictions.queries.applied import Difference
from tallystick.jurisdictions.rules.proposals import NothingDiffers, NotProposed, OlderReview, OwnProposal, State
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor

_LOCK = "LOCK TABLE jurisdictions_pack_change IN SHARE ROW EXCLUSIVE MODE"


@transaction.atomic
def propose(*, text: str, note: str = "", at: datetime, by: Actor) -> PackChange:
    """Bring in a version of a pack. Nothing is worked out by it before somebody else puts it in force.

    :raises PackRefused: it is not well formed, names what there is not, or its own examples do not hold
    :raises NothingDiffers, OlderReview: it is not newer than what is in force
    """
    by.must_be_allowed_to("keep law")
    applied.refresh()
    pack = _newer(text).pack
    return PackChange.objects.create(
        pack=pack.id,
        jurisdiction=pack.jurisdiction,
        text=text,
        note=note,
        proposed_at=at,
        proposed_by=by.label,
        proposed_by_id=by.user_id,
    )


@transaction.atomic
def apply(*, change_id: int, at: datetime, by: Actor) -> Difference:
    """Put a pack that somebody else brought in in force, and give what changes.

    :raises NotProposed: it was decided
    :raises OwnProposal: `by` brought it in, and the house does not allow that
    :raises PackRefused, NothingDiffers, OlderReview: see `propose`; something else may have come into force meanwhile
    """
    by.must_be_allowed_to("keep law")
    sql.execute(_LOCK)
    change = _to_decide(change_id)
    is_own = by.user_id is not None and change.proposed_by_id == by.user_id
    if is_own and not settings.JURISDICTIONS_SELF_APPROVAL:
        raise OwnProposal
    applied.refresh()
    difference = _newer(change.text)
    last = PackChange.objects.aggregate(last=Max("number"))["last"]
    change.number = (last or 0) + 1
    _decide(change, State.APPLIED, at=at, by=by)
    return difference


@transaction.atomic
def withdraw(*, change_id: int, at: datetime, by: Actor) -> PackChange:
    """Set a pack that was brought in aside.

    :raises NotProposed: it was decided
    """
    by.must_be_allowed_to("keep law")
    return _decide(_to_decide(change_id), State.WITHDRAWN, at=at, by=by)


def _newer(text: str) -> Difference:
    difference = applied.difference(text)
    pack, before = difference.pack, difference.before
    if not difference.rows and before is not None and pack.last_review <= before.last_review:
        raise NothingDiffers(pack=pack.id)
    if before is not None and pack.last_review < before.last_review:
        raise OlderReview(pack=pack.id, last_review=pack.last_review, in_force=before.last_review)
    return difference


def _to_decide(change_id: int) -> PackChange:
    change = applied.lock_pack_change(change_id)
    if change.state != State.PROPOSED:
        raise NotProposed(state=State(change.state).label)
    return change


def _decide(change: PackChange, state: State, *, at: datetime, by: Actor) -> PackChange:
    change.state, change.decided_at = state, at
    change.decided_by, change.decided_by_id = by.label, by.user_id
    change.save(update_fields=["state", "number", "decided_at", "decided_by", "decided_by_id"])
    return change
