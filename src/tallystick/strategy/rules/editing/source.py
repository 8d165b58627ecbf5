"""A YAML text with the place of every part: where it begins, where it ends, and which comments belong to it.

Comments in lines of their own belong to what follows them; one behind a value belongs to it, and so do those below that are
indented deeper than it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tallystick.strategy.rules.editing import writing
from tallystick.strategy.rules.editing.writing import Plain

_HEADER = re.compile(r"[|>][^\n]*")
_REMARK = re.compile(r"(?:(?<=\s)|^)#[^\n]*")


@dataclass(frozen=True, slots=True)
class Child:
    """An entry of a mapping or an item of a list, from the lines before it that belong to it to the end of its last one."""

    #: The key; empty of an item.
    key: str
    #: Where its key or its dash stands.
    head: int
    #: Where its key ends; of an item, where its dash does.
    key_end: int
    part: Part
    #: Lines of comment, or empty, that stand before it.
    before: tuple[str, ...]
    #: The end of its last line.
    stop: int


@dataclass(frozen=True, slots=True)
class Part:
    """A value and its place: that of a collection in lines begins with the first line that belongs to its first child."""

    value: Plain
    start: int
    end: int
    #: A collection that is written in brackets.
    is_flow: bool
    #: Its first child stands in the line of the dash before it, or at the very beginning.
    is_inline: bool
    #: How far its children are indented, of a collection in lines.
    column: int
    children: tuple[Child, ...] = ()

    @property
    def is_block(self) -> bool:
        """Whether it is a collection in lines."""
        return bool(self.children) and not self.is_flow


def read(text: str) -> Part:
    """Read a text that `strict_yaml` reads: the whole of it, with places."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    dashes = [
        token.start_mark.index
        for token in yaml.scan(text, Loader=yaml.SafeLoader)
        if isinstance(token, yaml.BlockEntryToken)
    ]
    assert node is not None  # noqa: S101
    return _Source(text, dashes).part(node, writing.read(text), is_root=True)


def remarks(text: str, start: int, end: int, part: Part) -> list[str]:
    """Give the comments within a stretch of a text that holds a part."""
    found, at = [], start
    for from_, to in _scalars(text, part):
        found += _REMARK.findall(text[at:from_])
        at = to
    return found + _REMARK.findall(text[at:end])


def _scalars(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """Give the stretches of a part in which a number sign is no comment."""
    if not part.children:
        header = _HEADER.match(text, part.start)
        yield header.end() if header else part.start, part.end
    for child in part.children:
        yield child.head, child.key_end
        yield from _scalars(text, child.part)


class _Source:
    """Finds places in one text."""

    def __init__(self, text: str, dashes: list[int]) -> None:
        self._text = text
        self._dashes = dashes

    def part(self, node: yaml.Node, value: Plain, *, is_root: bool = False) -> Part:
        start, end = node.start_mark.index, node.end_mark.index
        if not isinstance(node, yaml.CollectionNode):
            return Part(value, start, self._end_of_scalar(node, start, end), False, False, 0)
        if node.flow_style:
            flow = [self._flow_child(*each) for each in _pairs(node, value)]
            return Part(value, start, end, True, False, 0, tuple(flow))
        heads = [self._head(key, child) for key, child, _value in _pairs(node, value)]
        column = heads[0] - self._line_start(heads[0])
        is_inline = is_root or bool(self._text[self._line_start(heads[0]) : heads[0]].strip())
        children: list[Child] = []
        for head, (key, child, within) in zip(heads, _pairs(node, value), strict=True):
            part = self.part(child, within)
            before = self._before(children[-1].stop if children else None, head, is_inline)
            key_end = key.end_mark.index if key else head + 1
            stop = self._stop(max(part.end, key_end), column)
            children.append(Child(key.value if key else "", head, key_end, part, before, stop))
        first = children[0]
        begin = first.head if is_inline else self._line_start(first.head) - sum(len(each) + 1 for each in first.before)
        return Part(value, begin, children[-1].stop, False, is_inline, column, tuple(children))

    def _flow_child(self, key: yaml.Node | None, node: yaml.Node, value: Plain) -> Child:
        part = self.part(node, value)
        head = key.start_mark.index if key else part.start
        return Child(key.value if key else "", head, key.end_mark.index if key else head, part, (), part.end)

    def _head(self, key: yaml.Node | None, node: yaml.Node) -> int:
        if key is not None:
            return int(key.start_mark.index)
        place = bisect_left(self._dashes, node.start_mark.index)
        return self._dashes[place - 1]

    def _end_of_scalar(self, node: yaml.Node, start: int, end: int) -> int:
        """Give where a value ends; the empty lines after one of several lines belong to what follows."""
        return start + len(self._text[start:end].rstrip()) if getattr(node, "style", None) in ("|", ">") else end

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found

    def _stop(self, end: int, column: int) -> int:
        """Give the end of the last line of a child: the lines of comment below that are indented deeper are its own."""
        stop = self._line_end(end)
        at = stop
        while at < len(self._text):
            line_end = self._line_end(at + 1)
            line = self._text[at + 1 : line_end]
            words = line.lstrip(" ")
            if words.startswith("#") and len(line) - len(words) > column:
                stop = line_end
            elif words.strip():
                break
            at = line_end
        return stop

    def _before(self, stop: int | None, head: int, is_inline: bool) -> tuple[str, ...]:
        """Give the lines before a child that belong to it: those after the child before, or after the key above."""
        line_start = self._line_start(head)
        if stop is not None:
            between = self._text[stop + 1 : line_start]
            return tuple(between.split("\n")[:-1])
        if is_inline:
            return ()
        found: list[str] = []
        while line_start > 0:
            above = self._line_start(line_start - 1)
            line = self._text[above : line_start - 1]
            if line.strip() and not line.lstrip().startswith("#"):
                break
            found.insert(0, line)
            line_start = above
        return tuple(found)


def _pairs(node: yaml.CollectionNode, value: Plain) -> Iterator[tuple[yaml.Node | None, yaml.Node, Plain]]:
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        for key, child in node.value:
            yield key, child, value[key.value]
    elif isinstance(value, list):
        for child, within in zip(node.value, value, strict=True):
            yield None, child, within
