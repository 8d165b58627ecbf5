"""Bring up to date what a day changes by itself: of an account only the sources whose own day has come.

Everything else of its row changes with an event, and is brought up to date when that is answered. A night finds a hundredth of
the book stale, nearly all by an item that falls due: asking every room of each would cost as much as deciding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.facts import Source
from tallystick.strategy.queries import catalogue, past


@transaction.atomic(savepoint=False)
def renew(account_ids: Sequence[int], *, day: date, table: str, keeps_past: bool = True) -> int:
    """Renew the stale sources of some accounts of a leaf of the book for a day; give how many rows changed.

    Rows are locked before they are looked at, as `refreshing` does. Of a copy of a leaf no past is kept.
    """
    if not account_ids:
        return 0
    params = {"account_ids": sorted(account_ids), "day": day}
    sql.execute(
        f"SELECT FROM {table} WHERE account_id = ANY(%(account_ids)s) ORDER BY account_id FOR UPDATE",
        params,
    )
    return sql.execute(_renewing(table, keeps_past=keeps_past), params)


def _renewing(table: str, *, keeps_past: bool) -> str:
    sources = [source for source in catalogue.sources() if _stale_on(source)]
    names = [column.name for source in sources for column in source.columns]
    assigned = [f"{name} = fresh.{name}" for name in names]
    if "holds_paused_days" in names:
        # Delays do not run while an account is paused.
        assigned += [
            f"{clock} = book.{clock} + (fresh.holds_paused_days - book.holds_paused_days)" for clock in past.CLOCKS
        ]
    stored, fresh = (", ".join(f"{row}.{name}" for name in names) for row in ("book", "fresh"))
    keeping = "INSERT INTO strategy_past (account_id, day, was)" if keeps_past else ""
    return f"""
        WITH changed AS (
            UPDATE {table} AS book SET {", ".join(assigned)}
            FROM ({_fresh(sources, table)}) AS fresh, {table} AS old
            WHERE book.account_id = fresh.account_id AND old.account_id = fresh.account_id
              AND ({stored}) IS DISTINCT FROM ({fresh})
            RETURNING book.account_id, {past.difference("old", "book", sources=sources)} AS was
        )
        {keeping} SELECT account_id, %(day)s, was FROM changed
    """  # noqa: S608


def _stale_on(source: Source) -> str:
    """Write the day on which the values of a source change by themselves; nothing where they never do."""
    days = [f"base.{column.name}" for column in source.columns if column.name in catalogue.stale_columns()]
    return f"least({', '.join(days)})" if days else ""


def _fresh(sources: Sequence[Source], table: str) -> str:
    """Write the query that gives the columns of some sources: computed afresh where they are stale, else as they stand."""
    selected, joined = ["base.account_id"], []
    for place, source in enumerate(sources):
        is_stale = f"{_stale_on(source)} <= %(day)s"
        scope = f"({source.key} = base.{source.key} AND {is_stale})"
        joined.append(f"LEFT JOIN LATERAL ({sql.fill(source.sql, scope=scope)}) AS source_{place} ON true")
        for column in source.columns:
            value = f"coalesce(source_{place}.{column.name}, {column.absent})"
            selected.append(f"CASE WHEN {is_stale} THEN {value} ELSE base.{column.name} END AS {column.name}")
    return f"""
        SELECT {", ".join(selected)} FROM {table} AS base {" ".join(joined)}
        WHERE base.account_id = ANY(%(account_ids)s)
    """  # noqa: S608
