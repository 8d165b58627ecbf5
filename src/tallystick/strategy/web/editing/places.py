"""Places of a document as addresses and pages know them, and the outline of a whole one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.kernel.refusals import NotFound
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import narration, picture
from tallystick.strategy.rules.document import Document
from tallystick.strategy.rules.editing import names, writing
from tallystick.strategy.rules.editing.changes import Path
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.narration import Told
from tallystick.strategy.rules.picture import Picture


def path_of(address: str) -> Path:
    """Read a place from an address: "states/late/steps/2"."""
    return tuple(int(part) if part.isdecimal() else part for part in address.split("/") if part)


def address_of(path: Path) -> str:
    """Write a place as an address."""
    return "/".join(map(str, path))


def mark_of(path: Path) -> str:
    """Write a place as the mark of an element of the page."""
    return "at-" + "-".join(map(str, path))


@dataclass(frozen=True, slots=True)
class Row:
    """A part in a list of parts: what is said of it, and where it is."""

    path: Path
    told: Told
    is_first: bool
    is_last: bool

    @property
    def address(self) -> str:
        """The place as an address."""
        return address_of(self.path)

    @property
    def mark(self) -> str:
        """The mark of its element."""
        return mark_of(self.path)


@dataclass(frozen=True, slots=True)
class StateCard:
    """A state with everything that can happen in it."""

    id: str
    title: str
    path: Path
    is_first: bool
    is_last: bool
    leaves: list[Row]
    steps: list[Row]
    answers: list[Row]

    @property
    def address(self) -> str:
        """The place as an address."""
        return address_of(self.path)

    @property
    def mark(self) -> str:
        """The mark of its element, to which the picture leads."""
        return f"state-{self.id}"


@dataclass(frozen=True, slots=True)
class Outline:
    """A document as its page shows it."""

    document: Document
    picture: Picture
    states: list[StateCard]
    guards: list[Row]
    splits: list[Row]
    weighing: tuple[Told, ...]
    answers: list[Row]


def outline(text: str) -> Outline:
    """Lay a document out for its page."""
    document = versions.program_of(text).document
    data = writing.read(text)
    told = narration.narrate(document, catalogue.catalogue())
    written = data.get("never_when") if isinstance(data, dict) else None
    states = [
        StateCard(
            id=state.id,
            title=state.title,
            path=("states", state.id),
            is_first=number == 0,
            is_last=number == len(told.states) - 1,
            leaves=_rows(("states", state.id, "leave"), state.leaves),
            steps=_rows(("states", state.id, "steps"), state.steps),
            answers=_rows(("states", state.id, "answers"), state.answers),
        )
        for number, state in enumerate(told.states)
    ]
    return Outline(
        document=document,
        picture=picture.draw(document),
        states=states,
        guards=_keyed(("never_when",), written, told.guards),
        splits=_keyed(("splits",), data.get("splits") if isinstance(data, dict) else None, told.splits),
        weighing=told.weighing,
        answers=_rows(("answers",), told.answers),
    )


def _rows(path: Path, told: Iterable[Told]) -> list[Row]:
    found = list(told)
    return [Row((*path, place), each, place == 1, place == len(found)) for place, each in enumerate(found, start=1)]


def _keyed(path: Path, written: Plain, told: Iterable[Told]) -> list[Row]:
    """Pair what is said with the keys of the document; what every document has by itself has none."""
    found = list(written) if isinstance(written, dict) else []
    return [
        Row((*path, key), each, place == 0, place == len(found) - 1)
        for place, (key, each) in enumerate(zip(found, told, strict=False))
    ]


def orders(data: Plain, path: Path) -> list[Row]:
    """Give the orders of a list: the name of each, and what belongs to it in the words of the document."""
    found = list(_told_orders(data, path))
    return _rows(path, found)


def _told_orders(data: Plain, path: Path) -> Iterator[Told]:
    for place, item in enumerate(items_at(data, path), start=1):
        within = next(iter(item.values()), None) if isinstance(item, dict) else None
        said = [each for each in within.values() if isinstance(each, str)] if isinstance(within, dict) else [within]
        words = ", ".join(str(each) for each in said if each is not None)
        yield Told(names.name(data, (*path, place)), " ".join(words.split()), ())


def part_at(data: Plain, path: Path) -> Plain:
    """Give what stands at a place.

    :raises NotFound: there is no such place
    """
    for key in path:
        if isinstance(data, dict) and key in data:
            data = data[str(key)]
        elif isinstance(data, list) and isinstance(key, int) and 1 <= key <= len(data):
            data = data[key - 1]
        else:
            raise NotFound(what=_("part"), reference=address_of(path))
    return data


def items_at(data: Plain, path: Path) -> list[Plain]:
    """Give the items of the list at a place; none where there is no list."""
    try:
        found = part_at(data, path)
    except NotFound:
        return []
    return found if isinstance(found, list) else []
