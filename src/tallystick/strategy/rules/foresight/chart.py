"""The geometry of a chart of weeks, each with two columns beside each other: now, and by the version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Pixels: the drawing, and the room above and below its columns.
HEIGHT = 180
_ABOVE = 12
_BELOW = 24
#: Percent of a week's place that its two columns fill, and the widest that one gets, in percent of the chart.
_FILLS = Decimal("0.7")
_WIDEST = Decimal(5)
#: Weeks that are named below the base line at most: beyond, only every other.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column: across in percent, down in pixels."""

    left: str
    width: str
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A week's two columns, and where its name stands; no name where there is no room."""

    now: Column
    then: Column
    middle: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing ready for the template."""

    pairs: tuple[Pair, ...]
    height: int = HEIGHT
    base: int = HEIGHT - _BELOW
    name_at: int = HEIGHT - 8


def draw(values: Sequence[tuple[int, int]]) -> Chart:
    """Place two columns for each pair of numbers, none of them below zero, on a common base line.

    >>> [(pair.now.left, pair.now.height, pair.then.left, pair.then.height) for pair in draw([(50, 100)]).pairs]
    [('45.000%', 72, '50.000%', 144)]
    """
    most = max((max(pair) for pair in values), default=0) or 1
    slot = Decimal(100) / max(len(values), 1)
    width = min(slot * _FILLS / 2, _WIDEST)
    every = 1 if len(values) <= _NAMED else 2

    def column(value: int, left: Decimal) -> Column:
        height = max((HEIGHT - _ABOVE - _BELOW) * value // most, 2 if value else 0)
        return Column(_percent(left), _percent(width), HEIGHT - _BELOW - height, height)

    pairs = []
    for place, (now, then) in enumerate(values):
        middle = slot * place + slot / 2
        pairs.append(Pair(column(now, middle - width), column(then, middle), _percent(middle), place % every == 0))
    return Chart(tuple(pairs))


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001'))}%"
