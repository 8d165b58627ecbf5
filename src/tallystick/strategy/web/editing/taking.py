"""What another version changed meanwhile, beside a working copy: what can be taken over, and what both changed to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tallystick.kernel.refusals import Refusal
from tallystick.strategy.queries import comparing
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.comparison import Part
from tallystick.strategy.rules.editing import names, taking_over, writing
from tallystick.strategy.rules.editing.changes import Path
from tallystick.strategy.rules.editing.taking_over import Conflict, Side
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.narration import Told
from tallystick.strategy.web.editing import places

if TYPE_CHECKING:
    from tallystick.strategy.models import Version, WorkingCopy

_CHOICE = "choice:"


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says of a part: in sentences, or in the words of the document."""

    told: tuple[Told, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A part that both changed: what it was, and what each has made of it."""

    #: The name of its field.
    name: str
    title: str
    base: Said
    mine: Said
    theirs: Said
    chosen: Side | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What taking a version over comes to."""

    #: What the version changed, in sentences.
    parts: list[Part]
    choices: list[Choice]


def choices_of(sent: Mapping[str, str]) -> dict[str, Side]:
    """Read what somebody chose, by the key of the conflict."""
    return {
        name.removeprefix(_CHOICE): side
        for name, chosen in sent.items()
        for side in taking_over.SIDES
        if name.startswith(_CHOICE) and chosen == side
    }


def offer(copy: WorkingCopy, newer: Version, chosen: Mapping[str, Side]) -> Offer | None:
    """Lay out what taking a version over would do; None where this program no longer reads one of the documents."""
    against = copy.against
    if against is None:
        return None
    try:
        sides = [_Laid(text) for text in (against.document, copy.document, newer.document)]
        parts = comparing.compare_document(against, newer.document)
    except Refusal:
        return None
    merged = taking_over.merge(against.document, copy.document, newer.document, chosen)
    return Offer(parts, [_choice(each, sides, chosen.get(each.key)) for each in merged.conflicts])


def _choice(conflict: Conflict, sides: list[_Laid], chosen: Side | None) -> Choice:
    found = (conflict.base, conflict.mine, conflict.theirs)
    base, mine, theirs = (
        side.order(path) if conflict.is_order else side.said(path) for side, path in zip(sides, found, strict=True)
    )
    title = next(side.title(path) for side, path in zip(sides, found, strict=True) if path is not None)
    if conflict.is_order:
        title = _("{list}: the order").format(list=title)
    return Choice(f"{_CHOICE}{conflict.key}", title, base, mine, theirs, chosen)


class _Laid:
    """A document, laid out so that its parts are found by their places."""

    def __init__(self, text: str) -> None:
        self._data = writing.read(text)
        outline = places.outline(text)
        self._told: dict[Path, tuple[Told, ...]] = {
            row.path: (row.told,) for row in (*outline.guards, *outline.splits, *outline.answers)
        }
        for state in outline.states:
            rows = (*state.leaves, *state.steps, *state.answers)
            self._told |= {row.path: (row.told,) for row in rows}
            self._told[state.path] = tuple(row.told for row in rows)

    def title(self, path: Path) -> str:
        named = names.way(self._data, path)
        said = [name for _path, name in named]
        if not named or named[-1][0] != path:
            said.append(plain.name_aloud(str(path[-1])).capitalize())
        return " · ".join(said)

    def said(self, path: Path | None) -> Said:
        if path is None:
            return Said(text=_("Not there"))
        if self._told.get(path):
            return Said(told=self._told[path])
        value = places.part_at(self._data, path)
        return Said(text=str(value) if isinstance(value, str) else writing.bracketed(value))

    def order(self, path: Path | None) -> Said:
        return Said(text=", ".join(self._names(path))) if path else Said(text=_("Not there"))

    def _names(self, path: Path) -> Iterator[str]:
        items: list[Plain] = places.items_at(self._data, path)
        return (names.name(self._data, (*path, place)) for place in range(1, len(items) + 1))
