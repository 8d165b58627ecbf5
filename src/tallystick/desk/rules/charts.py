"""The geometry of a column chart. Across in percent, down in pixels, so that text keeps its size at any width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tallystick.kernel.money import Money

#: Pixels: the drawing, the room above it for the amount, and below it for the name.
HEIGHT = 208
_ABOVE = 26
_BELOW = 26
#: Percent of a column's place that the column fills, and the widest it gets, in percent of the chart.
_FILLS = Decimal("0.56")
_WIDEST = Decimal(8)
#: Pixels that something, however little, is drawn with.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: its name, its amount, how many accounts stand behind it, and where a click leads."""

    label: str
    amount: Money
    count: int | None = None
    href: str = ""
    #: A class of `chart.css`: "age-0" (not yet due) to "age-6" (oldest).
    tone: str = "age-1"


@dataclass(frozen=True, slots=True)
class Column:
    """A bar with its place. `left`, `width`, `middle`, `slot_left`, `slot_width` in percent; the rest in pixels."""

    bar: Bar
    slot_left: str
    slot_width: str
    left: str
    width: str
    middle: str
    top: int
    height: int
    value_at: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing ready for the template."""

    columns: tuple[Column, ...]
    height: int
    base: int
    label_at: int


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001'))}%"


def column_chart(bars: Sequence[Bar]) -> Chart:
    """Place columns on a common base line; amounts below zero hang from it.

    :raises CurrencyMismatch: the bars are not of one currency

    >>> chart = column_chart([Bar("1–30", Money(200, "GBP")), Bar("31–60", Money(100, "GBP"))])
    >>> [(column.left, column.top, column.height) for column in chart.columns]
    [('21.000%', 26, 156), ('71.000%', 104, 78)]
    """
    if not bars:
        return Chart((), HEIGHT, HEIGHT - _BELOW, HEIGHT - 8)
    zero = Money.zero(bars[0].amount.currency)
    most = max(zero, *(bar.amount for bar in bars))
    least = min(zero, *(bar.amount for bar in bars))
    span = (most - least).minor or 1
    room = HEIGHT - _ABOVE - _BELOW
    base = _ABOVE + room * most.minor // span if most.minor else _ABOVE + (room if not least.minor else 0)
    slot = Decimal(100) / len(bars)
    width = min(slot * _FILLS, _WIDEST)

    columns = []
    for place, bar in enumerate(bars):
        height = room * abs(bar.amount.minor) // span
        height = max(height, _LEAST) if bar.amount else 0
        top = base - height if bar.amount >= zero else base
        left = slot * place
        columns.append(
            Column(
                bar=bar,
                slot_left=_percent(left),
                slot_width=_percent(slot),
                left=_percent(left + (slot - width) / 2),
                width=_percent(width),
                middle=_percent(left + slot / 2),
                top=top,
                height=height,
                value_at=top - 8,
            )
        )
    return Chart(tuple(columns), HEIGHT, base, HEIGHT - 8)
