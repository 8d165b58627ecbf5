"""Read a file of dated data place by place. What is wrong is said with where it stands and what to do about it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

Made = TypeVar("Made")
Word = TypeVar("Word", bound=StrEnum)

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a file: where, what, and what to do."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"at {self.place}, {self.what}: {self.remedy}"


class BadPack(ValueError):
    """A file of dated data is not well formed; the message lists everything that is wrong with it."""

    def __init__(self, pack: str, mistakes: Sequence[object]) -> None:
        super().__init__(f"{pack}: " + "; ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


class Wrong(Exception):
    """Reading stopped at a mistake. Whoever reads a list goes on with the next of its things."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


class Node:
    """What stands at a place of a file. Reading it gives a value of the kind asked for, or a mistake that names the place."""

    def __init__(self, content: object, place: str = "the top") -> None:
        self.content = content
        self.place = place

    def wrong(self, what: str, remedy: str) -> Wrong:
        """Make the mistake that this place is."""
        return Wrong(Mistake(self.place, what, remedy))

    def only(self, needed: Collection[str], optional: Collection[str] = ()) -> None:
        """Refuse a mapping that lacks a field or has one too many."""
        fields = self._mapping()
        for field in fields:
            if field not in needed and field not in optional:
                near = difflib.get_close_matches(str(field), [*needed, *optional], 1)
                remedy = f"did you mean “{near[0]}”?" if near else f"take it out; there are {_listed(needed, optional)}"
                raise self.wrong(f"“{field}” is unknown", remedy)
        for field in needed:
            if field not in fields:
                raise self.wrong(f"“{field}” is missing", f"add it; there are {_listed(needed, optional)}")

    def has(self, field: str) -> bool:
        """Test if a mapping has a field that is not empty."""
        return self._mapping().get(field) is not None

    def at(self, field: str) -> Node:
        """Give a field of a mapping."""
        place = field if self.place == "the top" else f"{self.place} › {field}"
        return Node(self._mapping().get(field), place)

    def maybe(self, field: str, read: Callable[[Node], Made]) -> Made | None:
        """Read a field of a mapping, if it is there."""
        return read(self.at(field)) if self.has(field) else None

    def fields(self) -> Iterator[tuple[str, Node]]:
        """Give the fields of a mapping whose names are free."""
        for name in self._mapping():
            if not isinstance(name, str):
                raise self.wrong(f"the name {name!r} is a {_kind(name)}, not a text", "put it in quotes")
            yield name, self.at(name)

    def each(self) -> Iterator[Node]:
        """Give the things of a list."""
        if not isinstance(self.content, list):
            raise self.wrong(f"there is a {_kind(self.content)}, not a list", "begin each of its things with a dash")
        for number, thing in enumerate(self.content, 1):
            yield Node(thing, f"{self.place}[{number}]")

    def text(self) -> str:
        """Read a text that is not empty."""
        if not isinstance(self.content, str) or not self.content.strip():
            raise self.wrong(
                f"there is a {_kind(self.content)}, not a text", "write one, in quotes if it begins with a sign"
            )
        return self.content

    def name(self) -> str:
        """Read a name: small letters, digits and underscores, parts joined by dots."""
        if not _NAME.fullmatch(self.text()):
            raise self.wrong(f"“{self.content}” is no name", "use small letters, digits, “_” and “.”")
        return self.text()

    def day(self) -> date:
        """Read a day."""
        if type(self.content) is not date:
            raise self.wrong(f"{self.content!r} is no day", "write it as 2026-12-31, without quotes")
        return self.content

    def time(self) -> str:
        """Read a time of the day such as "16:30"."""
        if not isinstance(self.content, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.content):
            raise self.wrong(f"{self.content!r} is no time of the day", 'write it as "16:30", in quotes')
        return self.content

    def whole(self, *, least: int = 0) -> int:
        """Read a whole number."""
        if type(self.content) is not int or self.content < least:
            raise self.wrong(f"{self.content!r} is no whole number of {least} or more", "write digits only")
        return self.content

    def number(self) -> Decimal:
        """Read an exact number: digits in quotes. Without quotes a file keeps it as something near it."""
        if type(self.content) is int:
            return Decimal(self.content)
        if isinstance(self.content, str) and _NUMBER.fullmatch(self.content):
            return Decimal(self.content)
        raise self.wrong(f"{self.content!r} is no exact number", 'write it as "12.50", in quotes')

    def yes(self) -> bool:
        """Read true or false."""
        if not isinstance(self.content, bool):
            raise self.wrong(f"there is a {_kind(self.content)}", "write true or false")
        return self.content

    def word(self, words: type[Word]) -> Word:
        """Read one of the words of a list."""
        if self.content not in list(words):
            near = difflib.get_close_matches(str(self.content), list(words), 1)
            remedy = f"did you mean “{near[0]}”?" if near else f"write {_listed(list(words))}"
            raise self.wrong(f"“{self.content}” is unknown", remedy)
        return words(str(self.content))

    def _mapping(self) -> Mapping[Any, Any]:
        if not isinstance(self.content, dict):
            raise self.wrong(f"there is a {_kind(self.content)}, not a list of fields", "write fields as “name: value”")
        return self.content


def _kind(content: object) -> str:
    return "nothing" if content is None else type(content).__name__


def _listed(*words: Collection[str]) -> str:
    return ", ".join(f"“{word}”" for each in words for word in each)
