"""Write plain data as YAML, the way the shipped documents are written: short lists in brackets, everything else in lines."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from tallystick.strategy.rules import strict_yaml
from tallystick.strategy.rules.strict_yaml import YamlUnreadable

#: What a document is made of once its places are forgotten.
Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | bool | None"

_WIDTH = 118
_SHORT = 48
#: Never in brackets, however short: people look for what stands below them line by line.
_IN_LINES = frozenset({"states", "never_when", "splits"})
#: What JSON leaves as it is and YAML takes for the end of a line, or for nothing at all.
_INVISIBLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def plain_of(node: strict_yaml.Yaml) -> Plain:
    """Give what was read without its places."""
    match node:
        case strict_yaml.Scalar():
            return node.value
        case strict_yaml.Sequence():
            return [plain_of(item) for item in node.items]
        case strict_yaml.Mapping():
            return {key: plain_of(value) for key, value in node.entries.items()}


def read(text: str) -> Plain:
    """Read a YAML text as plain data.

    :raises YamlUnreadable: it is not YAML, or uses what is off

    >>> read("states: {waiting: }")
    {'states': {'waiting': None}}
    """
    return plain_of(strict_yaml.read(text))


def document(data: Mapping[str, Plain]) -> str:
    """Write a whole document.

    >>> print(document({"name": "two", "states": {"waiting": {}}, "title": "on: the way"}), end="")
    name: two
    states:
      waiting: {}
    title: "on: the way"
    """
    return "\n".join(_lines_of_mapping(data)) + "\n"


def entry(key: str, value: Plain) -> list[str]:
    """Write a key with its value, as lines.

    >>> entry("despite", ["held", "paused"]), entry("task", {"kind": "call", "title": "Call", "due": "1 business day"})
    (['despite: [held, paused]'], ['task:', '  kind: call', '  title: Call', '  due: 1 business day'])
    """
    name = key_word(key)
    if not isinstance(value, dict | list) or not value:
        return _scalar_lines(f"{name}: ", value)
    in_brackets = f"{name}: {bracketed(value)}"
    if _fits(key, value) and len(in_brackets) <= _WIDTH - 20:
        return [in_brackets]
    below = _lines_of_mapping(value) if isinstance(value, dict) else [line for each in value for line in item(each)]
    return [f"{name}:", *(f"  {line}" for line in below)]


def item(value: Plain) -> list[str]:
    """Write an item of a list, as lines.

    >>> item({"email": "first"}), item({"when": "overdue <= 0", "go": "settled"})
    (['- email: first'], ['- when: overdue <= 0', '  go: settled'])
    """
    if isinstance(value, dict) and value:
        first, *rest = _lines_of_mapping(value)
        return [f"- {first}", *(f"  {line}" for line in rest)]
    if isinstance(value, list):
        return [f"- {bracketed(value)}"]
    return _scalar_lines("- ", value)


def bracketed(value: Plain) -> str:
    """Write a value in one line, as it stands within brackets.

    >>> bracketed({"role": "team leader", "template": "a, b"})
    '{role: team leader, template: "a, b"}'
    """
    match value:
        case dict():
            return "{" + ", ".join(f"{key_word(key)}: {bracketed(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(bracketed, value)) + "]"
        case _:
            return scalar(value, in_brackets=True)


@lru_cache(maxsize=4096)
def key_word(key: str) -> str:
    """Write a key."""
    return key if key and _reads(f"{key}: x", {key: "x"}) and _reads(f"{{{key}: x}}", {key: "x"}) else quoted(key)


def scalar(value: str | int | bool | None, *, in_brackets: bool = False) -> str:
    """Write one value, in quotes only where it would be read as something else without.

    >>> scalar("7"), scalar(7), scalar(True), scalar("no"), scalar("# 1")
    ('"7"', '7', 'true', 'no', '"# 1"')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _text(value, in_brackets)


def quoted(text: str) -> str:
    """Write a text in quotes, in one line."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


@lru_cache(maxsize=4096)
def _text(text: str, in_brackets: bool) -> str:
    if text and text == text.strip() and not _INVISIBLE.search(text):
        around = f"x: [{text}, x]" if in_brackets else f"x: {text}"
        if _reads(around, {"x": [text, "x"] if in_brackets else text}):
            return text
    return quoted(text)


def _reads(text: str, wanted: Plain) -> bool:
    if "\n" in text:
        return False
    try:
        return same(read(text), wanted)
    except YamlUnreadable:
        return False


def same(left: Plain, right: Plain) -> bool:
    """Test if two pieces of data are the same: yes is not 1, and keys are in the same order.

    >>> same({"a": 1}, {"a": True}), same({"a": 1, "b": 2}, {"b": 2, "a": 1}), same([1, "x"], [1, "x"])
    (False, False, True)
    """
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def _scalar_lines(before: str, value: Plain) -> list[str]:
    if isinstance(value, dict | list):
        return [before + bracketed(value)]
    if isinstance(value, str) and len(before) + len(value) > _WIDTH and value == " ".join(value.split()):
        wrapped = textwrap.wrap(value, _WIDTH - 20, break_long_words=False, break_on_hyphens=False)
        folded = [f"{before}>-", *(f"  {line}" for line in wrapped)]
        if len(wrapped) > 1 and _folds(wrapped, value):
            return folded
    return [before + scalar(value)]


def _folds(wrapped: Sequence[str], value: str) -> bool:
    try:
        return read("x: >-\n" + "\n".join(f"  {line}" for line in wrapped)) == {"x": value}
    except YamlUnreadable:
        return False


def _fits(key: str, value: Plain) -> bool:
    """Test if a collection is written in brackets: a list of words, or two or three short ones with keys."""
    within = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if key in _IN_LINES or any(isinstance(each, dict | list) or len(str(each)) > _SHORT for each in within):
        return False
    return isinstance(value, list) or (isinstance(value, dict) and len(value) <= 2 and "title" not in value)


def _lines_of_mapping(data: Mapping[str, Plain]) -> list[str]:
    return [line for key, value in data.items() for line in entry(key, value)]
