"""The book: which accounts to speak of, what is true of them freshly computed, and the leaves the book is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, auto
from math import ceil
from typing import Any

from tallystick.accounts import facts as account_facts
from tallystick.kernel import sql
from tallystick.kernel.facts import Column, Key, Plain, Source
from tallystick.strategy.models import Rebuild
from tallystick.strategy.queries import catalogue

#: The whole book. Its leaves are known to `chunks` alone.
BOOK = "strategy_book"
#: Accounts, by their numbers, that a leaf is made for.
LEAF = 1 << 16
#: Debtors of a range are asked of by their own range where it is no longer than so many times the accounts.
_CLOSE = 2


class Asking(Enum):
    """How the sources of facts are asked."""

    #: Each by the one account.
    ONE = auto()
    #: Account by account, through their indexes. An account then costs the same in any company, whatever the planner believes of
    #: tables that grew this minute.
    EACH = auto()
    #: All accounts of a range at once.
    RANGE = auto()


@dataclass(frozen=True, slots=True)
class Reach:
    """Some accounts, as a condition that can stand inside every grouped subquery. Make one by the functions below."""

    #: The condition on a column `{column}`; parameters are in `params`.
    condition: str
    params: dict[str, Any] = field(default_factory=dict)
    asking: Asking = Asking.ONE
    #: The condition on the debtors' numbers, where they lie as closely as those of the accounts of a range do.
    debtors: str = ""

    def on(self, column: str) -> str:
        """Write the condition on a column."""
        return self.condition.replace("{column}", column)


def one(account_id: int) -> Reach:
    """Reach one account."""
    return Reach("{column} = %(reach_id)s", {"reach_id": account_id})


def several(account_ids: Sequence[int]) -> Reach:
    """Reach a set of accounts. A subquery is planned in a quarter of the time that a list of a thousand constants takes."""
    condition = "{column} IN (SELECT unnest(%(reach_ids)s::bigint[]))"
    return Reach(condition, {"reach_ids": list(account_ids)}, asking=Asking.EACH)


def between(above: int, upto: int) -> Reach:
    """Reach the accounts whose ids lie above a number, up to and including another, and see how their debtors lie."""
    condition = "{column} > %(reach_above)s AND {column} <= %(reach_upto)s"
    params = {"reach_above": above, "reach_upto": upto}
    [found] = sql.rows(
        f"""
        SELECT min(party_id) AS reach_first, max(party_id) AS reach_last, count(*) AS accounts
        FROM accounts_account WHERE {condition.replace("{column}", "id")}
        """,  # noqa: S608
        params,
    )
    if found["accounts"] and found["reach_last"] - found["reach_first"] < _CLOSE * found["accounts"]:
        debtors = "{column} BETWEEN %(reach_first)s AND %(reach_last)s"
        return Reach(condition, params | found, asking=Asking.RANGE, debtors=debtors)
    return Reach(condition, params, asking=Asking.RANGE)


def facts_of(reach: Reach) -> str:
    """Write the query that computes the stored columns of the accounts reached, from the rooms' own tables.

    The condition stands inside every source, so that a thousand accounts never cost a scan of all of them. Parameters are the
    reach's and `day`.
    """
    sources = catalogue.sources()
    selected = (f"{_fresh(source, column, reach)} AS {column.name}" for source in sources for column in source.columns)
    return f"""
        {_parties(reach)}
        SELECT base.account_id, {", ".join(selected)}
        FROM {_base(reach)} {" ".join(_joined(reach, sources))}
    """  # noqa: S608


def _base(reach: Reach) -> str:
    """Write the source of which every account has a row, under the name the others are joined to."""
    bound = reach.on("account_id")
    return f"({sql.fill(account_facts.ACCOUNT.sql, scope=f'({bound})')}) AS base"


def _fresh(source: Source, column: Column, reach: Reach) -> str:
    """Write the value of a column as its source has it, or what stands for it where the source has no row."""
    value = f"{'base' if source is account_facts.ACCOUNT else _alias(source)}.{column.name}"
    said = value if column.absent == "NULL" else f"coalesce({value}, {column.absent})"
    if source.plain is None or reach.asking is not Asking.RANGE or column.name in source.plain.right:
        return said
    exact = _alias(_exact(source, source.plain))
    return f"CASE WHEN {exact}.{source.key} IS NULL THEN {said} ELSE {exact}.{column.name} END"


def _alias(source: Source) -> str:
    return f"of_{source.name}"


def _parties(reach: Reach) -> str:
    """Write how the debtors of a range of accounts are found once for every source that speaks of them."""
    if reach.asking is not Asking.RANGE or reach.debtors:
        return ""
    return f"""
        WITH reached AS MATERIALIZED (
            SELECT array_agg(of.party_id) AS party_ids FROM accounts_account AS of WHERE {reach.on("of.id")}
        )
    """  # noqa: S608


def _joined(reach: Reach, every: Sequence[Source]) -> Iterator[str]:
    """Write the joins of sources to the rows of the accounts.

    Most sources have rows for few of a range's accounts. They are joined to each other first, so that an account that appears
    in none of them passes one join and not a dozen. Those that most accounts are in are joined one by one: a row of all the
    others would only be carried through their joins.
    """
    sources = [source for source in every if source is not account_facts.ACCOUNT]
    if reach.asking is not Asking.RANGE:
        side = "LATERAL " if reach.asking is Asking.EACH else ""
        for source in sources:
            on = "true" if side else f"{_alias(source)}.{source.key} = base.{source.key}"
            yield f"LEFT JOIN {side}{_asked(source, reach)} ON {on}"
        return
    sparse = [source for source in sources if not source.is_common]
    for source in sources:
        if source.is_common:
            yield f"LEFT JOIN {_asked(source, reach)} ON {_alias(source)}.{source.key} = base.{source.key}"
        if source.plain is not None:
            sparse.append(_exact(source, source.plain))
    for key in dict.fromkeys(source.key for source in sparse):
        first, *others = (_asked(each, reach) for each in reversed(sparse) if each.key is key)
        together = f" USING ({key}) FULL JOIN ".join(others)
        yield f"LEFT JOIN ({first} FULL JOIN {together} USING ({key}) AS every_{key}) ON every_{key}.{key} = base.{key}"


def _exact(source: Source, plain: Plain) -> Source:
    """Give the source that is asked of those accounts of a range of which it cannot be said plainly."""
    some = f"{{scope}} AND account_id IN ({plain.but})"
    return replace(
        source, name=f"{source.name}_exactly", sql=sql.fill(source.sql, scope=some), is_common=False, plain=None
    )


def _asked(source: Source, reach: Reach) -> str:
    """Write a source with its bound. It filters by the column it groups by, which it names as its key says."""
    text = source.plain.sql if source.plain is not None and reach.asking is Asking.RANGE else source.sql
    match reach.asking, source.key:
        case Asking.EACH, key:
            bound = f"{key} = base.{key}"
        case _, Key.ACCOUNT:
            bound = reach.on("account_id")
        case Asking.RANGE, _ if reach.debtors:
            bound = reach.debtors.replace("{column}", "party_id")
        case Asking.RANGE, _:
            # Along an array an index is walked once, in order.
            bound = "party_id = ANY ((SELECT party_ids FROM reached)::bigint[])"
        case _:
            bound = f"party_id = ANY (ARRAY(SELECT of.party_id FROM accounts_account AS of WHERE {reach.on('of.id')}))"  # noqa: S608
    return f"({sql.fill(text, scope=f'({bound})')}) AS {_alias(source)}"


def none(reach: Reach) -> str:
    """Write the query that tells if the book has no row of any account reached."""
    return f"SELECT NOT EXISTS (SELECT FROM strategy_book AS book WHERE {reach.on('book.account_id')})"  # noqa: S608


def differing(reach: Reach) -> str:
    """Write the query that gives the accounts reached whose row is missing, or other than their facts afresh.

    What is said of an account is compared before anything is asked of its debtor: the wide rows then meet in the order of their
    numbers, and no more than what came of it is carried on to where debtors are found.
    """
    of_accounts, of_debtors = (
        [source for source in catalogue.sources() if source.key is key] for key in (Key.ACCOUNT, Key.PARTY)
    )
    carried = ", ".join(f"book.{column.name}" for source in of_debtors for column in source.columns)
    return f"""
        {_parties(reach)}
        SELECT base.account_id, base.is_missing
        FROM (
            SELECT base.account_id, base.party_id, book.account_id IS NULL AS is_missing,
                   {_unlike(of_accounts, reach)} AS is_unlike, {carried}
            FROM {_base(reach)} {" ".join(_joined(reach, of_accounts))}
            LEFT JOIN strategy_book AS book ON book.account_id = base.account_id AND {reach.on("book.account_id")}
            OFFSET 0
        ) AS base
        {" ".join(_joined(reach, of_debtors))}
        WHERE base.is_unlike OR {_unlike(of_debtors, reach, stored="base")}
    """  # noqa: S608


def _unlike(sources: Sequence[Source], reach: Reach, *, stored: str = "book") -> str:
    """Write the test if columns of the book are other than their sources have them."""
    columns = [(source, column) for source in sources for column in source.columns]
    kept = ", ".join(f"{stored}.{column.name}" for _source, column in columns)
    return f"({kept}) IS DISTINCT FROM ({', '.join(_fresh(*each, reach) for each in columns)})"


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
    """Give the tables that the book is made of, in the order of the accounts that they hold."""
    return [
        row["leaf"]
        for row in sql.rows(
            """
            SELECT inhrelid::regclass::text AS leaf FROM pg_inherits
            JOIN pg_class AS leaf ON leaf.oid = inhrelid
            WHERE inhparent = 'strategy_book'::regclass ORDER BY leaf.relname
            """
        )
    ]


#: About so many accounts are a chunk of a run: planning a statement for each leaf of a small book costs more than running it.
_CHUNK = 40_000


def chunk_count() -> int:
    """Give how many chunks a run of the book has now: one for a small book, for a large one as many as there are leaves."""
    accounts = int(sql.value("SELECT count(*) FROM strategy_book"))
    return max(1, min(len(leaves()), ceil(accounts / _CHUNK)))


def chunks(count: int) -> list[list[str]]:
    """Give the tables that each of so many chunks of a run takes. Nothing else knows their names.

    A single chunk is the whole book, asked at once; to several the leaves are dealt out in turn. A run keeps the number it was
    started with, and a leaf that is made meanwhile changes nothing for the others.
    """
    if count == 1:
        return [[BOOK]]
    every = leaves()
    return [every[first::count] for first in range(count)]


#: Accounts of which a share is taken by looking at each.
_FEW = 20_000
#: Of a large book one page in so many is taken for a share.
SAMPLED = 64


def sample() -> str:
    """Give a table from which a share of the accounts can be told: the whole of a small book, pages from all over a large one."""
    found = int(sql.value("SELECT count(*) FROM (SELECT FROM strategy_book LIMIT %s) AS counted", [_FEW + 1]))
    if found <= _FEW:
        return BOOK
    return f"(SELECT * FROM {BOOK} TABLESAMPLE SYSTEM ({100 / SAMPLED}) REPEATABLE (1))"  # noqa: S608


def ranges() -> list[tuple[int, int]]:
    """Cut all accounts into ranges of ids, (above, up to and including), each as a leaf of the book is made for."""
    bounds = sql.rows("SELECT min(id) AS low, max(id) AS high FROM accounts_account")[0]
    if bounds["low"] is None:
        return []
    return [(first - 1, first - 1 + LEAF) for first in range(bounds["low"] // LEAF * LEAF, bounds["high"] + 1, LEAF)]


def reaches() -> Iterator[Reach]:
    """Reach all accounts, as many at a time as one query should look at."""
    for above, upto in ranges():
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
