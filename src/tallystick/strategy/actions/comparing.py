"""Compare how the accounts of a leaf fare by two ways, in the database: what differs is kept, and the rest is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tallystick.kernel import sql
from tallystick.strategy.models import Rehearsal, RehearsalCount
from tallystick.strategy.queries.imagining import GOES_ON, Imagined, Side, array
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import rehearsal as rules
from tallystick.strategy.rules.rehearsal import Harm, Segment

#: Rows whose facts a day has changed, brought up to date.
FRESH = "strategy_rehearsed_fresh"
#: Rows of accounts to which more than one thing happens.
GOING = "strategy_rehearsed_going"
#: What happened to those, one thing after the other.
CHAIN = "strategy_rehearsed_chain"
#: Both ways of every account that the version would treat.
BOTH = "strategy_rehearsed_both"
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
def tables(leaf: str) -> Iterator[None]:
    """Have the tables of a comparison, empty, for as long as it takes. They are this connection's own, and stay for the next.

    To make and drop them for each leaf would cost more than comparing a small one.
    """
    for name in (FRESH, GOING):
        sql.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (LIKE {leaf} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS")
    sql.execute(
        f"""
        CREATE TEMP TABLE IF NOT EXISTS {CHAIN} (
            side text, pass integer, account_id bigint, number integer,
            place smallint, state_entered_on date, next_review_on date, stepped_on date
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS {BOTH} (
            account_id bigint, client_id bigint, portfolio_id bigint, currency text, open_minor bigint, is_company boolean,
            owes boolean, age smallint, care smallint,
            was_number integer, was_stand integer, is_number integer, is_stand integer
        ) ON COMMIT DELETE ROWS
        """
    )
    yield
    sql.execute(f"TRUNCATE {FRESH}, {GOING}, {CHAIN}, {BOTH}")


@dataclass(slots=True)
class Tally:
    """The counts of a part of the book, over its leaves."""

    accounts: int = 0
    _counts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _amounts: Counter[tuple[Any, ...]] = field(default_factory=Counter)

    def add(self, counted: Sequence[dict[str, Any]]) -> None:
        """Add the counts of a leaf."""
        for row in counted:
            key = (row["segment"], row["value"], row["currency"], row["before"], row["after"], row["differs"])
            self._counts[key] += row["accounts"]
            self._amounts[key] += row["open_minor"]
            self.accounts += row["accounts"] if row["segment"] == Segment.WHOLE else 0

    def keep(self, rehearsal: Rehearsal, chunk: int) -> None:
        """Keep them as those of a part."""
        names = ("segment", "value", "currency", "before", "after", "differs")
        RehearsalCount.objects.bulk_create(
            RehearsalCount(
                rehearsal=rehearsal,
                chunk=chunk,
                accounts=accounts,
                open_minor=Decimal(self._amounts[key]),
                **dict(zip(names, key, strict=True)),
            )
            for key, accounts in sorted(self._counts.items())
        )


def compare(imagined: Imagined, leaf: str, *, rehearsal_id: int) -> list[dict[str, Any]]:
    """Have every account of a leaf fare both ways; keep those that fare otherwise, and give the counts of all."""
    rows = imagined.up_to_date(leaf, FRESH)
    sql.execute(_both(imagined, rows))
    ways = [
        _Way(imagined, imagined.before, "was", imagined.treated(_GOING_ROWS.format(_columns(imagined)))),
        _Way(
            imagined,
            imagined.after,
            "is",
            imagined.moved_over(imagined.treated(_GOING_ROWS.format(_columns(imagined)))),
        ),
    ]
    going = " OR ".join(f"{way.goes_on}[{way.name}_number]" for way in ways)
    sql.execute(
        f"""
        INSERT INTO {GOING} ({_columns(imagined)})
        SELECT {_columns(imagined)} FROM ({rows}) AS book
        WHERE account_id IN (SELECT account_id FROM {BOTH} WHERE {going})
        """  # noqa: S608
    )
    for way in ways:
        way.go_on()
    compared = _compared(imagined, *ways)
    sql.execute(
        f"""
        INSERT INTO strategy_rehearsal_account
            (rehearsal_id, account_id, client_id, before, after, harms, currency, open_minor)
        SELECT {rehearsal_id:d}, account_id, client_id, {ways[0].outcome}, {ways[1].outcome}, harms, currency, open_minor
        FROM ({compared}) AS book WHERE differs ORDER BY account_id
        """  # noqa: S608
    )
    return [{**row, "segment": _SEGMENTS[row.pop("grouped")].value} for row in sql.rows(_counted(compared, *ways))]


_GOING_ROWS = f"SELECT {{}} FROM {GOING}"  # noqa: S608


def _columns(imagined: Imagined) -> str:
    return ", ".join(imagined.columns)


def _both(imagined: Imagined, rows: str) -> str:
    """Write the statement that fills the table of both ways: one scan, and no account is asked one by one."""
    before, after = imagined.before, imagined.after
    was = imagined.treated(
        rows,
        f"{before.statement.timed} AS was_number",
        "book.version_id AS was_version",
        "book.place AS was_place",
    )
    moved = imagined.moved_over(was, "book.was_number", "book.was_version", "book.was_place")
    late = f"({imagined.quoted_day} - book.oldest_due_on)"
    was_stand = f"coalesce({before.statement.to_places}[book.was_number], book.was_place)"
    return f"""
        INSERT INTO {BOTH}
        SELECT book.account_id, book.client_id, book.portfolio_id, book.currency, book.open_minor, book.is_company,
               book.is_open AND book.open_minor > 0 AS owes,
               coalesce(width_bucket({late}, {array("integer", rules.AGES)}), 0)::smallint AS age,
               ({imagined.care})::smallint AS care, book.was_number, {before.stand(was_stand, "book.was_version")} AS was_stand,
               book.is_number, {after.stand(after.after("place", "book.is_number", day=imagined.quoted_day))} AS is_stand
        FROM (SELECT book.*, {after.statement.timed} AS is_number FROM ({moved}) AS book OFFSET 0) AS book
    """  # noqa: S608


class _Way:
    """One way of the accounts of a leaf: what happens, by number, and arrays that say what a number means."""

    def __init__(self, imagined: Imagined, side: Side, name: str, start: str) -> None:
        self.name = name
        self._side = side
        self._start = start
        self._imagined = imagined
        self._effects = [effect for each in side.statement.versions for effect in each.version.program.effects]
        #: What happens by number, a single thing at first: chains of them get numbers further on.
        self.happens: list[tuple[int, ...]] = [(number,) for number in range(1, len(self._effects) + 1)]
        self.goes_on = array("boolean", [effect.kind in GOES_ON for effect in self._effects])

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


def _compared(imagined: Imagined, was: _Way, now: _Way) -> str:
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
        FROM (SELECT *, {does} AS does_otherwise, {elsewhere} AS stands_otherwise FROM {BOTH} OFFSET 0) AS both_ways
    """  # noqa: S608


def _counted(compared: str, was: _Way, now: _Way) -> str:
    """Write the counts of a leaf, by segments: small numbers are grouped, and made words afterwards."""
    pair = "was_number, was_stand, is_number, is_stand, stands_otherwise, differs, currency"
    return f"""
        SELECT {was.outcome} AS before, {now.outcome} AS after, grouped, differs, currency, value,
               sum(accounts)::bigint AS accounts, sum(open_minor) AS open_minor
        FROM (
            SELECT {pair}, GROUPING(portfolio_id, is_company, age, care, harms) AS grouped,
                   coalesce(portfolio_id::text, is_company::text, age::text, care::text, harms::text, '') AS value,
                   count(*) AS accounts, sum(open_minor) AS open_minor
            FROM (
                SELECT was_number, CASE WHEN stands_otherwise THEN was_stand ELSE {was.version_stand} END AS was_stand,
                       is_number, CASE WHEN stands_otherwise THEN is_stand ELSE 0 END AS is_stand, stands_otherwise, differs,
                       currency, portfolio_id, is_company, age, care, harms, open_minor
                FROM ({compared}) AS book
            ) AS book
            GROUP BY GROUPING SETS (
                ({pair}), ({pair}, portfolio_id), ({pair}, is_company), ({pair}, age), ({pair}, care), ({pair}, harms)
            )
        ) AS book
        GROUP BY before, after, grouped, differs, currency, value
    """  # noqa: S608
