"""A condition read aloud in plain English (or the reader's language), for people who do not write conditions.

>>> from tallystick.strategy.rules import grammar
>>> from tallystick.kernel.facts import Fact
>>> facts = [
...     Fact("currency", FactType.TEXT, "", "", "book.currency"),
...     Fact("balance", FactType.MONEY, "", "", "book.balance_minor"),
...     Fact("days_past_due", FactType.NUMBER, "days", "", "{day} - book.oldest_due_on"),
...     Fact("on_hold", FactType.BOOLEAN, "", "", "book.on_hold"),
... ]
>>> print(read_aloud(grammar.read("days_past_due >= 7 and balance > £1,500 and not on_hold"), Catalogue.of(facts)))
days past due is at least 7 days, and balance is more than £1,500.00, and not on hold
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money, written
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
from tallystick.strategy.rules.types import Catalogue, type_of, whole_days


def read_aloud(condition: Node, catalogue: Catalogue) -> str:
    """Say a checked condition in the reader's language."""
    return _Voice(catalogue).say(condition)


def name_aloud(name: str) -> str:
    """Say the name of a fact, a state or a step.

    >>> name_aloud("days_past_due"), name_aloud("promises.broken-count")
    ('days past due', 'promises broken count')
    """
    return name.replace("_", " ").replace(".", " ").replace("-", " ")


def fact_aloud(fact: Fact) -> str:
    """Say what a fact is, by itself."""
    return fact.said or name_aloud(fact.name.rpartition(".")[2])


def event_aloud(kind: str) -> str:
    """Say the kind of an event.

    >>> event_aloud("promises.PromiseBroken")
    'promise broken'
    """
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.rpartition(".")[2])
    return words.strip()


def value_aloud(value: Decimal | Money | date | str | bool, unit: str = "") -> str:
    """Say a typed value, in the reader's way of writing numbers, amounts and days."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return " ".join(filter(None, [format_decimal(value, locale=_locale()), unit]))
        case Money():
            return written(value, Locale.parse(_locale()))
        case date():
            return format_date(value, "d MMMM y", locale=_locale())
        case str():
            return f"“{value}”"


def _locale() -> str:
    return to_locale(get_language() or "en-gb")


class _Voice:
    """Says the nodes of one condition."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def say(self, node: Node) -> str:
        match node:
            case And():
                return _(", and ").join(self._within(part) for part in node.parts)
            case Or():
                return _("either {choices}").format(choices=_(", or ").join(self._within(p) for p in node.parts))
            case Not(operand=Name() as name) if meaning := self._meaning(name):
                return _("it is not so that {meaning}").format(meaning=meaning)
            case Not():
                return _("not {condition}").format(condition=self._within(node.operand))
            case Name() if meaning := self._meaning(node):
                return meaning
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Known():
                phrase = _("{value} is unknown") if node.negated else _("{value} is known")
                return phrase.format(value=self._within(node.operand))
            case _:
                return self._value(node)

    def _within(self, node: Node) -> str:
        said = self.say(node)
        return f"({said})" if isinstance(node, And | Or) else said

    def _meaning(self, name: Name) -> str:
        """Give what it means that a yes-or-no fact is so; nothing where its meaning does not begin with "Whether"."""
        fact = self._catalogue.fact(name)
        so = fact.meaning.removeprefix("Whether ")
        return so.rstrip(".") if fact.type is FactType.BOOLEAN and so != fact.meaning else ""

    def _value(self, node: Node, beside: Node | None = None) -> str:
        match node:
            case Literal():
                return value_aloud(node.value, self._unit(beside))
            case Today():
                return _("today")
            case Name():
                return name_aloud(node.name)
            case LookBack():
                return fact_aloud(self._catalogue.fact(node))
            case Negative():
                return _("minus {value}").format(value=self._value(node.operand, beside))
            case Arithmetic():
                return self._arithmetic(node, beside)
            case _:
                return f"({self.say(node)})"

    def _unit(self, beside: Node | None) -> str:
        if not isinstance(beside, Name):
            return ""
        fact = self._catalogue.fact(beside)
        return fact.unit if fact.type is FactType.NUMBER else ""

    def _arithmetic(self, node: Arithmetic, beside: Node | None) -> str:
        left, right = node.left, node.right
        if type_of(left, self._catalogue) is FactType.DATE and (days := whole_days(right)) is not None:
            return self._moved_day(left, node.operator, days)
        phrase = {
            "+": _("({left} plus {right})"),
            "-": _("({left} less {right})"),
            "*": _("({left} times {right})"),
        }[node.operator]
        return phrase.format(left=self._value(left, beside), right=self._value(right, beside))

    def _moved_day(self, day: Node, operator: str, days: int) -> str:
        if isinstance(day, Today):
            if operator == "-":
                return ngettext("{days} day ago", "{days} days ago", days).format(days=days)
            return ngettext("{days} day from now", "{days} days from now", days).format(days=days)
        if operator == "-":
            phrase = ngettext("{days} day before {day}", "{days} days before {day}", days)
        else:
            phrase = ngettext("{days} day after {day}", "{days} days after {day}", days)
        return phrase.format(days=days, day=self._value(day))

    def _comparison(self, node: Comparison) -> str:
        left = self._value(node.left, node.right)
        right = self._value(node.right, node.left)
        if type_of(node.left, self._catalogue) is FactType.DATE:
            return _day_phrases()[node.operator].format(left=left, right=right)
        return _phrases()[node.operator].format(left=left, right=right)

    def _membership(self, node: Membership) -> str:
        phrase = _("{value} is none of {choices}") if node.negated else _("{value} is one of {choices}")
        choices = ", ".join(self._value(choice, node.operand) for choice in node.choices)
        return phrase.format(value=self._value(node.operand), choices=choices)


def _phrases() -> dict[str, str]:
    return {
        "=": _("{left} is {right}"),
        "!=": _("{left} is not {right}"),
        "<": _("{left} is less than {right}"),
        "<=": _("{left} is at most {right}"),
        ">": _("{left} is more than {right}"),
        ">=": _("{left} is at least {right}"),
    }


def _day_phrases() -> dict[str, str]:
    return {
        "=": _("{left} is {right}"),
        "!=": _("{left} is not {right}"),
        "<": _("{left} is before {right}"),
        "<=": _("{left} is on or before {right}"),
        ">": _("{left} is after {right}"),
        ">=": _("{left} is on or after {right}"),
    }
