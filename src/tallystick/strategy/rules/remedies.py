"""The smallest change that would make a condition true (or stop a guard): what, by how much, exactly.

A condition is taken apart into alternatives, each of them some facts with the values that would do. A comparison of several
facts is changed in one of them while the others stay. Days pass for all facts at once: waiting is a change like any other, of
everything that counts days. An alternative that changes what another part of it took for unchanged is left out, so that what is
given is right, but may not be all there is. Where nothing is given there is no honest change, and only the condition can be said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from itertools import product
from typing import TypeAlias

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import tree
from tallystick.strategy.rules.domains import Choice, Domain, Range
from tallystick.strategy.rules.levers import (
    DAYS,
    NEVER,
    SATISFIED,
    Alternative,
    Counting,
    Standing,
    Value,
    Wish,
    changes_by_itself,
)
from tallystick.strategy.rules.tree import (
    And,
    Comparison,
    Known,
    Literal,
    Membership,
    Name,
    Node,
    Not,
    Or,
)
from tallystick.strategy.rules.types import type_of

#: Alternatives that are followed up at once; of more, those with the fewest changes.
_MOST = 200
_ORDERED = frozenset({FactType.NUMBER, FactType.MONEY, FactType.DATE})


@dataclass(frozen=True, slots=True)
class Wait:
    """Some days pass."""

    days: int
    until: date


@dataclass(frozen=True, slots=True)
class Change:
    """A fact takes another value: amounts in minor units, days by their number in the calendar (`date.toordinal`)."""

    fact: Fact
    was: Value
    to: Value
    #: All values that would do as well.
    accepted: Domain = field(compare=False)

    @property
    def by(self) -> int:
        """How much more it is; below zero for less. Only of what can be counted, and was known."""
        assert isinstance(self.was, int) and isinstance(self.to, int)  # noqa: S101
        return self.to - self.was


Part: TypeAlias = Wait | Change
#: Everything that has to change together; nothing where nothing has to.
Remedy: TypeAlias = tuple[Part, ...]


def remedies(wishes: Iterable[tuple[Node, Wish]], standing: Standing) -> list[Remedy]:
    """Give the smallest changes after which all wishes hold, the nearest first; none where there is no honest one.

    None of them could be a unit smaller. The first is empty where all hold already.
    """
    asked = [(node, wish) for node, wish in wishes]
    made = {fact.name: fact for node, _wish in asked for fact in standing.catalogue.of_tree(node)}
    search = _Search(replace(standing, looked_back=made))
    found = search.all_of(search.alternatives(node, wish) for node, wish in asked)
    changes = sorted({search.remedy(each) for each in found}, key=_distance)
    smallest: list[Remedy] = []
    for each in changes:
        if not any(_is_within(other, each) for other in smallest):
            smallest.append(each)
    return smallest


def _distance(remedy: Remedy) -> tuple[int, list[tuple[int, int, str]]]:
    """Tell how far away a remedy is: few changes before many, waiting first, then what is counted, and short ways first."""
    return len(remedy), sorted(_size(part) for part in remedy)


def _size(part: Part) -> tuple[int, int, str]:
    match part:
        case Wait():
            return 0, part.days, ""
        case Change(was=int(), to=int()) if part.fact.type is not FactType.BOOLEAN:
            return 1, abs(part.by), part.fact.name
        case Change():
            return (3 if part.fact.type is FactType.TEXT else 2), 0, f"{part.fact.name} {part.to}"


def _is_within(small: Remedy, large: Remedy) -> bool:
    """Test if a remedy asks for nothing that another does not ask for too, or more of."""
    theirs = {_lever(part): part for part in large}
    return all(_lever(part) in theirs and _is_part_of(part, theirs[_lever(part)]) for part in small)


def _is_part_of(small: Part, large: Part) -> bool:
    match small, large:
        case Wait(), Wait():
            return small.days <= large.days
        case Change(was=int(), to=int()), Change(was=int(), to=int()):
            return 0 <= small.by <= large.by or 0 >= small.by >= large.by
        case Change(accepted=Choice() as accepted), Change(to=(str() | bool() | None) as to) if (
            small.fact == large.fact
        ):
            # What the one asks for would do for the other as well.
            return accepted.accepts(to)
        case Change(accepted=Range() as accepted), Change(to=(int() | None) as to) if small.fact == large.fact:
            return accepted.accepts(to)
        case _:
            return small == large


def _lever(part: Part) -> str:
    return part.fact.name if isinstance(part, Change) else ""


class _Search:
    """Finds the alternatives for an account on a day."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._catalogue = standing.catalogue

    def remedy(self, alternative: Alternative) -> Remedy:
        parts: list[Part] = []
        for lever, domain in sorted(alternative.accepted.items()):
            to = next(iter(domain.nearest(self._now(lever))))  # type: ignore[arg-type]
            if to == self._now(lever):
                continue
            if lever == DAYS:
                parts.append(Wait(int(to or 0), self._standing.day + timedelta(days=int(to or 0))))
            else:
                parts.append(Change(self._standing.fact(lever), self._now(lever), to, domain))
        return tuple(parts)

    def all_of(self, groups: Iterable[list[Alternative]]) -> list[Alternative]:
        """Give the alternatives in which one of each group holds."""
        return reduce(self._both, groups, SATISFIED)

    def _both(self, some: list[Alternative], others: list[Alternative]) -> list[Alternative]:
        met = (self._meet(one, other) for one, other in product(some, others))
        return self._fewest(each for each in met if each is not None)

    def _meet(self, one: Alternative, other: Alternative) -> Alternative | None:
        accepted = dict(one.accepted)
        for lever, domain in other.accepted.items():
            mine = accepted.get(lever)
            accepted[lever] = domain if mine is None else mine.meet(domain)  # type: ignore[arg-type]
        given = one.given | other.given
        for lever, domain in accepted.items():
            now = self._now(lever)
            if not domain.nearest(now):  # type: ignore[arg-type]
                return None
            if lever in given and not domain.accepts(now):  # type: ignore[arg-type]
                return None
        return Alternative(accepted, given)

    def _fewest(self, alternatives: Iterable[Alternative]) -> list[Alternative]:
        return sorted(alternatives, key=lambda each: len(self.remedy(each)))[:_MOST]

    def _now(self, lever: str) -> Value:
        return 0 if lever == DAYS else self._standing.value(self._standing.fact(lever))

    def alternatives(self, node: Node, wish: Wish) -> list[Alternative]:
        """Give every way in which a condition can be what it is wished to be."""
        match node:
            case Not():
                return self.alternatives(node.operand, wish.opposite)
            case And():
                parts = (self.alternatives(part, wish) for part in node.parts)
                return self.all_of(parts) if wish.is_yes else self._any_of(parts)
            case Or():
                parts = (self.alternatives(part, wish) for part in node.parts)
                return self._any_of(parts) if wish.is_yes else self.all_of(parts)
            case Literal():
                return SATISFIED if node.value is wish.is_yes else NEVER
            case Name():
                return self._choosing(node, Choice(only=frozenset({wish.is_yes}), unknown=wish.takes_unknown))
            case Known():
                return self._known(node.operand, is_known=wish.is_yes is not node.negated)
            case Membership():
                return self._membership(node, wish)
            case Comparison():
                return self._comparison(node, wish)
            case _:
                raise TypeError(f"{type(node).__name__} is no condition")

    def _any_of(self, groups: Iterable[list[Alternative]]) -> list[Alternative]:
        return self._fewest(each for group in groups for each in group)

    def _known(self, node: Node, *, is_known: bool) -> list[Alternative]:
        if type_of(node, self._catalogue) is FactType.BOOLEAN and not isinstance(node, Name):
            if is_known:
                return self._any_of(self.alternatives(node, wish) for wish in (Wish.TRUE, Wish.FALSE))
            return self.all_of(self.alternatives(node, wish) for wish in (Wish.NOT_TRUE, Wish.NOT_FALSE))
        if self._is_foreign(node):
            return NEVER if is_known else SATISFIED
        facts = self._catalogue.of_tree(node)
        if is_known:
            return self.all_of(self._value(fact, _everything(fact)) for fact in facts)
        return self._any_of(self._value(fact, _nothing(fact)) for fact in facts)

    def _value(self, fact: Fact, domain: Domain) -> list[Alternative]:
        given = frozenset({DAYS}) if changes_by_itself(fact) else frozenset()
        return [Alternative({fact.name: domain}, given)]

    def _choosing(self, name: Name, choice: Choice) -> list[Alternative]:
        fact = self._catalogue.fact(name)
        if choice.only is None and fact.choices:
            choice = replace(choice, only=frozenset(fact.choices) - choice.without)
        if fact.name.startswith("split.") and not choice.accepts(self._now(fact.name)):  # type: ignore[arg-type]
            # Chance has chosen the arm of an account, and nobody else does.
            return NEVER
        return self._value(fact, choice) if choice.nearest(self._now(fact.name)) else NEVER  # type: ignore[arg-type]

    def _membership(self, node: Membership, wish: Wish) -> list[Alternative]:
        """Take a choice for a row of comparisons, of which those in another currency do not count, unless there are no others."""
        if isinstance(node.operand, Name) and type_of(node.operand, self._catalogue) is FactType.TEXT:
            texts = frozenset(str(choice.value) for choice in node.choices)
            is_one = wish.is_yes is not node.negated
            choice = Choice(only=texts if is_one else None, without=frozenset() if is_one else texts)
            return self._choosing(node.operand, replace(choice, unknown=wish.takes_unknown))
        choices = [choice for choice in node.choices if not self._is_foreign(choice)] or node.choices
        compared = tuple(
            Comparison("!=" if node.negated else "=", node.operand, choice, node.span) for choice in choices
        )
        joined: Node = And(compared, node.span) if node.negated else Or(compared, node.span)
        return self.alternatives(joined, wish)

    def _comparison(self, node: Comparison, wish: Wish) -> list[Alternative]:
        kind = type_of(node.left, self._catalogue)
        if kind is FactType.BOOLEAN:
            return self._same_answer(node, wish)
        if self._is_foreign(node):
            return SATISFIED if wish.takes_unknown else NEVER
        if kind is FactType.TEXT:
            return self._same_text(node, wish)
        levers = [None, DAYS, *(fact.name for fact in self._catalogue.of_tree(node))]
        return self._any_of(Counting(self._standing, lever).alternatives(node, wish) for lever in levers)

    def _same_answer(self, node: Comparison, wish: Wish) -> list[Alternative]:
        """Take the comparison of two conditions for what each of them is to be."""
        is_same = (node.operator == "=") is wish.is_yes
        pairs = [(yes, yes if is_same else yes.opposite) for yes in (Wish.TRUE, Wish.FALSE)]
        found = [
            self.all_of([self.alternatives(node.left, left), self.alternatives(node.right, right)])
            for left, right in pairs
        ]
        if wish.takes_unknown:
            found += [self._known_answer(side) for side in (node.left, node.right)]
        return self._any_of(found)

    def _known_answer(self, node: Node) -> list[Alternative]:
        return self.all_of(self.alternatives(node, wish) for wish in (Wish.NOT_TRUE, Wish.NOT_FALSE))

    def _same_text(self, node: Comparison, wish: Wish) -> list[Alternative]:
        is_same = (node.operator == "=") is wish.is_yes
        found = []
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if not isinstance(side, Name):
                continue
            names = [self._catalogue.fact(other).name] if isinstance(other, Name) else []
            text = self._now(names[0]) if names else other.value if isinstance(other, Literal) else None
            if text is None:
                if wish.takes_unknown:
                    found += [Alternative({}, frozenset(names))]
                continue
            named = frozenset({str(text)})
            choice = Choice(only=named) if is_same else Choice(without=named)
            choice = replace(choice, unknown=wish.takes_unknown)
            found += [
                Alternative(each.accepted, each.given | frozenset(names)) for each in self._choosing(side, choice)
            ]
        if not tree.words(node):
            assert isinstance(node.left, Literal) and isinstance(node.right, Literal)  # noqa: S101
            return SATISFIED if (node.left.value == node.right.value) is is_same else NEVER
        return self._fewest(found)

    def _is_foreign(self, node: Node) -> bool:
        """Test if an amount of another currency stands in a value: it is unknown to the account, whatever changes."""
        return bool(foreign_currencies(node, self._standing.currency))


def foreign_currencies(node: Node, own: str | None) -> list[str]:
    """Give the currencies of amounts in a condition that are not the account's: they are unknown to it, and none is converted."""
    amounts = (part.value for part in tree.walk(node) if isinstance(part, Literal) and isinstance(part.value, Money))
    return sorted({amount.currency for amount in amounts} - {own})


def _everything(fact: Fact) -> Domain:
    if fact.type is FactType.DATE:
        return Range(date.min.toordinal(), date.max.toordinal())
    if fact.type is FactType.BOOLEAN:
        return Choice(only=frozenset({True, False}))
    return Range() if fact.type in _ORDERED else Choice()


def _nothing(fact: Fact) -> Domain:
    return Range(1, 0, unknown=True) if fact.type in _ORDERED else Choice(only=frozenset(), unknown=True)
