"""What charges announce of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class InterestCharged:
    """Interest was charged until a day, on so many items, by so much altogether."""

    account_id: int
    amount: Money
    items: int
    until_on: date


@dataclass(frozen=True, slots=True)
class FixedSumCharged:
    """A fixed sum was charged because an item is late."""

    account_id: int
    item_id: int
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class FixedSumTakenBack:
    """A fixed sum was taken back: the item was not late, or less was owed."""

    account_id: int
    item_id: int
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class InterestCorrected:
    """What was charged on an item until a day was wrong from another day on: it was taken back and charged anew."""

    account_id: int
    item_id: int
    reference: str
    from_on: date
    until_on: date
    was_charged: Money
    is_now: Money
    difference: Money


@dataclass(frozen=True, slots=True)
class FeeCharged:
    """A fee that is agreed was charged for an occasion: an item that is late, a payment that came back."""

    account_id: int
    fee_id: int
    code: str
    reference: str
    occasion: str
    occasion_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class FeeTakenBack:
    """A fee was taken back, and why."""

    account_id: int
    fee_id: int
    code: str
    reference: str
    amount: Money
    reason: str
