"""The synthetic book as files: accounts by plain arithmetic, so that ten million of them cost little to write.

Skewed as a real book is: most debt is young, a tail is old, a tenth of the accounts owes little, some owe a lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tallystick.config.demo import names

#: Lines that are joined before they are handed on.
_BLOCK = 20_000
#: Multipliers that scatter without a random number generator.
_SCATTER = 2_654_435_761
#: Items of ten accounts in turn: 2.5 on the average.
_ITEMS = (1, 2, 1, 3, 2, 4, 1, 5, 2, 4)


def _scattered(number: int, salt: int) -> int:
    return (number * _SCATTER + salt * 40_503) % 4_294_967_296


def customers(accounts: int) -> Iterator[bytes]:
    """Write a file of customers, in blocks."""
    yield b"Account No,Customer Name,Type,Address Line 1,Town,Postcode,Email,Mobile\n"
    for first in range(1, accounts + 1, _BLOCK):
        lines = []
        for number in range(first, min(first + _BLOCK, accounts + 1)):
            dice = _scattered(number, 1)
            name = names.FIRST_NAMES[dice % len(names.FIRST_NAMES)]
            surname = names.LAST_NAMES[dice // 97 % len(names.LAST_NAMES)]
            town, area = names.TOWNS[dice // 7 % len(names.TOWNS)]
            postcode = (
                f"{area}{dice % 28 + 1} {dice % 9 + 1}{'ABDEFGHJLN'[dice // 3 % 10]}{'QRSTUWXYZP'[dice // 5 % 10]}"
            )
            email = f"p{number}@mail.example" if dice % 10 else ""
            mobile = f"07700 9{dice % 100_000:05}" if dice % 3 else ""
            lines.append(
                f"A{number:09},{name} {surname},person,{dice % 200 + 1} {names.STREETS[dice % len(names.STREETS)]},"
                f"{town},{postcode},{email},{mobile}\n"
            )
        yield "".join(lines).encode()


def items_of(accounts: int) -> int:
    """Count the items of a book of accounts."""
    whole, rest = divmod(accounts, len(_ITEMS))
    return whole * sum(_ITEMS) + sum(_ITEMS[:rest])


def _days_late(dice: int) -> int:
    """Give how late an account's oldest item is. A tenth of the accounts comes to day 7 or 14 tomorrow, when a step is due."""
    if dice % 10 == 0:
        return 6 + 7 * (dice // 10 % 2)
    return (dice // 10) % 150 - 40 if dice % 4 else (dice // 10) % 1_000


def invoices(accounts: int, *, today: date) -> Iterator[bytes]:
    """Write a file of invoices, in blocks. None was written after today, however late it is due."""
    yield b"Account No,Invoice No,Invoice Date,Due Date,Amount,Currency\n"
    lines: list[str] = []
    days = [(today - timedelta(days=late - 200)).isoformat() for late in range(1_800)]
    for number in range(1, accounts + 1):
        dice = _scattered(number, 2)
        oldest = _days_late(dice)
        for item in range(_ITEMS[(number - 1) % len(_ITEMS)]):
            late = oldest - 31 * item
            if late < -150:
                late = -150 + item
            minor = 500 + (dice >> item) % (3_000 if dice % 10 < 3 else 90_000)
            lines.append(
                f"A{number:09},I{number:09}{item},{days[max(late + 230, 200)]},{days[late + 200]},"
                f"{minor // 100}.{minor % 100:02},GBP\n"
            )
        if len(lines) >= _BLOCK:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()
