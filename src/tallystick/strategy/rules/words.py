"""From text to words: the first half of reading a condition.

A word is a number, an amount, a day, a text in quotes, a name or a sign; each keeps its place in the text. Nothing of the
text survives but these typed words, so what cannot be read here never comes near the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from tallystick.kernel.currencies import UnknownCurrency
from tallystick.kernel.money import Money
from tallystick.strategy.rules import mistakes
from tallystick.strategy.rules.tree import Span

LONGEST_CONDITION = 4_000
MOST_WORDS = 600
LONGEST_TEXT = 200
MOST_DIGITS = 15
MOST_DECIMALS = 6
#: The days that may be written. A year with a digit too few or too many is no day that anybody meant.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "true", "false", "today", "day", "days"})

_CURRENCY_OF_SIGN = {"£": "GBP", "€": "EUR", "$": "USD"}
_WRITTEN_OTHERWISE = {"==": "=", "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!="}

_WORD = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9-]))
    | (?P<money>[£€$][ ]?[0-9]+(?:,[0-9]+)*(?:\.[0-9]+)?)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<text>"[^"\x00-\x1f\x7f\ud800-\udfff]*"|'[^'\x00-\x1f\x7f\ud800-\udfff]*')
    | (?P<sign><=|>=|!=|<>|==|[=<>≥≤≠+\-*(){},])
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")


class Kind(StrEnum):
    """Kinds of words."""

    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    TEXT = "text"
    NAME = "name"
    KEYWORD = "keyword"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its kind, how it is written, the value it stands for (numbers, amounts, days, texts), and its place."""

    kind: Kind
    written: str
    span: Span
    value: Decimal | Money | date | str | None = None

    def is_(self, *written: str) -> bool:
        """Test if this is one of the keywords or signs named."""
        return self.kind in (Kind.KEYWORD, Kind.SIGN) and self.written in written


def split(text: str) -> list[Word]:
    """Split a condition into its words, the last of which is the end.

    :raises ConditionMistake: a limit is passed, or something is no word of the language

    >>> [word.written for word in split("balance >= £1,500 and not on_hold")]
    ['balance', '>=', '£1,500', 'and', 'not', 'on_hold', '']
    """
    if len(text) > LONGEST_CONDITION:
        raise mistakes.ConditionTooLong(Span(0, 0), limit=LONGEST_CONDITION, what=_("characters"))
    words: list[Word] = []
    place = 0
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            raise _unreadable(text, place)
        if found.lastgroup != "space":
            words.append(_word(str(found.lastgroup), found.group(), Span(*found.span())))
            if len(words) > MOST_WORDS:
                raise mistakes.ConditionTooLong(words[-1].span, limit=MOST_WORDS, what=_("words"))
        place = found.end()
    words.append(Word(Kind.END, "", Span(len(text), len(text))))
    return words


def _unreadable(text: str, place: int) -> mistakes.ConditionMistake:
    character = text[place]
    span = Span(place, place + 1)
    if character in "\"'":
        return mistakes.UnfinishedText(span, word=character)
    shown = character if character.isprintable() else f"\\u{ord(character):04x}"
    instead = {"&": "and", "|": "or", "!": "not", "“": '"', "”": '"', "‘": "'", "’": "'", "[": "{", "]": "}"}
    return mistakes.UnreadableCharacter(span, word=shown, nearest=instead.get(character, ""))


def _word(kind: str, written: str, span: Span) -> Word:
    match kind:
        case "day":
            return Word(Kind.DAY, written, span, _day(written, span))
        case "money":
            return Word(Kind.MONEY, written, span, _signed_money(written, span))
        case "number":
            return Word(Kind.NUMBER, written, span, _number(written, span))
        case "text":
            return Word(Kind.TEXT, written, span, _text(written, span))
        case "name" if written.lower() in KEYWORDS:
            return Word(Kind.KEYWORD, written.lower(), span)
        case "name":
            return Word(Kind.NAME, written, span)
        case _:
            return Word(Kind.SIGN, _WRITTEN_OTHERWISE.get(written, written), span)


def _day(written: str, span: Span) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise mistakes.NoSuchDay(span, word=written) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise mistakes.DayOutOfReach(span, word=written, first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat())
    return day


def _number(written: str, span: Span) -> Decimal:
    whole, _point, decimals = written.partition(".")
    if len(whole) > MOST_DIGITS:
        raise mistakes.NumberTooLong(span, word=written[:40], limit=MOST_DIGITS)
    if len(decimals) > MOST_DECIMALS:
        raise mistakes.NumberTooLong(span, word=written[:40], limit=MOST_DECIMALS)
    return Decimal(written)


def _text(written: str, span: Span) -> str:
    if len(written) > LONGEST_TEXT + 2:
        raise mistakes.ConditionTooLong(span, limit=LONGEST_TEXT, what=_("characters of text"))
    return written[1:-1]


def _signed_money(written: str, span: Span) -> Money:
    digits = written[1:].strip()
    if not _GROUPED.fullmatch(digits):
        raise mistakes.NoSuchMoney(span, word=written, reason=_("thousands are written like 1,500"))
    return money(_number(digits.replace(",", ""), span), _CURRENCY_OF_SIGN[written[0]], span, written)


def money(amount: Decimal, currency: str, span: Span, written: str) -> Money:
    """Make an amount of money from its words.

    :raises NoSuchMoney: the currency does not exist or has fewer decimals
    """
    try:
        return Money.of(amount, currency)
    except UnknownCurrency as unknown:
        raise mistakes.NoSuchMoney(span, word=written, reason=str(unknown).rstrip(".")) from None
    except ValueError:
        reason = _("{currency} has fewer decimals").format(currency=currency)
        raise mistakes.NoSuchMoney(span, word=written, reason=reason) from None
