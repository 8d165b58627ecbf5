"""Gather what the rooms offer: facts with their sources, and the kinds of events there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TypeAlias

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.module_loading import module_has_submodule

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.facts import Column, Fact, History, Source
from tallystick.strategy.models import Version
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import pages, reading
from tallystick.strategy.rules.lifecycle import STRATEGY, UNPUBLISHED, State
from tallystick.strategy.rules.policies import pages as policy_pages
from tallystick.strategy.rules.policies import reading as policies
from tallystick.strategy.rules.policies.words import Word, gather_understood, with_words
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.reading import DocumentMistaken, Vocabulary
from tallystick.strategy.rules.types import Catalogue

#: What words are made of: versions of policies by their numbers and documents.
Key: TypeAlias = tuple[tuple[int, str], ...]
#: Endings of the columns that say on which day a stored value changes by itself.
STALE = "_stale_on"
#: Rooms of the lowest floors, whose words few look for.
_LAST_ON_PAGE = frozenset({"documents", "calendar"})


def _modules(name: str) -> Iterator[tuple[str, ModuleType]]:
    for config in apps.get_app_configs():
        if config.name.startswith("tallystick.") and config.module and module_has_submodule(config.module, name):
            yield config.label, import_module(f"{config.name}.{name}")


@cache
def facts() -> tuple[Fact, ...]:
    """Give the facts of all rooms."""
    return tuple(fact for _room, module in _modules("facts") for fact in module.FACTS)


def by_room() -> list[tuple[str, list[Fact]]]:
    """Give the facts by the room they are named after, for a page: what is owed first, what reads no account last."""
    return _by_room(facts())


def all_by_room() -> list[tuple[str, list[Fact]]]:
    """Give the words of policies and the facts of the rooms, each by what their names begin with, for a page."""
    return _by_room([*words().values(), *facts()])


def _by_room(those: Iterable[Fact]) -> list[tuple[str, list[Fact]]]:
    rooms: dict[str, list[Fact]] = {}
    for fact in those:
        rooms.setdefault(fact.name.partition(".")[0], []).append(fact)
    return sorted(rooms.items(), key=lambda room: room[0] in _LAST_ON_PAGE)


@cache
def histories() -> tuple[History, ...]:
    """Give the histories of all rooms."""
    return tuple(history for _room, module in _modules("facts") for history in getattr(module, "HISTORIES", ()))


@cache
def sources() -> tuple[Source, ...]:
    """Give the sources of all rooms, in the order of floors."""
    return tuple(source for _room, module in _modules("facts") for source in module.SOURCES)


@cache
def columns() -> tuple[Column, ...]:
    """Give the stored columns of all sources."""
    return tuple(column for source in sources() for column in source.columns)


@cache
def fingerprint() -> str:
    """Give what tells the facts of this program from those of another: how every stored column is computed, as a digest."""
    return sha256(repr(sources()).encode()).hexdigest()


@cache
def stale_columns() -> tuple[str, ...]:
    """Give the columns that say on which day a stored value changes by itself."""
    return tuple(column.name for column in columns() if column.name.endswith(STALE))


def event_kinds() -> frozenset[str]:
    """Give the kinds of events that the rooms announce, such as "promises.PromiseBroken"."""
    return frozenset(events())


@cache
def events() -> MappingProxyType[str, type]:
    """Give the classes of events that the rooms announce, by kind.

    What strategy itself announces is left out: it is what it has decided, and nothing for it to answer.
    """
    return MappingProxyType(
        {
            f"{room}.{name}": member
            for room, module in _modules("events")
            for name, member in vars(module).items()
            if room != "strategy"
            and isinstance(member, type)
            and is_dataclass(member)
            and member.__module__.startswith(module.__name__)
        }
    )


@cache
def rooms_catalogue() -> Catalogue:
    """Give the facts of all rooms as words of the condition language."""
    return Catalogue.of(facts(), histories())


def words() -> Mapping[str, Word]:
    """Give the words of the published policies, by name."""
    return _words(_published())


def words_by(policies: Key) -> Mapping[str, Word]:
    """Give the words that some versions of policies make, by name."""
    return _words(policies)


def catalogue() -> Catalogue:
    """Give the words of the condition language: the facts of the rooms, and the policies that are published now."""
    return _catalogue(_published())


def catalogue_of_the_past() -> Catalogue:
    """Give every word that was ever published, with every value it ever had.

    It is for documents that were found right when they were kept. A policy that is published again may have other segments; what
    was said of the old ones can still be read.
    """
    past: dict[str, tuple[str, ...]] = {}
    published = _of_policies().exclude(state__in=UNPUBLISHED).order_by("pk")
    for document in published.values_list("document", flat=True):
        with suppress(DocumentMistaken):
            head = policies.head(document)
            past[head.word] = (*past.get(head.word, ()), *head.choices)
    extended = {
        name: replace(word, choices=tuple(dict.fromkeys(past.get(name, word.choices))))
        for name, word in words().items()
    }
    return with_words(rooms_catalogue(), extended)


def published_key() -> Key:
    """Give what the words are made of now, for whoever keeps something that was made of them."""
    return _published()


def key_of(version_ids: Collection[int]) -> Key:
    """Give what the words are made of by some versions of policies."""
    return _key(_of_policies().filter(pk__in=version_ids))


def key_with(version: Version) -> Key:
    """Give what the words would be made of if a version of a policy were the published one."""
    others = Q(state=State.PUBLISHED) & ~Q(paper=version.paper_id)
    return _key(_of_policies().filter(others | Q(pk=version.pk)))


def published_ids(at: datetime | None = None) -> list[int]:
    """Give the versions of policies that are published, or were at an instant."""
    found = _of_policies()
    if at is None:
        found = found.filter(state=State.PUBLISHED)
    else:
        found = found.filter(Q(retired_at__gt=at) | Q(retired_at=None), published_at__lte=at)
    return list(found.values_list("pk", flat=True))


def catalogue_by(policies: Key) -> Catalogue:
    """Give the words of the condition language as some versions of policies make them."""
    return _catalogue(policies)


def _of_policies() -> QuerySet[Version]:
    return Version.objects.exclude(paper__kind=STRATEGY).order_by("paper_id")


def _key(versions: QuerySet[Version]) -> Key:
    return tuple(versions.values_list("number", "document"))


def _published() -> Key:
    return _key(_of_policies().filter(state=State.PUBLISHED))


@lru_cache(maxsize=64)
def _words(documents: Key) -> Mapping[str, Word]:
    return MappingProxyType(gather_understood(rooms_catalogue(), documents))


@lru_cache(maxsize=64)
def _catalogue(documents: Key) -> Catalogue:
    return with_words(rooms_catalogue(), _words(documents))


def expression(fact: Fact, day: date) -> str:
    """Write a fact as SQL over a row of `book`, for a day."""
    return compiler.fact_sql(fact, day)


def vocabulary() -> Vocabulary:
    """Give everything that a strategy document may speak of."""
    return vocabulary_of(catalogue())


def rooms_vocabulary() -> Vocabulary:
    """Give everything that a strategy document may speak of where no policy is published."""
    return vocabulary_of(rooms_catalogue())


def vocabulary_of(words: Catalogue) -> Vocabulary:
    """Give everything that a strategy document may speak of by the words given."""
    return Vocabulary(words, event_kinds(), jurisdictions.calendar_names())


def _facts_page() -> str:
    return pages.facts_page(by_room(), histories())


def _documents_page() -> str:
    return pages.documents_page(Program.of(reading.read(pages.example(), rooms_vocabulary())), events())


def _policies_page() -> str:
    return policy_pages.page(rooms_catalogue())


#: The pages of reference that are made from the program, by the name of their file.
PAGES: dict[str, Callable[[], str]] = {
    "facts": _facts_page,
    "policy-documents": _policies_page,
    "strategy-documents": _documents_page,
}
