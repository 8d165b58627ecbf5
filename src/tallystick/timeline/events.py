"""What the timeline itself announces: words that people add to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """Somebody, or a strategy, wrote a note. Notes are never edited."""

    account_id: int
    text: str
