"""The book: which accounts to speak of, what is true of them freshly computed, and the leaves the book is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tallystick.kernel import sql
from tallystick.strategy.queries import catalogue


@dataclass(frozen=True, slots=True)
class Reach:
    """Some accounts, as a condition that can stand inside every grouped subquery. Make one by the functions below."""

    #: The condition on a column `{column}`; parameters are in `params`.
    condition: str
    params: dict[str, Any] = field(default_factory=dict)

    def on(self, column: str) -> str:
        """Write the condition on a column."""
        return self.condition.replace("{column}", column)


def one(account_id: int) -> Reach:
    """Reach one account."""
    return Reach("{column} = %(reach_id)s", {"reach_id": account_id})


def several(account_ids: Sequence[int]) -> Reach:
    """Reach a set of accounts."""
    return Reach("{column} = ANY(%(reach_ids)s)", {"reach_ids": list(account_ids)})


def between(above: int, upto: int) -> Reach:
    """Reach the accounts whose ids lie above a number, up to and including another."""
    return Reach(
        "{column} > %(reach_above)s AND {column} <= %(reach_upto)s", {"reach_above": above, "reach_upto": upto}
    )


def facts_of(reach: Reach) -> str:
    """Write the query that computes the stored columns of the accounts reached, from the rooms' own tables.

    The condition stands inside every source, so that a thousand accounts never cost a scan of all of them. Parameters are the
    reach's and `day`.
    """
    selected = ["base.account_id"]
    joined = []
    for place, source in enumerate(catalogue.sources()):
        alias = f"source_{place}"
        for column in source.columns:
            value = f"{alias}.{column.name}"
            selected.append(
                f"{value} AS {column.name}"
                if column.absent == "NULL"
                else f"coalesce({value}, {column.absent}) AS {column.name}"
            )
        # A source filters by the column it groups by, which it names `account_id`.
        body = sql.fill(source.sql, scope=f"({reach.on('account_id')})")
        joined.append(f"LEFT JOIN ({body}) AS {alias} ON {alias}.account_id = base.account_id")
    base = f"(SELECT account_id FROM (SELECT id AS account_id FROM accounts_account) AS every WHERE {reach.on('account_id')})"
    return f"SELECT {', '.join(selected)} FROM {base} AS base {' '.join(joined)}"


def stale(day: date) -> str:
    """Write the condition that a stored value of a row of `book` has changed by itself by a day."""
    columns = ", ".join(f"book.{name}" for name in catalogue.stale_columns())
    return f"least({columns}) <= DATE '{day.isoformat()}'" if columns else "false"


def leaves() -> list[str]:
    """Give the tables that the book is made of, in order. A run takes them as its chunks; nothing else knows their names."""
    return [
        row["leaf"]
        for row in sql.rows(
            """
            SELECT inhrelid::regclass::text AS leaf FROM pg_inherits
            WHERE inhparent = 'strategy_book'::regclass ORDER BY inhrelid
            """
        )
    ]


def ranges(size: int) -> list[tuple[int, int]]:
    """Cut all accounts into ranges of ids, (above, up to and including), of about a size."""
    bounds = sql.rows("SELECT min(id) AS low, max(id) AS high FROM accounts_account")[0]
    if bounds["low"] is None:
        return []
    return [(above, above + size) for above in range(bounds["low"] - 1, bounds["high"], size)]


def missing_columns() -> list[str]:
    """Give the columns of the rooms' sources that the book lacks or has in another type, as the DDL that would mend it."""
    stored = {
        row["name"]: row["type"]
        for row in sql.rows(
            """
            SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
            WHERE attrelid = 'strategy_book'::regclass AND attnum > 0 AND NOT attisdropped
            """
        )
    }
    return [
        f"ADD COLUMN {column.name} {column.sql_type}"
        + ("" if column.absent == "NULL" else f" NOT NULL DEFAULT {column.absent}")
        for column in catalogue.columns()
        if stored.get(column.name) != column.sql_type
    ]
