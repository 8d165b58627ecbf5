"""Read what a page, a file or an answer says of money, and tell which of it cannot be money of one currency.

Every amount of the book is a whole number below a thousand, times the weight of its currency: GBP counts pennies, EUR
thousands of cents, USD millions of cents, KWD thousands of millions of fils, JPY millions of millions of yen. So the sum of
amounts of one currency has three figures at a place of its own; a sum of two has figures at two places, whichever sign
stands beside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from tallystick.kernel.money import decimals_of

WEIGHTS = {"GBP": 1, "EUR": 10**3, "USD": 10**6, "KWD": 10**9, "JPY": 10**12}
_MOST = 1000
_SIGNS = {"£": "GBP", "€": "EUR", "US$": "USD", "JP¥": "JPY", "¥": "JPY", **{code: code for code in WEIGHTS}}
_FIGURES = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
#: Before a code stands an amount where it has decimals or is large; else it is a year, or a number of things.
_LARGE_FIGURES = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{5,})"
_SIGN = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
#: Sign, figures, and the letter of a number in three figures; or figures, and a code.
_SAID = re.compile(
    rf"(?<![A-Za-z])(?P<sign>{_SIGN})\s?[−-]?(?P<figures>{_FIGURES})(?P<large>bn|tn|[KMBTkm])?(?![\d.])"
    rf"|(?<![\w.])(?P<before>{_LARGE_FIGURES})\s(?P<code>GBP|EUR|USD|JPY|KWD)(?!/)\b"
)
_LARGE = {"K": 10**3, "k": 10**3, "M": 10**6, "m": 10**6, "B": 10**9, "bn": 10**9, "T": 10**12, "tn": 10**12}
_BARE = re.compile(rf"(?<![\w.,/:#−-])({_FIGURES})(?![\w/:-]|[.,]\d|\s?%)")
#: Names of days, shares and numbers of rows, which are no money whatever currency they stand beside.
_NO_MONEY = re.compile(
    r"(?:^|\.)(?:days|days_\w+|effectiveness|\w*id|account|cause|item|ledger_entry|payment|version)$"
)
#: Paragraphs that a law is cited by.
_CITED = re.compile(r"\brules? [\d.]+(?:\(\d+\))?(?: and [\d.]+(?:\(\d+\))?)*")


def weigh(minor: int, currency: str) -> bool:
    """Test if an amount can be a sum of amounts of its currency.

    >>> weigh(465, "GBP"), weigh(211_000, "EUR"), weigh(211_103, "EUR"), weigh(211_000, "GBP")
    (True, True, False, False)
    """
    weight = WEIGHTS[currency]
    return minor % weight == 0 and abs(minor) // weight < _MOST


def _parts(number: int) -> int:
    """Count the places of three figures in which a number has any."""
    text = str(abs(number))
    text = text.zfill(-(-len(text) // 3) * 3)
    return sum(int(text[at : at + 3]) > 0 for at in range(0, len(text), 3))


def _looks_like_money(figures: str) -> bool:
    """Test if bare figures are an amount of the book: three figures at the place of a currency, or at several places."""
    number = int(re.sub(r"\D", "", figures))
    if number < 10_000 or re.fullmatch(r"(19|20)\d{6}", figures):
        return re.fullmatch(r"\d\.\d\d", figures) is not None
    return number % 1000 == 0 or (number >= 10**9 and _parts(number) > 1)


def wrong_in_text(text: str) -> list[str]:
    """Give what a text says that is no money of one currency, and figures of money that stand without a currency.

    >>> wrong_in_text("Owed £3.14 and €211,000.00, KWD\\N{NO-BREAK SPACE}103,000,000.000, 12 accounts on 2 March 2026")
    ['€211,000.00 is no sum of EUR']
    >>> wrong_in_text("£2,110.00, JP¥314,000,000,000,000, 211,000.00, £50bn")
    ['£2,110.00 is no sum of GBP', '211,000.00 has no currency', '£50bn is no sum of GBP']
    """
    wrong = []
    for found in _SAID.finditer(text):
        currency = _SIGNS[found["sign"] or found["code"]]
        amount = Decimal((found["figures"] or found["before"]).replace(",", ""))
        minor = amount.scaleb(decimals_of(currency))
        if found["large"]:
            is_right = minor * _LARGE[found["large"]] < _MOST * WEIGHTS[currency]
        else:
            is_right = minor == int(minor) and weigh(int(minor), currency)
        if not is_right:
            wrong.append(f"{found[0].strip()} is no sum of {currency}")
    rest = _CITED.sub(" ", _SAID.sub(" ", text))
    wrong[len(wrong) :] = [f"{bare} has no currency" for bare in _BARE.findall(rest) if _looks_like_money(bare)]
    return sorted(wrong, key=lambda each: text.find(each.split(" ")[0]))


def _is_right_data(value: Any, currency: str | None) -> bool:
    number = _number(value)
    if number is None or (abs(number) < 1000 and number == int(number) and "." not in str(value)):
        return True  # so little is a number of things, or the number of a row
    if currency is None:
        return abs(number) < 1000 or not _looks_like_money(str(value))
    as_minor, as_major = number, number.scaleb(decimals_of(currency))
    return any(each == int(each) and weigh(int(each), currency) for each in (as_minor, as_major))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def wrong_in_json(data: Any, currency: str | None = None, place: str = "") -> Iterator[str]:
    """Give the places of data where a number of money has no currency beside it or above it, or is no sum of that currency.

    >>> list(wrong_in_json({"owed": {"minor": 211_103, "currency": "EUR"}, "all": 211_000, "accounts": 12}))
    ['.owed.minor: 211103 (EUR)', '.all: 211000 (no currency)']
    """
    if isinstance(data, dict):
        own = data.get("currency")
        currency = own if own in WEIGHTS else currency
        for name, value in data.items():
            yield from wrong_in_json(value, name if name in WEIGHTS else currency, f"{place}.{name}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from wrong_in_json(value, currency, f"{place}[{number}]")
    elif not (_NO_MONEY.search(place) or _is_right_data(data, currency)):
        yield f"{place}: {data} ({currency or 'no currency'})"


def wrong_in_csv(text: str) -> Iterator[str]:
    """Give the cells of a table that are money without a currency in their row, or no sum of that currency.

    >>> list(wrong_in_csv("account,currency,owed\\nA,EUR,211.00\\nB,EUR,2110.00\\n"))
    ['A,EUR,211.00: 211.00']
    """
    names, *rows = csv.reader(io.StringIO(text))
    for row in rows:
        currency = next((cell for cell in row if cell in WEIGHTS), None)
        for name, cell in zip(names, row, strict=True):
            number = _number(cell)
            if number is None or _NO_MONEY.search(name) or (currency and number < 10**3 and "." not in cell):
                continue
            if not _is_right_data(cell, currency):
                yield f"{','.join(row)}: {cell}"
