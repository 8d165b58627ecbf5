"""Which account a waiting line most likely pays, and why in words. A person decides; nothing here posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an account."""

    #: References of its items that stand in the line's text.
    named_items: Sequence[str] = ()
    names_account: bool = False
    #: Payments that the same payer made on it, and when the last was booked.
    payments: int = 0
    last_paid_on: date | None = None
    #: True: the payer is called as the debtor; False: the debtor's name begins as the payer's; None: neither.
    name_is_same: bool | None = None
    line: Money | None = None
    open: Money | None = None
    #: What is open on the named items.
    named_open: Money | None = None
    #: References of the open items of exactly the line's amount.
    exact_items: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account a line may pay."""

    account_id: int
    reference: str
    party: str
    signs: Signs
    score: int
    #: What speaks for it, the strongest first.
    evidence: tuple[str, ...]


#: Points by sign. Two weak signs never outweigh a named item: a reference is what the payer itself said.
_NAMED_ITEM, _NAMED_ACCOUNT, _PAID_BEFORE, _SAME_NAME, _LIKE_NAME, _EXACT_TOTAL, _EXACT_ITEM = (
    60,
    50,
    25,
    20,
    10,
    25,
    20,
)


def score(signs: Signs) -> int:
    """Give how much speaks for an account; more is better, and only the order means anything.

    >>> score(Signs(named_items=["INV-1"])) > score(Signs(payments=3, name_is_same=True))
    True
    """
    points = 0
    points += _NAMED_ITEM if signs.named_items else 0
    points += _NAMED_ACCOUNT if signs.names_account and not signs.named_items else 0
    points += _PAID_BEFORE + min(signs.payments, 5) if signs.payments else 0
    points += {True: _SAME_NAME, False: _LIKE_NAME, None: 0}[signs.name_is_same]
    if signs.line is not None and signs.open == signs.line:
        points += _EXACT_TOTAL
    elif signs.exact_items:
        points += _EXACT_ITEM
    return points


def evidence(signs: Signs) -> tuple[str, ...]:
    """Say what speaks for an account in the reader's language, the strongest first."""
    said: list[str] = []
    if signs.named_items:
        said.append(_("Names {references}").format(references=", ".join(signs.named_items[:4])))
        if signs.named_open == signs.line:
            said.append(_("Amount is what is open on it"))
    elif signs.names_account:
        said.append(_("Names the account"))
    if signs.line is not None and signs.open == signs.line:
        said.append(_("Amount is all that is owed"))
    elif signs.exact_items and signs.named_open != signs.line:
        said.append(_("Amount is {reference}").format(reference=", ".join(signs.exact_items[:2])))
    if signs.payments:
        times = ngettext("Paid this account once before", "Paid this account {count} times before", signs.payments)
        said.append(times.format(count=signs.payments))
    if signs.name_is_same is not None:
        said.append(_("Same name") if signs.name_is_same else _("Name begins alike"))
    return tuple(said)


def ranked(candidates: Sequence[Candidate], *, most: int = 5) -> list[Candidate]:
    """Give the best candidates, the best first; of equal ones the one with less open, which an amount fits better."""
    return sorted(
        candidates,
        key=lambda each: (-each.score, each.signs.open.minor if each.signs.open else 0, each.account_id),
    )[:most]
