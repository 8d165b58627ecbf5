"""The form in which a payer is remembered from one payment to the next."""

from __future__ import annotations

import re

from tallystick.parties.rules import name_key
from tallystick.payments.rules.bank_accounts import account_key

_LEAST = 6


def payer_key(*, counterparty: str, counterparty_account: str) -> str:
    """Give what a payer is known by: the account it pays from, else its name; nothing when the bank says neither.

    >>> payer_key(counterparty="Ashford Ltd.", counterparty_account="GB33 BUKB 2020 1555 5555 55")
    'GB33BUKB20201555555555'
    >>> payer_key(counterparty="ASHFORD DIGITAL LTD", counterparty_account="")
    'ashford digital ltd'
    """
    account = account_key(counterparty_account)
    if len(re.sub(r"\D", "", account)) >= _LEAST and set(re.sub(r"\D", "", account)) != {"0"}:
        return account
    return name_key(counterparty)
