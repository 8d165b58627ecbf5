"""Enumerations that people read: stored by value, shown by a translatable label."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise


class Choice(StrEnum):
    """A stored word with a label for people: `OPEN = "open", _("Open")`."""

    label: str | Promise

    def __new__(cls, value: str, label: str | Promise = "") -> Choice:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str | Promise]]:
        """Give (value, label) pairs, as Django's fields want them."""
        return [(member.value, member.label) for member in cls]
