"""How an event of the timeline reads: one sentence, an icon and a tone for every kind that a room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.desk.rules import formats
from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with fields of the event in braces, and how it is drawn."""

    text: str | Promise
    icon: str = "circle-small"
    tone: str = ""


#: One line a kind. A test holds that every event of every room has one.
SENTENCES: dict[str, Sentence] = {
    "accounts.AccountOpened": Sentence(_("Account {reference} opened"), "folder-plus"),
    "accounts.AccountClosed": Sentence(_("Account closed: {reason}"), "folder-check", "ok"),
    "accounts.ItemAdded": Sentence(_("{reference} added: {amount}, due {due_on}"), "file-plus-2"),
    "accounts.ItemAdjusted": Sentence(_("{reference} corrected by {change}: {reason}"), "file-pen"),
    "accounts.BalanceCleared": Sentence(_("Nothing is owed any more"), "circle-check", "ok"),
    "accounts.CreditApplied": Sentence(_("{amount} credited"), "coins", "ok"),
    "accounts.CreditTakenBack": Sentence(_("{amount} taken back: {reason}"), "undo-2", "bad"),
    "timeline.NoteAdded": Sentence(_("Note: {text}"), "sticky-note"),
}


def written(value: Any, locale: Locale) -> str:
    """Write a field of an event for people: money, days and lists as the language does.

    >>> british = Locale.parse("en_GB")
    >>> written({"minor": 1250, "currency": "GBP"}, british), written("2026-03-01", british), written("email", british)
    ('£12.50', '1 Mar 2026', 'email')
    """
    if value is None:
        return formats.NOTHING
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return formats.money(Money(value["minor"], value["currency"]), locale)
    if isinstance(value, list):
        return ", ".join(written(each, locale) for each in value)
    if isinstance(value, str):
        try:
            return formats.day(date.fromisoformat(value), locale)
        except ValueError:
            return value
    return str(value)


class _Fields(dict[str, str]):
    """Fields of an event; one that an older event does not have reads as a dash."""

    def __missing__(self, key: str) -> str:
        return formats.NOTHING


def sentence(kind: str, data: dict[str, Any], locale: Locale) -> tuple[str, str, str]:
    """Give the sentence, the icon and the tone of an event. A kind nobody described reads as its own name."""
    described = SENTENCES.get(kind)
    if described is None:
        return kind, "circle-small", ""
    fields = _Fields({name: written(value, locale) for name, value in data.items()})
    return str(described.text).format_map(fields), described.icon, described.tone
