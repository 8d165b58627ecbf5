"""What may stand beside what: a condition checked against the catalogue of facts.

A condition is a boolean. Numbers calculate with numbers, and days are numbers; a day less a day is a number of days, and a
day moves by a whole number of days written out. Money is money of the account's currency: it is added to money, multiplied
by numbers, and compared with an amount of a named currency, or with 0. Texts and booleans are equal or not. A look back over a
history is a fact made on the spot: a number, an amount or a day.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.kernel.facts import LONGEST_WINDOW, Fact, FactType, History, Measure
from tallystick.kernel.money import Money
from tallystick.strategy.rules import grammar, mistakes, tree
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
from tallystick.strategy.rules.words import KEYWORDS

#: The furthest a day may be moved, in days and however many times: a century, so that no sum leaves the calendar.
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

    A fact is named in full, "accounts.days_past_due", or by what follows its room where no other room has the same word. So is a
    history.
    """

    facts: Mapping[str, Fact]
    #: Full names of facts by the words after the room.
    short: Mapping[str, tuple[str, ...]]
    histories: Mapping[str, History]
    #: Full names of histories by the words after the room.
    short_histories: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, facts: Collection[Fact], histories: Collection[History] = ()) -> Catalogue:
        """Gather facts and histories into a catalogue.

        :raises ValueError: two of them share a name, a name or an expression cannot be used, or there is no currency
        """
        by_name = {fact.name: fact for fact in facts}
        looked_back = {history.name: history for history in histories}
        names = [*(fact.name for fact in facts), *(history.name for history in histories)]
        for name in names:
            if not _FACT_NAME.fullmatch(name) or name.rpartition(".")[2] in KEYWORDS:
                raise ValueError(f"{name!r} cannot be the name of a fact or a history")
            if names.count(name) > 1:
                raise ValueError(f"two facts or histories are named {name!r}")
        for fact in facts:
            if "%" in fact.sql:
                raise ValueError(f"the SQL of {fact.name!r} has a percent sign, which the driver takes for a parameter")
        short = _short({name: fact for name, fact in by_name.items() if not fact.version})
        if any(fact.type is _MONEY for fact in by_name.values()) and len(short.get(CURRENCY_FACT, ())) != 1:
            raise ValueError(f"money needs a fact named {CURRENCY_FACT!r}")
        return cls(dict(sorted(by_name.items())), short, dict(sorted(looked_back.items())), _short(looked_back))

    @property
    def currency(self) -> Fact:
        """The fact that says which currency an account's money is in."""
        return self.facts[self.short[CURRENCY_FACT][0]]

    def fact(self, word: Name | LookBack) -> Fact:
        """Give the fact that a condition names, in full or in short, or the one that it makes by looking back.

        :raises UnknownWord: the catalogue has none of that name
        :raises AmbiguousWord: several rooms have a fact of that short name
        :raises HistoryAlone: the name is that of a history
        """
        if isinstance(word, LookBack):
            return self._looked_back(word)
        if found := _named(word, self.facts, self.short):
            return found
        if _named(word, self.histories, self.short_histories):
            raise mistakes.HistoryAlone(word.span, word=word.name)
        near = mistakes.nearest(word.name, (*self.short, *self.facts, *self.histories))
        raise mistakes.UnknownWord(word.span, word=word.name[:60], nearest=near)

    def history(self, name: Name) -> History:
        """Give the history that a condition names, in full or in short.

        :raises UnknownHistory: the catalogue has none of that name
        :raises AmbiguousWord: several rooms have a history of that short name
        :raises FactLookedBack: the name is that of a fact
        """
        if found := _named(name, self.histories, self.short_histories):
            return found
        near = mistakes.nearest(name.name, (*self.short_histories, *self.histories))
        if name.name in self.facts or name.name in self.short:
            raise mistakes.FactLookedBack(name.span, word=name.name, nearest=near)
        raise mistakes.UnknownHistory(name.span, word=name.name[:60], nearest=near)

    def _looked_back(self, look: LookBack) -> Fact:
        history = self.history(look.history)
        days = whole_days(look.days)
        if days is None or not 1 <= days <= LONGEST_WINDOW:
            raise mistakes.NoSuchWindow(look.days.span, word=f"{look.days.value:f}", limit=LONGEST_WINDOW)
        if look.measure is Measure.SUM and not history.amounts:
            raise mistakes.HistoryWithoutAmounts(look.history.span, word=look.history.name)
        return Fact(
            name=f"{look.measure.value}({history.name}, {days} {'day' if days == 1 else 'days'})",
            type={Measure.COUNT: _NUMBER, Measure.SUM: _MONEY}.get(look.measure, _DATE),
            unit="",
            meaning=history.meaning,
            sql=history.look(look.measure, days),
            said=_said(look.measure, history, days),
        )

    def of_tree(self, node: Node) -> list[Fact]:
        """Give the facts that a checked condition speaks of, each once, in the order they are first named."""
        return list(dict.fromkeys(self.fact(word) for word in tree.words(node)))


