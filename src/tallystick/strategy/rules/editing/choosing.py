"""A condition as rows that are chosen rather than typed: a fact, how it is compared, and with what; joined by "and" or by "or".

What is nested deeper, or calculates, is no such list of rows, and stays a text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import grammar, mistakes, types
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
from tallystick.strategy.rules.types import Catalogue


class Sign(Choice):
    """How a fact is compared, in the words of people."""

    IS_SO = "so", _("is so")
    IS_NOT_SO = "not so", _("is not so")
    ONE_OF = "in", _("is one of")
    NONE_OF = "not in", _("is none of")
    EQUAL = "=", _("is")
    UNEQUAL = "!=", _("is not")
    LEAST = ">=", _("is at least")
    MORE = ">", _("is more than")
    MOST = "<=", _("is at most")
    LESS = "<", _("is less than")
    BEFORE = "before", _("is before")
    ON_OR_BEFORE = "on or before", _("is on or before")
    AFTER = "after", _("is after")
    ON_OR_AFTER = "on or after", _("is on or after")
    LONGER_AGO = "longer ago", _("is longer ago than, in days")
    WITHIN = "within", _("is not longer ago than, in days")
    KNOWN = "known", _("is known")
    UNKNOWN = "unknown", _("is unknown")


_KNOWN = (Sign.KNOWN, Sign.UNKNOWN)
_NUMBERS = (Sign.LEAST, Sign.MORE, Sign.MOST, Sign.LESS, Sign.EQUAL, Sign.UNEQUAL, *_KNOWN)
_DAYS = {Sign.BEFORE: "<", Sign.ON_OR_BEFORE: "<=", Sign.AFTER: ">", Sign.ON_OR_AFTER: ">=", Sign.EQUAL: "="}
_AGO = {Sign.LONGER_AGO: "<", Sign.WITHIN: ">="}
_SIGNS = {
    FactType.NUMBER: _NUMBERS,
    FactType.MONEY: _NUMBERS,
    FactType.DATE: (*_DAYS, *_AGO, *_KNOWN),
    FactType.BOOLEAN: (Sign.IS_SO, Sign.IS_NOT_SO, *_KNOWN),
    FactType.TEXT: (Sign.EQUAL, Sign.UNEQUAL, Sign.ONE_OF, Sign.NONE_OF, *_KNOWN),
}
#: Signs after which nothing else has to be said.
ALONE = (Sign.IS_SO, Sign.IS_NOT_SO, *_KNOWN)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: the fact as conditions name it, the sign, and the values, of which most signs have one."""

    fact: str
    sign: Sign | None = None
    values: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Comparisons that must all hold, or of which one must."""

    rows: tuple[Row, ...] = ()
    is_any: bool = False


def signs(fact: Fact) -> tuple[Sign, ...]:
    """Give the signs by which a fact can be compared."""
    if fact.type is FactType.TEXT and fact.choices:
        return (Sign.ONE_OF, Sign.NONE_OF, *_KNOWN)
    return _SIGNS[fact.type]


def fact_named(name: str, words: Catalogue) -> Fact | None:
    """Give the fact, or the look back over a history, that a row names; None where there is none."""
    try:
        node = grammar.read(name)
        return words.fact(node) if isinstance(node, Name | LookBack) else None
    except mistakes.ConditionMistake:
        return None


def rows_of(text: str, words: Catalogue) -> Rows | None:
    """Read a condition as rows; None where it is mistaken, or more than rows can say.

    >>> words = Catalogue.of([Fact("score", FactType.NUMBER, "", "", "book.score")])
    >>> rows_of("score > 1", words).rows, rows_of("score + 1 > 1", words)
    ((Row(fact='score', sign=<Sign.MORE: '>'>, values=('1',), currency=''),), None)
    """
    if not text.strip():
        return Rows()
    try:
        tree = types.understand(text, words)
    except mistakes.ConditionMistake:
        return None
    parts = tree.parts if isinstance(tree, And | Or) else (tree,)
    rows = [_row(part, text, words) for part in parts]
    found = tuple(row for row in rows if row is not None)
    return Rows(found, isinstance(tree, Or)) if len(found) == len(rows) else None


def text_of(rows: Rows, words: Catalogue) -> str:
    """Write rows as a condition. A row that is not finished is left out."""
    written = [said for row in rows.rows if (said := _written(row, words))]
    return (" or " if rows.is_any else " and ").join(written)


def _row(node: Node, text: str, words: Catalogue) -> Row | None:
    match node:
        case Name() | LookBack():
            return Row(_named(node, text), Sign.IS_SO)
        case Not(operand=Name() as name):
            return Row(_named(name, text), Sign.IS_NOT_SO)
        case Known(operand=(Name() | LookBack()) as name):
            return Row(_named(name, text), Sign.UNKNOWN if node.negated else Sign.KNOWN)
        case Membership(operand=Name() as name) if words.fact(name).type is FactType.TEXT:
            values = tuple(str(each.value) for each in node.choices)
            if not words.fact(name).choices and any("," in value for value in values):
                return None
            return Row(_named(name, text), Sign.NONE_OF if node.negated else Sign.ONE_OF, values)
        case Comparison(left=(Name() | LookBack()) as name):
            return _comparison(node, _named(name, text), words.fact(name))
    return None


def _named(node: Name | LookBack, text: str) -> str:
    return " ".join(text[node.span.start : node.span.end].split())


def _comparison(node: Comparison, name: str, fact: Fact) -> Row | None:
    if fact.type is FactType.BOOLEAN:
        return None
    if fact.type is FactType.DATE:
        return _day(node, name)
    found = _value(node.right)
    if found is None:
        return None
    value, currency = found
    if fact.choices:
        sign = {"=": Sign.ONE_OF, "!=": Sign.NONE_OF}[node.operator]
        return Row(name, sign, (value,))
    return Row(name, Sign(node.operator), (value,), currency)


def _day(node: Comparison, name: str) -> Row | None:
    match node.right:
        case Literal(value=date() as day):
            sign = next((sign for sign, operator in _DAYS.items() if operator == node.operator), None)
            return Row(name, sign, (day.isoformat(),)) if sign else None
        case Arithmetic(operator="-", left=Today(), right=days):
            count = types.whole_days(days)
            sign = next((sign for sign, operator in _AGO.items() if operator == node.operator), None)
            return Row(name, sign, (str(count),)) if sign and count is not None else None
    return None


def _value(node: Node) -> tuple[str, str] | None:
    """Give a value that is written out, and its currency."""
    match node:
        case Literal(value=Money() as money):
            return f"{money.amount:f}", money.currency
        case Literal(value=Decimal() as number):
            return f"{number:f}", ""
        case Literal(value=str() as text):
            return text, ""
        case Negative(operand=operand) if (found := _value(operand)) is not None:
            return f"-{found[0]}", found[1]
    return None


def _written(row: Row, words: Catalogue) -> str:
    fact = fact_named(row.fact, words)
    if fact is None or row.sign is None or row.sign not in signs(fact):
        return ""
    match row.sign:
        case Sign.IS_SO:
            return row.fact
        case Sign.IS_NOT_SO:
            return f"not {row.fact}"
        case Sign.KNOWN | Sign.UNKNOWN:
            return f"{row.fact} is {row.sign.value}"
    values = [value.strip() for value in row.values if value.strip()]
    if not values:
        return ""
    if row.sign in (Sign.ONE_OF, Sign.NONE_OF):
        if fact.choices:
            return _among(row, values, is_only_sign=True)
        # What has no list of choices is typed, one behind the other.
        typed = [each.strip() for value in values for each in value.split(",") if each.strip()]
        return _among(row, typed, is_only_sign=False) if typed else ""
    if fact.type is FactType.DATE:
        if row.sign in _AGO:
            return f"{row.fact} {_AGO[row.sign]} today - {values[0]} days"
        return f"{row.fact} {_DAYS[row.sign]} {values[0]}"
    value = _quoted(values[0]) if fact.type is FactType.TEXT else values[0]
    if fact.type is FactType.MONEY and row.currency and value.strip("-0."):
        value = f"{value} {row.currency}"
    return f"{row.fact} {row.sign.value} {value}"


def _among(row: Row, values: Iterable[str], *, is_only_sign: bool) -> str:
    quoted = [_quoted(value) for value in values]
    if len(quoted) == 1 and is_only_sign:
        return f"{row.fact} {'=' if row.sign is Sign.ONE_OF else '!='} {quoted[0]}"
    listed = ", ".join(quoted)
    return f"{row.fact} {'in' if row.sign is Sign.ONE_OF else 'not in'} {{{listed}}}"


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
