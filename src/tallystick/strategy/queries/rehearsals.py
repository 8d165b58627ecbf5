"""Rehearsals: what the next run would have done by a version, as it was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tallystick.strategy.models import Act, Version
from tallystick.strategy.queries import life, versions
from tallystick.strategy.queries.runs import EffectCount
from tallystick.strategy.rules import narration


@dataclass(frozen=True, slots=True)
class OrderedCount:
    """What would be ordered, in words, and for how many accounts."""

    said: str
    times: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the next run would do by a version, before any order is refused."""

    #: The act that keeps it.
    act: Act
    day: date
    #: Accounts that the version would treat.
    accounts: int
    #: The book has so many parts of about a size; one was rehearsed.
    parts: int
    effects: list[EffectCount]
    orders: list[OrderedCount]


def read(act: Act) -> Rehearsal:
    """Give the rehearsal that an act keeps, in the reader's words."""
    version, details = act.version, act.details
    times = {int(number): count for number, count in details["effects"].items()}
    return Rehearsal(
        act=act,
        day=date.fromisoformat(details["day"]),
        accounts=details["accounts"],
        parts=details["parts"],
        effects=_effects(version, times),
        orders=_orders(version, times),
    )


def last(version: Version) -> Rehearsal | None:
    """Give the last rehearsal of a version, or None."""
    act = life.rehearsals(version).order_by("-at", "-id").first()
    return read(act) if act else None


def _effects(version: Version, times: dict[int, int]) -> list[EffectCount]:
    program = versions.program_of(version.document)
    effects = [(program.effect(number), count) for number, count in sorted(times.items())]
    return [
        EffectCount(version, effect, effect.state.title if effect.state else "", count) for effect, count in effects
    ]


def _orders(version: Version, times: dict[int, int]) -> list[OrderedCount]:
    program = versions.program_of(version.document)
    ordered: Counter[str] = Counter()
    for number, count in sorted(times.items()):
        for order in program.effect(number).orders:
            ordered[narration.said_order(order)] += count
    return [OrderedCount(said, count) for said, count in ordered.most_common()]
