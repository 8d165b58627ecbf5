"""Words that rooms offer to strategy. A room's `facts.py` lists its `SOURCES` and `FACTS`; `strategy` gathers them.

A **source** is one grouped subquery over a room's own tables, bounded by the marker `{scope}` (it becomes a condition on
`account_id`, so the bound stands inside every grouped subquery). Its columns are stored in the book, one narrow row per
account. A **fact** is a word of the condition language: a name, a type, a unit, a meaning and an SQL expression over the
book's columns and `{day}`, the run's as-of day. Ages are never stored: a fact that depends on the day computes it from a
stored date, so that midnight rewrites nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Source:
    """A grouped subquery: columns `account_id` and those named, for the accounts within `{scope}`.

    The text may also use `%(day)s`, the day the facts are computed for. An amount that changes when a day comes
    (an item falls due) also says on which day next, in a column that ends in `_stale_on`.
    """

    name: str
    sql: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A word of the condition language.

    `sql` is an expression over `book.<column>` and `{day}`. `unit` is what a person reads after the value ("days",
    "minor units of the account's currency", "promises"). Null means unknown or never, and `meaning` says which.
    """

    name: str
    type: FactType
    unit: str
    meaning: str
    sql: str
    #: Allowed values of a text fact, for completion and checking; empty when open-ended.
    choices: tuple[str, ...] = ()
