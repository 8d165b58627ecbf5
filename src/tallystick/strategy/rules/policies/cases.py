"""Which rows of a table can never be true, and which cases no row is about.

The values of each column fall into pieces within which no band of the column makes a difference: the numbers that are named,
the stretches between them, the texts that are named, all others, and what is not known. A row is a box of pieces, a set for each
column; a row is never true when the boxes above cover it. Columns are taken as independent: what is said of a row is certain,
but a case that is said to be missing may be one that never comes up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _

from tallystick.kernel.facts import FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.policies.bands import Among, Range, Test, Truth, Whatever, Whether
from tallystick.strategy.rules.policies.document import Row

#: Boxes kept at once; above it nothing is said of the rest, so that no document can keep the reader busy for long.
MOST_BOXES = 400

#: A set of pieces of each column, as bits.
Box: TypeAlias = tuple[int, ...]
_Value: TypeAlias = Decimal | Money | str | bool | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Values between which nothing differs: one value, what lies between two, all other texts, or what is not known."""

    value: _Value = None
    low: Decimal | Money | None = None
    high: Decimal | Money | None = None
    is_unknown: bool = False
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """The pieces of a column."""

    pieces: tuple[_Piece, ...]

    @property
    def every(self) -> int:
        """All pieces."""
        return (1 << len(self.pieces)) - 1

    def bits(self, test: Test) -> int:
        """Give the pieces that a test is true of."""
        return sum(1 << place for place, piece in enumerate(self.pieces) if _passes(piece, test))

    def said(self, bits: int) -> str:
        """Say some of the pieces."""
        if bits == self.every:
            return _("any")
        stretches: list[list[_Piece]] = []
        previous = -2
        for place, piece in enumerate(self.pieces):
            if not bits >> place & 1:
                continue
            if place == previous + 1 and _is_stretch(piece) and _is_stretch(stretches[-1][-1]):
                stretches[-1].append(piece)
            else:
                stretches.append([piece])
            previous = place
        return _(" or ").join(_said(each) for each in stretches)


def axis(tests: Sequence[Test], type_: FactType, *, choices: Sequence[str] = (), may_be_unknown: bool = True) -> Axis:
    """Cut the values of a column into pieces, by the bands that are asked of it."""
    pieces: list[_Piece] = []
    if type_ is FactType.BOOLEAN:
        pieces += [_Piece(True), _Piece(False)]
    elif type_ is FactType.TEXT:
        named = dict.fromkeys(
            (*choices, *(value for test in tests if isinstance(test, Among) for value in test.values))
        )
        pieces += [_Piece(value) for value in named]
        if not choices:
            pieces.append(_Piece(is_other=True))
    else:
        pieces += _stretches(tests)
    if may_be_unknown:
        pieces.append(_Piece(is_unknown=True))
    return Axis(tuple(pieces))


def box(axes: Sequence[Axis], row: Row) -> Box:
    """Give the pieces that a row is true of."""
    return tuple(axis.bits(test) for axis, test in zip(axes, row.tests, strict=True))


def uncovered(whole: Box, covering: Sequence[Box]) -> list[Box] | None:
    """Give what is left of a box when others are taken away; None where that is too much to say."""
    left = [whole] if all(whole) else []
    for other in covering:
        left = [rest for each in left for rest in _less(each, other)]
        if len(left) > MOST_BOXES:
            return None
    return left


def never_true(axes: Sequence[Axis], rows: Sequence[Row]) -> list[int]:
    """Give the places of the rows that the rows above them leave nothing to."""
    boxes = [box(axes, row) for row in rows]
    return [place for place, each in enumerate(boxes) if uncovered(each, boxes[:place]) == []]


def missing(axes: Sequence[Axis], rows: Sequence[Row]) -> list[Box] | None:
    """Give the cases that no row is about; None where they cannot be counted."""
    left = uncovered(tuple(axis.every for axis in axes), [box(axes, row) for row in rows])
    return None if left is None else sorted(left, key=lambda each: [bits & -bits for bits in each])


def _less(whole: Box, other: Box) -> list[Box]:
    """Take a box away from another: for each column, what lies outside of it there and inside of it in the columns before."""
    if any(not ours & theirs for ours, theirs in zip(whole, other, strict=True)):
        return [whole]
    left = []
    inside = list(whole)
    for place, theirs in enumerate(other):
        if outside := whole[place] & ~theirs:
            left.append((*inside[:place], outside, *whole[place + 1 :]))
        inside[place] = whole[place] & theirs
    return left


def _stretches(tests: Sequence[Test]) -> list[_Piece]:
    ends = [end.value for test in tests if isinstance(test, Range) for end in (test.low, test.high) if end]
    by_number = {_number(end): end for end in ends}
    points = [by_number[number] for number in sorted(by_number)]
    pieces = []
    low: Decimal | Money | None = None
    for point in points:
        pieces += [_Piece(low=low, high=point), _Piece(point)]
        low = point
    return [*pieces, _Piece(low=low)] if points else [_Piece(is_other=True)]


def _number(value: Decimal | Money) -> Decimal:
    return Decimal(value.minor) if isinstance(value, Money) else value


def _passes(piece: _Piece, test: Test) -> bool:
    match test:
        case Whatever():
            return True
        case Whether():
            return test.is_known != piece.is_unknown
    if piece.is_unknown:
        return False
    match test:
        case Truth():
            return piece.value is test.is_so
        case Among():
            return (piece.value in test.values) != test.negated
        case Range():
            return _lies_in(piece, test)


def _lies_in(piece: _Piece, test: Range) -> bool:
    if isinstance(piece.value, Decimal | Money):
        value = _number(piece.value)
        above = test.low is None or value > test.low.number or (test.low.is_in and value == test.low.number)
        below = test.high is None or value < test.high.number or (test.high.is_in and value == test.high.number)
        return above and below
    above = test.low is None or (piece.low is not None and _number(piece.low) >= test.low.number)
    below = test.high is None or (piece.high is not None and _number(piece.high) <= test.high.number)
    return above and below


def _is_stretch(piece: _Piece) -> bool:
    is_number = isinstance(piece.value, Decimal | Money)
    return is_number or (piece.value is None and not piece.is_unknown and not piece.is_other)


def _said(stretch: Sequence[_Piece]) -> str:
    first, last = stretch[0], stretch[-1]
    if first.is_unknown:
        return _("unknown")
    if first.is_other:
        return _("anything else")
    if isinstance(first.value, bool | str):
        return plain.value_aloud(first.value)
    low_in, high_in = first.value is not None, last.value is not None
    return _said_range(
        first.value if low_in else first.low, last.value if high_in else last.high, low_in=low_in, high_in=high_in
    )


def _said_range(low: _Value, high: _Value, *, low_in: bool, high_in: bool) -> str:
    if low is None and high is None:
        return _("any value")
    if low is None or high is None:
        end = high if low is None else low
        assert end is not None  # noqa: S101
        if low is None:
            phrase = _("up to {end}") if high_in else _("below {end}")
        else:
            phrase = _("{end} and above") if low_in else _("over {end}")
        return phrase.format(end=plain.value_aloud(end))
    if low == high:
        return plain.value_aloud(low)
    phrase = {
        (True, False): _("{low} to {high}"),
        (True, True): _("{low} up to and with {high}"),
        (False, True): _("over {low} up to {high}"),
        (False, False): _("over {low} and below {high}"),
    }[low_in, high_in]
    return phrase.format(low=plain.value_aloud(low), high=plain.value_aloud(high))
