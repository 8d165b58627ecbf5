"""What changed from one document to the next, line by line, for people who read it before it decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: Lines that are shown around a change.
_AROUND = 2


class Change(StrEnum):
    """What became of a line. `GAP` stands for lines that are the same and are left out."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of either document: what became of it, its number in the document it stands in, and its text."""

    change: Change
    number: int
    text: str


def changes(before: str, after: str) -> list[Line]:
    """Give the lines that were removed and added, each change with some lines around it.

    >>> [(line.change.value, line.number, line.text) for line in changes("a: 1\\nb: 2\\n", "a: 1\\nb: 3\\n")]
    [('same', 1, 'a: 1'), ('removed', 2, 'b: 2'), ('added', 2, 'b: 3')]
    >>> changes("a: 1", "a: 1")
    []
    """
    old, new = before.splitlines(), after.splitlines()
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(_AROUND)
    lines: list[Line] = []
    for place, group in enumerate(groups):
        if place:
            lines.append(Line(Change.GAP, 0, ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += _lines(Change.SAME, new, new_from, new_to)
                continue
            lines += _lines(Change.REMOVED, old, old_from, old_to)
            lines += _lines(Change.ADDED, new, new_from, new_to)
    return lines


def _lines(change: Change, texts: list[str], begin: int, end: int) -> Iterator[Line]:
    for place in range(begin, end):
        yield Line(change, place + 1, texts[place])
