"""What promises announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """The debtor undertook to pay an amount by a day. From `grace_until_on` it is too late."""

    account_id: int
    promise_id: int
    amount: Money
    pay_on: date
    grace_until_on: date
    balance: Money


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """What was promised came in time. `was` is the state it had been judged to have before."""

    account_id: int
    promise_id: int
    amount: Money
    paid: Money
    pay_on: date
    was: str


@dataclass(frozen=True, slots=True)
class PromisePartlyKept:
    """Grace ran out and little enough was missing."""

    account_id: int
    promise_id: int
    amount: Money
    paid: Money
    pay_on: date
    was: str


@dataclass(frozen=True, slots=True)
class PromiseBroken:
    """Grace ran out and too little came in time, or what had come was taken back.

    `in_a_row` counts the broken promises since one was last kept, this one included. The balances are what was owed when it
    was made and when it was judged.
    """

    account_id: int
    promise_id: int
    amount: Money
    paid: Money
    pay_on: date
    in_a_row: int
    balance_when_made: Money
    balance: Money
    was: str


@dataclass(frozen=True, slots=True)
class PromiseReopened:
    """What had kept it was taken back while there is still time."""

    account_id: int
    promise_id: int
    amount: Money
    paid: Money
    pay_on: date
    was: str


@dataclass(frozen=True, slots=True)
class PromiseReplaced:
    """A newer promise stands in its place."""

    account_id: int
    promise_id: int
    amount: Money
    pay_on: date


@dataclass(frozen=True, slots=True)
class PromiseWithdrawn:
    """It no longer counts, for a reason."""

    account_id: int
    promise_id: int
    amount: Money
    pay_on: date
    reason: str
