"""What holds announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


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


@dataclass(frozen=True, slots=True)
class ItemHeld:
    """An item is held from a day until a day, or an amount of it; the others go on being chased."""

    account_id: int
    hold_id: int
    item_id: int
    item: str
    amount: Money | None
    reason: str
    from_on: date
    until_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class ItemHoldMoved:
    """A hold on an item ends on another day than before."""

    account_id: int
    hold_id: int
    item_id: int
    item: str
    reason: str
    until_on: date | None
    before: date | None


@dataclass(frozen=True, slots=True)
class ItemHoldLifted:
    """Somebody ended a hold on an item: it is chased again."""

    account_id: int
    hold_id: int
    item_id: int
    item: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class ItemHoldEnded:
    """A hold on an item ran out on its day: it is chased again."""

    account_id: int
    hold_id: int
    item_id: int
    item: str
    reason: str
