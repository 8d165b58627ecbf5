"""From words to a tree: the second half of reading a condition, by recursive descent.

    condition  = conjunction { "or" conjunction }
    conjunction = opposite { "and" opposite }
    opposite   = "not" opposite | comparison
    comparison = sum [ sign sum | ["not"] "in" "{" literal { "," literal } "}" | "is" ["not"] ("known" | "unknown") ]
    sum        = product { ("+" | "-") product }
    product    = factor { "*" factor }
    factor     = "-" factor | "(" condition ")" | literal | "today" | name
    literal    = number [ "days" | currency ] | amount | day | text | "true" | "false"

Words are `words.Word`s; names are facts. Depth is bounded, so hostile nesting ends in a sentence and not in a full stack.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from tallystick.kernel.money import Money
from tallystick.strategy.rules import mistakes, words
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
    Span,
    Today,
)
from tallystick.strategy.rules.words import Kind, Word

DEEPEST = 24
MOST_CHOICES = 200
MOST_CALCULATIONS = 50

_COMPARING = ("=", "!=", "<", "<=", ">", ">=")
_CURRENCY = re.compile(r"[A-Z]{3}")


def read(text: str) -> Node:
    """Read a condition.

    :raises ConditionMistake: it cannot be understood; the mistake names the place and the word

    >>> read("days_past_due >= 7").operator
    '>='
    >>> read("days_past_due >=")
    Traceback (most recent call last):
    ...
    tallystick.strategy.rules.mistakes.UnexpectedEnd: The condition ends at character 17, where a value was expected.
    """
    reader = _Reader(words.split(text))
    tree = reader.condition()
    if reader.next.kind is not Kind.END:
        raise reader.unexpected(_("“and”, “or” or the end"), ("and", "or"))
    return tree


class _Reader:
    """Reads the words of one condition, one after the other."""

    def __init__(self, all_words: list[Word]) -> None:
        self._words = all_words
        self._at = 0
        self._depth = 0
        self._calculations = 0

    @property
    def next(self) -> Word:
        return self._words[self._at]

    def take(self) -> Word:
        taken = self._words[self._at]
        self._at += 1
        return taken

    def unexpected(self, expected: str, existing: tuple[str, ...] = ()) -> mistakes.ConditionMistake:
        word = self.next
        if word.kind is Kind.END:
            return mistakes.UnexpectedEnd(word.span, expected=expected)
        near = mistakes.nearest(word.written, existing) if word.kind is Kind.NAME else ""
        return mistakes.UnexpectedWord(word.span, word=word.written[:60], nearest=near, expected=expected)

    def _deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > DEEPEST:
            raise mistakes.ConditionTooDeep(self.next.span, limit=DEEPEST)

    def condition(self) -> Node:
        parts = [self._conjunction()]
        while self.next.is_("or"):
            self.take()
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), _across(parts[0], parts[-1]))

    def _conjunction(self) -> Node:
        parts = [self._opposite()]
        while self.next.is_("and"):
            self.take()
            parts.append(self._opposite())
        return parts[0] if len(parts) == 1 else And(tuple(parts), _across(parts[0], parts[-1]))

    def _opposite(self) -> Node:
        if not self.next.is_("not"):
            return self._comparison()
        start = self.take().span.start
        self._deeper(1)
        operand = self._opposite()
        self._deeper(-1)
        return Not(operand, Span(start, operand.span.end))

    def _comparison(self) -> Node:
        left = self._sum()
        word = self.next
        if word.is_(*_COMPARING):
            self.take()
            right = self._sum()
            if self.next.is_(*_COMPARING):
                raise mistakes.ComparisonChained(self.next.span, word=self.next.written)
            return Comparison(word.written, left, right, _across(left, right))
        if word.is_("in", "not"):
            return self._membership(left)
        if word.is_("is"):
            return self._known(left)
        return left

    def _membership(self, operand: Node) -> Node:
        negated = self.next.is_("not")
        if negated:
            self.take()
        if not self.next.is_("in"):
            raise self.unexpected(_("“in”"), ("in",))
        self.take()
        self._sign("{")
        choices = [self._choice()]
        while self.next.is_(","):
            self.take()
            if len(choices) == MOST_CHOICES:
                raise mistakes.ConditionTooLong(self.next.span, limit=MOST_CHOICES, what=_("values in a set"))
            choices.append(self._choice())
        end = self._sign("}").span.end
        return Membership(operand, tuple(choices), negated, Span(operand.span.start, end))

    def _choice(self) -> Literal:
        start = self.next.span.start
        if self.next.is_("-"):
            self.take()
            literal = self._literal()
            if literal is None or not isinstance(literal.value, Decimal | Money):
                raise self.unexpected(_("a number or an amount"))
            return Literal(-literal.value, Span(start, literal.span.end))
        literal = self._literal()
        if literal is None:
            raise self.unexpected(_("a value written out"))
        return literal

    def _known(self, operand: Node) -> Node:
        self.take()
        negated = self.next.is_("not")
        if negated:
            self.take()
        if not self.next.is_("known", "unknown"):
            raise self.unexpected(_("“known” or “unknown”"), ("known", "unknown"))
        word = self.take()
        return Known(operand, negated != (word.written == "unknown"), Span(operand.span.start, word.span.end))

    def _sum(self) -> Node:
        left = self._product()
        while self.next.is_("+", "-"):
            operator = self.take().written
            left = self._joined(operator, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._factor()
        while self.next.is_("*"):
            self.take()
            left = self._joined("*", left, self._factor())
        return left

    def _joined(self, operator: str, left: Node, right: Node) -> Arithmetic:
        self._calculations += 1
        if self._calculations > MOST_CALCULATIONS:
            raise mistakes.ConditionTooLong(self.next.span, limit=MOST_CALCULATIONS, what=_("sums and products"))
        return Arithmetic(operator, left, right, _across(left, right))

    def _factor(self) -> Node:
        word = self.next
        if word.is_("-"):
            self.take()
            self._deeper(1)
            operand = self._factor()
            self._deeper(-1)
            return Negative(operand, Span(word.span.start, operand.span.end))
        if word.is_("("):
            self.take()
            self._deeper(1)
            inside = self.condition()
            self._deeper(-1)
            self._sign(")")
            return inside
        if word.is_("today"):
            return Today(self.take().span)
        if word.kind is Kind.NAME:
            self.take()
            return Name(word.written, word.span)
        literal = self._literal()
        if literal is None:
            raise self.unexpected(_("a value"))
        return literal

    def _literal(self) -> Literal | None:
        word = self.next
        if word.is_("true", "false"):
            return Literal(self.take().written == "true", word.span)
        if word.value is None:
            return None
        self.take()
        if isinstance(word.value, Decimal):
            return self._number(word, word.value)
        return Literal(word.value, word.span)

    def _number(self, word: Word, value: Decimal) -> Literal:
        after = self.next
        if after.is_("day", "days"):
            return Literal(value, Span(word.span.start, self.take().span.end))
        if after.kind is Kind.NAME and _CURRENCY.fullmatch(after.written):
            span = Span(word.span.start, self.take().span.end)
            written = f"{word.written} {after.written}"
            return Literal(words.money(value, after.written, span, written), span)
        return Literal(value, word.span)

    def _sign(self, sign: str) -> Word:
        if not self.next.is_(sign):
            raise self.unexpected(f"“{sign}”")
        return self.take()


def _across(first: Node, last: Node) -> Span:
    return Span(first.span.start, last.span.end)
