"""Bands: how a scorecard and a table say which values they mean.

    below £1,000        less than £1,000
    up to 30            30 or less
    £1,000 to £5,000    from £1,000 up to, and not including, £5,000
    over 30             more than 30
    90 and above        90 or more
    0                   exactly 0
    GB, IE              one of these texts
    not GB, IE          a known text that is none of these
    yes, no             a condition that is true, or false
    known, unknown, any

A band becomes a condition of the language, so that it is compiled and read aloud like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _

from tallystick.kernel.facts import FactType
from tallystick.kernel.money import Money
from tallystick.strategy.rules import grammar, mistakes
from tallystick.strategy.rules.tree import And, Comparison, Known, Literal, Membership, Negative, Node, Not, Span

LONGEST_BAND = 1_000
LONGEST_VALUE = 200
MOST_VALUES = 100

_NOWHERE = Span(0, 0)
_FORMS = (
    ("below", re.compile(r"below (.+)")),
    ("up to", re.compile(r"up to (.+)")),
    ("over", re.compile(r"(?:over|more than) (.+)")),
    ("above", re.compile(r"(.+?) (?:and above|or more)")),
    ("between", re.compile(r"(.+?) to (.+)")),
    ("exactly", re.compile(r"(.+)")),
)
_VALUES = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([^,\"']+))\s*(?:,|$)")
_YES = {"yes": True, "true": True, "no": False, "false": False}


class BandMistaken(ValueError):
    """A band that cannot be understood; the text says why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a range: the number or amount, as it is written, and whether it belongs to the range."""

    value: Decimal | Money
    is_in: bool

    @property
    def number(self) -> Decimal:
        """The value as a number to compare by; an amount in minor units."""
        return Decimal(self.value.minor) if isinstance(self.value, Money) else self.value


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers or amounts between two ends; without an end it goes on for ever."""

    low: Bound | None
    high: Bound | None


@dataclass(frozen=True, slots=True)
class Among:
    """Texts, or all known texts but some."""

    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition that is true, or one that is false."""

    is_so: bool


@dataclass(frozen=True, slots=True)
class Whether:
    """Whether the value is known at all."""

    is_known: bool


@dataclass(frozen=True, slots=True)
class Whatever:
    """Every value, and what is not known as well."""


Test: TypeAlias = Range | Among | Truth | Whether | Whatever


def read(written: str, type_: FactType, *, choices: tuple[str, ...] = ()) -> Test:
    """Read a band of a value of a type; `choices` are the only texts there are, where they are known.

    :raises BandMistaken: it cannot be understood, or holds nothing

    >>> read("£1,000 to £5,000", FactType.MONEY).high
    Bound(value=Money(500000, 'GBP'), is_in=False)
    >>> read("not GB, IE", FactType.TEXT)
    Among(values=('GB', 'IE'), negated=True)
    >>> read("30 to 7", FactType.NUMBER)
    Traceback (most recent call last):
    ...
    tallystick.strategy.rules.policies.bands.BandMistaken: nothing lies from 30 to 7.
    """
    text = " ".join(written.split())
    if not text or len(text) > LONGEST_BAND:
        raise BandMistaken(_("write a band of at most {limit} characters.").format(limit=LONGEST_BAND))
    match text:
        case "any":
            return Whatever()
        case "known" | "unknown":
            return Whether(text == "known")
    match type_:
        case FactType.BOOLEAN:
            return _truth(text)
        case FactType.TEXT:
            return _among(text, choices)
        case _:
            return _range(text, type_)


def condition(test: Test, of: Node) -> Node | None:
    """Write a band of something as a condition of the language; nothing for what every value passes."""
    match test:
        case Whatever():
            return None
        case Whether():
            return Known(of, not test.is_known, _NOWHERE)
        case Truth():
            return of if test.is_so else Not(of, _NOWHERE)
        case Among():
            return Membership(of, tuple(Literal(value, _NOWHERE) for value in test.values), test.negated, _NOWHERE)
        case Range():
            return _within(test, of)


def currencies(test: Test) -> set[str]:
    """Give the currencies of a band's amounts."""
    if not isinstance(test, Range):
        return set()
    return {end.value.currency for end in (test.low, test.high) if end and isinstance(end.value, Money)}


