"""What policies meant when something was decided: the very versions that its evidence names, whatever was published since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tallystick.strategy.models import Decision, Version
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules.evidence import BENEATH, VERSION
from tallystick.strategy.rules.lifecycle import State
from tallystick.strategy.rules.policies.document import ROOMS, Kind
from tallystick.strategy.rules.policies.words import with_words
from tallystick.strategy.rules.types import Catalogue


@dataclass(frozen=True, slots=True)
class Meant:
    """A policy as a decision understood it."""

    word: str
    version: Version
    #: The version that is published now; None where none is.
    now: Version | None

    @property
    def has_changed(self) -> bool:
        """Whether the word means something else now."""
        return self.now is None or self.now.pk != self.version.pk


def named_in(facts: Mapping[str, Any]) -> dict[str, int]:
    """Give the numbers of the versions of policies that the evidence of a decision names, by word: what it asked first.

    >>> named_in({"score.risk": 8, "score.risk version": 2, "policies beneath": {"segment.groups": 1}})
    {'score.risk': 2, 'segment.groups': 1}
    """
    asked = {name.removesuffix(VERSION): number for name, number in sorted(facts.items()) if name.endswith(VERSION)}
    return {**asked, **facts.get(BENEATH, {})}


class Policies:
    """What the policies of some decisions meant, read in one statement."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        numbers = {pair for decision in decisions for pair in named_in(decision.facts).items()}
        self._versions = dict(_versions(numbers)) if numbers else {}
        self._now = {word: found for (word, _number), found in self._versions.items() if found.state == State.PUBLISHED}
        self._words = catalogue.catalogue_of_the_past() if numbers else catalogue.catalogue()

    def of(self, decision: Decision) -> tuple[Meant, ...]:
        """Give the policies of a decision, those that it asked first, then what these speak of."""
        named = named_in(decision.facts).items()
        return tuple(
            Meant(word, self._versions[word, number], self._now.get(word))
            for word, number in named
            if (word, number) in self._versions
        )

    def words(self, decision: Decision) -> Catalogue:
        """Give the words of the language of conditions as a decision understood them."""
        key = tuple((meant.version.number, meant.version.document) for meant in self.of(decision))
        return with_words(self._words, catalogue.words_by(key)) if key else self._words


def _versions(numbers: set[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], Version]]:
    """Give versions of policies by word and number, and with them those of the same words that are published now."""
    names = {word.partition(".")[2] for word, _number in numbers}
    words = {word for word, _number in numbers}
    some = Q(number__in={number for _word, number in numbers}) | Q(state=State.PUBLISHED)
    for version in versions.all_of_policies().filter(some, paper__name__in=names).order_by("pk"):
        word = f"{ROOMS[Kind(version.paper.kind)]}.{version.paper.name}"
        if word in words:
            yield (word, version.number), version
