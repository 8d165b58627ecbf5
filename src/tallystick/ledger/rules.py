"""The heads of the ledger, and what a balance is."""

from __future__ import annotations

from enum import IntEnum


class Head(IntEnum):
    """A ledger account. Every entry debits one and credits another, both of the same debtor account.

    Debt heads hold what is owed. `ON_ACCOUNT` holds money that came in and paid no item yet. The others are the far
    side: where debt came from, where money lies, where debt went without being paid.
    """

    PRINCIPAL = 1
    INTEREST = 2
    FEES = 3
    COSTS = 4
    ON_ACCOUNT = 9
    PLACED = 20
    INTEREST_CHARGED = 21
    FEES_CHARGED = 22
    COSTS_CHARGED = 23
    BANK = 30
    PAID_TO_CLIENT = 31
    SUSPENSE = 32
    TRANSFER = 33
    CLIENT_MONEY = 40
    COMMISSION = 41
    CREDIT_NOTES = 50
    WRITTEN_OFF = 51
    REFUNDED = 52


DEBT_HEADS = frozenset({Head.PRINCIPAL, Head.INTEREST, Head.FEES, Head.COSTS})

#: The far side that a debt head was charged against.
CHARGED_AGAINST = {
    Head.PRINCIPAL: Head.PLACED,
    Head.INTEREST: Head.INTEREST_CHARGED,
    Head.FEES: Head.FEES_CHARGED,
    Head.COSTS: Head.COSTS_CHARGED,
}


class Cause(IntEnum):
    """What an entry was made for. With the cause's id and a number it is the entry's natural key within its account."""

    ITEM = 1
    PAYMENT = 2
    CREDIT = 3
    ADJUSTMENT = 4
    WRITE_OFF = 5
    CHARGE = 6
    STATEMENT_LINE = 7
    DISPUTE = 8
    REVERSAL = 9
    INTEREST = 10
    FIXED_SUM = 11
