"""A policy read aloud: its segments, bands and rows as tables in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.strategy.rules import plain
from tallystick.strategy.rules.policies.document import Outcome, Policy, Scorecard, Segments, Table
from tallystick.strategy.rules.types import Catalogue


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is called, what is told of it in columns, and its place in its part."""

    title: str
    cells: tuple[str, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Part:
    """A table of lines; `heads` name the columns behind the first."""

    number: int
    title: str
    note: str
    first: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    #: What the columns of a table ask for, by their heads.
    meanings: tuple[tuple[str, str], ...] = ()


def tell(policy: Policy, catalogue: Catalogue) -> list[Part]:
    """Read a checked policy aloud."""
    match policy:
        case Segments():
            return [_segments(policy, catalogue)]
        case Scorecard():
            return [_component(policy, number, catalogue) for number in range(len(policy.components))]
        case Table():
            return [_table(policy, catalogue)]


def _segments(policy: Segments, catalogue: Catalogue) -> Part:
    lines = [
        Line(
            segment.title,
            (plain.read_aloud(segment.when.tree, catalogue) if segment.when else _("all other accounts"),),
            place,
        )
        for place, segment in enumerate(policy.every)
    ]
    return Part(0, _("Segments, the first that is true"), "", _("Segment"), (_("When"),), tuple(lines))


def _component(policy: Scorecard, number: int, catalogue: Catalogue) -> Part:
    component = policy.components[number]
    note = plain.read_aloud(component.of.tree, catalogue)
    if component.weight != 1:
        note = _("{what}, points times {weight}").format(what=note, weight=plain.value_aloud(component.weight))
    lines = [
        Line(_aloud(band.written), (plain.value_aloud(band.points), plain.value_aloud(band.contribution)), place)
        for place, band in enumerate(component.every)
    ]
    return Part(number, component.title, note, _("Band"), (_("Points"), _("Adds")), tuple(lines))


def _table(policy: Table, catalogue: Catalogue) -> Part:
    heads = tuple(plain.name_aloud(column.id) for column in policy.columns)
    asked = (plain.read_aloud(column.of.tree, catalogue) for column in policy.columns)
    say = _saying(policy)
    lines = [
        Line(say(row.then), tuple(_aloud(each) for each in row.written), place) for place, row in enumerate(policy.rows)
    ]
    rest = Line(
        say(policy.otherwise), tuple(_("otherwise") if not place else "" for place in range(len(heads))), len(lines)
    )
    meanings = tuple(zip(heads, asked, strict=True))
    return Part(0, _("Rows, the first that is true"), "", _("Outcome"), heads, (*lines, rest), meanings)


def _saying(policy: Table) -> Callable[[Outcome], str]:
    def say(outcome: Outcome) -> str:
        return plain.name_aloud(outcome) if isinstance(outcome, str) else plain.value_aloud(outcome, policy.unit)

    return say


def _aloud(written: str) -> str:
    """Say a band as it was written; what every value passes is said by nothing.

    >>> _aloud("any"), _aloud("below £50")
    ('', 'below £50')
    """
    return "" if written == "any" else written
