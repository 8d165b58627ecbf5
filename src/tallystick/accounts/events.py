"""What accounts announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A client's account was opened."""

    account_id: int
    reference: str


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """An account was closed, for a reason of `rules.CloseReason`."""

    account_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """Something new is owed."""

    account_id: int
    item_id: int
    kind: str
    reference: str
    amount: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class ItemAdjusted:
    """What was owed on an item was corrected; `change` may be negative."""

    account_id: int
    item_id: int
    reference: str
    change: Money
    reason: str


@dataclass(frozen=True, slots=True)
class BalanceCleared:
    """Nothing is owed on the account any more."""

    account_id: int


@dataclass(frozen=True, slots=True)
class CreditApplied:
    """Money or a credit came to the account; `unallocated` is what paid no item yet."""

    account_id: int
    cause_kind: int
    cause_id: int
    amount: Money
    unallocated: Money


@dataclass(frozen=True, slots=True)
class CreditTakenBack:
    """Money or a credit was taken back: a payment bounced, or was booked in error."""

    account_id: int
    cause_kind: int
    cause_id: int
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class ItemsAdded:
    """A file brought new items to the account: how many, and what they come to. `origin` names the file's import."""

    account_id: int
    count: int
    amount: Money
    origin: str


@dataclass(frozen=True, slots=True)
class ItemsTakenBack:
    """What a file had brought to the account was taken back: how many items, and what they came to."""

    account_id: int
    count: int
    amount: Money
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemRedated:
    """The day an item was issued or falls due was corrected; the former days are kept since there is a way back to them."""

    account_id: int
    item_id: int
    reference: str
    issued_on: date
    due_on: date
    origin: str
    was_issued_on: date | None = None
    was_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SettledAtSource:
    """The client's books say that items were settled there: how many, and how much."""

    account_id: int
    count: int
    amount: Money
    origin: str


@dataclass(frozen=True, slots=True)
class CreditReallocated:
    """It was decided anew what a credit pays; `unallocated` is what of it pays no item now."""

    account_id: int
    cause_kind: int
    cause_id: int
    amount: Money
    unallocated: Money
    reason: str
