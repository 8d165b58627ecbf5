"""Rehearse a version: let it decide the next run for real, look at what happened, and take everything back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import publishing, refreshing, running
from tallystick.strategy.models import Version
from tallystick.strategy.queries import book, runs, versions
from tallystick.strategy.queries.runs import EffectCount
from tallystick.strategy.rules import lifecycle, narration
from tallystick.strategy.rules.statement import Statement


@dataclass(frozen=True, slots=True)
class OrderedCount:
    """What would be ordered, in words, and for how many accounts."""

    said: str
    times: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the next run would do by a version, before any order is refused."""

    day: date
    #: Accounts that the version would treat.
    accounts: int
    #: The book has so many parts of about a size; one was rehearsed.
    parts: int
    effects: list[EffectCount]
    orders: list[OrderedCount]


@transaction.atomic
def rehearse(*, version_id: int, today: date, at: datetime, by: Actor) -> Rehearsal:
    """Say what the next run would do if a version were the published one; nothing of it lasts, and nothing is sent.

    A draft is published and accounts move over to it, as they would. The next run is today's, or tomorrow's where the book was
    run for today. Of a large book one leaf is rehearsed: accounts are spread over leaves by chance. Its rows are locked for it.

    :raises NotFound: there is no such version
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    :raises CalendarEnds: nobody knows the holidays of the day
    """
    by.must_be_allowed_to("publish strategies")
    before = transaction.savepoint()
    try:
        return _rehearsed(versions.get_version(version_id), day=_next_day(today), at=at, by=by)
    finally:
        transaction.savepoint_rollback(before)


def _next_day(today: date) -> date:
    last = runs.last_day()
    return today if last is None or last < today else last + timedelta(days=1)


def _rehearsed(version: Version, *, day: date, at: datetime, by: Actor) -> Rehearsal:
    if version.state == lifecycle.State.DRAFT:
        publishing.publish(version_id=version.pk, at=at, by=by)
    running.open_months(day)
    parts = book.chunk_count()
    times: Counter[int] = Counter()
    accounts = 0
    statement = versions.statement(day=day)
    for leaf in book.chunks(parts)[0]:
        publishing.settle_leaf(leaf, day=day)
        refreshing.refresh(book.standing(leaf, day=day).stale, day=day, table=leaf)
        for decided in running.decide_day(leaf, statement, at=at):
            if statement.effect(decided.number)[0].version_id == version.pk:
                times[decided.number] += len(decided.account_ids)
        accounts += sql.value(f"SELECT count(*) FROM {leaf} WHERE version_id = %s", [version.pk])  # noqa: S608
    return Rehearsal(day, accounts, parts, _effects(version, statement, times), _orders(statement, times))


def _effects(version: Version, statement: Statement, times: Counter[int]) -> list[EffectCount]:
    effects = [(statement.effect(number)[1], count) for number, count in sorted(times.items())]
    return [
        EffectCount(version, effect, effect.state.title if effect.state else "", count) for effect, count in effects
    ]


def _orders(statement: Statement, times: Counter[int]) -> list[OrderedCount]:
    ordered: Counter[str] = Counter()
    for number, count in sorted(times.items()):
        for order in statement.effect(number)[1].orders:
            ordered[narration.said_order(order)] += count
    return [OrderedCount(said, count) for said, count in ordered.most_common()]
