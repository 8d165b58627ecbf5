"""Policies as words of the language of conditions, each made of facts and of other policies, never of itself.

A word that speaks of other words asks each of them once for an account, in a row of their values beside it, so that its text
grows by the length of what it uses and not by how often it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.policies import reading, writing
from tallystick.strategy.rules.policies.document import Policy, Scorecard, Table, conditions
from tallystick.strategy.rules.policies.document import names as spoken_names
from tallystick.strategy.rules.policies.lifecycle import PolicyCycle, PolicyTooDeep, PolicyTooLong
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.types import Catalogue

#: Words that a word may stand on, one upon the other.
DEEPEST = 8
#: Characters of SQL that a word may come to.
LONGEST = 120_000
#: Whether a word is too long is asked of its text for any day.
_ANY_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Fact):
    """The word of a published policy. `uses` are the words that it speaks of."""

    #: The document, by which one version of a word differs from another.
    document: str
    uses: tuple[Word, ...] = ()
    policy: Policy = field(compare=False)
    #: The facts and words that its conditions may name.
    catalogue: Catalogue = field(compare=False)

    def expression(self, day: date) -> str:
        """Write the word for an as-of day."""
        return _written(self, day)

    def contributions(self, day: date) -> str:
        """Write what each component of a scorecard adds, as JSON by the component's id; nothing for another policy."""
        if not isinstance(self.policy, Scorecard):
            return "NULL::jsonb"
        ids = [each.id for each in self.policy.components]
        written = writing.contributions(self.policy, self.beside(), day)
        pairs = (f"{compiler.quote_text(id_)}, {each}" for id_, each in zip(ids, written, strict=True))
        return self.asking(f"jsonb_build_object({', '.join(pairs)})", day)

    def inputs(self, day: date) -> str:
        """Write what each component of a scorecard looks at, as JSON by the component's id; nothing for another policy."""
        if not isinstance(self.policy, Scorecard):
            return "NULL::jsonb"
        beside = self.beside()
        pairs = (
            f"{compiler.quote_text(each.id)}, {compiler.to_sql(each.of.tree, beside, day)}"
            for each in self.policy.components
        )
        return self.asking(f"jsonb_build_object({', '.join(pairs)})", day)

    def beside(self) -> Catalogue:
        """Give the words that its conditions name, with each other policy as a column of a row beside it."""
        facts = dict(self.catalogue.facts)
        for place, used in enumerate(self.uses):
            facts[used.name] = Fact(used.name, used.type, used.unit, used.meaning, f"used.word_{place}", used.choices)
        return replace(self.catalogue, facts=facts)

    def asking(self, expression: str, day: date) -> str:
        """Write an expression that names the row beside it, with that row."""
        if not self.uses:
            return expression
        columns = ", ".join(f"{used.expression(day)} AS word_{place}" for place, used in enumerate(self.uses))
        return f"(SELECT {expression} FROM (SELECT {columns} OFFSET 0) AS used)"  # noqa: S608


@lru_cache(maxsize=1024)
def _written(word: Word, day: date) -> str:
    return word.asking(writing.value(word.policy, word.beside(), day), day)


def gather(rooms: Catalogue, documents: Iterable[tuple[int, str]]) -> dict[str, Word]:
    """Make the words of documents, each given with the number of its version, over the facts of the rooms.

    :raises DocumentMistaken: this program, or a document among these, does not let one be understood
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: words stand on each other in a way that cannot be
    """
    gathering = _Gathering(rooms, {reading.head(text).word: (number, text) for number, text in documents})
    return {name: gathering.word(name, ()) for name in gathering.documents}


def one_of(rooms: Catalogue, document: tuple[int, str], others: Iterable[tuple[int, str]]) -> Word:
    """Make the word of one document, which may speak of others.

    :raises DocumentMistaken: this program, or a document that it speaks of, does not let it be understood
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: words stand on each other in a way that cannot be
    """
    name = reading.head(document[1]).word
    beside = {reading.head(other[1]).word: other for other in others}
    return _Gathering(rooms, {**beside, name: document}).word(name, ())


def gather_understood(rooms: Catalogue, documents: Iterable[tuple[int, str]]) -> dict[str, Word]:
    """Make the words of those documents that this program understands; what speaks of another one is left out with it."""
    heads: dict[str, tuple[int, str]] = {}
    for number, text in documents:
        with suppress(DocumentMistaken):
            heads[reading.head(text).word] = (number, text)
    gathering = _Gathering(rooms, heads)
    found = {}
    for name in heads:
        with suppress(Refusal):
            found[name] = gathering.word(name, ())
    return found


def with_words(rooms: Catalogue, words: Mapping[str, Fact]) -> Catalogue:
    """Add words to the facts of the rooms. They are named in full only: no new policy makes an old condition ambiguous."""
    return replace(rooms, facts=dict(sorted({**rooms.facts, **words}.items())))


def used_by(policy: Policy, names: Collection[str]) -> list[str]:
    """Give the names among some that a policy speaks of, in the order it does."""
    spoken = (name for each in conditions(policy) for name in spoken_names(each.tree))
    return list(dict.fromkeys(name for name in spoken if name in names))


class _Gathering:
    """Makes words, those that a word speaks of before it."""

    def __init__(self, rooms: Catalogue, documents: Mapping[str, tuple[int, str]]) -> None:
        self.documents = documents
        self._words: dict[str, Word] = {}
        stubs = {name: _stub(text) for name, (_number, text) in documents.items()}
        self._catalogue = with_words(rooms, stubs)

    def word(self, name: str, above: tuple[str, ...]) -> Word:
        if name in above:
            raise PolicyCycle(words=" → ".join((*above[above.index(name) :], name)))
        if len(above) >= DEEPEST:
            raise PolicyTooDeep(words=" → ".join((*above, name)), limit=DEEPEST)
        if name not in self._words:
            number, text = self.documents[name]
            policy = reading.read(text, self._catalogue)
            uses = tuple(self.word(used, (*above, name)) for used in used_by(policy, self.documents))
            self._words[name] = self._made(number, text, policy, uses)
        elif len(above) + _depth(self._words[name]) > DEEPEST:
            raise PolicyTooDeep(words=" → ".join((*above, name)), limit=DEEPEST)
        return self._words[name]

    def _made(self, number: int, text: str, policy: Policy, uses: tuple[Word, ...]) -> Word:
        stub = _stub(text)
        made = Word(
            name=stub.name,
            type=stub.type,
            unit=_unit(policy),
            meaning=_meaning(policy),
            sql="",
            choices=stub.choices,
            version=number,
            document=text,
            uses=uses,
            policy=policy,
            catalogue=self._catalogue,
        )
        if len(made.expression(_ANY_DAY)) > LONGEST:
            raise PolicyTooLong(word=made.name)
        return made


def _depth(word: Word) -> int:
    return 1 + max((_depth(used) for used in word.uses), default=0)


def _stub(text: str) -> Fact:
    head = reading.head(text)
    return Fact(head.word, head.type, "", "", "", head.choices)


def _unit(policy: Policy) -> str:
    match policy:
        case Scorecard() | Table():
            return policy.unit
        case _:
            return "word"


def _meaning(policy: Policy) -> str:
    match policy:
        case Scorecard():
            return _("The score by “{title}”, from {least} to {most}.").format(
                title=policy.title, least=policy.least, most=policy.most
            )
        case Table():
            return _("The outcome of the table “{title}”.").format(title=policy.title)
        case _:
            return _("The segment that the account is in by “{title}”.").format(title=policy.title)
