"""The book: which accounts to speak of, what is true of them freshly computed, and the leaves the book is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tallystick.accounts import facts as account_facts
from tallystick.kernel import sql
from tallystick.kernel.facts import Key
from tallystick.strategy.models import Rebuild
from tallystick.strategy.queries import catalogue

#: The whole book. Its leaves are known to `chunks` alone.
BOOK = "strategy_book"

#: Accounts that are looked at in one query.
_RANGE = 50_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Some accounts, as a condition that can stand inside every grouped subquery. Make one by the functions below."""

    #: The condition on a column `{column}`; parameters are in `params`.
    condition: str
    params: dict[str, Any] = field(default_factory=dict)
    #: Whether sources are asked account by account, through their indexes, rather than all at once. An account then costs the
    #: same in any company, whatever the planner believes of tables that grew this minute.
    is_asked_singly: bool = False

    def on(self, column: str) -> str:
        """Write the condition on a column."""
        return self.condition.replace("{column}", column)


def one(account_id: int) -> Reach:
    """Reach one account."""
    return Reach("{column} = %(reach_id)s", {"reach_id": account_id})


def several(account_ids: Sequence[int]) -> Reach:
    """Reach a set of accounts. A subquery is planned in a quarter of the time that a list of a thousand constants takes."""
    condition = "{column} IN (SELECT unnest(%(reach_ids)s::bigint[]))"
    return Reach(condition, {"reach_ids": list(account_ids)}, is_asked_singly=True)


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
    base = account_facts.ACCOUNT
    selected = ["base.account_id"]
    joined = []
    for place, source in enumerate(catalogue.sources()):
        alias = "base" if source is base else f"source_{place}"
        for column in source.columns:
            value = f"{alias}.{column.name}"
            selected.append(
                f"{value} AS {column.name}"
                if column.absent == "NULL"
                else f"coalesce({value}, {column.absent}) AS {column.name}"
            )
        if source is base:
            continue
        # A source filters by the column it groups by, which it names as its key says.
        if reach.is_asked_singly:
            body = sql.fill(source.sql, scope=f"({source.key} = base.{source.key})")
            joined.append(f"LEFT JOIN LATERAL ({body}) AS {alias} ON true")
        else:
            body = sql.fill(source.sql, scope=f"({_within(reach, source.key)})")
            joined.append(f"LEFT JOIN ({body}) AS {alias} ON {alias}.{source.key} = base.{source.key}")
    return f"""
        SELECT {", ".join(selected)}
        FROM ({sql.fill(base.sql, scope=f"({reach.on('account_id')})")}) AS base
        {" ".join(joined)}
    """  # noqa: S608


def _within(reach: Reach, key: Key) -> str:
    """Write the bound of a source. Parties are bounded by an array, along which an index is walked once, in order."""
    if key is Key.ACCOUNT:
        return reach.on("account_id")
    return f"party_id = ANY (ARRAY(SELECT of.party_id FROM accounts_account AS of WHERE {reach.on('of.id')}))"  # noqa: S608


def missing(reach: Reach) -> str:
    """Write the query that gives the accounts reached that the book has no row of."""
    return f"""
        SELECT account.id AS account_id FROM accounts_account AS account
        WHERE {reach.on("account.id")} AND NOT EXISTS (
            SELECT FROM strategy_book AS book WHERE book.account_id = account.id AND {reach.on("book.account_id")}
        )
    """  # noqa: S608


def differing(reach: Reach) -> str:
    """Write the query that gives the accounts reached whose row of the book is other than their facts computed afresh."""
    names = [column.name for column in catalogue.columns()]
    stored, fresh = (", ".join(f"{row}.{name}" for name in names) for row in ("book", "fresh"))
    return f"""
        SELECT fresh.account_id FROM ({facts_of(reach)}) AS fresh
        JOIN strategy_book AS book ON book.account_id = fresh.account_id AND {reach.on("book.account_id")}
        WHERE ({stored}) IS DISTINCT FROM ({fresh})
    """  # noqa: S608


def is_of_these_facts() -> bool:
    """Test if the book was computed by the facts of this program; an empty one is."""
    last = Rebuild.objects.order_by("-pk").values_list("facts", flat=True).first()
    return last == catalogue.fingerprint() or is_empty()


def is_empty() -> bool:
    """Test if no account is in the book."""
    return not sql.value("SELECT EXISTS (SELECT FROM strategy_book)")


@dataclass(frozen=True, slots=True)
class Standing:
    """A part of the book before a run: how many accounts have a strategy, which facts are stale, how many lack a strategy."""

    accounts: int
    stale: list[int]
    without_strategy: int


def standing(table: str, *, day: date) -> Standing:
    """Look over a part of the book before a run for a day, in one scan."""
    columns = ", ".join(f"book.{name}" for name in catalogue.stale_columns()) or "NULL::date"
    row = sql.rows(
        f"""
        SELECT count(*) FILTER (WHERE version_id IS NOT NULL) AS accounts,
               coalesce(array_agg(account_id) FILTER (WHERE least({columns}) <= %(day)s), '{{}}') AS stale,
               count(*) FILTER (WHERE version_id IS NULL AND is_open AND NOT is_house) AS without_strategy
        FROM {table} AS book
        """,  # noqa: S608
        {"day": day},
    )[0]
    return Standing(**row)


def leaves() -> list[str]:
    """Give the tables that the book is made of, in order."""
    return [
        row["leaf"]
        for row in sql.rows(
            """
            SELECT inhrelid::regclass::text AS leaf FROM pg_inherits
            WHERE inhparent = 'strategy_book'::regclass ORDER BY inhrelid
            """
        )
    ]


#: About so many accounts are a chunk of a run: planning a statement for each leaf of a small book costs more than running it.
_CHUNK = 40_000


def chunk_count() -> int:
    """Give how many chunks a run of the book has now: one for a small book, for a large one as many as there are leaves."""
    accounts = int(sql.value("SELECT count(*) FROM strategy_book"))
    most = len(leaves())
    count = 1
    while count < most and accounts > count * _CHUNK:
        count *= 2
    return count


def chunks(count: int) -> list[list[str]]:
    """Give the tables that each of so many chunks of a run takes. Nothing else knows their names.

    A single chunk is the whole book, asked at once; of several each takes its share of the leaves, one after the other. A run
    keeps the number it was started with.
    """
    if count == 1:
        return [[BOOK]]
    every = leaves()
    share = len(every) // count
    return [every[first : first + share] for first in range(0, len(every), share)]


#: Accounts of which a share is taken by looking at each.
_FEW = 20_000


def sample() -> str:
    """Give a table from which a share of the accounts can be told: the whole of a small book, one leaf of a large one.

    Accounts are dealt out to the leaves by a hash of their number, which is as good as by lot.
    """
    found = int(sql.value("SELECT count(*) FROM (SELECT FROM strategy_book LIMIT %s) AS counted", [_FEW + 1]))
    return BOOK if found <= _FEW else leaves()[0]


def ranges(size: int) -> list[tuple[int, int]]:
    """Cut all accounts into ranges of ids, (above, up to and including), of about a size."""
    bounds = sql.rows("SELECT min(id) AS low, max(id) AS high FROM accounts_account")[0]
    if bounds["low"] is None:
        return []
    return [(above, above + size) for above in range(bounds["low"] - 1, bounds["high"], size)]


def reaches() -> Iterator[Reach]:
    """Reach all accounts, as many at a time as one query should look at."""
    for above, upto in ranges(_RANGE):
        yield between(above, upto)


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
