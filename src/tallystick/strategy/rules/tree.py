"""The tree of a condition. Every node knows where in the text it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from tallystick.kernel.facts import Measure
from tallystick.kernel.money import Money


class Span(NamedTuple):
    """Where a node stands in the text: from `start` up to, not including, `end`, counted in characters from 0."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out: a number, an amount of money, a day, a text, true or false."""

    value: Decimal | Money | date | str | bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Today:
    """The day the condition is asked for: the as-of day of the run."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, by its name in the catalogue."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class LookBack:
    """What is asked of the part of a history that lies in a window: the last so many days, the day of the run included."""

    measure: Measure
    history: Name
    days: Literal
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """A number or an amount with its sign turned."""

    operand: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two values joined by `+`, `-` or `*`."""

    operator: str
    left: Node
    right: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared by `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    operator: str
    left: Node
    right: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A value that is, or is not, one of several written out."""

    operand: Node
    choices: tuple[Literal, ...]
    negated: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """A test that a value is known (or, negated, unknown). The one question whose answer is never unknown."""

    operand: Node
    negated: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition; the opposite of unknown is unknown."""

    operand: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Conditions that must all hold."""

    parts: tuple[Node, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Conditions of which one must hold."""

    parts: tuple[Node, ...]
    span: Span = field(compare=False)


Node: TypeAlias = (
    Literal | Today | Name | LookBack | Negative | Arithmetic | Comparison | Membership | Known | Not | And | Or
)


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly below a node, in the order they are written."""
    match node:
        case Literal() | Today() | Name() | LookBack():
            return ()
        case Negative() | Known() | Not() | Membership():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case And() | Or():
            return node.parts


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything below it, in the order it is written."""
    yield node
    for child in children(node):
        yield from walk(child)


def words(node: Node) -> tuple[Name | LookBack, ...]:
    """Give the facts and the looks back that a condition speaks of, each once, in the order they are first named."""
    return tuple(dict.fromkeys(part for part in walk(node) if isinstance(part, Name | LookBack)))


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Give the parts of a condition that must all hold: those of its outermost `and`, or the whole."""
    if isinstance(node, And):
        return tuple(part for each in node.parts for part in conjuncts(each))
    return (node,)
