"""What must always be true of a database, in a form that `tallystick check` can count and name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is true of every sound database.

    `checked` counts what is looked at. `breaches` gives a row for each breach: `account_id` (or null) and `what`, a sentence
    that names it. Both are SQL without parameters.
    """

    name: str
    sentence: str
    checked: str
    breaches: str
