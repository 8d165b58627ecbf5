"""Report what a run would decide: it decides by copies of the book's leaves, and the copies are thrown away.

No row of the book is locked or changed, no order is given, and nothing is told. Only the marks of the report stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tallystick.kernel import sql
from tallystick.strategy.actions import ordering
from tallystick.strategy.actions.deciding import Decided
from tallystick.strategy.rules.statement import Statement


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a leaf of the book, and a table to keep decisions in, for as long as a transaction."""

    table: str
    decisions: str


@contextmanager
def copied(leaf: str) -> Iterator[Copy]:
    """Copy a leaf of the book for the transaction, with a place for decisions that is not theirs."""
    copy = Copy("strategy_report_book", "strategy_report_decision")
    sql.execute(f"CREATE TEMP TABLE {copy.table} (LIKE {leaf} INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP")
    sql.execute(f"CREATE TEMP TABLE {copy.decisions} (LIKE strategy_decision INCLUDING DEFAULTS) ON COMMIT DROP")
    sql.execute(f"INSERT INTO {copy.table} SELECT * FROM {leaf}")  # noqa: S608
    sql.execute(f"ANALYZE {copy.table}")
    yield copy
    sql.execute(f"DROP TABLE {copy.table}, {copy.decisions}")


def ordered(decisions: Iterable[Decided], statement: Statement) -> dict[str, dict[str, object]]:
    """Count the orders that would be given, by what they are. Whether they would be carried out nobody has asked."""
    times: Counter[str] = Counter()
    for each in decisions:
        for order in statement.effect(each.number)[1].orders:
            times[ordering.name_of(order)] += len(each.account_ids)
    return {name: {"ordered": count} for name, count in times.items()}
