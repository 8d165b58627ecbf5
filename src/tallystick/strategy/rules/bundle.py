"""A strategy as one file: its document and, behind a line of three dashes, its golden accounts."""

from __future__ import annotations

import re

_DASHES = re.compile(r"^---[ \t]*$", re.MULTILINE)


def join(document: str, golden: str) -> str:
    """Write a strategy as one file; the document alone where it has no golden accounts.

    >>> join("name: a\\n", "- name: b\\n")
    'name: a\\n---\\n- name: b\\n'
    """
    if not golden:
        return document
    return document + ("" if document.endswith("\n") else "\n") + "---\n" + golden


def split(text: str) -> tuple[str, str | None, int]:
    """Give the document of a file, its golden accounts (None where it has no part for them), and the lines before those.

    >>> split("name: a\\n---\\n- name: b\\n")
    ('name: a\\n', '- name: b\\n', 2)
    >>> split("name: a\\n")
    ('name: a\\n', None, 0)
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    # Dashes before the first word begin a YAML document, and part nothing.
    found = next((dashes for dashes in _DASHES.finditer(text) if text[: dashes.start()].strip()), None)
    if found is None:
        return text, None, 0
    return text[: found.start()], text[found.end() :].removeprefix("\n"), text[: found.end()].count("\n") + 1
