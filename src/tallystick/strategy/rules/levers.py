"""What can be moved about an account, and how far: its facts, and the days that pass. A comparison is solved for one of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from math import ceil, floor
from typing import Any, TypeAlias

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import tree
from tallystick.strategy.rules.domains import Domain, Range
from tallystick.strategy.rules.tree import Arithmetic, Comparison, Literal, LookBack, Name, Negative, Node, Today
from tallystick.strategy.rules.types import FURTHEST_DAYS, Catalogue

#: Facts that count what has happened: nothing makes them fall.
ONLY_GROW = frozenset({"promises.broken_count", "promises.kept_count", "payments.bounced", "contact.call_attempts"})
#: The lever that is no fact: the days that pass.
DAYS = ""
_AGE = re.compile(r"\{day\} - book\.\w+")

Value: TypeAlias = int | str | bool | None


class Wish(Enum):
    """What a condition is to be. A guard is to be anything but true."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"

    @property
    def opposite(self) -> Wish:
        """What the operand of a `not` is to be."""
        return _OPPOSITES[self]

    @property
    def takes_unknown(self) -> bool:
        """Whether an unknown answer will do."""
        return self in (Wish.NOT_TRUE, Wish.NOT_FALSE)

    @property
    def is_yes(self) -> bool:
        """Whether it is the true answer that is wished for, or at least not the false one."""
        return self in (Wish.TRUE, Wish.NOT_FALSE)


_OPPOSITES = {
    Wish.TRUE: Wish.FALSE,
    Wish.FALSE: Wish.TRUE,
    Wish.NOT_TRUE: Wish.NOT_FALSE,
    Wish.NOT_FALSE: Wish.NOT_TRUE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of an account on a day: facts by their full names, amounts in minor units of the account's currency."""

    catalogue: Catalogue
    day: date
    facts: Mapping[str, Any]
    #: The facts that conditions make by looking back, by their names.
    looked_back: Mapping[str, Fact] = field(default_factory=dict)

    def fact(self, name: str) -> Fact:
        """Give a fact by its full name."""
        return self.looked_back[name] if name in self.looked_back else self.catalogue.facts[name]

    @property
    def currency(self) -> str | None:
        """The account's currency."""
        found: str | None = self.facts[self.catalogue.currency.name]
        return found

    def value(self, fact: Fact) -> Value:
        """Give the value of a fact, days by their number."""
        value = self.facts[fact.name]
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, date):
            return value.toordinal()
        return int(value)


def is_age(fact: Fact) -> bool:
    """Test if a fact counts the days since a stored day, and so grows by one every day."""
    return fact.type is FactType.NUMBER and _AGE.fullmatch(fact.sql) is not None


@dataclass(frozen=True, slots=True)
class Alternative:
    """The values that would do, by fact ("" is the days that pass), and what is taken for unchanged meanwhile."""

    accepted: Mapping[str, Domain] = field(default_factory=dict)
    given: frozenset[str] = frozenset()


SATISFIED = [Alternative()]
NEVER: list[Alternative] = []
DAYS = ""


class _Curved(Exception):
    """A value does not change evenly with the lever: nobody can say by how much to move it."""


