"""Reads of payments: bank accounts and how fresh they are, files, lines that wait and their candidates, payments."""

from tallystick.payments.queries.banks import (
    account_of,
    bank_accounts,
    freshness,
    get_bank_account,
    known_of,
    lock_bank_account,
)
from tallystick.payments.queries.files import Receipt, files, receipt
from tallystick.payments.queries.invariants import INVARIANTS
from tallystick.payments.queries.lines import (
    Shown,
    candidates,
    get_line,
    lines_to_decide,
    lock_line,
    returned_payments,
    waiting_lines,
    waiting_totals,
)
from tallystick.payments.queries.offers import Offer, offer_of, offers, search_offers
from tallystick.payments.queries.preview import Preview, preview
from tallystick.payments.queries.received import (
    Place,
    get_payment,
    paid_items,
    payments,
    payments_of_account,
    payments_of_line,
    promises_kept,
    received,
)

__all__ = [
    "INVARIANTS",
    "Offer",
    "Place",
    "Preview",
    "Receipt",
    "Shown",
    "account_of",
    "bank_accounts",
    "candidates",
    "files",
    "freshness",
    "get_bank_account",
    "get_line",
    "get_payment",
    "known_of",
    "lines_to_decide",
    "lock_bank_account",
    "lock_line",
    "offer_of",
    "offers",
    "paid_items",
    "payments",
    "payments_of_account",
    "payments_of_line",
    "preview",
    "promises_kept",
    "receipt",
    "received",
    "returned_payments",
    "search_offers",
    "waiting_lines",
    "waiting_totals",
]
