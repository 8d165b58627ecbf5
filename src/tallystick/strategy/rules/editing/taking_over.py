"""Take over into a document what another one made of their common beginning, part by part.

A part is a state with its title, a step, a way on, an answer, a guard, a split, and each thing that is said of the whole. What
only one side changed is as that side has it. What both changed otherwise is for a person to choose, whole part against whole
part: of two halves of a step nobody knows whether they make sense together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.editing import weaving, writing
from tallystick.strategy.rules.editing.changes import Path
from tallystick.strategy.rules.editing.writing import Plain

Side = Literal["mine", "theirs"]
SIDES: Final[tuple[Side, ...]] = ("mine", "theirs")
#: Lists of which each item is a part: its name in them is what it is known by.
_LISTS = ("leave", "steps", "answers")


class Undecided(Refusal):
    """Both changed a part, and nobody has said which of the two is to be."""

    code = "strategy.undecided"
    sentence = _("Choose, for each part that you both changed, yours or theirs: {count} are left.")
    status = 422


class _Nothing:
    """What stands where a side has no such part."""


NOTHING: Final = _Nothing()
Maybe: TypeAlias = "Plain | _Nothing"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A part that both sides changed otherwise; a place is None where a side has no such part."""

    #: By which a choice names it.
    key: str
    base: Path | None
    mine: Path | None
    theirs: Path | None
    #: It is about the order of the parts of a list, and not about one of them.
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes of both sides: the data by the choices that were made, what has to be chosen, and what was."""

    data: dict[str, Plain]
    conflicts: tuple[Conflict, ...]
    #: Keys of conflicts that nobody chose for: there the data is mine.
    undecided: tuple[str, ...]


@dataclass(slots=True)
class _Version:
    """One of the three documents at one place of it."""

    value: Maybe
    #: Where that is in this document: positions of a list differ between them.
    path: Path

    def entry(self, key: str) -> _Version:
        value = self.value.get(key, NOTHING) if isinstance(self.value, dict) else NOTHING
        return _Version(value, (*self.path, key))

    @property
    def place(self) -> Path | None:
        return None if self.value is NOTHING else self.path

    @property
    def keys(self) -> list[str]:
        return list(self.value) if isinstance(self.value, dict) else []


def take_over(text: str, *, base: str, theirs: str, choices: Mapping[str, Side]) -> str:
    """Give the text that says what both sides changed. Comments are those of the text given, and none of it is lost.

    :raises Undecided: both changed a part, and no choice names it
    """
    taken = merge(base, text, theirs, choices)
    if taken.undecided:
        raise Undecided(count=len(taken.undecided))
    return weaving.weave(text, taken.data)


def merge(base: str, mine: str, theirs: str, choices: Mapping[str, Side] | None = None) -> Taken:
    """Give what comes of two texts that were made of one."""
    merging = _Merging(choices or {})
    sides = (_Version(writing.read(text), ()) for text in (base, mine, theirs))
    merged = merging.mapping((), *sides)
    return Taken(merged, tuple(merging.conflicts), tuple(merging.undecided))


@dataclass(slots=True)
class _Merging:
    choices: Mapping[str, Side]
    conflicts: list[Conflict] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def mapping(self, name: Path, base: _Version, mine: _Version, theirs: _Version) -> dict[str, Plain]:
        merged: dict[str, Plain] = {}
        for key in _in_order(base.keys, mine.keys, theirs.keys):
            value = self.part((*name, key), *(each.entry(key) for each in (base, mine, theirs)))
            if not isinstance(value, _Nothing):
                merged[key] = value
        return merged

    def part(self, name: Path, base: _Version, mine: _Version, theirs: _Version) -> Maybe:
        if _is_same(mine.value, theirs.value) or _is_same(theirs.value, base.value):
            return mine.value
        if _is_same(mine.value, base.value):
            return theirs.value
        if isinstance(mine.value, dict) and isinstance(theirs.value, dict) and _is_made_of_parts(name):
            return self.mapping(name, base, mine, theirs)
        if isinstance(mine.value, list) and isinstance(theirs.value, list) and name[-1] in _LISTS:
            return self.items(name, base, mine, theirs)
        return self.chosen(Conflict("/".join(map(str, name)), base.place, mine.place, theirs.place), mine, theirs)

    def items(self, name: Path, base: _Version, mine: _Version, theirs: _Version) -> list[Plain]:
        sides = [_items(name[-1], each) for each in (base, mine, theirs)]
        nowhere = _Version(NOTHING, ())
        merged: dict[str, Plain] = {}
        for key in self._order_of(name, base, mine, theirs, *(list(each) for each in sides)):
            value = self.part((*name, key), *(each.get(key, nowhere) for each in sides))
            if not isinstance(value, _Nothing):
                merged[key] = value
        return list(merged.values())

    def _order_of(self, name: Path, base: _Version, mine: _Version, theirs: _Version, *keys: list[str]) -> list[str]:
        """Give the names of all items in the order of whoever changed it; where both did, somebody chooses."""
        was, of_mine, of_theirs = keys
        common = [key for key in was if key in of_mine and key in of_theirs]
        orders = [[key for key in each if key in common] for each in keys]
        if orders[1] != orders[2] and orders[0] not in orders[1:]:
            conflict = Conflict("/".join((*map(str, name), "")), base.place, mine.place, theirs.place, is_order=True)
            side = self.side(conflict)
            return _in_order(was, of_theirs, of_mine) if side == "theirs" else _in_order(was, of_mine, of_theirs)
        return _in_order(was, of_mine, of_theirs)

    def chosen(self, conflict: Conflict, mine: _Version, theirs: _Version) -> Maybe:
        return theirs.value if self.side(conflict) == "theirs" else mine.value

    def side(self, conflict: Conflict) -> Side:
        self.conflicts.append(conflict)
        side = self.choices.get(conflict.key)
        if side is None:
            self.undecided.append(conflict.key)
        return side or "mine"


def _is_made_of_parts(name: Path) -> bool:
    """Test if what has a name is made of parts with names of their own: a state is, and a step is one."""
    return name in (("states",), ("never_when",), ("splits",)) or (len(name) == 2 and name[0] == "states")


def _is_same(left: Maybe, right: Maybe) -> bool:
    if isinstance(left, _Nothing) or isinstance(right, _Nothing):
        return left is right
    return writing.same(left, right)


def _items(kind: str | int, version: _Version) -> dict[str, _Version]:
    """Give the items of a list by what they are known by: the second of a name is another one."""
    found: dict[str, _Version] = {}
    for place, item in enumerate(version.value if isinstance(version.value, list) else [], start=1):
        known = {"steps": "id", "answers": "event"}.get(str(kind), "go")
        name = str(item.get(known, "")) if isinstance(item, dict) else ""
        key = next(each for each in _numbered(name) if each not in found)
        found[key] = _Version(item, (*version.path, place))
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1


def _in_order(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Give all names: as one side orders them that changed the order, each other one behind the one it stood behind.

    >>> _in_order("ab", "axb", "byac"), _in_order("abc", "cab", "abcd")
    (['b', 'y', 'a', 'x', 'c'], ['c', 'd', 'a', 'b'])
    """
    common = [key for key in base if key in mine and key in theirs]
    leads, follows = (mine, theirs)
    if [key for key in mine if key in common] == common:
        leads, follows = (theirs, mine)
    found = list(leads)
    for place, key in enumerate(follows):
        if key not in found:
            before = next((each for each in reversed(follows[:place]) if each in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, key)
    return found
