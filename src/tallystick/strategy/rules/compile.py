"""From a checked condition to SQL text, the only evaluator there is.

Three answers, as in SQL: true, false and unknown. A comparison with an unknown value is unknown; `not`, `and` and `or` follow
Kleene; an amount of a named currency is unknown to an account of another currency, so `balance >= £500` and its opposite are
both untrue for an account in euros. **Unknown is never true**: a step fires, a guard stops and a transition is taken on true
only.

The text has no parameters, since it stands in statements over a whole book that are planned once per chunk. It is safe all
the same: nothing of what a person wrote survives but typed values, and each is written anew here from its type. Sums are
`numeric`, which does not overflow; days move by a century at most; nothing is ever divided; so no value can make it fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from tallystick.kernel.facts import Fact, FactType
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
from tallystick.strategy.rules.types import Catalogue, type_of, whole_days

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _")


def to_sql(condition: Node, catalogue: Catalogue, day: date) -> str:
    """Write a checked condition as an SQL expression over the columns of `book`, for an as-of day.

    >>> from tallystick.strategy.rules import grammar
    >>> dpd = Fact("dpd", FactType.NUMBER, "days", "Days past due.", "{day} - book.oldest_due_on")
    >>> to_sql(grammar.read("dpd >= 7"), Catalogue.of([dpd]), date(2026, 3, 2))
    "((DATE '2026-03-02' - book.oldest_due_on) >= 7)"
    """
    match condition:
        case Literal():
            return literal(condition.value, catalogue, day)
        case Today():
            return quote_day(day)
        case Name() | LookBack():
            return fact_sql(catalogue.fact(condition), day)
        case Negative():
            return f"(-({to_sql(condition.operand, catalogue, day)})::numeric)"
        case Arithmetic():
            return _arithmetic(condition, catalogue, day)
        case Comparison():
            operator = "<>" if condition.operator == "!=" else condition.operator
            left, right = (to_sql(side, catalogue, day) for side in (condition.left, condition.right))
            return f"({left} {operator} {right})"
        case Membership():
            return _membership(condition, catalogue, day)
        case Known():
            test = "IS NULL" if condition.negated else "IS NOT NULL"
            return f"({to_sql(condition.operand, catalogue, day)} {test})"
        case Not():
            return f"(NOT {to_sql(condition.operand, catalogue, day)})"
        case And():
            return "(" + " AND ".join(to_sql(part, catalogue, day) for part in condition.parts) + ")"
        case Or():
            return "(" + " OR ".join(to_sql(part, catalogue, day) for part in condition.parts) + ")"


def fact_sql(fact: Fact, day: date) -> str:
    """Write a fact's own expression for an as-of day."""
    return f"({fact.expression(day)})"


def literal(value: Decimal | Money | date | str | bool, catalogue: Catalogue, day: date) -> str:
    """Write a typed value; an amount is unknown unless the account is in its currency."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal():
            return quote_number(value)
        case Money():
            currency = _currency(catalogue, day)
            return f"(CASE WHEN {currency} = {quote_text(value.currency)} THEN {quote_number(value.minor)} END)"
        case date():
            return quote_day(value)
        case str():
            return quote_text(value)


def quote_number(number: Decimal | int) -> str:
    """Write a number; in brackets when it is below zero.

    >>> quote_number(Decimal("12.50")), quote_number(-3)
    ('12.50', '(-3)')
    """
    written = format(Decimal(number), "f")
    return f"({written})" if written.startswith("-") else written


def quote_day(day: date) -> str:
    """Write a day.

    >>> quote_day(date(2026, 3, 2))
    "DATE '2026-03-02'"
    """
    return f"DATE '{day.isoformat()}'"


def quote_text(text: str) -> str:
    r"""Write a text so that it holds nothing but letters, digits, blanks and escapes.

    Quotes, backslashes, percent signs and braces, anything that SQL, the driver or our own markers could
    take for more than text, becomes its number.

    >>> print(quote_text("it's 5% {day}"))
    E'it\x27s 5\x25 \x7bday\x7d'
    """
    return "E'" + "".join(c if c in _PLAIN else _escape(c) for c in text) + "'"


def _escape(character: str) -> str:
    code = ord(character)
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        raise ValueError("a text of the database holds neither NUL nor half a character")
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def any_true(conditions: Iterable[str]) -> str:
    """Join SQL conditions: whether one of them is true, never unknown.

    >>> any_true(["a", "b"])
    '((a) IS TRUE OR (b) IS TRUE)'
    """
    return "(" + (" OR ".join(f"({each}) IS TRUE" for each in conditions) or "FALSE") + ")"


def _currency(catalogue: Catalogue, day: date) -> str:
    return fact_sql(catalogue.currency, day)


def _arithmetic(node: Arithmetic, catalogue: Catalogue, day: date) -> str:
    left_type, right_type = type_of(node.left, catalogue), type_of(node.right, catalogue)
    if left_type is FactType.DATE and right_type is FactType.NUMBER:
        return _moved_day(node, catalogue, day)
    left, right = to_sql(node.left, catalogue, day), to_sql(node.right, catalogue, day)
    if left_type is FactType.DATE:
        return f"({left} - {right})"
    return f"(({left})::numeric {node.operator} ({right})::numeric)"


def _moved_day(node: Arithmetic, catalogue: Catalogue, day: date) -> str:
    days = whole_days(node.right)
    assert days is not None, "the checker lets a day move only by days written out"  # noqa: S101
    moved = days if node.operator == "+" else -days
    if isinstance(node.left, Today):
        # Written as one day rather than a sum, so that the planner compares a column with a constant.
        return quote_day(day + timedelta(days=moved))
    return f"({to_sql(node.left, catalogue, day)} + {quote_number(moved)})"


def _membership(node: Membership, catalogue: Catalogue, day: date) -> str:
    operand = to_sql(node.operand, catalogue, day)
    test = "NOT IN" if node.negated else "IN"
    if not all(isinstance(choice.value, Money) for choice in node.choices):
        return f"({operand} {test} ({', '.join(literal(c.value, catalogue, day) for c in node.choices)}))"
    by_currency: dict[str, list[int]] = {}
    for choice in node.choices:
        assert isinstance(choice.value, Money)  # noqa: S101
        by_currency.setdefault(choice.value.currency, []).append(choice.value.minor)
    cases = (
        f"WHEN {quote_text(currency)} THEN {operand} {test} ({', '.join(map(quote_number, minors))})"
        for currency, minors in by_currency.items()
    )
    return f"(CASE {_currency(catalogue, day)} {' '.join(cases)} END)"
