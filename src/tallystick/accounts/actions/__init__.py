"""Writes of the room: open accounts and items, apply credits and take them back."""

from tallystick.accounts.actions.credits import AppliedCredit, Credit, apply_credits, take_back_credit
from tallystick.accounts.actions.items import add_item, adjust_item
from tallystick.accounts.actions.opening import (
    close_account,
    house_account,
    open_account,
    open_client,
    open_portfolio,
    relate_party,
)

__all__ = [
    "AppliedCredit",
    "Credit",
    "add_item",
    "adjust_item",
    "apply_credits",
    "close_account",
    "house_account",
    "open_account",
    "open_client",
    "open_portfolio",
    "relate_party",
    "take_back_credit",
]
