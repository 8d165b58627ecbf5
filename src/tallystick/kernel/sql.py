"""SQL in files: one named and described query after another, loaded by name.

A file in a room's `sql/` folder holds queries like

    -- name: open_items
    -- Give the open items of the accounts in %(accounts)s.
    SELECT …

Parameters are always parameters. The only text ever replaced is a marker that a caller fills with trusted text
of its own (a partition's quoted name, a scope), by `fill`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

#: Type numbers of `json` and `jsonb`, fixed in every PostgreSQL.
_JSON = frozenset({114, 3802})

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def _read(package: str, file: str) -> dict[str, str]:
    text = resources.files(package).joinpath("sql", file).read_text("utf-8")
    parts = _NAME.split(text)
    return dict(zip(parts[1::2], (part.strip().rstrip(";") for part in parts[2::2]), strict=True))


def load(package: str, file: str, name: str) -> str:
    """Give one named query of a room: `load("tallystick.accounts", "ageing.sql", "by_bucket")`.

    :raises KeyError: there is no query of that name
    """
    return _read(package, file)[name]


def fill(text: str, **markers: str) -> str:
    """Replace markers such as `{leaf}` by trusted text, made in code and never by a user.

    :raises ValueError: a marker does not stand in the text
    """
    for name, value in markers.items():
        if "{" + name + "}" not in text:
            raise ValueError(f"the query has no marker {{{name}}}")
        text = text.replace("{" + name + "}", value)
    return text


@dataclass(frozen=True, slots=True)
class Rows:
    """A set of rows that stands in the database already: a SELECT made in code, and its parameters.

    A bulk action takes it where a single action takes values; its docstring names the columns it wants. Where the rows are
    still to be made, `makes` is the statement that makes them, and `select` reads what it returns from `made`.
    """

    select: str
    params: Mapping[str, Any] = field(default_factory=dict)
    makes: str = ""

    def into(self, query: str, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Put the rows where a query has `{rows}`, and their parameters beside the query's own.

        >>> Rows("SELECT 1 AS n").into("SELECT sum(n) FROM {rows} AS row", {})
        ('SELECT sum(n) FROM (SELECT 1 AS n) AS row', {})

        :raises ValueError: the query gives another value to a parameter of the rows
        """
        if clashing := sorted(name for name in self.params.keys() & params if self.params[name] != params[name]):
            raise ValueError(f"the rows and the query differ in {', '.join(clashing)}")
        filled = fill(query, rows=f"({self.select})").strip()
        if self.makes:
            others = filled.removeprefix("WITH ")
            filled = f"WITH made AS ({self.makes}){' ' if others == filled else ', '}{others}"
        return filled, {**self.params, **params}


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """Open a cursor on the connection of the current transaction."""
    with connection.cursor() as opened:
        yield opened


def rows(query: str, params: Mapping[str, Any] | Sequence[Any] | None = None) -> list[dict[str, Any]]:
    """Run a query and give its rows as dicts; JSON columns as the values they hold."""
    with cursor() as opened:
        opened.execute(query, params)
        names = [column.name for column in opened.description]
        found = [dict(zip(names, row, strict=True)) for row in opened.fetchall()]
        # Django leaves JSON to its model fields and has the driver give it as text.
        for name in [column.name for column in opened.description if column.type_code in _JSON]:
            for row in found:
                row[name] = None if row[name] is None else json.loads(row[name])
        return found


def value(query: str, params: Mapping[str, Any] | Sequence[Any] | None = None) -> Any:
    """Run a query that gives one row of one column, and give that value; None when there is no row."""
    with cursor() as opened:
        opened.execute(query, params)
        row = opened.fetchone()
        return None if row is None else row[0]


def execute(query: str, params: Mapping[str, Any] | Sequence[Any] | None = None) -> int:
    """Run a statement and give the number of rows it touched."""
    with cursor() as opened:
        opened.execute(query, params)
        return int(opened.rowcount)


def is_connected() -> bool:
    """Test if the server still answers on the connection: after an error, who lost it can no longer write what happened."""
    return connection.connection is not None and connection.is_usable()
