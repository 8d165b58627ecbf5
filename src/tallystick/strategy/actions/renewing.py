"""Bring up to date what a day changes by itself: of an account only the sources whose own day has come.

Everything else of its row changes with an event, and is brought up to date when that is answered. A night finds a hundredth of
the book stale, nearly all by an item that falls due: asking every room of each would cost as much as deciding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.facts import Source
from tallystick.strategy.queries import catalogue, past


@transaction.atomic(savepoint=False)
def renew(account_ids: Sequence[int], *, day: date, table: str, keeps_past: bool = True) -> int:
    """Renew the stale sources of some accounts of a leaf of the book for a day; give how many rows changed.

    Whoever asks holds the leaf alone (`locking.hold_leaves`): no row has to be locked. Of a copy of a leaf no past is kept.
    """
    if not account_ids:
        return 0
    return sql.execute(_renewing(table, keeps_past=keeps_past), {"account_ids": sorted(account_ids), "day": day})


def _renewing(table: str, *, keeps_past: bool) -> str:
    """Write the statement. The row as it stood is the one that the sources are asked about."""
    sources = [source for source in catalogue.sources() if _stale_on(source)]
    fresh = dict(_fresh(sources))
    assigned = [f"{name} = {value}" for name, value in fresh.items()]
    if "holds_paused_days" in fresh:
        # Delays do not run while an account is paused.
        paused = f"({fresh['holds_paused_days']} - base.holds_paused_days)"
        assigned += [f"{clock} = base.{clock} + {paused}" for clock in past.CLOCKS]
    stored = ", ".join(f"base.{name}" for name in fresh)
    keeping = "INSERT INTO strategy_past (account_id, day, was)" if keeps_past else ""
    return f"""
        WITH changed AS (
            UPDATE {table} AS book SET {", ".join(assigned)}
            FROM {table} AS base {" ".join(_joined(sources))}
            WHERE base.account_id = ANY(%(account_ids)s::bigint[]) AND book.account_id = base.account_id
              AND ({stored}) IS DISTINCT FROM ({", ".join(fresh.values())})
            RETURNING book.account_id, {past.difference("base", "book", sources=sources)} AS was
        )
        {keeping} SELECT account_id, %(day)s, was FROM changed
    """  # noqa: S608


def _stale_on(source: Source) -> str:
    """Write the day on which the values of a source change by themselves; nothing where they never do."""
    days = [f"base.{column.name}" for column in source.columns if column.name in catalogue.stale_columns()]
    return f"least({', '.join(days)})" if days else ""


def _joined(sources: Sequence[Source]) -> Iterator[str]:
    """Write the joins that ask those sources that are stale."""
    for place, source in enumerate(sources):
        scope = f"({source.key} = base.{source.key} AND {_stale_on(source)} <= %(day)s)"
        yield f"LEFT JOIN LATERAL ({sql.fill(source.sql, scope=scope)}) AS source_{place} ON true"


def _fresh(sources: Sequence[Source]) -> Iterator[tuple[str, str]]:
    """Write each column of some sources: computed afresh where they are stale, else as it stands."""
    for place, source in enumerate(sources):
        for column in source.columns:
            value = f"coalesce(source_{place}.{column.name}, {column.absent})"
            yield column.name, f"CASE WHEN {_stale_on(source)} <= %(day)s THEN {value} ELSE base.{column.name} END"
