"""The templates that the program ships: files of `contact/documents`, read as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tallystick.contact.rules.words import Channel, Purpose

_FOLDER = resources.files("tallystick.contact").joinpath("documents")
_FILE = re.compile(r"(?P<name>[a-z0-9_]+)\.(?P<channel>[a-z]+)\.(?P<language>[a-z]{2}(-[A-Z]{2})?)\.liquid")
_HEAD = re.compile(r"purpose: (?P<purpose>[a-z]+)\n(subject: (?P<subject>[^\n]+)\n)?\n(?P<body>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """One template as it is shipped."""

    name: str
    channel: Channel
    language: str
    purpose: Purpose
    subject: str
    body: str


def read(file_name: str, content: str) -> Text:
    """Read one file: its name says which template it is, its first lines purpose and subject, the rest is the body.

    :raises ValueError: the name or the head is none

    >>> read("hello.sms.en.liquid", "purpose: information\\n\\nHello.\\n").body
    'Hello.\\n'
    """
    named, headed = _FILE.fullmatch(file_name), _HEAD.fullmatch(content)
    if named is None or headed is None:
        raise ValueError(f"{file_name} is no template")
    return Text(
        name=named["name"],
        channel=Channel(named["channel"]),
        language=named["language"],
        purpose=Purpose(headed["purpose"]),
        subject=headed["subject"] or "",
        body=headed["body"],
    )


@cache
def templates() -> tuple[Text, ...]:
    """Give all shipped templates, by file name."""
    files = sorted(_FOLDER.iterdir(), key=lambda file: file.name)
    return tuple(read(file.name, file.read_text("utf-8")) for file in files if file.name.endswith(".liquid"))
