"""What a day makes stale of some rows of the book, computed afresh: one text for the night that changes them and for whoever
only imagines how they will be.

Everything else of a row changes with an event, and is brought up to date when that is answered. A night finds a hundredth of
the book stale, nearly all by an item that falls due: asking every room of each would cost as much as deciding.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tallystick.kernel import sql
from tallystick.kernel.facts import Source
from tallystick.strategy.queries import catalogue, past


@dataclass(frozen=True, slots=True)
class Afresh:
    """Columns of the rows in a subquery `base` as a day finds them: their values, and the joins that ask for them."""

    values: dict[str, str]
    joins: str


def afresh(day: str, *, columns: Collection[str] | None = None) -> Afresh:
    """Write those columns, of all or of some, that a day changes by itself; `day` is SQL.

    Each source is asked once, of all rows of which it is stale. Delays do not run while an account is paused.
    """
    sources = [(source, _is_stale(source, day)) for source in stale_sources(columns)]
    values = {
        column.name: f"CASE WHEN {is_stale} THEN coalesce(of_{source.name}.{column.name}, {column.absent}) "
        f"ELSE base.{column.name} END"
        for source, is_stale in sources
        for column in source.columns
        if columns is None or column.name in columns
    }
    if "holds_paused_days" in values:
        paused = f"({values['holds_paused_days']} - base.holds_paused_days)"
        values |= {clock: f"base.{clock} + {paused}" for clock in past.CLOCKS}
    return Afresh(values, " ".join(_joined(source, is_stale, day) for source, is_stale in sources))


def stale_columns(columns: Collection[str] | None = None) -> list[str]:
    """Give the columns that say on which day any of some columns changes by itself."""
    return [name for source in stale_sources(columns) for name in _days(source)]


def stale_sources(columns: Collection[str] | None = None) -> Sequence[Source]:
    """Give the sources of which a day can change any of some columns, or anything, by itself."""
    return [
        source
        for source in catalogue.sources()
        if _days(source) and (columns is None or any(column.name in columns for column in source.columns))
    ]


def _days(source: Source) -> list[str]:
    return [column.name for column in source.columns if column.name in catalogue.stale_columns()]


def _is_stale(source: Source, day: str) -> str:
    return f"least({', '.join(f'base.{name}' for name in _days(source))}) <= {day}"


def _joined(source: Source, is_stale: str, day: str) -> str:
    scope = f"({source.key} = ANY (ARRAY(SELECT base.{source.key} FROM base WHERE {is_stale})))"  # noqa: S608
    asked = sql.fill(source.sql, scope=scope).replace("%(day)s", day)
    return f"LEFT JOIN ({asked}) AS of_{source.name} ON of_{source.name}.{source.key} = base.{source.key}"
