"""What payments announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """The debtor paid. What it paid for stands in `accounts.CreditApplied`, announced just before."""

    account_id: int
    payment_id: int
    amount: Money
    booked_on: date
    method: str
    payer: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """A payment was taken back, for a reason of `rules.states.ReversalReason`: it bounced, or was booked wrongly."""

    account_id: int
    payment_id: int
    amount: Money
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class StatementImported:
    """A bank file brought lines for a bank account; told to the client's house account."""

    account_id: int
    file_id: int
    bank_account_id: int
    name: str
    new_lines: int
    known_lines: int


@dataclass(frozen=True, slots=True)
class LineDecided:
    """Somebody parked, ignored or took up a statement line again; told to the client's house account."""

    account_id: int
    line_id: int
    state: str
    reason: str
    note: str
