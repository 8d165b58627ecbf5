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

    Whoever asks holds the leaf alone (`locking.hold_leaves`): no row has to be locked. Of a copy of a leaf no past is kept.
    """
    if not account_ids:
        return 0
    return sql.execute(_renewing(table, keeps_past=keeps_past), {"account_ids": sorted(account_ids), "day": day})


#: The type is said: numbers that the driver writes in another one than the column's are compared one after the other.
NAMED = "account_id = ANY(%(account_ids)s::bigint[])"


def _renewing(table: str, *, keeps_past: bool) -> str:
    sources = [source for source in catalogue.sources() if _stale_on(source)]
    names = [column.name for source in sources for column in source.columns]
    changing = [*names, *past.CLOCKS]
    assigned = ", ".join(f"{name} = fresh.{name}" for name in changing)
    stored, fresh = (", ".join(f"{row}.{name}" for name in names) for row in ("book", "fresh"))
    keeping = "INSERT INTO strategy_past (account_id, day, was)" if keeps_past else ""
    rows = f"SELECT * FROM {table} WHERE {NAMED}"  # noqa: S608
    return f"""
        WITH changed AS (
            UPDATE {table} AS book SET {assigned}
            FROM ({renewed(rows, ["account_id", *changing])}) AS fresh, {table} AS old
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


def renewed(rows: str, columns: Sequence[str]) -> str:
    """Write the query that gives columns of some rows of the book as the day finds them, whose parameter is `day`.

    What is stale of a source is computed afresh, of all rows at once, and just the columns that are wanted. Everything else is as
    it stands.
    """
    values = {name: f"base.{name}" for name in columns}
    joined = []
    for place, source in enumerate(catalogue.sources()):
        wanted = [column for column in source.columns if column.name in values]
        if not wanted or not _stale_on(source):
            continue
        is_stale = f"{_stale_on(source)} <= %(day)s"
        scope = f"({source.key} = ANY (ARRAY(SELECT base.{source.key} FROM base WHERE {is_stale})))"  # noqa: S608
        joined.append(
            f"LEFT JOIN ({sql.fill(source.sql, scope=scope)}) AS source_{place}"
            f" ON source_{place}.{source.key} = base.{source.key}"
        )
        for column in wanted:
            fresh = f"coalesce(source_{place}.{column.name}, {column.absent})"
            values[column.name] = f"CASE WHEN {is_stale} THEN {fresh} ELSE base.{column.name} END"
    if "holds_paused_days" in values:
        # Delays do not run while an account is paused.
        paused = f"{values['holds_paused_days']} - base.holds_paused_days"
        values |= {clock: f"base.{clock} + ({paused})" for clock in past.CLOCKS}
    selected = ", ".join(f"{value} AS {name}" for name, value in values.items())
    return f"WITH base AS MATERIALIZED ({rows}) SELECT {selected} FROM base {' '.join(joined)}"  # noqa: S608
