"""The shares of a split as they were set, week after week, as columns of a hundred. Only places are worked out here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

#: The last weeks that are drawn.
WEEKS = 26
#: Pixels of one of a hundred, and the parts of a hundred that a column takes of its place.
_ONE, _FILLED = 1.4, 0.78
#: Room for the days below, and the columns that one needs.
_BELOW, _DATED = 20, 4


@dataclass(frozen=True, slots=True)
class Part:
    """The share of an arm from a day on: where it stands, in percent across and in pixels down."""

    since: date
    arm: str
    share: int
    #: Number of the arm, by which it is toned.
    number: int
    left: float
    width: float
    top: float
    height: float
    #: Whether the day is written below it.
    is_dated: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All parts, their arms, and how far down the days stand."""

    parts: tuple[Part, ...]
    arms: tuple[str, ...]
    foot: float = 100 * _ONE + _BELOW


def draw(columns: Sequence[tuple[date, Mapping[str, int]]]) -> Picture:
    """Draw the last columns, the first arm at the foot."""
    shown = columns[-WEEKS:]
    arms = tuple(columns[-1][1]) if columns else ()
    return Picture(
        tuple(part for place, column in enumerate(shown) for part in _parts(place, len(shown), *column)), arms
    )


def _parts(place: int, count: int, since: date, shares: Mapping[str, int]) -> Iterator[Part]:
    slot = 100 / max(count, 8)
    below = 0
    for number, (arm, share) in enumerate(shares.items()):
        below += share
        yield Part(
            since=since,
            arm=arm,
            share=share,
            number=number,
            left=round(place * slot, 3),
            width=round(slot * _FILLED, 3),
            top=round((100 - below) * _ONE, 2),
            height=round(share * _ONE, 2),
            is_dated=number == 0 and (place % _DATED == 0 or count <= 2 * _DATED),
        )
