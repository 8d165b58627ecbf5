"""The one order in which whoever writes the book waits for others. Since it is one, no two ever wait for each other.

First for accounts that somebody else is bringing into the book, from the lowest number up; then for leaves; then for rows, from
the lowest number up. A run, and whoever moves accounts over, holds its leaves alone and may write their rows in any order; all
others share the leaves of their accounts. A transaction goes through the three once, for all its accounts.
"""

from __future__ import annotations

from tallystick.kernel import sql
from tallystick.strategy.queries.book import LEAF, Reach

#: Key of the advisory locks of leaves, beside other locks of the house.
_KEY = 0x1EAF
#: The number of a leaf's lock. Where the leaf is not known to be one (a copy, a world that is imagined), nobody else is there.
_LEAF = "({oid}::bigint & 2147483647)::integer"


def open_leaves(reach: Reach) -> None:
    """Have the book have leaves for the accounts reached, before they are brought into it.

    Whoever makes one keeps others from making any until the transaction ends, and nobody from anything else.
    """
    sql.execute(
        f"""
        SELECT strategy_open_leaves(
            (SELECT max(account.id) FROM accounts_account AS account WHERE {reach.on("account.id")}), %(width)s
        )
        """,  # noqa: S608
        {**reach.params, "width": LEAF},
    )


def hold_leaves(tables: list[str]) -> None:
    """Hold the leaves of the book that some tables are, or are made of, alone until the transaction ends."""
    leaf = _LEAF.format(oid="leaf.relid::oid")
    sql.execute(
        f"""
        SELECT pg_advisory_xact_lock(%(key)s, number) FROM (
            SELECT {leaf} AS number FROM unnest(%(tables)s::regclass[]) AS held(name), pg_partition_tree(held.name) AS leaf
            WHERE leaf.isleaf ORDER BY number
        ) AS leaves
        """,  # noqa: S608
        {"key": _KEY, "tables": tables},
    )


def share_leaves(reach: Reach, table: str, *, expected: int = 0) -> int:
    """Share the leaves of the accounts reached until the transaction ends; give how many of them the book has.

    Where they are fewer than expected nothing is held: those that are missing come first.
    """
    leaf = _LEAF.format(oid="book.tableoid")
    found: int = sql.value(
        f"""
        WITH leaves AS MATERIALIZED (
            SELECT {leaf} AS number, count(*) AS accounts FROM {table} AS book WHERE {reach.on("book.account_id")}
            GROUP BY number ORDER BY number
        ), held AS MATERIALIZED (
            SELECT CASE
                WHEN (SELECT sum(accounts) FROM leaves) >= %(expected)s
                THEN pg_advisory_xact_lock_shared(%(key)s, number) IS NULL
            END FROM leaves
        )
        SELECT coalesce(sum(accounts), 0)::bigint FROM leaves WHERE (SELECT count(*) FROM held) >= 0
        """,  # noqa: S608
        {**reach.params, "expected": expected, "key": _KEY},
    )
    return found
