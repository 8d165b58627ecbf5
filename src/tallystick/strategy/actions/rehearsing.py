"""Rehearse a version on the whole book for one day: what the next run would do by it, beside what it does by what decides now.

Nothing of the book is locked or written. A part of the book is one transaction that leaves a mark, as in a run: kill it anywhere
and start it again, and the figures are the same.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import comparing
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import Rehearsal, RehearsalChunk
from tallystick.strategy.queries import book, life, obstacles, rehearsals, runs, versions
from tallystick.strategy.queries.alike import Alike
from tallystick.strategy.queries.imagining import Imagined
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.rehearsal import NothingToRehearse

#: Key of the advisory locks of parts, beside other locks of the house.
_LOCK = 0x5EA7
#: Chunks of a run that are one part: planning the statements of a part costs as much as ten thousand accounts.
_CHUNKS = 4


def rehearse(*, version_id: int, today: date, at: datetime, by: Actor) -> Rehearsal:
    """Rehearse a version from beginning to end, and give the rehearsal.

    :raises NotFound, NothingToRehearse, TemplateMissing, TeamMissing, CalendarEnds: see `start_rehearsal`
    """
    started = start_rehearsal(version_id=version_id, today=today, at=at, by=by)
    work_rehearsal(rehearsal_id=started.pk, at=at, by=by)
    finish_rehearsal(rehearsal_id=started.pk, at=at, by=by)
    return rehearsals.get_rehearsal(started.pk)


@transaction.atomic
def start_rehearsal(*, version_id: int, today: date, at: datetime, by: Actor) -> Rehearsal:
    """Begin to rehearse a version for the next run, or give the rehearsal of it that is being made.

    The next run is today's, or tomorrow's where the book was run for today.

    :raises NotFound: there is no such version
    :raises NothingToRehearse: it has been replaced
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    :raises CalendarEnds: nobody knows the holidays of the day
    """
    if not by.may("approve strategies"):
        by.must_be_allowed_to("publish strategies")
    version = versions.of_strategy(versions.lock_version(version_id))
    if version.state == lifecycle.State.RETIRED:
        raise NothingToRehearse(number=version.number)
    if version.state in lifecycle.UNPUBLISHED:
        obstacles.check(versions.program_of(version.document))
    day = _next_day(today)
    if (under_way := rehearsals.under_way(version, day)) is not None:
        return under_way
    versions.published(version.pk, version.document, day)
    return Rehearsal.objects.create(
        version=version,
        against=version.paper.versions.filter(state=lifecycle.State.PUBLISHED).order_by("pk").first(),
        document=life.digest(version.document),
        day=day,
        started_at=at,
        started_by=by.label,
        chunks=max(book.chunk_count() // _CHUNKS, 1),
    )


def _next_day(today: date) -> date:
    last = runs.last_day()
    return today if last is None or last < today else last + timedelta(days=1)


def work_rehearsal(*, rehearsal_id: int, at: datetime, by: Actor) -> int:
    """Do parts of a rehearsal until none is left that nobody else is doing, and give how many this worker did."""
    rehearsal = rehearsals.get_rehearsal(rehearsal_id)
    alike = Alike(Imagined(rehearsal.version, rehearsal.day))
    return sum(
        rehearse_chunk(rehearsal_id=rehearsal_id, chunk=chunk, alike=alike, at=at, by=by)
        for chunk in range(rehearsal.chunks)
    )


@transaction.atomic
def rehearse_chunk(*, rehearsal_id: int, chunk: int, alike: Alike | None = None, at: datetime, by: Actor) -> bool:
    """Rehearse one part of the book, unless it is done or somebody else is doing it.

    Who does several parts imagines the version once, and hands it on.
    """
    if not by.may("approve strategies"):
        by.must_be_allowed_to("publish strategies")
    began = time.monotonic()
    if not sql.value("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, runs.lock_of(rehearsal_id, chunk)]):
        return False
    rehearsal = rehearsals.get_rehearsal(rehearsal_id)
    if rehearsal.finished_at is not None or rehearsal.marks.filter(chunk=chunk).exists():
        return False
    alike = alike or Alike(Imagined(rehearsal.version, rehearsal.day))
    with comparing.tables():
        # A single part too goes by leaves: a statement over the whole would be planned anew for each of them.
        tables = book.chunks(rehearsal.chunks)[chunk] if rehearsal.chunks > 1 else book.leaves()
        accounts = comparing.compare(alike, tables, rehearsal_id=rehearsal_id, chunk=chunk)
    RehearsalChunk.objects.create(
        rehearsal=rehearsal, chunk=chunk, marked_at=at, seconds=time.monotonic() - began, accounts=accounts
    )
    return True


@transaction.atomic
def finish_rehearsal(*, rehearsal_id: int, at: datetime, by: Actor) -> bool:
    """Close a rehearsal once every part is done, with the hash of its figures; true for the one worker that does."""
    if not by.may("approve strategies"):
        by.must_be_allowed_to("publish strategies")
    rehearsal = rehearsals.lock_rehearsal(rehearsal_id)
    if rehearsal.finished_at is not None or rehearsal.marks.count() < rehearsal.chunks:
        return False
    rehearsal.figures = rehearsals.digest(rehearsal)
    rehearsal.finished_at = at
    rehearsal.save(update_fields=["figures", "finished_at"])
    record(
        rehearsal.version,
        lifecycle.ActKind.REHEARSED,
        at=at,
        by=by,
        rehearsal=rehearsal.pk,
        figures=rehearsal.figures,
        differing=rehearsals.differing(rehearsal),
        accounts=rehearsals.accounts(rehearsal),
    )
    return True
