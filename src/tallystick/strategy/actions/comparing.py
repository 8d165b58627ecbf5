"""Compare how the accounts of a part of the book fare by two ways, in the database: what differs is kept, all is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tallystick.kernel import sql
from tallystick.strategy.queries.alike import NAMED, Alike, named
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.queries.imagining import Imagined, Side, array
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import rehearsal as rules
from tallystick.strategy.rules.rehearsal import Harm, Segment

#: Rows of accounts that are looked at by themselves: the day changes their facts, or more than one thing happens to them.
APART = "strategy_rehearsed_apart"
#: What happens to those, one thing after the other.
CHAIN = "strategy_rehearsed_chain"
#: Both ways of each of them.
BOTH = "strategy_rehearsed_both"
#: How many accounts are alike in everything that is counted, and who of them fares otherwise.
TALLY = "strategy_rehearsed_tally"
#: How often one account is looked at, as in a run.
_MOST_PASSES = 70
_PLACED = ("place", "state_entered_on", "next_review_on", "stepped_on")

#: What counts are told apart by, by what `GROUPING` says of the columns of segments.
_SEGMENTS = {
    0b11111: Segment.WHOLE,
    0b01111: Segment.PORTFOLIO,
    0b10111: Segment.CUSTOMER,
    0b11011: Segment.AGE,
    0b11101: Segment.CARE,
    0b11110: Segment.HARM,
}


@contextmanager
def tables() -> Iterator[None]:
    """Have the tables of a comparison, empty, for as long as it takes. They are this connection's own, and stay for the next.

    To make and drop them each time would cost more than comparing a small part.
    """
    sql.execute(
        f"""
        CREATE TEMP TABLE IF NOT EXISTS {APART} (LIKE {BOOK} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS {CHAIN} (
            side text, pass integer, account_id bigint, number integer,
            place smallint, state_entered_on date, next_review_on date, stepped_on date
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS {BOTH} (
            account_id bigint, client_id bigint, portfolio_id bigint, currency text, open_minor bigint, is_company boolean,
            owes boolean, age smallint, care smallint,
            was_number integer, was_stand integer, is_number integer, is_stand integer, is_stale boolean
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS {NAMED} (account_id bigint, client_id bigint, open_minor bigint);
        CREATE TEMP TABLE IF NOT EXISTS {TALLY} (
            was_number integer, was_stand integer, is_number integer, is_stand integer,
            stands_otherwise boolean, differs boolean, is_apart boolean, harms smallint,
            currency text, portfolio_id bigint, is_company boolean, age smallint, care smallint,
            accounts bigint, open_minor numeric, named {NAMED}[]
        ) ON COMMIT DELETE ROWS
        """
    )
    yield
    sql.execute(f"TRUNCATE {APART}, {CHAIN}, {BOTH}, {TALLY}")


def compare(alike: Alike, tables: Sequence[str], *, rehearsal_id: int, chunk: int) -> int:
    """Have every account of a part of the book fare both ways; give how many they are.

    All are counted in one scan, and those that fare otherwise are kept. Accounts whose facts the day changes, and those to which
    more than one thing happens, are looked at again by themselves: they are few.
    """
    imagined = alike.imagined
    apart = imagined.rows([APART])
    ways = (
        _Way(imagined, imagined.before, "was", imagined.treated(apart)),
        _Way(imagined, imagined.after, "is", imagined.moved_over(imagined.treated(apart))),
    )
    more = " OR ".join(("is_stale", *(f"coalesce({way.goes_on}[{way.name}_number], false)" for way in ways)))
    with _hashed():
        if alike.is_anywhere:
            sql.execute(_tallied(f"({alike.both(imagined.rows(tables))})", *ways, is_apart=more, is_counted=True))
        # Where the first scan does not say if accounts are apart, the ways do not treat them alike.
        if not alike.is_anywhere or sql.execute(f"DELETE FROM {TALLY} WHERE is_apart IS NULL"):  # noqa: S608
            rows = imagined.rows(tables, f"NOT {alike.condition}" if alike.is_anywhere else "")
            sql.execute(_tallied(f"({_both(imagined, rows)} OFFSET 0)", *ways, is_apart=more))
    if _set_apart(imagined, tables):
        sql.execute(f"INSERT INTO {BOTH} {_both(imagined, apart)}")
        for way in ways:
            way.go_on()
        sql.execute(_tallied(BOTH, *ways, is_apart="false"))
    _keep_differing(rehearsal_id, *ways)
    _keep_counts(rehearsal_id, chunk, *ways)
    return int(sql.value(f"SELECT coalesce(sum(accounts), 0) FROM {TALLY}"))  # noqa: S608


@contextmanager
def _hashed() -> Iterator[None]:
    """Have the planner group by a hash, in memory.

    It cannot know how few groups there are of many rows, and would sort them all; and it holds an array of names to be large.
    """
    sql.execute("SET LOCAL enable_sort = off; SET LOCAL hash_mem_multiplier = 16")
    yield
    sql.execute("SET LOCAL enable_sort TO DEFAULT; SET LOCAL hash_mem_multiplier TO DEFAULT")


def _set_apart(imagined: Imagined, tables: Sequence[str]) -> bool:
    """Copy the rows of accounts that are looked at by themselves, as the day finds them, and count them there alone.

    They are found by another scan, which costs less than to seek one in a hundred by its key. What is looked up of them is read
    in the order in which it lies: of a large book little of it is in memory.
    """
    apart = sql.rows(f"SELECT (unnest(named)).account_id FROM {TALLY} WHERE is_apart")  # noqa: S608
    if not apart:
        return False
    columns = ", ".join(imagined.columns)
    # The type is said: numbers that the driver writes in another one than the column's are compared one after the other.
    chosen = "account_id = ANY(%(account_ids)s::bigint[])"
    rows = f"SELECT {columns} FROM ({imagined.rows(tables)}) AS book WHERE {chosen}"  # noqa: S608
    sql.execute("SET LOCAL enable_indexscan = off")
    sql.execute(
        f"INSERT INTO {APART} ({columns}) {imagined.renewed(rows)}",
        {"account_ids": [row["account_id"] for row in apart]},
    )
    sql.execute(f"SET LOCAL enable_indexscan TO DEFAULT; DELETE FROM {TALLY} WHERE is_apart")  # noqa: S608
    return True


def _both(imagined: Imagined, rows: str) -> str:
    """Write both ways of some rows beside each other: one scan, and no account is asked one by one."""
    before, after = imagined.before, imagined.after
    was = imagined.treated(
        rows,
        f"{before.statement.timed} AS was_number",
        "book.version_id AS was_version",
        "book.place AS was_place",
        f"{imagined.is_stale} AS is_stale",
    )
    moved = imagined.moved_over(was, "book.was_number", "book.was_version", "book.was_place", "book.is_stale")
    was_stand = f"coalesce({before.statement.to_places}[book.was_number], book.was_place)"
    return f"""
        SELECT book.account_id, book.client_id, book.portfolio_id, book.currency, book.open_minor, book.is_company,
               {imagined.counted}, book.was_number, {before.stand(was_stand, "book.was_version")} AS was_stand,
               book.is_number, {after.stand(after.after("place", "book.is_number", day=imagined.quoted_day))} AS is_stand,
               book.is_stale
        FROM (SELECT book.*, {after.statement.timed} AS is_number FROM ({moved}) AS book OFFSET 0) AS book
    """  # noqa: S608


class _Way:
    """One way of some accounts: what happens, by number, and arrays that say what a number means."""

    def __init__(self, imagined: Imagined, side: Side, name: str, start: str) -> None:
        self.name = name
        self._side = side
        self._start = start
        self._imagined = imagined
        self._effects = [effect for each in side.statement.versions for effect in each.version.program.effects]
        #: What happens by number, a single thing at first: chains of them get numbers further on.
        self.happens: list[tuple[int, ...]] = [(number,) for number in range(1, len(self._effects) + 1)]
        self.goes_on = array("boolean", [effect.goes_on for effect in self._effects])

    def go_on(self) -> None:
        """Let accounts that entered a state or passed over a step make the step of the day, as the run does."""
        begun = f"""
            SELECT book.*, both_ways.{self.name}_number AS number
            FROM ({self._start}) AS book JOIN {BOTH} AS both_ways USING (account_id)
            WHERE {self.goes_on}[both_ways.{self.name}_number]
        """  # noqa: S608
        if not self._chain(begun, 1):
            return
        others = ", ".join(f"book.{name}" for name in self._imagined.columns if name not in _PLACED)
        for each in range(2, _MOST_PASSES):
            placed = f"""
                SELECT {others}, chain.place, chain.state_entered_on, chain.next_review_on, chain.stepped_on
                FROM ({self._start}) AS book JOIN {CHAIN} AS chain USING (account_id)
                WHERE chain.side = '{self.name}' AND chain.pass = {each - 1} AND {self.goes_on}[chain.number] OFFSET 0
            """  # noqa: S608
            steps = self._side.statement.steps
            if not self._chain(f"SELECT book.*, {steps} AS number FROM ({placed}) AS book OFFSET 0", each):  # noqa: S608
                break
        self._number_chains()

    def _chain(self, rows: str, each: int) -> int:
        """Keep where some accounts stand after the effect of their number; give how many they are."""
        day = self._imagined.quoted_day
        after = ", ".join(self._side.after(column, "book.number", day=day) for column in _PLACED)
        return sql.execute(
            f"""
            INSERT INTO {CHAIN} (side, pass, account_id, number, {", ".join(_PLACED)})
            SELECT '{self.name}', {each}, book.account_id, book.number, {after}
            FROM ({rows}) AS book WHERE book.number IS NOT NULL
            """  # noqa: S608
        )

    def _number_chains(self) -> None:
        """Give each chain that occurs a number of its own, and have accounts bear it."""
        chains = f"""
            SELECT account_id, array_agg(number ORDER BY pass) AS numbers, (array_agg(place ORDER BY pass DESC))[1] AS place
            FROM {CHAIN} WHERE side = '{self.name}' GROUP BY account_id
        """  # noqa: S608
        found = sql.rows(f"SELECT DISTINCT numbers FROM ({chains}) AS chain WHERE cardinality(numbers) > 1 ORDER BY 1")  # noqa: S608
        first = len(self.happens) + 1
        self.happens += [tuple(row["numbers"]) for row in found]
        sql.execute(
            f"""
            UPDATE {BOTH} AS both_ways
            SET {self.name}_number = chains.number, {self.name}_stand = {self.version_stand} + chain.place
            FROM ({chains}) AS chain
            JOIN unnest(%(chains)s::text[], %(numbers)s::integer[]) AS chains(chain, number) ON chains.chain = chain.numbers::text
            WHERE both_ways.account_id = chain.account_id
            """,  # noqa: S608
            {
                "chains": ["{" + ",".join(map(str, row["numbers"])) + "}" for row in found],
                "numbers": list(range(first, first + len(found))),
            },
        )

    @property
    def version_stand(self) -> str:
        """Write the number of the first place of the version that an account stands in."""
        firsts = [number - place.number for number, (_version, place) in enumerate(self._side.stands())]
        return f"{array('integer', firsts)}[{self.name}_stand + 1]"

    def codes(self, codes: dict[Any, int]) -> str:
        """Write what a number means, as a number that is the same for the same doing of another way."""
        told = []
        for numbers in self.happens:
            doings = tuple(
                rules.doing(self._effects[each - 1], self._side.statement.effect(each)[0].program) for each in numbers
            )
            told.append(codes.setdefault(doings, len(codes)))
        return array("integer", told)

    def stand_codes(self, codes: dict[Any, int]) -> str:
        """Write where a place is, as a number that is the same for the same place of another way."""
        return array(
            "integer", [codes.setdefault(rules.standing(place), len(codes)) for _version, place in self._side.stands()]
        )

    def waits(self) -> str:
        """Write by place whether an account waits for something there."""
        return array("boolean", [place.step is not None for _version, place in self._side.stands()])

    def orders(self, codes: dict[Any, int]) -> str:
        """Write by number what is ordered that is felt, each an array of numbers."""
        told = [
            sorted(
                {
                    codes.setdefault(order, len(codes))
                    for each in numbers
                    for order in self._effects[each - 1].orders
                    if rules.is_felt(order)
                }
            )
            for numbers in self.happens
        ]
        return _texts("{" + ",".join(map(str, each)) + "}" for each in told)

    @property
    def outcome(self) -> str:
        """Write what is kept of this way, as `Outcome` reads it."""
        stands = self._side.stands()
        version = array("integer", [each.version_id for each, _place in stands])
        place = array("integer", [place.number for _version, place in stands])
        local = _texts(".".join(str(self._effects[each - 1].number) for each in numbers) for numbers in self.happens)
        stand, number = f"{self.name}_stand", f"{self.name}_number"
        return f"""coalesce({version}[{stand} + 1] || ':' || coalesce({local}[{number}], '') || ':'
            || CASE WHEN stands_otherwise THEN {place}[{stand} + 1]::text ELSE '' END, '')"""


def _texts(texts: Iterator[str]) -> str:
    return f"(ARRAY[{', '.join(map(compiler.quote_text, texts))}]::text[])"


#: What counted accounts are alike in.
_ALIKE = """
    was_number, was_stand, is_number, is_stand, stands_otherwise, differs, is_apart, harms,
    currency, portfolio_id, is_company, age, care
"""


def _tallied(both: str, was: _Way, now: _Way, *, is_apart: str, is_counted: bool = False) -> str:
    """Write the statement that counts accounts that are alike, and names those that fare otherwise or are not done yet."""
    told = "account_id, client_id, open_minor"
    counts = f"count(*), sum(open_minor), {named('differs OR is_apart')}"
    if is_counted:
        told = counts = "accounts, open_minor, named"
    return f"""
        INSERT INTO {TALLY} ({_ALIKE}, accounts, open_minor, named)
        SELECT {_ALIKE}, {counts}
        FROM (
            SELECT was_number, CASE WHEN stands_otherwise THEN was_stand ELSE {was.version_stand} END AS was_stand,
                   is_number, CASE WHEN stands_otherwise THEN is_stand ELSE 0 END AS is_stand, stands_otherwise, differs,
                   is_apart, harms, currency, portfolio_id, is_company, age, care, {told}
            FROM ({_compared(both, was, now, is_apart=is_apart)}) AS book
        ) AS book
        {"" if is_counted else f"GROUP BY {_ALIKE}"}
    """  # noqa: S608


def _compared(both: str, was: _Way, now: _Way, *, is_apart: str) -> str:
    """Write both ways of every account beside each other: whether they differ, and whether that may do harm."""
    doings: dict[Any, int] = {}
    stands: dict[Any, int] = {}
    orders: dict[Any, int] = {}
    was_waits, now_waits = f"{was.waits()}[was_stand + 1]", f"{now.waits()}[is_stand + 1]"
    does = f"{was.codes(doings)}[was_number] IS DISTINCT FROM {now.codes(doings)}[is_number]"
    elsewhere = f"{was.stand_codes(stands)}[was_stand + 1] IS DISTINCT FROM {now.stand_codes(stands)}[is_stand + 1]"
    adds = f"""NOT coalesce({now.orders(orders)}[is_number]::integer[], '{{}}')
        <@ coalesce({was.orders(orders)}[was_number]::integer[], '{{}}')"""
    return f"""
        SELECT both_ways.*, does_otherwise OR stands_otherwise AS differs,
               (CASE WHEN does_otherwise AND care > 0 AND {adds} THEN care ELSE 0 END
                | CASE WHEN owes AND {was_waits} AND NOT {now_waits} THEN {Harm.NO_NEXT_STEP:d} ELSE 0 END)::smallint AS harms
        FROM (
            SELECT *, {does} AS does_otherwise, {elsewhere} AS stands_otherwise, ({is_apart}) AS is_apart
            FROM {both} AS book OFFSET 0
        ) AS both_ways
    """  # noqa: S608


def _keep_differing(rehearsal_id: int, was: _Way, now: _Way) -> None:
    sql.execute(
        f"""
        INSERT INTO strategy_rehearsal_account
            (rehearsal_id, account_id, client_id, before, after, harms, currency, open_minor)
        SELECT {rehearsal_id:d}, kept.account_id, kept.client_id, before, after, harms, currency, kept.open_minor
        FROM (
            SELECT *, {was.outcome} AS before, {now.outcome} AS after FROM {TALLY} WHERE differs OFFSET 0
        ) AS tally, unnest(named) AS kept
        ORDER BY kept.account_id
        """  # noqa: S608
    )


def _keep_counts(rehearsal_id: int, chunk: int, was: _Way, now: _Way) -> None:
    """Keep the counts of a part, by segments: small numbers are grouped, and made words afterwards."""
    pair = "was_number, was_stand, is_number, is_stand, stands_otherwise, differs, currency"
    segments = " ".join(f"WHEN {grouped} THEN {compiler.quote_text(each.value)}" for grouped, each in _SEGMENTS.items())
    sql.execute(
        f"""
        INSERT INTO strategy_rehearsal_count
            (rehearsal_id, chunk, segment, value, currency, before, after, differs, accounts, open_minor)
        SELECT {rehearsal_id:d}, {chunk:d}, CASE grouped {segments} END AS segment, value, currency,
               {was.outcome} AS before, {now.outcome} AS after, differs, sum(accounts), sum(open_minor)
        FROM (
            SELECT {pair}, GROUPING(portfolio_id, is_company, age, care, harms) AS grouped,
                   coalesce(portfolio_id::text, is_company::text, age::text, care::text, harms::text, '') AS value,
                   sum(accounts) AS accounts, sum(open_minor) AS open_minor
            FROM {TALLY}
            GROUP BY GROUPING SETS (
                ({pair}), ({pair}, portfolio_id), ({pair}, is_company), ({pair}, age), ({pair}, care), ({pair}, harms)
            )
        ) AS book
        GROUP BY segment, value, currency, before, after, differs
        ORDER BY segment, value, currency, before, after, differs
        """  # noqa: S608
    )