_Word = TypeVar("_Word", Fact, History)


def _short(by_name: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Give full names by the words after the room."""
    short: dict[str, tuple[str, ...]] = {}
    for name in by_name:
        last = name.rpartition(".")[2]
        short[last] = (*short.get(last, ()), name)
    return short


def _named(name: Name, by_name: Mapping[str, _Word], short: Mapping[str, tuple[str, ...]]) -> _Word | None:
    if name.name in by_name:
        return by_name[name.name]
    found = short.get(name.name, ())
    if len(found) > 1:
        raise mistakes.AmbiguousWord(name.span, word=name.name, choices=", ".join(found))
    return by_name[found[0]] if found else None


def _said(measure: Measure, history: History, days: int) -> str:
    """Say what is asked of a window: "the number of promises broken in the last 90 days"."""
    within = ngettext("in the last {days} day", "in the last {days} days", days).format(days=days)
    if days == 1:
        within = _("today")
    phrase = {
        Measure.COUNT: _("the number of {history} {within}"),
        Measure.SUM: _("the sum of {history} {within}"),
        Measure.FIRST: _("the day of the first of {history} {within}"),
        Measure.LAST: _("the day of the last of {history} {within}"),
    }[measure]
    return phrase.format(history=history.said, within=within)


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
        case Name() | LookBack():
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
        case (("+" | "-"), FactType.DATE, FactType.NUMBER) if whole_days(node.right) is not None:
            if (moved := _moved_days(node)) > FURTHEST_DAYS:
                raise mistakes.DayMovedTooFar(node.right.span, word=str(moved), limit=FURTHEST_DAYS)
            return _DATE
    hint = ""
    if left is _DATE and right is _NUMBER:
        hint = " " + _("A day moves by a whole number of days written out, such as today - 30 days.")
    raise mistakes.CannotCalculate(node.span, word=node.operator, left=_called(left), right=_called(right), hint=hint)


def _moved_days(node: Node) -> int:
    """Count the days by which a day is moved, one move after the other."""
    if not isinstance(node, Arithmetic):
        return 0
    return _moved_days(node.left) + (whole_days(node.right) or 0)


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
    word = next((_written(part) for part in tree.words(node)), _called(found))
    return mistakes.WrongType(node.span, word=word, found=_called(found), expected=expected)


def _written(word: Name | LookBack) -> str:
    return word.name if isinstance(word, Name) else f"{word.measure.value}({word.history.name}, …)"


def _called(type_: FactType) -> str:
    """Give a type as it is spoken of in a sentence."""
    return {
        _NUMBER: _("a number"),
        _MONEY: _("an amount of money"),
        _DATE: _("a day"),
        _TEXT: _("a text"),
        _BOOLEAN: _("a condition (true or false)"),
    }[type_]
