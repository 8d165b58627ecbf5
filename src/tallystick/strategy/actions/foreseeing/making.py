"""Foresee what a version comes to over days ahead, beside what decides now: part of the debtors after part, and resumable.

A part of the debtors leaves its mark together with its counts, and nothing before: kill it anywhere and start it again, and the
figures are the same. Nothing of the book is written or locked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, system
from tallystick.strategy.actions.foreseeing import living
from tallystick.strategy.actions.foreseeing.behaving import People
from tallystick.strategy.actions.foreseeing.living import Day
from tallystick.strategy.actions.foreseeing.world import FIRST_NEW, untouched, world
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import Foresight, ForesightChunk, ForesightCount, HouseNumber
from tallystick.strategy.queries import foresights, imagining, life, obstacles, runs, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight import figures
from tallystick.strategy.rules.foresight.figures import DaysOutOfRange, Side
from tallystick.strategy.rules.rehearsal import NothingToRehearse

#: Key of the advisory locks of parts, beside other locks of the house.
_LOCK = 0xF04E
#: Accounts that are lived through at most, and in one part of the debtors, about. For a few thousand accounts a night's
#: statements take longer to plan than to do: large parts are cheaper than many.
MOST_ACCOUNTS = 10_000
PART = 5_000


def foresee(
    *,
    version_id: int,
    today: date,
    days: int = figures.MOST_DAYS,
    asked: Mapping[str, object] | None = None,
    at: datetime,
    by: Actor,
) -> Foresight:
    """Foresee a version from beginning to end, and give the foresight.

    :raises NotFound, NothingToRehearse, TemplateMissing, TeamMissing, CalendarEnds, DaysOutOfRange, AssumptionWrong:
        see `start_foresight`
    """
    started = start_foresight(version_id=version_id, today=today, days=days, asked=asked, at=at, by=by)
    work_foresight(foresight_id=started.pk, at=at, by=by)
    finish_foresight(foresight_id=started.pk, at=at, by=by)
    return foresights.get_foresight(started.pk)


@transaction.atomic
def start_foresight(
    *,
    version_id: int,
    today: date,
    days: int = figures.MOST_DAYS,
    asked: Mapping[str, object] | None = None,
    at: datetime,
    by: Actor,
) -> Foresight:
    """Begin to look some days ahead, from the next run on, or give what was begun just so and is not finished.

    `asked` are other numbers than the house assumes, by their names. What is assumed of people is counted from the book's own
    history where there is enough of it.

    :raises NotFound: there is no such version
    :raises NothingToRehearse: it has been replaced
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    :raises CalendarEnds: nobody knows the holidays of all the days
    :raises DaysOutOfRange: too many days, or none
    :raises AssumptionWrong: something is asked that cannot be assumed
    """
    _may(by)
    if not 1 <= days <= figures.MOST_DAYS:
        raise DaysOutOfRange(most=figures.MOST_DAYS)
    version = versions.of_strategy(versions.lock_version(version_id))
    if version.state == lifecycle.State.RETIRED:
        raise NothingToRehearse(number=version.number)
    if version.state in lifecycle.UNPUBLISHED:
        obstacles.check(versions.program_of(version.document))
    last = runs.last_day()
    first_day = today if last is None or last < today else last + timedelta(days=1)
    for each in (version, *versions.live()):
        versions.published(each.pk, each.document, first_day + timedelta(days=days - 1))
    assumptions = assumed.as_json(assumed.what_if(foresights.assumed(today=today), asked or {}))
    left = foresights.under_way(version, first_day=first_day, days=days, assumed=assumptions)
    if left is not None:
        return left
    parts, chunks = _parts()
    return Foresight.objects.create(
        version=version,
        against=version.paper.versions.filter(state=lifecycle.State.PUBLISHED).order_by("pk").first(),
        document=life.digest(version.document),
        first_day=first_day,
        days=days,
        assumptions=assumptions,
        parts=parts,
        chunks=chunks,
        started_at=at,
        started_by=by.label,
    )


def _may(by: Actor) -> None:
    if not by.may("approve strategies"):
        by.must_be_allowed_to("publish strategies")


def _parts() -> tuple[int, int]:
    """Give into how many parts debtors are dealt out, and how many of those are lived through: all of a small book."""
    accounts = int(sql.value("SELECT count(*) FROM strategy_book"))
    parts = max(1, -(-accounts // PART))
    return parts, min(parts, MOST_ACCOUNTS // PART)


def work_foresight(*, foresight_id: int, at: datetime, by: Actor) -> int:
    """Do parts of a foresight until none is left that nobody else is doing, and give how many this worker did."""
    foresight = foresights.get_foresight(foresight_id)
    return sum(foresee_chunk(foresight_id=foresight_id, chunk=chunk, at=at, by=by) for chunk in range(foresight.chunks))


def foresee_chunk(*, foresight_id: int, chunk: int, at: datetime, by: Actor) -> bool:
    """Live through the days with one part of the debtors, both ways, unless it is done or somebody else is doing it."""
    _may(by)
    began = time.monotonic()
    with _alone(foresight_id, chunk) as is_mine:
        foresight = foresights.get_foresight(foresight_id)
        if not is_mine or foresight.finished_at is not None or foresight.marks.filter(chunk=chunk).exists():
            return False
        then = _Way(foresight, chunk, Side.THEN)
        then.live()
        now = _Way(foresight, chunk, Side.NOW, counted=then.counted)
        now.live()
        with transaction.atomic():
            ForesightCount.objects.bulk_create([*now.counts, *then.counts], batch_size=2_000)
            ForesightChunk.objects.create(
                foresight=foresight,
                chunk=chunk,
                marked_at=at,
                seconds=time.monotonic() - began,
                accounts=then.accounts,
                counted=len(then.counted),
            )
    return True


@contextmanager
def _alone(foresight_id: int, chunk: int) -> Iterator[bool]:
    """Hold the lock of a part for the session, over all its transactions; false where somebody else has it."""
    key = [_LOCK, runs.lock_of(foresight_id, chunk)]
    is_mine = bool(sql.value("SELECT pg_try_advisory_lock(%s, %s)", key))
    try:
        yield is_mine
    finally:
        # Who has lost the server has lost the lock.
        if is_mine and sql.is_connected() and not connection.needs_rollback:
            sql.value("SELECT pg_advisory_unlock(%s, %s)", key)


class _Way:
    """One way that a part of the debtors can go, and what was counted on it."""

    def __init__(self, foresight: Foresight, chunk: int, side: Side, counted: list[int] | None = None) -> None:
        self.counts: list[ForesightCount] = []
        self.counted = counted or []
        self.accounts = 0
        self._foresight = foresight
        self._chunk = chunk
        self._side = side
        self._by = system("a foresight")
        first = foresight.first_day
        self._days = [Day(first + timedelta(days=number), number) for number in range(foresight.days)]

    def live(self) -> None:
        """Live through the days in a world of its own, and count."""
        part = {"parts": self._foresight.parts, "part": self._chunk}
        calendar = versions.program_of(self._foresight.version.document).document.calendar
        people = People(
            assumed.from_json(self._foresight.assumptions), calendar=calendar, seed=self._foresight.seed, by=self._by
        )
        with world(_query("sampled"), part):
            with untouched():
                self.accounts = int(sql.value("SELECT count(*) FROM strategy_book"))
                if self._side is Side.THEN:
                    living.put_in_force(self._foresight.version, self._days[0], by=self._by)
                self._name_counted()
                people.begin(self._days[0])
            for day in self._days:
                living.live(day, people, by=self._by)
                self._keep(day.on, figures.OWING, "owing")
            self._count()

    def _name_counted(self) -> None:
        """Name the accounts that the version treats, the same on both ways."""
        care = imagining.Imagined(self._foresight.version, self._days[0].on).care
        counted = "book.version_id = %(version)s" if self._side is Side.THEN else "book.account_id = ANY(%(counted)s)"
        sql.execute(
            sql.fill(_query("count"), care=care, counted=counted),
            {"version": self._foresight.version_id, "counted": self.counted},
        )
        if self._side is Side.THEN:
            rows = sql.rows("SELECT account_id FROM strategy_foreseen_counted ORDER BY account_id")
            self.counted = [row["account_id"] for row in rows]

    def _count(self) -> None:
        for row in self._rows("acts"):
            self._add(row["day"], row["act"], row)
        self._keep(None, figures.TOUCHED, "touched")
        self._keep(None, figures.PAID, "paid")

    def _keep(self, day: date | None, what: str, query: str) -> None:
        for row in self._rows(query):
            self._add(day or row["day"], what, row)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        days = {"first": self._days[0].on, "last": self._days[-1].on}
        return sql.rows(_query(query), {"first_new": FIRST_NEW, **days})

    def _add(self, day: date, what: str, row: Mapping[str, Any]) -> None:
        self.counts.append(
            ForesightCount(
                foresight=self._foresight,
                chunk=self._chunk,
                side=self._side,
                day=day,
                what=what,
                team_id=row.get("team_id", 0),
                care=row.get("care", 0),
                currency=row.get("currency", ""),
                number=row["number"],
                minor=row.get("minor", 0),
            )
        )


def _query(name: str) -> str:
    return sql.load("tallystick.strategy", "foreseeing.sql", name)


@transaction.atomic
def finish_foresight(*, foresight_id: int, at: datetime, by: Actor) -> bool:
    """Close a foresight once every part is done, with the hash of its figures; true for the one worker that does."""
    _may(by)
    foresight = foresights.lock_foresight(foresight_id)
    if foresight.finished_at is not None or foresight.marks.count() < foresight.chunks:
        return False
    foresight.figures = foresights.digest(foresight)
    foresight.finished_at = at
    foresight.save(update_fields=["figures", "finished_at"])
    record(
        foresight.version,
        lifecycle.ActKind.FORESEEN,
        at=at,
        by=by,
        foresight=foresight.pk,
        figures=foresight.figures,
        days=foresight.days,
    )
    return True


@transaction.atomic
def set_house_numbers(
    *, asked: Mapping[str, object], from_on: date, today: date, at: datetime, by: Actor
) -> list[HouseNumber]:
    """Have the house assume other numbers from a day on, by their names; give those that are other than before.

    :raises AssumptionWrong: something is asked that cannot be assumed
    """
    by.must_be_allowed_to("publish strategies")
    found = assumed.what_if(foresights.assumed(today=max(today, from_on)), asked)
    return [
        HouseNumber.objects.create(
            name=name, value=each.value, from_on=from_on, said_at=at, said_by=by.label, said_by_id=by.user_id
        )
        for name, each in sorted(found.items())
        if each.source is assumed.Source.ASKED
    ]
