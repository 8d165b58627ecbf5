"""What holds announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """An account is held from a day until a day; no end holds until it is lifted."""

    account_id: int
    hold_id: int
    reason: str
    from_on: date
    until_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class HoldMoved:
    """A hold ends on another day than before."""

    account_id: int
    hold_id: int
    reason: str
    until_on: date | None
    before: date | None


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """Somebody ended a hold."""

    account_id: int
    hold_id: int
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """A hold ran out on its day."""

    account_id: int
    hold_id: int
    reason: str
