"""Bring up to date what a day changes by itself: of an account only the sources whose own day has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tallystick.kernel import sql
from tallystick.strategy.queries import past
from tallystick.strategy.queries.afresh import afresh, stale_sources


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
    fresh = afresh("%(day)s")
    assigned = ", ".join(f"{name} = {value}" for name, value in fresh.values.items())
    # Delays move on with what is renewed, and never alone.
    renewed = [name for name in fresh.values if name not in past.CLOCKS]
    stored = ", ".join(f"base.{name}" for name in renewed)
    keeping = "INSERT INTO strategy_past (account_id, day, was)" if keeps_past else ""
    return f"""
        WITH base AS MATERIALIZED (
            SELECT * FROM {table} AS book WHERE account_id = ANY(%(account_ids)s::bigint[])
        ), changed AS (
            UPDATE {table} AS book SET {assigned}
            FROM base {fresh.joins}
            WHERE book.account_id = base.account_id
              AND ({stored}) IS DISTINCT FROM ({", ".join(fresh.values[name] for name in renewed)})
            RETURNING book.account_id, {past.difference("base", "book", sources=stale_sources())} AS was
        )
        {keeping} SELECT account_id, %(day)s, was FROM changed
    """  # noqa: S608
