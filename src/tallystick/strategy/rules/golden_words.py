"""Words of policies in golden accounts: which follow from the facts that a case states, and which it states by themselves.

A word that a case states is what the policies make of its facts, so that a policy cannot change what comes of the case unseen.
A case may also speak of a word alone, such as "an account of the segment large", without the facts that make it so. Then the word
is what the case says: some of the facts it is made of are not stated, and the policies that are published make something else of
those that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.rules import golden
from tallystick.strategy.rules.golden import OF_PLACE, Case, Written
from tallystick.strategy.rules.own_words import PAUSED
from tallystick.strategy.rules.policies import writing
from tallystick.strategy.rules.policies.document import conditions
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.types import Catalogue


def standing_on(names: Iterable[str], among: Mapping[str, Fact]) -> list[Word]:
    """Give the words of policies among some names, and those that they stand on: each after the ones it speaks of."""
    found: dict[str, Word] = {}
    for name in names:
        for word in _upwards(among.get(name)):
            found.setdefault(word.name, word)
    return list(found.values())


def _upwards(fact: Fact | None) -> Iterator[Word]:
    if isinstance(fact, Word):
        for used in fact.uses:
            yield from _upwards(used)
        yield fact


def made_of(word: Word) -> list[Fact]:
    """Give the facts of the rooms that a word is made of, through the words it speaks of."""
    facts = [
        fact
        for each in standing_on([word.name], {word.name: word})
        for condition in conditions(each.policy)
        for fact in each.catalogue.of_tree(condition.tree)
        if not fact.version and fact.name not in {used.name for used in each.uses}
    ]
    return list(dict.fromkeys(facts))


def is_of_place(word: Word) -> bool:
    """Test if a word changes with the place of an account, and so from one thing that happens to the next."""
    return any(fact.name.startswith(OF_PLACE) for fact in made_of(word))


def unstated(case: Case, word: Word) -> list[str]:
    """Give the facts that a word is made of and a case does not state."""
    stated = {*case.facts, word.catalogue.currency.name, PAUSED}
    return [fact.name for fact in made_of(word) if fact.name not in stated and not fact.name.startswith(OF_PLACE)]


def stands_alone(case: Case, word: Word, made: Written) -> bool:
    """Test if a case states a word by itself, where the published policies make something of its facts."""
    if word.name not in case.facts or is_same(word, case.facts[word.name], made):
        return False
    return bool(unstated(case, word))


def is_same(fact: Fact, left: Written, right: Written) -> bool:
    """Test if two written values of a fact are the same: 8 is 8.00."""
    if fact.type is FactType.NUMBER and isinstance(left, str) and isinstance(right, str):
        return Decimal(left) == Decimal(right)
    return left == right


def over(word: Word, pinned: Catalogue, day: date) -> Fact:
    """Give a word that is made of the facts of a catalogue, those that it speaks of among them, for a day."""
    # Not by the word itself: its text is kept by what it is called and says, whatever its facts are.
    text = writing.value(word.policy, pinned, day)
    return Fact(word.name, word.type, word.unit, word.meaning, text, word.choices)


def with_word(case: Case, word: Word, value: Written) -> Case:
    """Give a case in which a word has a value."""
    return replace(case, facts={**case.facts, word.name: value})


def without_word(case: Case, word: Word) -> Case:
    """Give a case that does not state a word."""
    return replace(case, facts={name: value for name, value in case.facts.items() if name != word.name})


def spoken_by(program: Program, catalogue: Catalogue) -> list[Word]:
    """Give the words of policies that a program reads, and those that they stand on."""
    return standing_on([fact.name for fact in golden.read_by(program, catalogue)], catalogue.facts)
