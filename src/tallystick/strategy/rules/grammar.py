"""From words to a tree: the second half of reading a condition, by recursive descent.

    condition  = conjunction { "or" conjunction }
    conjunction = opposite { "and" opposite }
    opposite   = "not" opposite | comparison
    comparison = sum [ sign sum | ["not"] "in" "{" literal { "," literal } "}" | "is" ["not"] ("known" | "unknown") ]
    sum        = product { ("+" | "-") product }
    product    = factor { "*" factor }
    factor     = "-" factor | "(" condition ")" | literal | "today" | look back | name
    look back  = ("count" | "sum" | "first" | "last") "(" name "," number "days" ")"
    literal    = number [ "days" | currency ] | amount | day | text | "true" | "false"

Words are `words.Word`s; names are facts, and histories where something looks back. Depth is bounded, so hostile nesting ends in a
sentence and not in a full stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Measure
from tallystick.kernel.money import Money
from tallystick.strategy.rules import mistakes, words
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
    Span,
    Today,
)
from tallystick.strategy.rules.words import Kind, Word

DEEPEST = 24
MOST_CHOICES = 200
MOST_CALCULATIONS = 50

COMPARING = ("=", "!=", "<", "<=", ">", ">=")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Slot(Enum):
    """Kinds of words that are no keyword or sign."""

    VALUE = auto()
    WRITTEN_OUT = auto()
    HISTORY = auto()
    WINDOW = auto()


@dataclass(frozen=True, slots=True)
class Expected:
    """What may stand where a text ends: a keyword, a sign or another kind of word; and what it would stand beside."""

    what: str | Slot
    beside: Node | None = None


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


def expected_after(text: str) -> list[Expected]:
    """Give what may follow the beginning of a condition; nothing where it is wrong already.

    >>> [each.what for each in expected_after("score is not ")]
    ['known', 'unknown']
    """
    try:
        reader = _Reader(words.split(text))
        reader.condition()
    except mistakes.UnexpectedEnd:
        pass
    except mistakes.ConditionMistake:
        return []
    return list(dict.fromkeys(reader.expected))


class _Reader:
    """Reads the words of one condition, one after the other."""

    def __init__(self, all_words: list[Word]) -> None:
        self._words = all_words
        self._at = 0
        self._depth = 0
        self._calculations = 0
        #: What was looked for at the end of the text.
        self.expected: list[Expected] = []

    @property
    def next(self) -> Word:
        return self._words[self._at]

    def take(self) -> Word:
        taken = self._words[self._at]
        self._at += 1
        return taken

    def _is(self, *written: str, beside: Node | None = None) -> bool:
        """Test if the next word is one of some keywords or signs, and remember at the end that it could be."""
        self._could_be(*written, beside=beside)
        return self.next.is_(*written)

    def _could_be(self, *what: str | Slot, beside: Node | None = None) -> None:
        if self.next.kind is Kind.END:
            self.expected += (Expected(each, beside) for each in what)

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
        while self._is("or", beside=parts[-1]):
            self.take()
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), _across(parts[0], parts[-1]))

    def _conjunction(self) -> Node:
        parts = [self._opposite()]
        while self._is("and", beside=parts[-1]):
            self.take()
            parts.append(self._opposite())
        return parts[0] if len(parts) == 1 else And(tuple(parts), _across(parts[0], parts[-1]))

    def _opposite(self) -> Node:
        if not self._is("not"):
            return self._comparison()
        start = self.take().span.start
        self._deeper(1)
        operand = self._opposite()
        self._deeper(-1)
        return Not(operand, Span(start, operand.span.end))

    def _comparison(self) -> Node:
        left = self._sum()
        word = self.next
        if self._is(*COMPARING, beside=left):
            self.take()
            right = self._sum(left)
            if self.next.is_(*COMPARING):
                raise mistakes.ComparisonChained(self.next.span, word=self.next.written)
            return Comparison(word.written, left, right, _across(left, right))
        if self._is("in", "not", beside=left):
            return self._membership(left)
        if self._is("is", beside=left):
            return self._known(left)
        return left

    def _membership(self, operand: Node) -> Node:
        negated = self.next.is_("not")
        if negated:
            self.take()
        if not self._is("in"):
            raise self.unexpected(_("“in”"), ("in",))
        self.take()
        self._sign("{")
        choices = [self._choice(operand)]
        while self._is(","):
            self.take()
            if len(choices) == MOST_CHOICES:
                raise mistakes.ConditionTooLong(self.next.span, limit=MOST_CHOICES, what=_("values in a set"))
            choices.append(self._choice(operand))
        end = self._sign("}").span.end
        return Membership(operand, tuple(choices), negated, Span(operand.span.start, end))

    def _choice(self, operand: Node) -> Literal:
        self._could_be(Slot.WRITTEN_OUT, beside=operand)
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
        negated = self._is("not")
        if negated:
            self.take()
        if not self._is("known", "unknown"):
            raise self.unexpected(_("“known” or “unknown”"), ("known", "unknown"))
        word = self.take()
        return Known(operand, negated != (word.written == "unknown"), Span(operand.span.start, word.span.end))

    def _sum(self, beside: Node | None = None) -> Node:
        left = self._product(beside)
        while self._is("+", "-", beside=left):
            operator = self.take().written
            left = self._joined(operator, left, self._product(left))
        return left

    def _product(self, beside: Node | None = None) -> Node:
        left = self._factor(beside)
        while self._is("*", beside=left):
            self.take()
            left = self._joined("*", left, self._factor(left))
        return left

    def _joined(self, operator: str, left: Node, right: Node) -> Arithmetic:
        self._calculations += 1
        if self._calculations > MOST_CALCULATIONS:
            raise mistakes.ConditionTooLong(self.next.span, limit=MOST_CALCULATIONS, what=_("sums and products"))
        return Arithmetic(operator, left, right, _across(left, right))

    def _factor(self, beside: Node | None = None) -> Node:
        self._could_be(Slot.VALUE, beside=beside)
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
            return self._look_back(word) if self.next.is_("(") else Name(word.written, word.span)
        literal = self._literal()
        if literal is None:
            raise self.unexpected(_("a value"))
        return literal

    def _look_back(self, word: Word) -> LookBack:
        if word.written.lower() not in list(Measure):
            choices = ", ".join(Measure)
            near = mistakes.nearest(word.written, Measure)
            raise mistakes.UnknownMeasure(word.span, word=word.written[:60], nearest=near, choices=choices)
        measure = Measure(word.written.lower())
        self._sign("(")
        self._could_be(Slot.HISTORY, beside=Name(measure.value, word.span))
        history = self.next
        if history.kind is not Kind.NAME:
            raise self.unexpected(_("the name of a history"))
        self.take()
        self._sign(",")
        days = self._window()
        end = self._sign(")").span.end
        return LookBack(measure, Name(history.written, history.span), days, Span(word.span.start, end))

    def _window(self) -> Literal:
        self._could_be(Slot.WINDOW)
        word = self.next
        if not isinstance(word.value, Decimal):
            raise self.unexpected(_("a number of days, such as 90 days"))
        self.take()
        if not self._is("days", "day"):
            raise self.unexpected(_("“days”"), ("days", "day"))
        return Literal(word.value, Span(word.span.start, self.take().span.end))

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
        if self._is("days", "day"):
            return Literal(value, Span(word.span.start, self.take().span.end))
        if after.kind is Kind.NAME and _CURRENCY.fullmatch(after.written):
            span = Span(word.span.start, self.take().span.end)
            written = f"{word.written} {after.written}"
            return Literal(words.money(value, after.written, span, written), span)
        return Literal(value, word.span)

    def _sign(self, sign: str) -> Word:
        if not self._is(sign):
            raise self.unexpected(f"“{sign}”")
        return self.take()


def _across(first: Node, last: Node) -> Span:
    return Span(first.span.start, last.span.end)
