"""Weave changed data into the text it was read from: what is the same stays as it was written, with its comments.

>>> text = "steps:\\n  # The first says hello.\\n  - id: a\\n    go: x   # soon\\n  - {id: b, go: y}\\n"
>>> print(weave(text, {"steps": [{"id": "b", "go": "y"}, {"id": "a", "go": "z"}]}), end="")
steps:
  - {id: b, go: y}
  # The first says hello.
  - id: a
    go: z   # soon
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.strategy.rules.editing import source, writing
from tallystick.strategy.rules.editing.source import Child, Part
from tallystick.strategy.rules.editing.writing import Plain
from tallystick.strategy.rules.strict_yaml import YamlUnreadable


def weave(text: str, wanted: dict[str, Plain]) -> str:
    """Give a text that reads as the data wanted, and differs from a text that reads as something like it where it must.

    No comment is lost: one that stood within what was written anew stands before it. Should the text be written in a way that
    cannot be woven into, the whole is written anew, below all its comments.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    whole = source.read(text)
    woven = _Weaver(text).whole(whole, wanted)
    if _reads_as(woven, wanted):
        return woven
    remarks = source.remarks(text, 0, len(text), whole)
    return "".join(f"{remark}\n" for remark in remarks) + writing.document(wanted)


def _reads_as(text: str, wanted: Plain) -> bool:
    try:
        return writing.same(writing.read(text), wanted)
    except YamlUnreadable:
        return False


@dataclass(slots=True)
class _Piece:
    """The lines of a child: those that stand before it, and its own."""

    before: list[str]
    text: str


