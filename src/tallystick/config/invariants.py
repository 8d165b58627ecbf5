"""What must be true of every sound database: all rooms' invariants, counted and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import connection, transaction
from django.utils.module_loading import module_has_submodule

from tallystick.config.rooms import ROOMS
from tallystick.kernel import clock, sql
from tallystick.kernel.invariants import Invariant

#: How many breaches of one invariant are named.
NAMED = 20

_NAMED = """
SELECT account_id, what, count(*) OVER () AS breaches
FROM {rows} AS breach
ORDER BY account_id, what
LIMIT %(named)s
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant as it was found: how much was looked at, how many breaches there are, and the first of them by name."""

    room: str
    invariant: Invariant
    checked: int
    breaches: int
    named: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing breaks the invariant."""
        return self.breaches == 0


def all_invariants() -> Iterator[tuple[str, Invariant]]:
    """Give the invariants of every room, lowest floor first: the tuple `INVARIANTS` of its `queries`, or of a module in them."""
    for room in ROOMS:
        if not find_spec(f"tallystick.{room}.queries"):
            continue
        queries = import_module(f"tallystick.{room}.queries")
        if module_has_submodule(queries, "invariants"):
            queries = import_module(f"tallystick.{room}.queries.invariants")
        for invariant in getattr(queries, "INVARIANTS", ()):
            yield room, invariant


def check(
    chosen: Collection[Invariant] | None = None, *, named: int = NAMED, at: datetime | None = None
) -> Iterator[Finding]:
    """Check one invariant after the other, or those chosen, on what is true at an instant. Nothing is changed.

    Of each the first `named` breaches are named: memory stays small, however many there are.
    """
    at = at or clock.now()
    for room, invariant in all_invariants():
        if chosen is None or invariant in chosen:
            yield _found(room, invariant, named=named, at=at)


def _found(room: str, invariant: Invariant, *, named: int, at: datetime) -> Finding:
    breaches = 0
    names: list[str] = []
    with _one_look():
        counting = invariant.counting(at=at)
        checked = int(sql.value(counting.select, counting.params or None) or 0)
        for part in invariant.parts(at=at):
            rows = sql.rows(*_bounded(part, named=max(named - len(names), 1)))
            breaches += rows[0]["breaches"] if rows else 0
            names += [_name(row) for row in rows]
    return Finding(room, invariant, checked, breaches, tuple(names[:named]))


def _bounded(part: sql.Rows, *, named: int) -> tuple[str, dict[str, Any]]:
    return part.into(_NAMED, {"named": named})


@contextmanager
def _one_look() -> Iterator[None]:
    """Have all queries of one invariant see the same instant of a database that others write to, and none of them write."""
    is_inside = connection.in_atomic_block
    with transaction.atomic():
        if not is_inside:
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _name(row: dict[str, Any]) -> str:
    account_id = row.get("account_id")
    return f"account {account_id}: {row['what']}" if account_id is not None else str(row["what"])
