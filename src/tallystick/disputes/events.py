"""What disputes announce."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class DisputeRaised:
    """The debtor does not accept a part of the debt: of one item, or of the account as a whole."""

    account_id: int
    dispute_id: int
    item_id: int | None
    item: str
    amount: Money
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class DisputeResolved:
    """A dispute was decided; `credited` is what the debtor no longer owes by it."""

    account_id: int
    dispute_id: int
    item_id: int | None
    item: str
    outcome: str
    amount: Money
    credited: Money
    note: str