def _within(test: Range, of: Node) -> Node | None:
    low, high = test.low, test.high
    if low and high and low.number == high.number:
        return Comparison("=", of, Literal(low.value, _NOWHERE), _NOWHERE)
    parts: list[Node] = []
    if low:
        parts.append(Comparison(">=" if low.is_in else ">", of, Literal(low.value, _NOWHERE), _NOWHERE))
    if high:
        parts.append(Comparison("<=" if high.is_in else "<", of, Literal(high.value, _NOWHERE), _NOWHERE))
    return And(tuple(parts), _NOWHERE) if len(parts) == 2 else parts[0]


def _truth(text: str) -> Truth:
    if text not in _YES:
        raise BandMistaken(_("“yes” or “no” is expected, not “{word}”.").format(word=text[:60]))
    return Truth(_YES[text])


def _among(text: str, choices: tuple[str, ...]) -> Among:
    negated = text.startswith("not ")
    listed = text.removeprefix("not ") if negated else text
    values: list[str] = []
    place = 0
    while place < len(listed):
        found = _VALUES.match(listed, place)
        if found is None:
            raise BandMistaken(_("write texts with commas between them; one that holds a comma in quotes."))
        values.append(next(group for group in found.groups() if group is not None).strip())
        place = found.end()
    if listed.endswith(",") or not all(values):
        raise BandMistaken(_("there is a comma too many."))
    for value in values:
        check_text(value, choices)
    if len(values) > MOST_VALUES or len(set(values)) != len(values):
        raise BandMistaken(_("write each text once, and {limit} at most.").format(limit=MOST_VALUES))
    return Among(tuple(values), negated)


def check_text(value: str, choices: tuple[str, ...] = ()) -> None:
    """Refuse a text that cannot be a value.

    :raises BandMistaken: it is too long, holds what is not printable, or is none of the only texts there are
    """
    if len(value) > LONGEST_VALUE or any(ord(c) < 0x20 or 0xD800 <= ord(c) <= 0xDFFF or c == "\x7f" for c in value):
        raise BandMistaken(_("a text has {limit} printable characters at most.").format(limit=LONGEST_VALUE))
    if choices and value not in choices:
        said = _("“{word}” is never a value here.").format(word=value[:60])
        near = mistakes.nearest(value, choices)
        raise BandMistaken(said + (" " + _("Did you mean “{nearest}”?").format(nearest=near) if near else ""))


def _range(text: str, type_: FactType) -> Range:
    form, found = next((form, found) for form, shape in _FORMS if (found := shape.fullmatch(text)))
    values = [value(each, type_) for each in found.groups()]
    first, last = values[0], values[-1]
    match form:
        case "below":
            return Range(None, Bound(first, False))
        case "up to":
            return Range(None, Bound(first, True))
        case "over":
            return Range(Bound(first, False), None)
        case "above":
            return Range(Bound(first, True), None)
        case "exactly":
            return Range(Bound(first, True), Bound(first, True))
    made = Range(Bound(first, True), Bound(last, False))
    if len(currencies(made)) > 1:
        raise BandMistaken(_("both ends of a band are of one currency."))
    if made.low and made.high and made.low.number >= made.high.number:
        low, _to, high = text.partition(" to ")
        raise BandMistaken(_("nothing lies from {low} to {high}.").format(low=low, high=high))
    return made


def value(written: str, type_: FactType) -> Decimal | Money:
    """Read a number, or an amount of money; a bare 0 is nothing of every currency.

    :raises BandMistaken: it is neither, or not what the type asks for
    """
    try:
        node = grammar.read(written)
    except mistakes.ConditionMistake:
        node = None
    found = node.operand if isinstance(node, Negative) else node
    literal = found.value if isinstance(found, Literal) else None
    wanted = Money if type_ is FactType.MONEY else Decimal
    if type(literal) is not wanted and not (type(literal) is Decimal and literal == 0):
        if type_ is FactType.MONEY:
            raise BandMistaken(
                _("an amount with its currency is expected, such as £500, not “{word}”.").format(word=written[:60])
            )
        raise BandMistaken(_("a number is expected, not “{word}”.").format(word=written[:60]))
    assert isinstance(literal, Decimal | Money)  # noqa: S101
    return -literal if isinstance(node, Negative) else literal
