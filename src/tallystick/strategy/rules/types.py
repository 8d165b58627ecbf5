"""What may stand beside what: a condition checked against the catalogue of facts.

A condition is a boolean. Numbers calculate with numbers, and days are numbers; a day less a day is a number of days, and a
day moves by a whole number of days written out. Money is money of the account's currency: it is added to money, multiplied
by numbers, and compared with an amount of a named currency, or with 0. Texts and booleans are equal or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import grammar, mistakes, tree
from tallystick.strategy.rules.tree import (
    And,
    Arithmetic,
    Comparison,
    Known,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Or,
    Today,
)
from tallystick.strategy.rules.words import KEYWORDS

#: The furthest a day may be moved, in days: a century, so that no sum leaves the calendar.
FURTHEST_DAYS = 36_525
#: The fact whose value is the ISO code of the currency an account's money is in.
CURRENCY_FACT = "currency"

_FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_ORDERED = (FactType.NUMBER, FactType.MONEY, FactType.DATE)
_NUMBER, _MONEY, _DATE, _TEXT, _BOOLEAN = (
    FactType.NUMBER,
    FactType.MONEY,
    FactType.DATE,
    FactType.TEXT,
    FactType.BOOLEAN,
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words that conditions may use, by name.

    A fact is named in full, "accounts.days_past_due", or by what follows its room where no other room has the same word.
    """

    facts: Mapping[str, Fact]
    #: Full names by the words after the room.
    short: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Catalogue:
        """Gather facts into a catalogue.

        :raises ValueError: two facts share a name, a name or an expression cannot be used, or there is no currency
        """
        by_name: dict[str, Fact] = {}
        short: dict[str, tuple[str, ...]] = {}
        for fact in facts:
            last = fact.name.rpartition(".")[2]
            if not _FACT_NAME.fullmatch(fact.name) or last in KEYWORDS:
                raise ValueError(f"{fact.name!r} cannot be the name of a fact")
            if "%" in fact.sql:
                raise ValueError(f"the SQL of {fact.name!r} has a percent sign, which the driver takes for a parameter")
            if fact.name in by_name:
                raise ValueError(f"two facts are named {fact.name!r}")
            by_name[fact.name] = fact
            short[last] = (*short.get(last, ()), fact.name)
        if any(fact.type is _MONEY for fact in by_name.values()) and len(short.get(CURRENCY_FACT, ())) != 1:
            raise ValueError(f"money needs a fact named {CURRENCY_FACT!r}")
        return cls(dict(sorted(by_name.items())), short)

    @property
    def currency(self) -> Fact:
        """The fact that says which currency an account's money is in."""
        return self.facts[self.short[CURRENCY_FACT][0]]

    def fact(self, name: Name) -> Fact:
        """Give the fact that a condition names, in full or in short.

        :raises UnknownWord: the catalogue has none of that name
        :raises AmbiguousWord: several rooms have a fact of that short name
        """
        if name.name in self.facts:
            return self.facts[name.name]
        found = self.short.get(name.name, ())
        if len(found) > 1:
            raise mistakes.AmbiguousWord(name.span, word=name.name, choices=", ".join(found))
        if not found:
            near = mistakes.nearest(name.name, (*self.short, *self.facts))
            raise mistakes.UnknownWord(name.span, word=name.name[:60], nearest=near)
        return self.facts[found[0]]

    def of_tree(self, node: Node) -> list[Fact]:
        """Give the facts that a checked condition speaks of, each once, in the order they are first named."""
        return list(dict.fromkeys(self.fact(Name(name, node.span)) for name in tree.names(node)))


def understand(text: str, catalogue: Catalogue) -> Node:
    """Read a condition and check it.

    :raises ConditionMistake: it cannot be understood
    """
    condition = grammar.read(text)
    _must_be(_BOOLEAN, condition, catalogue)
    return condition


def type_of(node: Node, catalogue: Catalogue) -> FactType:
    """Give the type of a node, checking everything below it.

    :raises ConditionMistake: a word does not exist, or something stands where it cannot
    """
    match node:
        case Literal():
            return _type_of_literal(node)
        case Today():
            return _DATE
        case Name():
            return catalogue.fact(node).type
        case Negative():
            return _type_of_negative(node, catalogue)
        case Arithmetic():
            return _type_of_arithmetic(node, catalogue)
        case Comparison():
            _check_comparison(node, catalogue)
        case Membership():
            _check_membership(node, catalogue)
        case Known():
            type_of(node.operand, catalogue)
        case Not():
            _must_be(_BOOLEAN, node.operand, catalogue)
        case And() | Or():
            for part in node.parts:
                _must_be(_BOOLEAN, part, catalogue)
    return _BOOLEAN


