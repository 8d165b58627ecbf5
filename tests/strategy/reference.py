"""The slow reference evaluator: what a condition means, said a second time in plain Python and used in tests only.

Values are Python's own, unknown is None, arithmetic is exact (fractions). Money of a fact is minor units; the account's
currency comes with the account. A history is a list of entries, each a day and an amount, by every name it is called by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tallystick.kernel.facts import Measure
from tallystick.kernel.money import Money
from tallystick.strategy.rules.tree import (
    And,
    Arithmetic,
    Comparison,
    Known,
    Literal,
    LookBack,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Or,
    Today,
)

Answer = bool | Fraction | date | str | None


@dataclass(frozen=True)
class Reference:
    """Judges conditions for one account on one day."""

    facts: Mapping[str, object]
    day: date
    histories: Mapping[str, list[tuple[date, int]]]

    def of(self, node: Node) -> Answer:
        match node:
            case Literal():
                return self._literal(node.value)
            case Today():
                return self.day
            case Name():
                value = self.facts[node.name]
                return Fraction(value) if type(value) is int else value
            case LookBack():
                return self._looked_back(node)
            case Negative():
                value = self.of(node.operand)
                return None if value is None else -value
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Known():
                return (self.of(node.operand) is None) == node.negated
            case Not():
                value = self.of(node.operand)
                return None if value is None else not value
            case And():
                return self._kleene(node.parts, deciding=False)
            case Or():
                return self._kleene(node.parts, deciding=True)

    def _literal(self, value: object) -> Answer:
        if isinstance(value, Money):
            return Fraction(value.minor) if self.facts["currency"] == value.currency else None
        if isinstance(value, bool | str | date):
            return value
        return Fraction(value)

    def _looked_back(self, node: LookBack) -> Answer:
        wanted = next(name for name in self.histories if node.history.name in (name, name.rpartition(".")[2]))
        window = [self.day - timedelta(days=ago) for ago in range(int(node.days.value))]
        within = [(day, minor) for day, minor in self.histories[wanted] if day in window]
        match node.measure:
            case Measure.COUNT:
                return Fraction(len(within))
            case Measure.SUM:
                return Fraction(sum(minor for _day, minor in within))
            case Measure.FIRST:
                return min((day for day, _minor in within), default=None)
            case Measure.LAST:
                return max((day for day, _minor in within), default=None)

    def _arithmetic(self, node: Arithmetic) -> Answer:
        left, right = self.of(node.left), self.of(node.right)
        if left is None or right is None:
            return None
        if isinstance(left, date) and isinstance(right, date):
            return Fraction((left - right).days)
        if isinstance(left, date):
            moved = timedelta(days=int(right))
            return left + moved if node.operator == "+" else left - moved
        return {"+": left + right, "-": left - right, "*": left * right}[node.operator]

    def _comparison(self, node: Comparison) -> Answer:
        left, right = self.of(node.left), self.of(node.right)
        if left is None or right is None:
            return None
        if node.operator in ("=", "!="):
            return (left == right) == (node.operator == "=")
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[node.operator]

    def _membership(self, node: Membership) -> Answer:
        value = self.of(node.operand)
        if value is None:
            return None
        choices = [self.of(choice) for choice in node.choices]
        if all(choice is None for choice in choices):
            return None
        return (value in choices) != node.negated

    def _kleene(self, parts: tuple[Node, ...], *, deciding: bool) -> Answer:
        answers = [self.of(part) for part in parts]
        if deciding in answers:
            return deciding
        return None if None in answers else not deciding


def arm_of(split_id: str, shares: Mapping[str, int], whom: int) -> str:
    """Give the arm of an account or a debtor: a hash, cut to 32 bits, falls into a hundred parts."""
    part = int.from_bytes(hashlib.sha256(f"{split_id}:{whom}".encode()).digest()[:4], "big") % 100
    for arm, share in shares.items():
        if part < share:
            return arm
        part -= share
    raise AssertionError("the shares come to a hundred")


def day_by_due(due_on: date, days: int, *, business: bool, before: bool, roll: str, holidays: Collection[date]) -> date:
    """Give the day of a step by a due day, counted a day at a time."""
    one = timedelta(days=-1 if before else 1)

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in holidays

    day = due_on
    if business:
        while not works(day):
            day += one
    left = days
    while left:
        day += one
        left -= works(day) if business else 1
    while not works(day) and not business and roll != "none":
        day += timedelta(days=1 if roll == "next business day" else -1)
    return day
