"""What a policy is made of, once its document has been read and found right.

Segments put every account into exactly one group: the first whose condition is true. A scorecard gives points for the band that
each of its components falls into, and adds them up. A table gives the outcome of the first row that an account matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.facts import FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import tree
from tallystick.strategy.rules.document import Condition
from tallystick.strategy.rules.policies.bands import Test


class Kind(Choice):
    """Kinds of policies."""

    SEGMENTS = "segments", _("Segments")
    SCORECARD = "scorecard", _("Scorecard")
    TABLE = "table", _("Decision table")


#: What the word of a policy begins with, by the policy's kind.
ROOMS = {Kind.SEGMENTS: "segment", Kind.SCORECARD: "score", Kind.TABLE: "table"}

Outcome: TypeAlias = str | Decimal | Money


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of accounts; no condition for those that no other segment takes."""

    id: str
    title: str
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments in the order they are looked at."""

    name: str
    title: str
    summary: str
    segments: tuple[Segment, ...]
    otherwise: Segment

    @property
    def every(self) -> tuple[Segment, ...]:
        """The segments, and the one for all others at the end."""
        return (*self.segments, self.otherwise)


@dataclass(frozen=True, slots=True)
class Band:
    """A band of a component: the values in it, as it was written, and what it gives."""

    written: str
    test: Test
    points: Decimal
    #: What it adds to the score: points times weight, rounded as the scorecard says.
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Component:
    """One thing that a scorecard looks at. Its bands cover every known value, and no value falls into two."""

    id: str
    title: str
    of: Condition
    type: FactType
    weight: Decimal
    bands: tuple[Band, ...]
    #: The band of what is not known.
    unknown: Band

    @property
    def every(self) -> tuple[Band, ...]:
        """The bands, and the one for what is not known at the end."""
        return (*self.bands, self.unknown)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Components whose contributions are added up. Each contribution is rounded by itself, so that they sum to the score."""

    name: str
    title: str
    summary: str
    decimals: int
    unit: str
    components: tuple[Component, ...]
    #: Whether the score is added to the priority of the account's work.
    ranks_work: bool = False

    @property
    def least(self) -> Decimal:
        """The lowest score there can be."""
        return sum((min(band.contribution for band in each.every) for each in self.components), Decimal(0))

    @property
    def most(self) -> Decimal:
        """The highest score there can be."""
        return sum((max(band.contribution for band in each.every) for each in self.components), Decimal(0))


@dataclass(frozen=True, slots=True)
class Column:
    """Something that the rows of a table ask for."""

    id: str
    of: Condition
    type: FactType


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a test for each column, as they were written, and what it gives."""

    written: tuple[str, ...]
    tests: tuple[Test, ...]
    then: Outcome


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. The first row of which all tests are true gives the outcome."""

    name: str
    title: str
    summary: str
    gives: FactType
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    otherwise: Outcome


Policy: TypeAlias = Segments | Scorecard | Table


def kind_of(policy: Policy) -> Kind:
    """Give the kind of a policy."""
    match policy:
        case Segments():
            return Kind.SEGMENTS
        case Scorecard():
            return Kind.SCORECARD
        case Table():
            return Kind.TABLE


def conditions(policy: Policy) -> list[Condition]:
    """Give all that a policy asks of an account, in the order it is written."""
    match policy:
        case Segments():
            return [segment.when for segment in policy.segments if segment.when]
        case Scorecard():
            return [component.of for component in policy.components]
        case Table():
            return [column.of for column in policy.columns]


def names(condition: tree.Node) -> tuple[str, ...]:
    """Give the words that a condition speaks of, each once, in the order they are first named."""
    return tuple(dict.fromkeys(part.name for part in tree.walk(condition) if isinstance(part, tree.Name)))
