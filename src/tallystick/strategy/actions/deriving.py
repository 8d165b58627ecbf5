"""Work out the words of policies for golden accounts that stand in the book, from the facts that they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tallystick.kernel import sql
from tallystick.kernel.facts import Fact
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import golden as rules
from tallystick.strategy.rules import golden_words
from tallystick.strategy.rules.golden import Case, Written
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.types import Catalogue


@dataclass(frozen=True, slots=True)
class Derived:
    """Golden accounts with the words of policies that a version reads."""

    #: By the number of the account that stands for each, with the words as facts.
    cases: Mapping[int, Case]
    #: The words, each after those that it speaks of, by name.
    words: Mapping[str, Word]
    #: Words that a case states by itself, whatever policies say.
    alone: Mapping[int, frozenset[str]]
    #: In it every fact and word is what the cases say.
    catalogue: Catalogue

    def unstated(self, account_id: int, program: Program, words: Catalogue) -> Sequence[str]:
        """Give the facts that a version reads, itself or through words, and a case does not state."""
        case = self.cases[account_id]
        through = {
            name
            for word in self.words.values()
            if word.name not in self.alone[account_id]
            for name in golden_words.unstated(case, word)
        }
        named = (name for name in rules.unstated(case, program, words) if name not in self.words)
        return sorted({*named, *through})


def derive(cases: Mapping[int, Case], program: Program, *, by: Catalogue, now: Catalogue, day: date) -> Derived:
    """Work out the words that a program reads by the words of a catalogue, beside those of the policies published now."""
    spoken = golden_words.spoken_by(program, now)
    worked = _Working(cases, day)
    worked.find(spoken, now)
    if by != now:
        spoken = golden_words.spoken_by(program, by)
        worked = _Working(cases, day, alone=worked.alone)
        worked.find(spoken, by)
    alone = {account_id: frozenset(names) for account_id, names in worked.alone.items()}
    return Derived(worked.cases, {word.name: word for word in spoken}, alone, worked.pinned(by))


class _Working:
    """Finds one word after the other, each by the values of those it speaks of: one query a word for all cases."""

    def __init__(self, cases: Mapping[int, Case], day: date, alone: dict[int, set[str]] | None = None) -> None:
        self.cases = dict(cases)
        self._day = day
        self._is_telling_alone = alone is None
        self.alone = {number: set[str]() for number in cases} if alone is None else alone
        #: Words that change with the place, which are asked where they are used.
        self._moving: dict[str, Fact] = {}

    def pinned(self, words: Catalogue) -> Catalogue:
        return rules.pinned(replace(words, facts={**words.facts, **self._moving}), self.cases)

    def find(self, spoken: Sequence[Word], words: Catalogue) -> None:
        for word in spoken:
            pinned = self.pinned(words)
            made = golden_words.over(word, pinned, self._day)
            found = self._values(made, pinned.currency)
            is_moving = golden_words.is_of_place(word)
            if is_moving:
                self._moving[word.name] = made
            for account_id, case in self.cases.items():
                if self._is_telling_alone and golden_words.stands_alone(case, word, found[account_id]):
                    self.alone[account_id].add(word.name)
                if word.name in self.alone[account_id]:
                    continue
                self.cases[account_id] = (
                    golden_words.without_word(case, word)
                    if is_moving
                    else golden_words.with_word(case, word, found[account_id])
                )

    def _values(self, made: Fact, currency: Fact) -> dict[int, Written]:
        value, of = (catalogue.expression(fact, self._day) for fact in (made, currency))
        rows = sql.rows(
            f"SELECT account_id, {value} AS made, {of} AS currency FROM strategy_book AS book"  # noqa: S608
            " WHERE account_id = ANY(%(accounts)s)",
            {"accounts": list(self.cases)},
        )
        return {row["account_id"]: rules.written_value(made, row["made"], row["currency"]) for row in rows}
