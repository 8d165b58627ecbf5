"""Rehearse a version: let it decide the next run for real, look at what happened, and take everything back."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import publishing, refreshing, running
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import Version
from tallystick.strategy.queries import book, obstacles, rehearsals, runs, versions
from tallystick.strategy.queries.rehearsals import Rehearsal
from tallystick.strategy.rules import lifecycle


@transaction.atomic
def rehearse(*, version_id: int, today: date, at: datetime, by: Actor) -> Rehearsal:
    """Say what the next run would do if a version were the published one; only what was seen is kept, and nothing is sent.

    A version that is not published yet is, and accounts move over to it, as they would. The next run is today's, or tomorrow's
    where the book was run for today. Of a large book one leaf is rehearsed: accounts are spread over leaves by chance. Its rows
    are locked for it.

    :raises NotFound: there is no such version
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    :raises CalendarEnds: nobody knows the holidays of the day
    """
    if not by.may("approve strategies"):
        by.must_be_allowed_to("publish strategies")
    before = transaction.savepoint()
    try:
        seen = _rehearsed(versions.get_version(version_id), day=_next_day(today), at=at, by=by)
    finally:
        transaction.savepoint_rollback(before)
    version = versions.get_version(version_id)
    return rehearsals.read(record(version, lifecycle.ActKind.REHEARSED, at=at, by=by, **seen))


def _next_day(today: date) -> date:
    last = runs.last_day()
    return today if last is None or last < today else last + timedelta(days=1)


def _rehearsed(version: Version, *, day: date, at: datetime, by: Actor) -> dict[str, Any]:
    if version.state in lifecycle.UNPUBLISHED:
        obstacles.check(versions.program_of(version.document))
        publishing.put_in_force(version, at=at, by=by)
    running.open_months(day)
    parts = book.chunk_count()
    times: Counter[int] = Counter()
    accounts = 0
    statement = versions.statement(day=day)
    for leaf in book.chunks(parts)[0]:
        publishing.settle_leaf(leaf, day=day)
        refreshing.refresh(book.standing(leaf, day=day).stale, day=day, table=leaf)
        for decided in running.decide_day(leaf, statement, at=at):
            published, effect = statement.effect(decided.number)
            if published.version_id == version.pk:
                times[effect.number] += len(decided.account_ids)
        accounts += sql.value(f"SELECT count(*) FROM {leaf} WHERE version_id = %s", [version.pk])  # noqa: S608
    return {"day": day.isoformat(), "accounts": accounts, "parts": parts, "effects": times}
