"""Amounts as banks print them: marks, signs and brackets in, exact decimals out. What cannot be read is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_SYMBOLS = re.compile(r"(?:GBP|EUR|USD|CHF|PLN|CZK|HUF|SEK|DKK|NOK|[£€$¥])", re.IGNORECASE)
#: Digits before the mark of the largest amount that is taken for one: with its minor units it fits a column.
MOST_DIGITS = 15
_XML_DECIMAL = re.compile(rf"^[+-]?\d{{1,{MOST_DIGITS}}}(?:\.\d*)?$")
_AMOUNT = re.compile(r"^(?P<digits>\d*(?:[.,]\d*)*)$")


class DecimalMark(StrEnum):
    """What parts the whole from the fraction."""

    DOT = "."
    COMMA = ","


def decimal_mark(amounts: Iterable[str]) -> DecimalMark | None:
    """Give the decimal mark that a column of amounts uses; None while nothing in it tells.

    A mark followed by anything but three digits is decimal; of two different marks the last one is; a mark that
    occurs twice in one amount is not.

    >>> decimal_mark(["1,000", "12,5"]), decimal_mark(["1.000,00"]), decimal_mark(["1,000"])
    (<DecimalMark.COMMA: ','>, <DecimalMark.COMMA: ','>, None)
    """
    for text in amounts:
        digits = re.sub(r"[^\d.,]", "", text)
        dot, comma = digits.rfind("."), digits.rfind(",")
        if dot < 0 and comma < 0:
            continue
        last = DecimalMark.DOT if dot > comma else DecimalMark.COMMA
        other = DecimalMark.COMMA if last is DecimalMark.DOT else DecimalMark.DOT
        if digits.count(last) > 1:
            return other
        if dot >= 0 and comma >= 0:
            return last
        if len(digits) - 1 - max(dot, comma) != 3:
            return last
    return None


def read_amount(text: str, mark: DecimalMark = DecimalMark.DOT) -> Decimal:
    """Read an amount with its sign: a leading or trailing minus, brackets, or CR and DR after it.

    :raises ValueError: the text is not an amount

    >>> read_amount("-£1,234.50"), read_amount("(12.00)"), read_amount("1.250,50-", DecimalMark.COMMA)
    (Decimal('-1234.50'), Decimal('-12.00'), Decimal('-1250.50'))
    >>> read_amount("+ £1,100.00 CR"), read_amount("20.59 DR")
    (Decimal('1100.00'), Decimal('-20.59'))
    """
    bare = _SPACES.sub("", _SYMBOLS.sub("", text)).upper()
    is_negative = False
    if bare.endswith("CR"):
        bare = bare[:-2]
    elif bare.endswith("DR"):
        bare, is_negative = bare[:-2], True
    if bare.startswith("(") and bare.endswith(")"):
        bare, is_negative = bare[1:-1], True
    for sign in ("-", "−", "+"):
        if bare.startswith(sign) or bare.endswith(sign):
            bare = bare.removeprefix(sign) if bare.startswith(sign) else bare.removesuffix(sign)
            is_negative = is_negative or sign != "+"
            break
    number = _whole_and_fraction(bare, mark)
    if number is None:
        raise ValueError(f"{text.strip()!r} is not an amount")
    return -number if is_negative else number


def _whole_and_fraction(bare: str, mark: DecimalMark) -> Decimal | None:
    found = _AMOUNT.match(bare)
    if found is None or not any(each.isdigit() for each in bare) or bare.count(mark) > 1:
        return None
    thousands = "," if mark is DecimalMark.DOT else "."
    whole, _, fraction = bare.partition(mark)
    if thousands in fraction or len(whole.replace(thousands, "").lstrip("0")) > MOST_DIGITS:
        return None
    groups = whole.split(thousands)
    if len(groups) > 1 and not (0 < len(groups[0]) <= 3 and all(len(group) in (2, 3) for group in groups[1:])):
        return None
    return Decimal(f"{''.join(groups) or '0'}.{fraction or '0'}")


def read_decimal(digits: str) -> Decimal:
    """Read a decimal as XML writes it: digits and a point, no exponent, nothing else that computers call a number.

    :raises ValueError: it is none, or larger than any amount of money

    >>> read_decimal("8.850")
    Decimal('8.850')
    """
    if not _XML_DECIMAL.match(digits):
        raise ValueError(f"{digits[:40]!r} is not an amount")
    return Decimal(digits)
