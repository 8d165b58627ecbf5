"""Gather what the rooms offer: facts with their sources, and the kinds of events there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.facts import Column, Fact, History, Source
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import pages, reading
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.reading import Vocabulary
from tallystick.strategy.rules.types import Catalogue

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
    rooms: dict[str, list[Fact]] = {}
    for fact in facts():
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
def catalogue() -> Catalogue:
    """Give the words of the condition language."""
    return Catalogue.of(facts(), histories())


def expression(fact: Fact, day: date) -> str:
    """Write a fact as SQL over a row of `book`, for a day."""
    return compiler.fact_sql(fact, day)


@cache
def vocabulary() -> Vocabulary:
    """Give everything that a strategy document may speak of."""
    return Vocabulary(catalogue(), event_kinds(), jurisdictions.calendar_names())


def _facts_page() -> str:
    return pages.facts_page(by_room(), histories())


def _documents_page() -> str:
    return pages.documents_page(Program.of(reading.read(pages.example(), vocabulary())), events())


#: The pages of reference that are made from the program, by the name of their file.
PAGES: dict[str, Callable[[], str]] = {"facts": _facts_page, "strategy-documents": _documents_page}
