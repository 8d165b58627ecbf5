"""The catalogue as people look it up: each fact with an example, how many accounts know it, and which strategies use it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, History
from tallystick.strategy.models import Version
from tallystick.strategy.queries import book, catalogue, versions
from tallystick.strategy.rules import lifecycle, own_words, pages, tree
from tallystick.strategy.rules.tree import LookBack


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact in the list."""

    fact: Fact
    example: str
    #: Part of the open accounts for which it is not unknown; None where a table would be asked for each, or there are none.
    known: Decimal | None
    used_by: tuple[Version, ...]

    @property
    def words(self) -> str:
        """Everything that a search may find it by."""
        fact = self.fact
        said = (fact.name, fact.name.replace("_", " "), fact.type.value, fact.unit, fact.meaning, *fact.choices)
        return " ".join(said).casefold()

    def matches(self, query: str) -> bool:
        """Test if every word that is looked for stands in it. Its twin is in `facts.js`."""
        return _is_in(self.words, query)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A history in the list."""

    history: History
    used_by: tuple[Version, ...]

    @property
    def words(self) -> str:
        """Everything that a search may find it by."""
        history = self.history
        return " ".join((history.name, history.name.replace("_", " "), history.said, history.meaning)).casefold()

    def matches(self, query: str) -> bool:
        """Test if every word that is looked for stands in it."""
        return _is_in(self.words, query)


def _is_in(words: str, query: str) -> bool:
    return all(word in words for word in query.casefold().split())


def entries(*, day: date) -> list[tuple[str, list[Entry]]]:
    """Give the words of policies and the facts by room, as they are on a day."""
    known, used = _known(day=day), _used()
    return [
        (
            room,
            [
                Entry(fact, pages.condition_about(fact), known.get(fact.name), tuple(used.get(fact.name, ())))
                for fact in facts
            ],
        )
        for room, facts in catalogue.all_by_room()
    ]


def histories() -> list[HistoryEntry]:
    """Give the histories, in the order of floors."""
    used = _used()
    return [HistoryEntry(history, tuple(used.get(history.name, ()))) for history in catalogue.histories()]


def _known(*, day: date) -> dict[str, Decimal]:
    """Give the part of the open accounts that know each stored fact: in a large book by a fair sample."""
    stored = [fact for fact in catalogue.facts() if fact.is_stored]
    counted = ", ".join(
        f"count({catalogue.expression(fact, day)}) AS fact_{place}" for place, fact in enumerate(stored)
    )
    row = sql.rows(
        f"SELECT count(*) AS accounts, {counted} FROM {book.sample()} AS book WHERE is_open AND NOT is_house"  # noqa: S608
    )[0]
    if not row["accounts"]:
        return {}
    return {fact.name: Decimal(row[f"fact_{place}"]) / row["accounts"] for place, fact in enumerate(stored)}


def _used() -> dict[str, list[Version]]:
    """Give the published versions that speak of each fact and history."""
    used: dict[str, list[Version]] = defaultdict(list)
    published = versions.all_of_strategies().filter(state=lifecycle.State.PUBLISHED)
    for version in published.order_by("paper__title"):
        for name in spoken_of(version.document):
            used[name].append(version)
    return used


def spoken_of(document: str) -> frozenset[str]:
    """Give the names of the facts and histories that the conditions of a document speak of."""
    program = versions.program_of(document)
    known = own_words.words(program.document, catalogue.catalogue())
    conditions = [effect.condition for effect in program.effects if effect.condition]
    conditions += [guard.when for guard in program.document.guards]
    return frozenset(
        known.history(word.history).name if isinstance(word, LookBack) else known.fact(word).name
        for condition in conditions
        for word in tree.words(condition.tree)
    )
