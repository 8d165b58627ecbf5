"""Foresights: which there are, how far one is, and the hash of its figures."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Foresight, HouseNumber, Version
from tallystick.strategy.queries import behaviour, life
from tallystick.strategy.rules.foresight import assumptions
from tallystick.strategy.rules.foresight.assumptions import Assumption, Source


def get_foresight(foresight_id: int) -> Foresight:
    """Give a foresight with its version.

    :raises NotFound: there is none
    """
    found = Foresight.objects.select_related("version__paper", "against").filter(pk=foresight_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="foresight", reference=foresight_id)
    return found


def lock_foresight(foresight_id: int) -> Foresight:
    """Lock a foresight for the transaction and give it.

    :raises NotFound: there is none
    """
    found = Foresight.objects.select_for_update().filter(pk=foresight_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="foresight", reference=foresight_id)
    return found


def of_document(version: Version) -> QuerySet[Foresight]:
    """Give the foresights of a version's document as it is, the last first."""
    return version.foresights.filter(document=life.digest(version.document)).order_by("-pk")


def under_way(version: Version, *, first_day: date, days: int, assumed: list[dict[str, Any]]) -> Foresight | None:
    """Give the foresight that is being made of a version for just these days and assumptions, or None."""
    alike = of_document(version).filter(first_day=first_day, days=days, assumptions=assumed)
    return alike.filter(finished_at=None).order_by("-pk").first()


def last_finished(version: Version) -> Foresight | None:
    """Give the last finished foresight of a version's document as it is, or None."""
    return of_document(version).filter(finished_at__isnull=False).order_by("-pk").first()


def last(version: Version) -> Foresight | None:
    """Give the last foresight of a version's document as it is, finished or not, or None."""
    return of_document(version).order_by("-pk").first()


def house_numbers(*, day: date) -> dict[str, Decimal]:
    """Give the numbers that the house assumes on a day, by name: each as it is from the latest day, and was last said."""
    said = HouseNumber.objects.filter(from_on__lte=day).order_by("from_on", "pk").values_list("name", "value")
    return dict(said)


def assumed(*, today: date) -> dict[str, Assumption]:
    """Give what is assumed on a day: the program's own numbers, those counted from history, and those that the house has set."""
    found = assumptions.with_history(assumptions.defaults(), behaviour.counted(today=today))
    named = {name: value for name, value in house_numbers(day=today).items() if name in found}
    return assumptions.what_if(found, named, Source.HOUSE)


_NAMES = ("side", "day", "what", "team_id", "care", "currency")


def digest(foresight: Foresight) -> str:
    """Give the hash of all figures of a foresight with what was assumed, SHA-256."""
    totals = foresight.counts.values_list(*_NAMES).annotate(Sum("number"), Sum("minor")).order_by(*_NAMES)
    told = {
        "document": foresight.document,
        "first_day": foresight.first_day.isoformat(),
        "days": foresight.days,
        "assumptions": foresight.assumptions,
        "lived": [foresight.chunks, foresight.parts],
        "seed": foresight.seed,
        "figures": [[str(value) for value in row] for row in totals],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
