"""What became of a bulk action: one bad row never stops ten thousand, and none vanishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accounts a bulk action works on, each with the id of what caused it (a decision, an event).

    Two parallel sequences, so that SQL takes them as one `unnest` of two arrays. The cause is half of the natural
    key of every effect: doing the same for the same account and cause twice is a no-op.
    """

    account_ids: Sequence[int]
    cause_ids: Sequence[int]
    #: What the cause ids are ids of: "decision", "event", "person".
    cause_kind: str

    def __post_init__(self) -> None:
        if len(self.account_ids) != len(self.cause_ids):
            raise ValueError("every chosen account has exactly one cause")

    def __len__(self) -> int:
        return len(self.account_ids)


@dataclass(slots=True)
class Outcome:
    """Counts of a bulk action: done, already done before (a no-op), and refused by code."""

    done: int = 0
    already: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.done + other.done, self.already + other.already, self.refused + other.refused)
