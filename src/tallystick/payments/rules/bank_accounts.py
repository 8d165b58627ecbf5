"""Whether the account that a file names is one of ours."""

from __future__ import annotations

import re

_NOT_KEY = re.compile(r"[^A-Za-z0-9*]")
#: Digits at the end of a British IBAN that are an account by themselves: the number, or the sort code and the number.
_LENGTHS_IN_IBAN = (8, 14)


def account_key(account: str) -> str:
    """Give the form in which account numbers are compared: capitals and digits.

    >>> account_key("GB33 BUKB 2020 1555 5555 55"), account_key("20-00-00 12345678")
    ('GB33BUKB20201555555555', '20000012345678')
    """
    return _NOT_KEY.sub("", account).upper()


def is_same_account(named: str, *, iban: str = "", sort_code: str = "", number: str = "") -> bool:
    """Test if the account that a file names is a bank account with these particulars.

    Banks write the IBAN, sort code and number run together, the number alone, or its last digits behind asterisks.
    A file that names no account, or one without four digits, could be of any: the one the person chose.

    >>> is_same_account("20201555555555", iban="GB33BUKB20201555555555")
    True
    >>> is_same_account("FlexDirect ****5678", sort_code="07-00-93", number="12345678")
    True
    >>> is_same_account("20-00-00 12345678", sort_code="20-00-01", number="12345678")
    False
    """
    key = account_key(named)
    digits = re.sub(r"\D", "", key)
    if len(digits) < 4:
        return True
    own_iban, own_sort, own_number = account_key(iban), account_key(sort_code), account_key(number)
    whole = own_sort + own_number
    known = {own for own in (own_iban, whole, own_number) if own}
    if not known:
        return True
    if key in known or "*" in key:
        return key in known or any(own.endswith(key.rpartition("*")[2]) for own in known)
    if own_iban and digits == own_iban[-len(digits) :] and len(digits) in _LENGTHS_IN_IBAN:
        return True
    if own_iban and "/" in named:
        bank, _, account = named.partition("/")
        return own_iban[4:].startswith(account_key(bank)) and own_iban.endswith(account_key(account).zfill(10)[-10:])
    return bool(whole) and digits in (whole, own_number)
