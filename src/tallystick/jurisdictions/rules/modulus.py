"""The modulus check of UK bank accounts: whether an account number is possible at a sort code.

The scheme publishes a table of sort codes with one or two checks each, the weight of every digit, and exceptions by number. A
sort code that it does not list cannot be checked: its accounts are presumed right. A possible number need not be anybody's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tallystick.jurisdictions.rules.reading import BadPack, Mistake

#: Places of the digits that have a name in the scheme: those of the sort code are u to z, those of the account a to h.
_A, _B, _C, _G, _H = 6, 7, 8, 12, 13
#: The bank of whose number exception 1 has the digits added, weighed.
_INSTITUTION = 27
#: Sort codes at which accounts of others are checked: exception 8, and the euro accounts of exception 9.
_SANTANDER, _LLOYDS_EURO = "090126", "309634"
#: Weights of exception 2 where a is not 0, by whether g is 9.
_EURO = ((0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1), (0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1))
#: First checks by whose exception one of the two checks is enough.
_EITHER = frozenset({2, 10, 12})
#: What an account of Coutts may end with where its last digit is not part of the number: exception 14.
_COUTTS = frozenset({0, 1, 9})
_LINE = re.compile(r"(\d{6}) (\d{6}) (MOD10|MOD11|DBLAL)((?: -?\d{1,3}){14})(?: (\d{1,2}))?")


class Method(StrEnum):
    """How weighed digits are added up, and by what the sum has to be divisible."""

    MOD10 = "MOD10"
    MOD11 = "MOD11"
    #: The digits of each product are added, not the products.
    DOUBLE_ALTERNATE = "DBLAL"

    @property
    def modulus(self) -> int:
        """By what the sum is divided."""
        return 11 if self is Method.MOD11 else 10


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the table: from which sort code to which, both included, what is checked."""

    first: str
    last: str
    method: Method
    weights: tuple[int, ...]
    exception: int

    def remainder(self, digits: Sequence[int], weights: Sequence[int] | None = None, *, plus: int = 0) -> int:
        """Give what is left of the weighed digits."""
        products = [digit * weight for digit, weight in zip(digits, weights or self.weights, strict=True)]
        if self.method is Method.DOUBLE_ALTERNATE:
            products = [sum(divmod(product, 10)) for product in products]
        return (sum(products) + plus) % self.method.modulus


@dataclass(frozen=True, slots=True)
class Table:
    """The checks in the order of their sort codes, and the sort codes that are checked as another."""

    checks: tuple[Check, ...]
    substitutes: Mapping[str, str]

    def of(self, sort_code: str) -> tuple[Check, ...]:
        """Give the checks of a sort code, in their order; none where it is not listed."""
        end = bisect_right(self.checks, sort_code, key=lambda check: check.first)
        return tuple(check for check in self.checks[max(end - 2, 0) : end] if sort_code <= check.last)


def is_possible(sort_code: str, number: str, table: Table) -> bool:
    """Test if an account of eight digits is possible at a sort code of six, so far as the table can tell."""
    checks = table.of(sort_code)
    if not checks:
        return True
    first, *others = checks
    if _passes(first, sort_code, number, table):
        return first.exception in _EITHER or all(_passes(each, sort_code, number, table) for each in others)
    if first.exception == 14:
        return int(number[-1]) in _COUTTS and first.remainder(_digits(sort_code, "0" + number[:-1])) == 0
    return first.exception in _EITHER and any(_passes(each, sort_code, number, table) for each in others)


def _digits(sort_code: str, number: str) -> tuple[int, ...]:
    return tuple(map(int, sort_code + number))


def _passes(check: Check, sort_code: str, number: str, table: Table) -> bool:
    """Test if an account passes one check, with its exception."""
    digits = _digits(sort_code, number)
    a, c, g, h = digits[_A], digits[_C], digits[_G], digits[_H]
    from_c_on = (*(0,) * (_B + 1), *check.weights[_B + 1 :])
    match check.exception:
        case 1:
            return check.remainder(digits, plus=_INSTITUTION) == 0
        case 2 if a != 0:
            return check.remainder(digits, _EURO[g == 9]) == 0
        case 3 if c in {6, 9}:
            return True
        case 4:
            return check.remainder(digits) == g * 10 + h
        case 5:
            left = check.remainder(_digits(table.substitutes.get(sort_code, sort_code), number))
            # Of a remainder of 1 modulus 11 leaves 10, which is no digit.
            return -left % check.method.modulus == (g if check.method is Method.MOD11 else h)
        case 6 if 4 <= a <= 8 and g == h:
            return True
        case 7 if g == 9:
            return check.remainder(digits, from_c_on) == 0
        case 8:
            return check.remainder(_digits(_SANTANDER, number)) == 0
        case 9:
            return check.remainder(_digits(_LLOYDS_EURO, number)) == 0
        case 10 if number[:2] in {"09", "99"} and g == 9:
            return check.remainder(digits, from_c_on) == 0
    return check.remainder(digits) == 0


def standardise(sort_code: str, number: str) -> tuple[str, str] | None:
    """Give a sort code of six digits and an account of eight, as they are checked and paid to; None where they are no such thing.

    Six and seven digits are filled up. Ten are those of the Co-operative Bank (08), of which the first eight count, or of
    National Westminster, of which the last do. Of nine the first belongs to the sort code: those of Santander.

    >>> standardise("20-20-15", "555 555"), standardise("08-90-00", "1234567890"), standardise("09-01-26", "712345678")
    (('202015', '00555555'), ('089000', '12345678'), ('090127', '12345678'))
    """
    sort, digits = (re.sub(r"[\s-]", "", each) for each in (sort_code, number))
    if not re.fullmatch(r"[0-9]{6}", sort) or not re.fullmatch(r"[0-9]{6,10}", digits):
        return None
    if len(digits) == 10:
        return sort, digits[:8] if sort.startswith("08") else digits[-8:]
    if len(digits) == 9:
        return sort[:5] + digits[0], digits[1:]
    return sort, digits.zfill(8)


def read_table(weights: Iterable[str], substitutions: Iterable[str], *, name: str) -> Table:
    """Read a table as the scheme publishes it: a line for each check, and one for each sort code checked as another.

    :raises BadPack: a line is none, or they are not in order
    """
    checks: list[Check] = []
    for number, line in enumerate(weights, 1):
        said = " ".join(line.split())
        if not said or said.startswith("#"):
            continue
        found = _LINE.fullmatch(said)
        if found is None:
            raise BadPack(
                name, [Mistake(f"line {number}", f"“{said}” is no check", "take the file as it is published")]
            )
        check = Check(
            found[1], found[2], Method(found[3]), tuple(map(int, found[4].split())), int(found[5] or 0)
        )  # fmt: skip
        if check.last < check.first or (checks and check.first < checks[-1].first):
            raise BadPack(name, [Mistake(f"line {number}", "the sort codes are not in order", "sort the lines")])
        checks.append(check)
    pairs = [each for line in substitutions if (each := line.split()) and not line.startswith("#")]
    if any(len(pair) != 2 for pair in pairs):
        raise BadPack(
            name, [Mistake("the substitutions", "a line has not two sort codes", "take the file as it is published")]
        )
    return Table(tuple(checks), dict(pairs))