def is_zero(node: Node) -> bool:
    """Test if a node is a bare 0, which is nothing in every currency."""
    return isinstance(node, Literal) and type(node.value) is Decimal and node.value == 0


def whole_days(node: Node) -> int | None:
    """Give the days a day is moved by, when a node is a whole number of days written out."""
    if isinstance(node, Literal) and type(node.value) is Decimal and node.value == node.value.to_integral_value():
        return int(node.value)
    return None


def _type_of_literal(node: Literal) -> FactType:
    match node.value:
        case bool():
            return _BOOLEAN
        case Decimal():
            return _NUMBER
        case Money():
            return _MONEY
        case date():
            return _DATE
        case str():
            return _TEXT


def _type_of_negative(node: Negative, catalogue: Catalogue) -> FactType:
    found = type_of(node.operand, catalogue)
    if found not in (_NUMBER, _MONEY):
        raise _wrong(node.operand, found, _("a number or an amount"))
    return found


def _type_of_arithmetic(node: Arithmetic, catalogue: Catalogue) -> FactType:
    left, right = type_of(node.left, catalogue), type_of(node.right, catalogue)
    match node.operator, left, right:
        case _, FactType.NUMBER, FactType.NUMBER:
            return _NUMBER
        case (("+" | "-"), FactType.MONEY, FactType.MONEY):
            return _MONEY
        case ("*", FactType.MONEY, FactType.NUMBER) | ("*", FactType.NUMBER, FactType.MONEY):
            return _MONEY
        case "-", FactType.DATE, FactType.DATE:
            return _NUMBER
        case (("+" | "-"), FactType.DATE, FactType.NUMBER) if (days := whole_days(node.right)) is not None:
            if days > FURTHEST_DAYS:
                raise mistakes.NumberTooLong(node.right.span, word=str(days), limit=len(str(FURTHEST_DAYS)))
            return _DATE
    hint = ""
    if left is _DATE and right is _NUMBER:
        hint = " " + _("A day moves by a whole number of days written out, such as today - 30 days.")
    raise mistakes.CannotCalculate(node.span, word=node.operator, left=_called(left), right=_called(right), hint=hint)


def _check_comparison(node: Comparison, catalogue: Catalogue) -> None:
    left, right = type_of(node.left, catalogue), type_of(node.right, catalogue)
    if (left is _MONEY and is_zero(node.right)) or (right is _MONEY and is_zero(node.left)):
        return
    hint = ""
    if left is right:
        if left in _ORDERED or node.operator in ("=", "!="):
            _check_choices(node.left, (node.right,), catalogue)
            _check_choices(node.right, (node.left,), catalogue)
            return
        hint = " " + _("These are only equal (=) or not (!=).")
    elif {left, right} == {_MONEY, _NUMBER}:
        hint = " " + _("Write an amount with its currency: £500 or 500 GBP.")
    raise mistakes.CannotCompare(node.span, word=node.operator, left=_called(left), right=_called(right), hint=hint)


def _check_membership(node: Membership, catalogue: Catalogue) -> None:
    found = type_of(node.operand, catalogue)
    for choice in node.choices:
        other = _type_of_literal(choice)
        if other is not found:
            raise mistakes.CannotCompare(choice.span, word="in", left=_called(found), right=_called(other), hint="")
    _check_choices(node.operand, node.choices, catalogue)


def _check_choices(operand: Node, written: Iterable[Node], catalogue: Catalogue) -> None:
    """Refuse a text that a fact with a closed list of values never has."""
    if not isinstance(operand, Name) or not (choices := catalogue.fact(operand).choices):
        return
    for literal in written:
        if isinstance(literal, Literal) and isinstance(literal.value, str) and literal.value not in choices:
            near = mistakes.nearest(literal.value, choices)
            raise mistakes.UnknownChoice(literal.span, word=literal.value, nearest=near, fact=operand.name)


def _must_be(wanted: FactType, node: Node, catalogue: Catalogue) -> None:
    found = type_of(node, catalogue)
    if found is not wanted:
        raise _wrong(node, found, _called(wanted))


def _wrong(node: Node, found: FactType, expected: str) -> mistakes.WrongType:
    word = next((part.name for part in tree.walk(node) if isinstance(part, Name)), _called(found))
    return mistakes.WrongType(node.span, word=word, found=_called(found), expected=expected)


def _called(type_: FactType) -> str:
    """Give a type as it is spoken of in a sentence."""
    return {
        _NUMBER: _("a number"),
        _MONEY: _("an amount of money"),
        _DATE: _("a day"),
        _TEXT: _("a text"),
        _BOOLEAN: _("a condition (true or false)"),
    }[type_]
