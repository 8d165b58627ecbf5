"""Money that comes in: statement files as a bank writes them, of payments that items of the book wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that somebody makes: of one item, exactly, naming it."""

    reference: str
    amount: Money


#: One line of so many names nothing, and waits for a person.
_UNCLEAR = 10


def statement(payments: Sequence[Payment], *, on: date, number: int) -> bytes:
    """Write a statement as a CSV. One line in ten names no item: somebody has to look at it.

    >>> from datetime import date
    >>> paid = [Payment("I0000000011", Money(12345, "GBP"))]
    >>> print(statement(paid, on=date(2026, 3, 2), number=7).decode())
    Date,Description,Amount
    2026-03-02,Payment I0000000011 (7/1),123.45
    <BLANKLINE>
    """
    lines = ["Date,Description,Amount"]
    for place, payment in enumerate(payments, start=1):
        named = "Thank you" if place % _UNCLEAR == 0 else f"Payment {payment.reference}"
        lines.append(f"{on.isoformat()},{named} ({number}/{place}),{payment.amount.amount}")
    return "\n".join([*lines, ""]).encode()


def dealt(payments: Sequence[Payment], *, lines: int) -> Iterator[Sequence[Payment]]:
    """Deal payments out to files of so many lines; what does not fill a file is left."""
    for first in range(0, len(payments) - lines + 1, lines):
        yield payments[first : first + lines]
