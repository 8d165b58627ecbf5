"""The past of the book: how a row is kept before it changes, and what it was at a moment.

Nothing is kept of an account that does not change. Each change of its facts keeps the columns of the sources that changed, as
they were before; each decision, and each coming to another version, keeps where the account stood. A row of the past is today's
with everything undone that came after, the latest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from tallystick.kernel import sql
from tallystick.kernel.facts import Source
from tallystick.strategy.models import Run, RunChunk
from tallystick.strategy.queries import book, catalogue

#: Columns of the book that are strategy's own, and move an account from place to place.
PLACE = ("version_id", "place", "state_entered_on", "next_review_on", "stepped_on")

#: Those from which delays are counted: a refresh moves them on by the days of a pause.
CLOCKS = ("state_entered_on", "next_review_on")


def difference(old: str, new: str, *, sources: Sequence[Source] | None = None) -> str:
    """Write the columns of a row of the book as they were before a change, as JSON: those of every source that changed.

    Where only some sources can have changed, they alone are compared.
    """
    every = catalogue.sources() if sources is None else sources
    groups = [tuple(column.name for column in source.columns) for source in every if source.columns]
    return " || ".join(_of_group(names, old, new) for names in (*groups, CLOCKS))


def _of_group(names: Sequence[str], old: str, new: str) -> str:
    before, after = (", ".join(f"{row}.{name}" for name in names) for row in (old, new))
    kept = ", ".join(f"'{name}', {old}.{name}" for name in names)
    return f"CASE WHEN ROW({before}) IS DISTINCT FROM ROW({after}) THEN jsonb_build_object({kept}) ELSE '{{}}' END"


def name_day(day: date) -> None:
    """Say for the rest of the transaction on which day accounts come to other versions."""
    sql.execute("SELECT set_config('tallystick.day', %s, true)", [day.isoformat()])


#: Which of 64 leaves an account was in while they were dealt out by a hash, as PostgreSQL finds the remainder of a partition.
_LEAVES_BY_HASH = 64
_LEAF_BY_HASH = "(hashint8extended(%(account)s, 8816678312871386365) + 35) & 63"


class Look(NamedTuple):
    """What can be seen: changes up to a number, but for those of the transactions that were in flight."""

    last: int
    in_flight: list[int]
    #: The first transaction that had not begun; None of looks that were kept before this was.
    upto: int | None = None


def look() -> Look:
    """Give what can be seen now.

    In this order: whoever draws a number up to the first has begun before the second is asked, and is seen or in flight.
    """
    last: int = sql.value("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM strategy_decision_id_seq")
    [seen] = sql.rows(
        """
        SELECT ARRAY(SELECT pg_snapshot_xip(snapshot)::text::bigint) AS in_flight,
               pg_snapshot_xmax(snapshot)::text::bigint AS upto
        FROM pg_current_snapshot() AS snapshot
        """
    )
    return Look(last, seen["in_flight"], seen["upto"])


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the past of an account: what has a number up to this had happened to it."""

    last: int
    #: Whether it is the one at which the run of the day looked; else it is the end of the day, on which nothing was run.
    is_run: bool
    #: The versions of policies that words meant at it.
    policies: list[int]


def moment_of(account_id: int, day: date) -> Moment | None:
    """Give the moment at which the run of a day looked at an account, else the end of the day; None before its past was kept."""
    chunks = {
        mark.chunk: mark
        for mark in RunChunk.objects.filter(run__day=day, run__only_reports=False).select_related("run")
    }
    if chunks:
        chunk, table = _table_of(account_id, next(iter(chunks.values())).run)
        mark = chunks.get(chunk)
        if mark is None or mark.looks is None:
            return None
        policies = catalogue.published_ids(mark.marked_at) if mark.policies is None else mark.policies
        return Moment(_before_flight(account_id, Look(*mark.looks[table])), is_run=True, policies=policies)
    if not RunChunk.objects.filter(run__day__lt=day, run__only_reports=False, looks__isnull=False).exists():
        return None
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))
    return Moment(_end_of(account_id, day), is_run=False, policies=catalogue.published_ids(end))


def _table_of(account_id: int, run: Run) -> tuple[int, int]:
    """Give which chunk of a run an account is in, and in which of the chunk's tables."""
    if run.chunks == 1:
        return 0, 0
    if run.is_by_hash:
        leaf: int = sql.value(f"SELECT {_LEAF_BY_HASH}", {"account": account_id})
        return divmod(leaf, _LEAVES_BY_HASH // run.chunks)
    name = sql.value("SELECT tableoid::regclass::text FROM strategy_book WHERE account_id = %s", [account_id])
    table, chunk = divmod(book.leaves().index(name), run.chunks)
    return chunk, table


def _before_flight(account_id: int, seen: Look) -> int:
    """Give the number of the last change that could be seen: the one before the first that was still in flight."""
    hidden: int | None = sql.value(
        """
        SELECT min(id) FROM strategy_past
        WHERE account_id = %(account)s AND id <= %(last)s AND writer::text::bigint = ANY(%(writers)s::bigint[])
        """,
        {"account": account_id, "last": seen.last, "writers": seen.in_flight},
    )
    return seen.last if hidden is None else hidden - 1


def _end_of(account_id: int, day: date) -> int:
    """Give the number of the last change up to the end of a day."""
    last: int = sql.value(
        """
        SELECT least(
            (SELECT min(id) - 1 FROM strategy_past WHERE account_id = %(account)s AND day > %(day)s),
            (SELECT min(id) - 1 FROM strategy_decision WHERE account_id = %(account)s AND due_on > %(day)s),
            (SELECT last_value FROM strategy_decision_id_seq)
        )
        """,
        {"account": account_id, "day": day},
    )
    return last


def undone(account_id: int, moment: Moment) -> dict[str, Any]:
    """Give the columns of an account's row that were others at a moment than they are, as they were then."""
    [found] = sql.rows(
        """
        SELECT coalesce(jsonb_object_agg(changed.key, changed.value ORDER BY change.id DESC), '{}') AS row
        FROM (
            SELECT id, was FROM strategy_past WHERE account_id = %(account)s AND id > %(last)s
            UNION ALL
            SELECT id, jsonb_build_object(
                'version_id', version_id, 'place', from_place, 'state_entered_on', from_entered_on,
                'next_review_on', from_review_on, 'stepped_on', from_stepped_on
            )
            FROM strategy_decision WHERE account_id = %(account)s AND id > %(last)s
        ) AS change
        CROSS JOIN LATERAL jsonb_each(change.was) AS changed
        """,
        {"account": account_id, "last": moment.last},
    )
    row: dict[str, Any] = found["row"]
    return row