class _Weaver:
    """Weaves into one text. Comments that lose their place are gathered for the piece around them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._homeless: list[str] = []

    def whole(self, part: Part, wanted: dict[str, Plain]) -> str:
        woven = self._woven(part, wanted)
        if woven is None:
            return ""
        return self._text[: part.start] + woven + self._text[part.end :]

    def _woven(self, part: Part, wanted: Plain) -> str | None:
        """Give the text of a part as it should be, or None where it has to be written anew, key and all."""
        if writing.same(part.value, wanted):
            return self._text[part.start : part.end]
        if part.is_flow:
            return self._in_brackets(part, wanted)
        if not part.is_block:
            return self._scalar(part, wanted)
        if not wanted or not isinstance(wanted, dict | list) or type(wanted) is not type(part.value):
            return None
        return self._in_lines(part, wanted)

    def _scalar(self, part: Part, wanted: Plain) -> str | None:
        was = self._text[part.start : part.end]
        if isinstance(wanted, dict | list) or "\n" in was or not was:
            return None
        lines = writing.entry("x", wanted)
        return lines[0].removeprefix("x: ") if len(lines) == 1 else None

    def _in_brackets(self, part: Part, wanted: Plain) -> str | None:
        """Change values where they stand; write the brackets anew where there are others, or more of them."""
        if not isinstance(wanted, dict | list) or type(wanted) is not type(part.value):
            return None
        if not part.children:
            return None
        keys = list(wanted) if isinstance(wanted, dict) else [""] * len(wanted)
        if [child.key for child in part.children] != keys:
            again = writing.bracketed(wanted)
            if len(again) > 100:
                return None
            self._homeless += source.remarks(self._text, part.start, part.end, part)
            return again
        made, at = "", part.start
        values = wanted.values() if isinstance(wanted, dict) else wanted
        for child, value in zip(part.children, values, strict=True):
            same = writing.same(child.part.value, value)
            within = self._text[child.part.start : child.part.end] if same else writing.bracketed(value)
            space = "" if within == "" or self._text[child.part.start - 1] != ":" else " "
            made += self._text[at : child.part.start] + space + within
            at = child.part.end
        return made + self._text[at : part.end]

    def _in_lines(self, part: Part, wanted: dict[str, Plain] | list[Plain]) -> str:
        if isinstance(wanted, dict):
            keys, values = list(wanted), list(wanted.values())
            olds = _old_entries(part.children, wanted)
        else:
            keys, values = [""] * len(wanted), list(wanted)
            olds = _old_items(part.children, wanted)
        pieces = [self._piece(part, old, key, value) for old, key, value in zip(olds, keys, values, strict=True)]
        if len(part.children) > 1 and all(_is_empty(child.before[:1]) for child in part.children[1:]):
            _space(pieces)
        if part.is_inline and pieces[0].before:
            # Nothing can stand before what follows a dash.
            moved, pieces[0].before = pieces[0].before, []
            pieces[1:] = [_Piece([*moved, *pieces[1].before], pieces[1].text), *pieces[2:]] if pieces[1:] else []
            if not pieces[1:]:
                self._homeless += [line.strip() for line in moved if line.strip()]
        indent = " " * part.column
        lines = [
            line
            for number, piece in enumerate(pieces)
            for line in (*piece.before, ("" if part.is_inline and not number else indent) + piece.text)
        ]
        return "\n".join(lines)

    def _piece(self, part: Part, old: Child | None, key: str, value: Plain) -> _Piece:
        anew = writing.item(value) if isinstance(part.value, list) else writing.entry(key, value)
        around, self._homeless = self._homeless, []
        piece = _Piece([], ("\n" + " " * part.column).join(anew))
        if old is not None:
            woven = self._woven(old.part, value)
            if woven is None:
                self._homeless = source.remarks(self._text, old.head, old.stop, old.part)
            else:
                name = self._text[old.head : old.key_end] if key == old.key else writing.key_word(key)
                between = self._text[old.key_end : old.part.start]
                piece.text = name + between + woven + self._text[old.part.end : old.stop]
            piece.before = [*old.before, *(" " * part.column + remark for remark in self._homeless)]
        self._homeless = around
        return piece


def _space(pieces: Sequence[_Piece]) -> None:
    """Have an empty line between all of them, as there was one before."""
    for number, piece in enumerate(pieces):
        while number == 0 and _is_empty(piece.before[:1]):
            del piece.before[0]
        if number and not _is_empty(piece.before[:1]):
            piece.before.insert(0, "")


def _is_empty(lines: Sequence[str]) -> bool:
    return bool(lines) and not lines[0].strip()


def _old_entries(children: Sequence[Child], wanted: dict[str, Plain]) -> list[Child | None]:
    """Give what stood under each key before; a key that is new takes the place of one that is gone and had the same value."""
    by_key = {child.key: child for child in children}
    gone = [child for child in children if child.key not in wanted]
    found: list[Child | None] = []
    for key, value in wanted.items():
        old = by_key.get(key) or next((child for child in gone if writing.same(child.part.value, value)), None)
        if old in gone:
            gone.remove(old)
        found.append(old)
    return found


def _old_items(children: Sequence[Child], wanted: Sequence[Plain]) -> list[Child | None]:
    """Give the item that each was before: the same, else one that is known by the same, else the only one that is left."""
    left = list(children)
    found: list[Child | None] = [None] * len(wanted)
    for is_it in (writing.same, _is_known_by_the_same):
        for number, value in enumerate(wanted):
            if found[number] is None:
                old = next((child for child in left if is_it(child.part.value, value)), None)
                if old is not None:
                    left.remove(old)
                    found[number] = old
    new = [number for number, old in enumerate(found) if old is None]
    if len(left) == len(new) == 1:
        found[new[0]] = left[0]
    return found


def _is_known_by_the_same(left: Plain, right: Plain) -> bool:
    if not isinstance(left, dict) or not isinstance(right, dict):
        return False
    if "id" in left or "id" in right:
        return left.get("id") == right.get("id")
    names = [key for key in ("event", "title", "when", "go") if key in left and key in right]
    if names:
        return sum(writing.same(left[key], right[key]) for key in names) * 2 > len(names)
    return len(left) == len(right) == 1 and list(left) == list(right)
