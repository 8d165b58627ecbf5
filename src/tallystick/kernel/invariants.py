"""What must always be true of a database, in a form that `tallystick check` can count and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tallystick.kernel import sql

#: Gives SQL in parts, for an instant: each part is asked on its own, so that a large book is looked at a piece at a time.
Parts = Callable[[datetime], Iterable[sql.Rows]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is true of every sound database.

    `checked` counts what is looked at. `breaches` gives a row for each breach: `account_id` (or null) and `what`, a sentence that
    names it. Where either depends on the instant, it is a function of it. `remedy` says what an operator does about a breach,
    where there is more to do than to find who wrote it.
    """

    name: str
    sentence: str
    checked: str | Callable[[datetime], sql.Rows]
    breaches: str | Parts
    remedy: str = ""

    def counting(self, *, at: datetime) -> sql.Rows:
        """Give the query that counts what is looked at, as of an instant."""
        return sql.Rows(self.checked) if isinstance(self.checked, str) else self.checked(at)

    def parts(self, *, at: datetime) -> Iterable[sql.Rows]:
        """Give the queries for breaches, one or many, as of an instant."""
        return [sql.Rows(self.breaches)] if isinstance(self.breaches, str) else self.breaches(at)