class Counting:
    """Solves a comparison of what is counted for one lever: a fact, the days that pass, or None to take it as it is."""

    def __init__(self, standing: Standing, lever: str | None) -> None:
        self._standing = standing
        self._catalogue = standing.catalogue
        self._lever = lever

    def alternatives(self, node: Comparison, wish: Wish) -> list[Alternative]:
        facts = self._catalogue.of_tree(node)
        others = frozenset(fact.name for fact in facts if fact.name != self._lever)
        unknown = frozenset(name for name in others if self._standing.facts[name] is None)
        if unknown:
            return [Alternative({}, unknown)] if wish.takes_unknown else NEVER
        if self._lever == DAYS and any(changes_by_itself(fact) for fact in facts):
            return NEVER
        if self._lever != DAYS and _counts_days(node, facts):
            others |= {DAYS}
        try:
            slope, rest = self._difference(node)
        except _Curved:
            return NEVER
        sign = node.operator if wish.is_yes else _NEGATED[node.operator]
        if self._lever is None or slope == 0:
            is_so = self._lever is None and _COMPARES[sign](rest, 0)
            return [Alternative({}, others)] if is_so else NEVER
        domain = _solved(slope, rest, sign, unknown=wish.takes_unknown).meet(self._reach)
        return [Alternative({self._lever: domain}, others)] if domain.nearest(self._now) else NEVER

    @property
    def _now(self) -> int | None:
        now = None if not self._lever else self._standing.value(self._standing.fact(self._lever))
        return 0 if self._lever == DAYS else now if isinstance(now, int) else None

    @property
    def _reach(self) -> Range:
        """The values that the lever can come to have at all."""
        if self._lever == DAYS or self._lever is None:
            return Range(0, min(FURTHEST_DAYS, (date.max - self._standing.day).days))
        fact = self._standing.fact(self._lever)
        if fact.type is FactType.DATE:
            return Range(date.min.toordinal(), date.max.toordinal(), unknown=True)
        low = min(0, self._now or 0) if fact.type is FactType.NUMBER and fact.unit not in ("", "days") else None
        if fact.name in ONLY_GROW or changes_by_itself(fact):
            low = self._now
        return Range(low, self._now if is_age(fact) else None, unknown=True)

    def _difference(self, node: Comparison) -> tuple[Fraction, Fraction]:
        (slope, rest), (less, off) = self._line(node.left), self._line(node.right)
        return slope - less, rest - off

    def _line(self, node: Node) -> tuple[Fraction, Fraction]:
        """Give a value as a slope times the lever, and the rest; for days the lever begins at 0."""
        match node:
            case Literal():
                return Fraction(0), _number(node.value)
            case Today():
                return Fraction(self._lever == DAYS), Fraction(self._standing.day.toordinal())
            case Name() | LookBack():
                return self._fact(self._catalogue.fact(node))
            case Negative():
                slope, rest = self._line(node.operand)
                return -slope, -rest
            case Arithmetic():
                return self._sum(node.operator, self._line(node.left), self._line(node.right))
            case _:
                raise TypeError(f"{type(node).__name__} is no value")

    def _fact(self, fact: Fact) -> tuple[Fraction, Fraction]:
        if fact.name == self._lever:
            return Fraction(1), Fraction(0)
        value = self._standing.facts[fact.name]
        return Fraction(self._lever == DAYS and is_age(fact)), _number(value)

    def _sum(
        self, sign: str, left: tuple[Fraction, Fraction], right: tuple[Fraction, Fraction]
    ) -> tuple[Fraction, Fraction]:
        (slope, rest), (other, more) = left, right
        if sign == "+":
            return slope + other, rest + more
        if sign == "-":
            return slope - other, rest - more
        if slope and other:
            raise _Curved
        return slope * more + other * rest, rest * more


_COMPARES: dict[str, Callable[[Fraction, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _solved(slope: Fraction, rest: Fraction, sign: str, *, unknown: bool) -> Range:
    """Give the whole numbers x of which `slope * x + rest` compares so with 0."""
    border = -rest / slope
    match sign if slope > 0 else _TURNED[sign]:
        case ">=":
            return Range(low=ceil(border), unknown=unknown)
        case ">":
            return Range(low=floor(border) + 1, unknown=unknown)
        case "<=":
            return Range(high=floor(border), unknown=unknown)
        case "<":
            return Range(high=ceil(border) - 1, unknown=unknown)
        case "=":
            return Range(ceil(border), floor(border), unknown=unknown)
        case _:
            whole = frozenset({int(border)}) if border.denominator == 1 else frozenset()
            return Range(without=whole, unknown=unknown)


def _number(value: Any) -> Fraction:
    match value:
        case Money():
            return Fraction(value.minor)
        case date():
            return Fraction(value.toordinal())
        case _:
            return Fraction(value)


def depends_on_day(fact: Fact) -> bool:
    """Test if a fact is computed from the day it is asked for."""
    return "{day}" in fact.sql


def changes_by_itself(fact: Fact) -> bool:
    """Test if a fact changes as days pass otherwise than by counting them: what happened leaves a window, a hold ends."""
    return depends_on_day(fact) and not is_age(fact)


def _counts_days(node: Node, facts: Sequence[Fact]) -> bool:
    return any(isinstance(part, Today) for part in tree.walk(node)) or any(map(depends_on_day, facts))
