"""The currencies of ISO 4217, as data: their codes, their decimals, and what was taken out of use.

`data/iso4217.csv` is list one of ISO 4217 as published by its maintenance agency, SIX, on 2026-01-01, without what has no minor
unit (metals, testing codes), and with what list three took out of use since 2014: old debts still stand in such currencies.
A new list is a new file; `tests/kernel/test_currencies.py` says what it must hold.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import gettext as _

#: Where the table comes from, and when it was published: shown beside it.
SOURCE = "ISO 4217:2015, list one and list three, SIX, 2026-01-01"


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency, and how many decimals its amounts have."""

    code: str
    #: The three digits of the standard.
    number: str
    decimals: int
    #: "current", "fund" (a unit of account beside a currency of its country) or "withdrawn".
    status: str
    #: The month it was taken out of use, such as 2023-01, or nothing.
    withdrawn: str
    name: str


class UnknownCurrency(ValueError):
    """No currency has this code. Says the nearest one that exists."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.nearest = nearest(code)
        super().__init__(code)

    def __str__(self) -> str:
        if self.nearest is None:
            return _("“{code}” is no currency. Write the ISO 4217 code, such as GBP.").format(code=self.code)
        return _("“{code}” is no currency of ISO 4217: did you mean {nearest}?").format(
            code=self.code, nearest=self.nearest
        )


@cache
def table() -> dict[str, Currency]:
    """Give every currency by its code, in the order of the codes."""
    text = resources.files("tallystick.kernel").joinpath("data", "iso4217.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["code"]: Currency(**{**row, "decimals": int(row["decimals"])}) for row in rows}  # type: ignore[arg-type]


def currency(code: str) -> Currency:
    """Give a currency by its code, in use or withdrawn.

    >>> currency("KWD").name, currency("KWD").decimals
    ('Kuwaiti Dinar', 3)
    >>> currency("STG")
    Traceback (most recent call last):
    ...
    tallystick.kernel.currencies.UnknownCurrency: “STG” is no currency of ISO 4217: did you mean STN?

    :raises UnknownCurrency: there is none, with the nearest one that exists
    """
    try:
        return table()[code]
    except KeyError:
        raise UnknownCurrency(code) from None


def is_currency(code: str) -> bool:
    """Test if a code is a currency in which money may be owed.

    >>> is_currency("GBP"), is_currency("gbp"), is_currency("HRK"), is_currency("XAU")
    (True, False, True, False)
    """
    return code in table()


def nearest(code: str) -> str | None:
    """Give the currency that somebody most likely meant by a code that is none; nothing where no guess is a good one.

    Letters that changed places come first, then the same country with another last letter, then one wrong letter elsewhere.

    >>> nearest("gbp"), nearest("GPB"), nearest("EURO"), nearest("JPX"), nearest("KVD"), nearest("Q")
    ('GBP', 'GBP', 'EUR', 'JPY', 'KWD', None)
    """
    letters = code.strip().upper()
    guesses = [
        (distance, each.code)
        for each in table().values()
        if each.status == "current" and (distance := _distance(letters, each.code)) is not None
    ]
    return min(guesses)[1] if guesses else None


def _distance(written: str, code: str) -> int | None:
    if written == code:
        return 0
    if sorted(written) == sorted(code) or (len(written) > len(code) and written.startswith(code)):
        return 1
    if len(written) != len(code):
        return None
    if written[:2] == code[:2]:
        return 2
    return 3 if sum(one == other for one, other in zip(written, code, strict=True)) == len(code) - 1 else None
