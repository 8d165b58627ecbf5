"""Whose money a line is. Only an exact reference together with an exact amount decides by itself; people do the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


class Waits(Choice):
    """Why a line waits for a person."""

    NO_REFERENCE = "no_reference", _("No reference of this client was found.")
    AMOUNT_DIFFERS = "amount_differs", _("The reference was found, but the amount is not what is open.")
    SEVERAL_ACCOUNTS = "several_accounts", _("References of several accounts were found.")
    CLAIMED = "claimed", _("An earlier payment has just paid the same items.")
    MONEY_OUT = "money_out", _("Money went out.")
    SENT_BACK = "sent_back", _("Money came back to the bank or the payer: a payment may have bounced.")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item with something open on it, in minor units of the line's currency."""

    item_id: int
    account_id: int
    open_minor: int


def matched_items(
    *, amount_minor: int, named_items: Sequence[OpenItem], named_accounts: Mapping[int, Sequence[OpenItem]]
) -> tuple[OpenItem, ...] | Waits:
    """Give the items a line pays, or why it waits.

    `named_items` are the open items whose reference stands in the line's text, `named_accounts` the open items of the
    accounts whose reference does; all of the bank account's client and of the line's currency. The line pays

    1. the named items, when what is open on them adds up to the amount, on one account or several;
    2. else, when one account alone is named, all that is open on it, when that is the amount;
    3. else, on that account, the one item that is open with exactly the amount.

    Twin: the query `decide` of `sql/matching.sql`.

    >>> matched_items(amount_minor=500, named_items=[OpenItem(1, 7, 200), OpenItem(2, 7, 300)], named_accounts={})
    (OpenItem(item_id=1, account_id=7, open_minor=200), OpenItem(item_id=2, account_id=7, open_minor=300))
    >>> matched_items(amount_minor=499, named_items=[OpenItem(1, 7, 500)], named_accounts={})
    <Waits.AMOUNT_DIFFERS: 'amount_differs'>
    """
    if amount_minor <= 0:
        return Waits.MONEY_OUT
    if named_items and sum(item.open_minor for item in named_items) == amount_minor:
        return tuple(sorted(named_items, key=lambda item: item.item_id))
    if len(named_accounts) > 1:
        return Waits.SEVERAL_ACCOUNTS
    for items in named_accounts.values():
        if items and sum(item.open_minor for item in items) == amount_minor:
            return tuple(sorted(items, key=lambda item: item.item_id))
        exact = [item for item in items if item.open_minor == amount_minor]
        if len(exact) == 1:
            return (exact[0],)
    return Waits.AMOUNT_DIFFERS if named_items or named_accounts else Waits.NO_REFERENCE


def without_conflicts(
    matches: Mapping[int, Sequence[OpenItem]], order: Sequence[int]
) -> tuple[dict[int, tuple[OpenItem, ...]], list[int]]:
    """Give the matches that may be applied together, and the lines that wait since an earlier line pays one of their items.

    `matches` are by line id; `order` has the line ids, the earliest booked first. A line that waits blocks no other:
    it holds its place in front of the next one, so that the outcome does not hang on how often this is asked.

    Twin: the query `decide` of `sql/matching.sql`.
    """
    first_of: dict[int, int] = {}
    for line_id in order:
        for item in matches.get(line_id, ()):
            first_of.setdefault(item.item_id, line_id)
    free = {
        line_id: tuple(items)
        for line_id, items in matches.items()
        if all(first_of[item.item_id] == line_id for item in items)
    }
    return free, [line_id for line_id in order if line_id in matches and line_id not in free]
