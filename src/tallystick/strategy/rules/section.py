"""A part of a document while it is read: takes values out by key, and gathers what is wrong with line and path."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.strategy.rules import mistakes
from tallystick.strategy.rules.strict_yaml import Mapping, Scalar, Sequence, Yaml

_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, as a path of keys and positions (from 1) and as a line, and what is wrong."""

    path: tuple[str | int, ...]
    line: int
    sentence: str

    @property
    def place(self) -> str:
        """The path, as people read it."""
        return " → ".join(str(part) for part in self.path)

    def __str__(self) -> str:
        place = f", {self.place}" if self.path else ""
        return _("line {line}").format(line=self.line) + f"{place}: {self.sentence}"


class Section:
    """One mapping of the document, at a path. A value of the wrong kind is a problem and is read as an empty one."""

    def __init__(self, node: Yaml, path: tuple[str | int, ...], problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self._line = node.line
        self._key_lines: dict[str, int] = {}
        self._entries: dict[str, Yaml] = {}
        if isinstance(node, Mapping):
            self._entries, self._key_lines = node.entries, node.key_lines
        elif not (isinstance(node, Scalar) and node.value is None):
            self.problem(_("keys with values are expected here."))

    def problem(self, sentence: str, *keys: str, word: str = "", existing: Collection[str] = ()) -> None:
        """Gather a mistake at a key of the section, or of the whole section."""
        said = sentence.format(word=word[:60]) if word else sentence
        if near := mistakes.nearest(word, existing):
            said += " " + _("Did you mean “{nearest}”?").format(nearest=near)
        line = self._key_lines.get(keys[0], self._line) if keys else self._line
        self._problems.append(Problem(self.path + keys, line, said))

    def keys(self) -> list[str]:
        """Give the keys, in the order they are written."""
        return list(self._entries)

    def has(self, key: str) -> bool:
        """Test if a key is given."""
        return key in self._entries

    def only(self, known: Collection[str], *, required: Collection[str] = ()) -> None:
        """Gather a problem for every key that has no meaning, and for every one that is missing."""
        for key in self._entries:
            if key not in known:
                self.problem(_("there is no key “{word}” here."), key, word=key, existing=known)
        for key in required:
            if key not in self._entries:
                self.problem(_("the key “{word}” is missing."), word=key)

    def section(self, key: str) -> Section:
        """Give the section below a key; an empty one where there is none."""
        node = self._entries.get(key, Scalar(None, self._key_lines.get(key, self._line)))
        return Section(node, (*self.path, key), self._problems)

    def sections(self, key: str) -> list[Section]:
        """Give the sections of the list below a key."""
        return [self.child(item, key, place) for place, item in enumerate(self.items(key), start=1)]

    def child(self, item: Yaml, key: str, place: int) -> Section:
        """Give an item of the list below a key as a section."""
        return Section(item, (*self.path, key, place), self._problems)

    def items(self, key: str) -> tuple[Yaml, ...]:
        """Give the items of the list below a key; none where there is no list."""
        node = self._entries.get(key)
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return ()
        if not isinstance(node, Sequence):
            self.problem(_("a list is expected here."), key)
            return ()
        return node.items

    def text(self, key: str, *, default: str = "", or_boolean: bool = False) -> str:
        """Give the text below a key. Whole numbers are read as text, since YAML's quotes are easily forgotten."""
        if key not in self._entries:
            return default
        node = self._entries[key]
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) and or_boolean:
            return str(value).lower()
        if value is None or isinstance(value, bool) or not str(value).strip():
            self.problem(_("a text is expected here."), key)
            return default
        if len(str(value)) > _LONGEST_TEXT and not or_boolean:
            self.problem(_("the text is too long."), key)
        return " ".join(str(value).split())

    def texts(self, key: str) -> list[str]:
        """Give the texts of the list below a key."""
        found = []
        for item in self.items(key):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                found.append(item.value)
            else:
                self.problem(_("a text is expected here."), key)
        return found

    def flag(self, key: str) -> bool:
        """Test if the value below a key is true; nothing there is not. A word is a mistake, since `yes` would be taken for no."""
        node = self._entries.get(key)
        if node is not None and not (isinstance(node, Scalar) and isinstance(node.value, bool)):
            self.problem(_("true or false is expected here."), key)
        return self.is_true(key)

    def is_true(self, key: str) -> bool:
        """Test if the value below a key is true, where it may be something else as well."""
        node = self._entries.get(key)
        return isinstance(node, Scalar) and node.value is True

    def whole(self, key: str, *, default: int, least: int, most: int) -> int:
        """Give the whole number below a key, within bounds."""
        if key not in self._entries:
            return default
        node = self._entries[key]
        value = node.value if isinstance(node, Scalar) else None
        if type(value) is not int or not least <= value <= most:
            self.problem(
                _("a whole number from {least} to {most} is expected here.").format(least=least, most=most), key
            )
            return default
        return value

    def choice(self, key: str, choices: Collection[str], *, default: str) -> str:
        """Give the text below a key, one of some choices."""
        if key not in self._entries:
            return default
        value = self.text(key)
        if value and value not in choices:
            listed = ", ".join(choices)
            self.problem(
                _("“{word}” is none of: {choices}.").replace("{choices}", listed), key, word=value, existing=choices
            )
            return default
        return value or default
