"""The geometry of two charts, now beside by the version: pairs of columns, and two lines over the days."""

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
#: Places that are named below the base line at most: beyond, only every other, or third, and so on.
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
    """The two columns of a day or a week, and where its name stands; no name where there is no room."""

    now: Column
    then: Column
    middle: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Two lines as points of a box that is stretched to the chart's width, their scale, and where days are named."""

    now: str
    then: str
    least: int
    most: int
    #: Places of the days that are named, with percent across.
    named: tuple[tuple[int, str], ...]
    across: int = 1000
    height: int = HEIGHT
    top: int = _ABOVE
    base: int = HEIGHT - _BELOW
    name_at: int = HEIGHT - 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing ready for the template."""

    pairs: tuple[Pair, ...]
    #: Pixels down to a level that is drawn across, such as the hours there are; None where there is none.
    level: int | None = None
    height: int = HEIGHT
    base: int = HEIGHT - _BELOW
    name_at: int = HEIGHT - 8


def draw(values: Sequence[tuple[int, int]], *, level: int = 0) -> Chart:
    """Place two columns for each pair of numbers, none of them below zero, on a common base line; 0 is no level.

    >>> [(pair.now.left, pair.now.height, pair.then.left, pair.then.height) for pair in draw([(50, 100)]).pairs]
    [('45.000%', 72, '50.000%', 144)]
    """
    most = max((max(pair) for pair in values), default=0)
    most = max(most, level) or 1
    slot = Decimal(100) / max(len(values), 1)
    width = min(slot * _FILLS / 2, _WIDEST)
    every = -(-len(values) // _NAMED)

    def tall(value: int) -> int:
        return max((HEIGHT - _ABOVE - _BELOW) * value // most, 2 if value else 0)

    def column(value: int, left: Decimal) -> Column:
        return Column(_percent(left), _percent(width), HEIGHT - _BELOW - tall(value), tall(value))

    pairs = []
    for place, (now, then) in enumerate(values):
        middle = slot * place + slot / 2
        pairs.append(Pair(column(now, middle - width), column(then, middle), _percent(middle), place % every == 0))
    return Chart(tuple(pairs), HEIGHT - _BELOW - tall(level) if level else None)


def lines(values: Sequence[tuple[int, int]]) -> Lines:
    """Draw a line through the first number of each pair, and one through the second, between the least and the most of all.

    >>> drawn = lines([(100, 100), (80, 60)])
    >>> drawn.now, drawn.then, drawn.least, drawn.most
    ('0,12 1000,84', '0,12 1000,156', 60, 100)
    """
    found = [number for pair in values for number in pair] or [0]
    least, most = min(found), max(found)
    room, last = HEIGHT - _ABOVE - _BELOW, max(len(values) - 1, 1)

    def line(numbers: Sequence[int]) -> str:
        down = [_ABOVE + (most - number) * room // max(most - least, 1) for number in numbers]
        return " ".join(f"{1000 * place // last},{y}" for place, y in enumerate(down))

    every = -(-len(values) // _NAMED)
    named = tuple(
        (place, _percent(Decimal(100 * place) / last)) for place in range(every // 2, len(values), every or 1)
    )
    return Lines(line([now for now, _then in values]), line([then for _now, then in values]), least, most, named)


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001'))}%"
