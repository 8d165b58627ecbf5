"""References that a payer's text may name, in the form in which accounts and items are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tallystick.accounts.rules import reference_key

#: Shorter ones are house numbers, quantities and days.
SHORTEST = 3
LONGEST = 35
#: No honest remittance names more on one line; a longer text is cut here and left to a person.
MOST = 400

_WORDS = re.compile(r"[^\s,;:()\[\]|+*\"'?!=<>]+")
_AMOUNT = re.compile(r"(?<![\w.,/-])[£€$]?\d{1,3}(?:[,.]?\d{3})*[.,]\d{2}(?![\w/-])")
#: Words that say what a number is and are not part of it.
_LABELS = frozenset(
    "INV INVOICE INVOICES INVNO REF REFERENCE NO NR NUM NUMBER ACC ACCT ACCOUNT AC CUSTOMER CUST CLIENT CN CREDIT PCN "
    "RE RG RECHNUNG FACTUUR FACTURE FAKTURA RNR RGNR KDNR BILL ORDER PO".split()
)


def tokens(*texts: str) -> list[str]:
    """Give the keys of everything in some texts that may be a reference, without doubles, in their order.

    Every word with a digit is one, and so are its parts between slashes, neighbours of which the first has letters
    ("INV 0088"), and three words that only together are one ("INV 2026 0088"). Amounts are not.

    >>> tokens("BGC ACME LTD INV-2024-0841")
    ['INV20240841', '20240841']
    >>> tokens("INV 0088 LESS 150.00")
    ['INV0088', '0088']
    >>> tokens("/INV/INV-2025-0012")
    ['INVINV20250012', 'INV20250012']
    """
    found: dict[str, None] = {}
    for text in texts:
        for token in _of_text(text):
            found.setdefault(token)
            if len(found) >= MOST:
                return list(found)
    return list(found)


def _of_text(text: str) -> Iterator[str]:
    words = [word.strip("-./\\_#&") or word for word in _WORDS.findall(_AMOUNT.sub(" - ", text))]
    keys = [reference_key(word) for word in words]
    for place, (word, key) in enumerate(zip(words, keys, strict=True)):
        if not key:
            continue
        following = keys[place + 1 : place + 3]
        if any(c.isalpha() for c in key) and following and _is_number(words[place + 1]):
            if len(following) > 1 and _is_number(words[place + 2]):
                yield from _fitting([key + following[0] + following[1]])
            yield from _fitting([key + following[0]])
        if _has_digit(key):
            yield from _fitting([key])
            yield from _fitting(reference_key(part) for part in re.split(r"[/\\]", word) if part != word)
            yield from _fitting([_without_label(key)])


def _without_label(key: str) -> str:
    """Take the label off a number that was written onto it: INV0088 is also 0088."""
    letters = key.rstrip("0123456789")
    return key[len(letters) :] if letters in _LABELS else ""


def _fitting(keys: Iterable[str]) -> Iterator[str]:
    return (key for key in keys if SHORTEST <= len(key) <= LONGEST and _has_digit(key))


def _has_digit(key: str) -> bool:
    return any(c.isdigit() for c in key)


def _is_number(word: str) -> bool:
    return word[:1].isdigit()
