"""What must be true of every sound database: all rooms' invariants, counted and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tallystick.config.rooms import ROOMS
from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant

#: How many breaches of one invariant are named.
_NAMED = 20


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
    """Give the invariants of every room, lowest floor first: the tuple `INVARIANTS` of its `queries`."""
    for room in ROOMS:
        if find_spec(f"tallystick.{room}.queries"):
            for invariant in getattr(import_module(f"tallystick.{room}.queries"), "INVARIANTS", ()):
                yield room, invariant


def check() -> Iterator[Finding]:
    """Check one invariant after the other. Nothing is changed."""
    for room, invariant in all_invariants():
        checked = int(sql.value(invariant.checked) or 0)
        rows = sql.rows(invariant.breaches)
        yield Finding(room, invariant, checked, len(rows), tuple(_name(row) for row in rows[:_NAMED]))


def _name(row: dict[str, Any]) -> str:
    account_id = row.get("account_id")
    return f"account {account_id}: {row['what']}" if account_id is not None else str(row["what"])
