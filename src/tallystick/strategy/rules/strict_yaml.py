"""YAML as a strategy document uses it: mappings, lists, texts, whole numbers, true and false; nothing that surprises.

Of YAML's own ideas these are off: anchors and aliases (they can grow without bound), tags (they can name classes), keys given
twice (one would win silently), and words that turn into something else (`on`, `no`, `2026-03-01` stay texts). Each value
keeps the line it stands on, so that a mistake can be pointed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.kernel.refusals import Refusal

LONGEST_DOCUMENT = 200_000
DEEPEST = 16
MOST_NODES = 20_000

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,9})")


class YamlUnreadable(Refusal):
    """The text is no YAML that a strategy document may use."""

    code = "strategy.yaml_unreadable"
    sentence = gettext_lazy("Line {line}: {reason}")
    status = 422


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `plain` is false when it was put in quotes and so is meant as text."""

    value: str | int | bool | None
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Yaml, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values, in the order they are written; `key_lines` has the line of each key."""

    entries: dict[str, Yaml]
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)


Yaml: TypeAlias = Scalar | Sequence | Mapping


@lru_cache(maxsize=16)
def read(text: str) -> Yaml:
    """Read a YAML text. The last ones are kept: one page asks for the same document over and over.

    :raises YamlUnreadable: it is not YAML, or uses what is off

    >>> read("on: business days").entries["on"].value
    'business days'
    >>> read("a: [*b]")
    Traceback (most recent call last):
    ...
    tallystick.strategy.rules.strict_yaml.YamlUnreadable: Line 1: aliases (*name) are not used here.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise YamlUnreadable(
            line=1, reason=_("the document is longer than {limit} characters.").format(limit=LONGEST_DOCUMENT)
        )
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlUnreadable(line=mark.line + 1 if mark else 1, reason=error.problem or str(error)) from None
    except yaml.reader.ReaderError:
        raise YamlUnreadable(line=1, reason=_("the text holds characters that YAML does not allow.")) from None


class _Builder:
    """Builds values from the parser's events, within limits of depth and number."""

    def __init__(self) -> None:
        self._nodes = 0

    def build(self, text: str) -> Yaml:
        self._events = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        document = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if document is not None:
                    raise self._refused(event, _("there is a second document; write one."))
                document = self._value(next(self._events), 1)
        if document is None:
            raise YamlUnreadable(line=1, reason=_("the document is empty."))
        return document

    def _refused(self, event: yaml.Event, reason: str) -> YamlUnreadable:
        return YamlUnreadable(line=_line(event), reason=reason)

    def _value(self, event: yaml.Event, depth: int) -> Yaml:
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise self._refused(event, _("the document is too deep or has too many parts."))
        if isinstance(event, yaml.AliasEvent):
            raise self._refused(event, _("aliases (*name) are not used here."))
        if isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            raise self._refused(event, _("anchors (&name) and tags (!name) are not used here."))
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(_scalar(event), line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), line)
        return self._mapping(line, depth)

    def _items(self, depth: int) -> list[Yaml]:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return items

    def _mapping(self, line: int, depth: int) -> Mapping:
        entries: dict[str, Yaml] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise self._refused(event, _("a key is a word."))
            if event.value in entries:
                raise self._refused(event, _("the key “{key}” stands here twice.").format(key=event.value[:60]))
            lines[event.value] = _line(event)
            entries[event.value] = self._value(next(self._events), depth + 1)
        return Mapping(entries, line, lines)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text = str(event.value)
    if event.style is not None:
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text
