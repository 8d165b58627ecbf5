"""Words that rooms offer to strategy. A room's `facts.py` lists its `SOURCES`, its `FACTS` and, where it
keeps any, its `HISTORIES`; `strategy` gathers them.

A **source** is one grouped subquery over a room's own tables, bounded by the marker `{scope}` (it becomes a condition on
`account_id`, or on `party_id` where it speaks of the debtor, so the bound stands inside every grouped subquery). Its columns are
stored in the book, one narrow row per account. A **fact** is a word of the condition language: a name, a type, a unit, a
meaning and an SQL expression over the book's columns and `{day}`, the run's as-of day. Ages are never stored: a fact that
depends on the day computes it from a stored date, so that midnight rewrites nothing. A **history** is days on which something
happened, looked back over by a window that ends with the run's day: its entries grow old by themselves.

An expression may also ask a table, by an index and a key that the book holds. That is for what other accounts change, what
changes on many days, and what few strategies want: it costs nothing until a condition names it, and it is never stale. Since
no event of the account announces such a change, a strategy sees it when it next looks at the account, in the night at the latest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_ASKS = re.compile(r"\b(?:FROM|JOIN) [a-z]+_")


class FactType(StrEnum):
    """Types of the condition language."""

    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column of the book: its name, its PostgreSQL type, and the value where a source has no row."""

    name: str
    sql_type: str
    #: SQL literal taken when the source has no row for an account.
    absent: str = "NULL"


class Key(StrEnum):
    """What a source has one row for, and by which column it is bounded: an account, or the party that owes on several."""

    ACCOUNT = "account_id"
    PARTY = "party_id"


@dataclass(frozen=True, slots=True)
class Plain:
    """A source of accounts said more simply: right of all of them but a few."""

    #: The grouped subquery, with the columns of the source.
    sql: str
    #: A query of the `account_id`s, within `{scope}`, of which the source itself has to be asked. They come by an index.
    but: str
    #: The columns that are right of all accounts.
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A grouped subquery: its key and the columns named, for the accounts or parties within `{scope}`.

    The text may also use `%(day)s`, the day the facts are computed for. An amount that changes when a day comes
    (an item falls due) also says on which day next, in a column that ends in `_stale_on`.
    """

    name: str
    sql: str
    columns: tuple[Column, ...]
    key: Key = Key.ACCOUNT
    #: Whether most accounts have a row of it, once a book is in use; such a source is joined by itself.
    is_common: bool = False
    #: How a whole range of accounts is asked, where that is cheaper.
    plain: Plain | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A word of the condition language.

    `sql` is an expression over `book.<column>` and `{day}`. `unit` is what a person reads after the value ("days",
    "minor units of the account's currency", "promises"); empty for a number that counts nothing. Null means unknown or
    never, and `meaning` says which.
    """

    name: str
    type: FactType
    unit: str
    meaning: str
    sql: str
    #: Allowed values of a text fact, for completion and checking; empty when open-ended.
    choices: tuple[str, ...] = ()
    #: How people say it, where its name does not.
    said: str = ""
    #: Number of the published version that says what the word means; 0 for the fact of a room.
    version: int = 0

    def expression(self, day: date) -> str:
        """Write the expression for an as-of day."""
        return self.sql.replace("{day}", f"DATE '{day.isoformat()}'")

    @property
    def is_stored(self) -> bool:
        """Whether the book alone says it; otherwise a table of a room is asked each time."""
        return not _ASKS.search(self.sql)


def foremost(what: str, *, by: str) -> str:
    """Write the value of the foremost of the rows that are found, in an order.

    All of an account's rows are read, and none but those: `LIMIT 1` would let the planner walk an index of the whole table in
    that order instead, until it meets the account.

    >>> foremost("work.kind", by="work.due_on, work.id")
    '(array_agg(work.kind ORDER BY work.due_on, work.id))[1]'
    """
    return f"(array_agg({what} ORDER BY {by}))[1]"


#: The longest window a condition may look back over, in days: a leap year.
LONGEST_WINDOW = 366
#: How many days back a source keeps the entries of a history. Whoever computed facts for one day can be asked as of another up to
#: a month before, and still sees the whole of the longest window.
KEPT_DAYS = LONGEST_WINDOW + 34


class Measure(StrEnum):
    """What can be asked of the part of a history that lies in a window."""

    COUNT = "count"
    SUM = "sum"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class History:
    """A word for days on which something happened to an account, over stored columns of its source.

    Each of `days` is a column `date[]`: one entry for each time, oldest first, null where it never happened. A source keeps the
    last `KEPT_DAYS` and whatever is still to come, so that an entry counts from its day on. Several columns are parts of one
    history. `amounts` are columns `bigint[]` of minor units, entry by entry beside those of `days`; empty where there are none.
    """

    name: str
    #: What it is days of, as it stands after "the number of": "promises broken".
    said: str
    meaning: str
    days: tuple[str, ...]
    amounts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.amounts and len(self.amounts) != len(self.days):
            raise ValueError(f"{self.name!r} has not an amount for every day")

    def look(self, measure: Measure, days: int) -> str:
        """Write what is asked of the last `days` days, the run's day included, as SQL over `book` and `{day}`.

        A count or a sum of nothing is 0, the first or last day of nothing is null. The days are in order, so that the number
        of those up to a day is found by halving (`width_bucket`), and costs nothing where there are none.
        """
        match measure:
            case Measure.COUNT:
                return " + ".join(f"coalesce({_upto(each)} - {_before(each, days)}, 0)" for each in self.days)
            case Measure.SUM:
                return " + ".join(
                    _summed(each, amounts, days) for each, amounts in zip(self.days, self.amounts, strict=True)
                )
            case Measure.FIRST:
                return f"least({', '.join(_entry(each, f'{_before(each, days)} + 1', days) for each in self.days)})"
            case Measure.LAST:
                return f"greatest({', '.join(_entry(each, _upto(each), days) for each in self.days)})"


def _upto(column: str) -> str:
    """Write how many entries of a column lie up to and including the run's day."""
    return f"width_bucket({{day}}, book.{column})"


def _before(column: str, days: int) -> str:
    """Write how many entries of a column lie before a window."""
    return f"width_bucket({{day}} - {days}, book.{column})"


def _entry(column: str, place: str, days: int) -> str:
    return f"CASE WHEN {_upto(column)} > {_before(column, days)} THEN book.{column}[{place}] END"


def _summed(column: str, amounts: str, days: int) -> str:
    within = f"unnest(book.{amounts}[{_before(column, days)} + 1 : {_upto(column)}])"
    added = f"(SELECT sum(each) FROM {within} AS each)"  # noqa: S608
    return f"CASE WHEN {_upto(column)} > {_before(column, days)} THEN {added} ELSE 0 END"
