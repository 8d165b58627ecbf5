"""Writes of the room: open accounts and items, apply credits and take them back."""

from tallystick.accounts.actions.allocating import allocate_credit_by_order, allocate_on_account, reallocate_credit
from tallystick.accounts.actions.bulk import (
    JUDGED,
    add_or_correct_items,
    claim_accounts,
    lock_accounts,
    open_accounts,
)
from tallystick.accounts.actions.charging import (
    ChargedItem,
    Recharge,
    charge_items,
    grow_items,
    open_items_beside,
    recharge_items,
)
from tallystick.accounts.actions.clients import change_client, open_client, open_portfolio
from tallystick.accounts.actions.credits import AppliedCredit, Credit, apply_credits, take_back_credit
from tallystick.accounts.actions.folding import fold_owed_by_day
from tallystick.accounts.actions.holding import Held, dispute_items, hold_items
from tallystick.accounts.actions.items import add_item, adjust_item
from tallystick.accounts.actions.opening import (
    close_account,
    house_account,
    open_account,
    relate_party,
)
from tallystick.accounts.actions.ordering import set_account_order, set_client_order
from tallystick.accounts.actions.source_credits import JUDGED_CREDITS, apply_source_credits
from tallystick.accounts.actions.undoing import (
    Counted,
    TakenBack,
    judge_loaded,
    let_item_off,
    take_back_loaded,
    take_item_back,
)

__all__ = [
    "JUDGED",
    "JUDGED_CREDITS",
    "AppliedCredit",
    "ChargedItem",
    "Counted",
    "Credit",
    "Held",
    "Recharge",
    "TakenBack",
    "add_item",
    "add_or_correct_items",
    "adjust_item",
    "allocate_credit_by_order",
    "allocate_on_account",
    "apply_credits",
    "apply_source_credits",
    "change_client",
    "charge_items",
    "claim_accounts",
    "close_account",
    "dispute_items",
    "fold_owed_by_day",
    "grow_items",
    "hold_items",
    "house_account",
    "judge_loaded",
    "let_item_off",
    "lock_accounts",
    "open_account",
    "open_accounts",
    "open_client",
    "open_items_beside",
    "open_portfolio",
    "reallocate_credit",
    "recharge_items",
    "relate_party",
    "set_account_order",
    "set_client_order",
    "take_back_credit",
    "take_back_loaded",
    "take_item_back",
]
