"""What may come next in a condition that is being written: words that fit the place, each with its meaning.

What the grammar allows at a place is asked of the very reader that reads conditions; what fits beside what, of the checker.

>>> facts = [Fact("stage", FactType.TEXT, "", "Where it is.", "book.stage", choices=("early", "legal"))]
>>> [each.word for each in complete("stage = 'le", 11, Catalogue.of(facts)).suggestions]
["'legal'"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallystick.kernel.choices import Choice
from tallystick.kernel.facts import LONGEST_WINDOW, Fact, FactType, Measure
from tallystick.strategy.rules import grammar, mistakes, words
from tallystick.strategy.rules.grammar import Expected, Slot
from tallystick.strategy.rules.tree import LookBack, Name, Node, Span
from tallystick.strategy.rules.types import Catalogue, type_of

#: Windows that are offered; any other up to the longest may be written.
WINDOWS = (7, 14, 30, 60, 90, 180, LONGEST_WINDOW)

_BEGUN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
_REST = re.compile(r"[A-Za-z0-9_.]*")
_CALCULATED = (FactType.NUMBER, FactType.MONEY, FactType.DATE)


class Kind(Choice):
    """What a word is that is offered."""

    FACT = "fact", gettext_lazy("fact")
    HISTORY = "history", gettext_lazy("history")
    MEASURE = "measure", gettext_lazy("look back")
    VALUE = "value", gettext_lazy("value")
    SIGN = "sign", gettext_lazy("sign")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that may come next: how it is written, what it is, and what it means."""

    word: str
    kind: Kind
    meaning: str
    #: Whether its type is the one that the place wants; others may still become right by calculation.
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand at a place of a text instead of what is begun there, the likeliest first."""

    replaced: Span
    suggestions: tuple[Suggestion, ...]


def complete(text: str, cursor: int, catalogue: Catalogue) -> Completion:
    """Offer the words that may come next at a place of a condition; none where what stands before is wrong already.

    `cursor` counts characters from 0. The word that is begun before it, and goes on behind it, is replaced by one of those
    offered: they hold what is begun, or are spelt like it.
    """
    cursor = min(max(cursor, 0), len(text))
    head = text[:cursor]
    quote = _open_quote(head)
    if quote is None:
        begun = _BEGUN.search(head)
        start = begun.start() if begun else cursor
        rest = _REST.match(text, cursor) if begun else None
        end = rest.end() if rest else cursor
        offered = _offered(grammar.expected_after(head[:start]), catalogue)
        return Completion(Span(start, end), _like(head[start:], offered))
    closing = text.find(head[quote], cursor)
    end = cursor if closing < 0 else closing + 1
    choices = [
        each
        for expected in grammar.expected_after(head[:quote])
        if isinstance(expected.what, Slot)
        for each in _choices(expected.beside, catalogue, quote=head[quote])
    ]
    return Completion(Span(quote, end), _like(head[quote + 1 :], choices))


def _open_quote(head: str) -> int | None:
    """Find the quote that opens a text which is not closed yet."""
    try:
        words.split(head)
    except mistakes.UnfinishedText as mistake:
        return mistake.span.start
    except mistakes.ConditionMistake:
        pass
    return None


def _offered(expected: Iterable[Expected], catalogue: Catalogue) -> Iterator[Suggestion]:
    for each in expected:
        match each.what:
            case Slot.VALUE:
                yield from _values(each.beside, catalogue)
            case Slot.WRITTEN_OUT:
                yield from _choices(each.beside, catalogue)
            case Slot.HISTORY:
                yield from _histories(each.beside, catalogue)
            case Slot.WINDOW:
                for days in WINDOWS:
                    meaning = ngettext("the last {days} day", "the last {days} days", days).format(days=days)
                    yield Suggestion(f"{days} days", Kind.VALUE, meaning)
            case str(sign):
                yield from _sign(sign, each.beside, catalogue)


def _values(beside: Node | None, catalogue: Catalogue) -> Iterator[Suggestion]:
    """Offer what has a value: beside another one, what is of its type first."""
    yield from _choices(beside, catalogue)
    wanted = _type(beside, catalogue)
    for fact in catalogue.facts.values():
        if _may_stand(fact.type, wanted):
            yield Suggestion(_shortest(fact, catalogue), Kind.FACT, fact.meaning, wanted in (None, fact.type))
    for measure, (type_, meaning) in _measures().items():
        if catalogue.histories and _may_stand(type_, wanted):
            yield Suggestion(f"{measure.value}(", Kind.MEASURE, meaning, wanted in (None, type_))
    if _may_stand(FactType.DATE, wanted):
        yield Suggestion("today", Kind.VALUE, _("the day of the run"), wanted is FactType.DATE)


def _may_stand(type_: FactType, wanted: FactType | None) -> bool:
    """Test if a value of a type may stand where another is wanted: numbers, amounts and days turn into each other by sums."""
    return wanted in (None, type_) or (wanted in _CALCULATED and type_ in _CALCULATED)


def _shortest(fact: Fact, catalogue: Catalogue) -> str:
    """Write a fact by what follows its room where that is enough. The words of policies are named in full only."""
    last = fact.name.rpartition(".")[2]
    return last if catalogue.short.get(last) == (fact.name,) and last not in catalogue.facts else fact.name


def _measures() -> dict[Measure, tuple[FactType, str]]:
    return {
        Measure.COUNT: (FactType.NUMBER, _("how many times something happened in the last days")),
        Measure.SUM: (FactType.MONEY, _("what the amounts of the last days come to")),
        Measure.FIRST: (FactType.DATE, _("the first day in the last days on which something happened")),
        Measure.LAST: (FactType.DATE, _("the last day on which something happened")),
    }


def _histories(measure: Node | None, catalogue: Catalogue) -> Iterator[Suggestion]:
    summed = isinstance(measure, Name) and measure.name == Measure.SUM
    for history in catalogue.histories.values():
        if history.amounts or not summed:
            yield Suggestion(history.name, Kind.HISTORY, history.meaning)


def _choices(beside: Node | None, catalogue: Catalogue, *, quote: str = '"') -> Iterator[Suggestion]:
    """Offer the values of a fact with a closed list of them."""
    wanted = _type(beside, catalogue)
    if wanted is FactType.BOOLEAN:
        yield Suggestion("true", Kind.VALUE, _("yes"))
        yield Suggestion("false", Kind.VALUE, _("no"))
    if isinstance(beside, Name) and wanted is FactType.TEXT:
        fact = catalogue.fact(beside)
        for choice in fact.choices:
            yield Suggestion(f"{quote}{choice}{quote}", Kind.VALUE, fact.meaning)


def _type(node: Node | None, catalogue: Catalogue) -> FactType | None:
    """Give the type of a value, or None where there is none or it is mistaken."""
    if node is None:
        return None
    try:
        return type_of(node, catalogue)
    except mistakes.ConditionMistake:
        return None


def _sign(sign: str, beside: Node | None, catalogue: Catalogue) -> Iterator[Suggestion]:
    if _suits(sign, _type(beside, catalogue), beside):
        written = "not in" if sign == "not" and beside is not None else sign
        yield Suggestion(written, Kind.SIGN, _meanings().get(written, ""))


def _suits(sign: str, type_: FactType | None, beside: Node | None) -> bool:
    """Test if a sign can follow a value of a type."""
    if beside is None or type_ is None:
        return True
    if sign in ("and", "or"):
        return type_ is FactType.BOOLEAN
    if sign in ("<", "<=", ">", ">=", "+", "-"):
        return type_ in _CALCULATED
    if sign == "*":
        return type_ in (FactType.NUMBER, FactType.MONEY)
    if sign in ("=", "!=", "in", "not"):
        return type_ is not FactType.BOOLEAN or isinstance(beside, Name | LookBack)
    return True


def _meanings() -> dict[str, str]:
    return {
        "=": _("is"),
        "!=": _("is not"),
        "<": _("is less than, or before"),
        "<=": _("is at most, or on or before"),
        ">": _("is more than, or after"),
        ">=": _("is at least, or on or after"),
        "in": _("is one of {a, b}"),
        "not in": _("is none of {a, b}"),
        "is": _("is known, is unknown"),
        "known": _("there is a value"),
        "unknown": _("there is no value"),
        "and": _("both must be true"),
        "or": _("one of them must be true"),
        "not": _("must not be true"),
        "+": _("plus"),
        "-": _("less"),
        "*": _("times"),
        "days": _("a number of days"),
        "day": _("a number of days"),
        "{": _("the values begin"),
        "}": _("the values end"),
        "(": _("a bracket opens"),
        ")": _("the bracket closes"),
        ",": _("and then"),
    }


def _like(begun: str, offered: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Keep the words that begin as what is begun, then those that hold it; where nothing does, the one that is spelt like it."""
    found: dict[str, Suggestion] = {}
    for each in offered:
        found.setdefault(each.word, each)
    asked = begun.lower()
    holding = [each for each in found.values() if asked in each.word.lower()]
    if not holding and (near := mistakes.nearest(begun, found)):
        holding = [found[near]]
    return tuple(sorted(holding, key=lambda each: (not _begins(each.word, asked), not each.fits)))


def _begins(word: str, asked: str) -> bool:
    word = word.strip("'\"").lower()
    return word.startswith(asked) or word.rpartition(".")[2].startswith(asked)
