"""Passwords, by NIST SP 800-63B: long rather than complicated, and none that is known or predictable."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

#: Source: NIST SP 800-63B revision 4, 3.1.1.2: at least 15 characters for a password alone, 8 beside a second factor.
#: Roles that matter have a second factor; the house asks for 12 of everybody.
LEAST_LENGTH = 12
#: Source: NIST SP 800-63B revision 4, 3.1.1.2: at least 64 have to be allowed. The bound keeps hashing cheap.
GREATEST_LENGTH = 256

_KEYBOARD = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qwertzuiop",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
)
_ENDS = re.compile(r"^[\d\W_]+|[\d\W_]+$")
_LEAST_CHANGES = 4


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    REPEATED = "repeated"
    SEQUENCE = "sequence"
    KNOWN_WORD = "known word"


def weakness(password: str, *, known: Collection[str] = ()) -> Weakness | None:
    """Give what is wrong with a password; None for nothing.

    No composition rule: no digit, capital or symbol is asked for. `known` holds words in lower case that must not
    be the heart of a password: common passwords, the name of the product, of the person. Length is counted in
    characters as typed.

    Source: NIST SP 800-63B revision 4, 3.1.1.2 (blocklist of common values, dictionary words and context-specific
    words; no composition rules).

    >>> weakness("correct horse battery staple")
    >>> weakness("aaaaaaaaaaaaaa"), weakness("abcdefghijklmn"), weakness("short")
    (<Weakness.REPEATED: 'repeated'>, <Weakness.SEQUENCE: 'sequence'>, <Weakness.TOO_SHORT: 'too short'>)
    >>> weakness("tallystick2026!", known={"tallystick"})
    <Weakness.KNOWN_WORD: 'known word'>
    """
    if len(password) < LEAST_LENGTH:
        return Weakness.TOO_SHORT
    if len(password) > GREATEST_LENGTH:
        return Weakness.TOO_LONG
    folded = password.casefold()
    heart = _ENDS.sub("", folded) or folded
    if _repeats(folded) or _repeats(heart):
        return Weakness.REPEATED
    if _runs(folded) or _runs(heart):
        return Weakness.SEQUENCE
    if folded in known or heart in known:
        return Weakness.KNOWN_WORD
    return None


def _repeats(folded: str) -> bool:
    """Test if a password is one short piece over and over, or has too few different characters."""
    if len(set(folded)) < _LEAST_CHANGES:
        return True
    return any(folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, len(folded) // 2 + 1))


def _runs(folded: str) -> bool:
    """Test if a password is neighbors on the keyboard or in the alphabet from end to end, forwards or backwards."""
    for row in _KEYBOARD:
        ring = row * (len(folded) // len(row) + 2)
        if folded in ring or folded[::-1] in ring:
            return True
    return False
