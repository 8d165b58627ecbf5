"""The life of a version: who wrote and approved it, what is planned, and what was done with it."""

from __future__ import annotations

import hashlib
import json

from django.db.models import Max, QuerySet

from tallystick.kernel.actor import Actor
from tallystick.strategy.models import Act, GoldenAccepted, GoldenAccount, Paper, Plan, Version
from tallystick.strategy.rules.lifecycle import ActKind, PlanKind, PlanState


def digest(text: str) -> str:
    """Give the hash by which a text is known, SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(version: Version) -> dict[str, str | None]:
    """Give the hashes of what is approved with a version: its document, and the golden accounts it is judged by.

    With a policy, what is accepted of golden accounts of strategies; None where nothing is.
    """
    known: dict[str, str | None] = {"document": digest(version.document)}
    if not version.paper.is_strategy:
        accepted = list(golden_accepted(version).order_by("pk").values_list("golden_id", "happens", "orders"))
        return {**known, "golden": digest(json.dumps(accepted)) if accepted else None}
    golden = [
        {name: str(value) if name.endswith(("_on", "day")) else value for name, value in row.items()}
        for row in golden_accounts(version).values(*_GOLDEN)
    ]
    return {**known, "golden": digest(json.dumps(golden, sort_keys=True))}


_GOLDEN = tuple(field.name for field in GoldenAccount._meta.concrete_fields if field.name not in ("id", "version"))


def golden_accounts(version: Version) -> QuerySet[GoldenAccount]:
    """Give the golden accounts of a version by name."""
    return GoldenAccount.objects.filter(version=version).order_by("name")


def golden_accepted(version: Version) -> QuerySet[GoldenAccepted]:
    """Give what is accepted of golden accounts with a version of a policy."""
    return GoldenAccepted.objects.filter(version=version)


def next_number(paper: Paper) -> int:
    """Give the number that the next version of a strategy or a policy bears."""
    newest = paper.versions.aggregate(newest=Max("number"))["newest"]
    return (newest or 0) + 1


def acts(version: Version) -> QuerySet[Act]:
    """Give what was done with a version, newest first."""
    return Act.objects.filter(version=version).order_by("-at", "-id")


def approval(version: Version) -> Act | None:
    """Give the approval of a version, or None."""
    return acts(version).filter(kind=ActKind.APPROVED).order_by("-at", "-id").first()


def is_writer(version: Version, by: Actor) -> bool:
    """Test if somebody wrote a version, or changed the golden accounts it is judged by."""
    if by.user_id is None:
        return version.created_by == by.label
    if by.user_id == version.author_id or (version.author_id is None and version.created_by == by.label):
        return True
    return acts(version).filter(kind=ActKind.GOLDEN, by_id=by.user_id).exists()


def plans(version: Version) -> QuerySet[Plan]:
    """Give what is and was planned for a version, the latest first."""
    return Plan.objects.filter(version=version).order_by("-due_at", "-pk")


def waiting(version: Version, kind: PlanKind) -> Plan | None:
    """Give the plan of a kind that waits for a version, or None."""
    return plans(version).filter(kind=kind, state=PlanState.WAITING).order_by("pk").first()


def published_before(version: Version) -> Version | None:
    """Give the version that was the published one before a version was published, or None."""
    earlier = version.paper.versions.filter(published_at__lte=version.published_at).exclude(pk=version.pk)
    return earlier.order_by("-published_at", "-retired_at", "-number").first()
