"""Rehearsals: which there are, how far one is, and the hash of its figures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Rehearsal, Version
from tallystick.strategy.queries import life
from tallystick.strategy.rules.rehearsal import Segment


def get_rehearsal(rehearsal_id: int) -> Rehearsal:
    """Give a rehearsal with its version.

    :raises NotFound: there is none
    """
    found = Rehearsal.objects.select_related("version__paper", "against").filter(pk=rehearsal_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="rehearsal", reference=rehearsal_id)
    return found


def lock_rehearsal(rehearsal_id: int) -> Rehearsal:
    """Lock a rehearsal for the transaction and give it.

    :raises NotFound: there is none
    """
    found = Rehearsal.objects.select_for_update().filter(pk=rehearsal_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="rehearsal", reference=rehearsal_id)
    return found


def of_document(version: Version) -> QuerySet[Rehearsal]:
    """Give the rehearsals of a version's document as it is."""
    return version.rehearsals.filter(document=life.digest(version.document))


def finished(version: Version) -> QuerySet[Rehearsal]:
    """Give the finished rehearsals of a version's document as it is."""
    return of_document(version).filter(finished_at__isnull=False)


def under_way(version: Version, day: date) -> Rehearsal | None:
    """Give the rehearsal of a version for a day that is being made, or None."""
    return of_document(version).filter(day=day, finished_at=None).order_by("-pk").first()


def last(version: Version) -> Rehearsal | None:
    """Give the last rehearsal of a version's document as it is, finished or not, or None."""
    return of_document(version).order_by("-pk").first()


def last_finished(version: Version) -> Rehearsal | None:
    """Give the last finished rehearsal of a version's document as it is, or None."""
    return finished(version).order_by("-pk").first()


def digest(rehearsal: Rehearsal) -> str:
    """Give the hash of all figures of a rehearsal, SHA-256: however many parts it was made in, the same figures have the same."""
    names = ("segment", "value", "currency", "before", "after", "differs")
    totals = rehearsal.counts.values_list(*names).annotate(Sum("accounts"), Sum("open_minor")).order_by(*names)
    told = {
        "document": rehearsal.document,
        "day": rehearsal.day.isoformat(),
        "counts": [[*row[:-1], str(row[-1])] for row in totals],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def accounts(rehearsal: Rehearsal) -> int:
    """Give how many accounts were rehearsed so far."""
    return rehearsal.marks.aggregate(sum=Sum("accounts"))["sum"] or 0


def differing(rehearsal: Rehearsal) -> int:
    """Give how many accounts fare otherwise."""
    whole = rehearsal.counts.filter(segment=Segment.WHOLE, differs=True)
    return whole.aggregate(sum=Sum("accounts"))["sum"] or 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A rehearsal in a line: how far it is, and how many accounts fare otherwise and are harmed."""

    rehearsal: Rehearsal
    parts_done: int
    accounts: int
    differing: int
    harmed: int


def summary(version: Version) -> Summary | None:
    """Give the last rehearsal of a version's document as it is, in a line, or None."""
    found = last(version)
    return summed_up(found) if found else None


def summed_up(rehearsal: Rehearsal) -> Summary:
    """Give a rehearsal in a line."""
    harmed = rehearsal.counts.filter(segment=Segment.HARM).exclude(value="0").aggregate(sum=Sum("accounts"))["sum"]
    return Summary(rehearsal, rehearsal.marks.count(), accounts(rehearsal), differing(rehearsal), harmed or 0)
