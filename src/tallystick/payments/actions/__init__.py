"""Writes of the room: bring statements in, match lines, decide about them, record payments and take them back."""

from tallystick.payments.actions.allocating import allocate_payment_by_order, reallocate_payment
from tallystick.payments.actions.banks import open_bank_account, settle_day_order
from tallystick.payments.actions.lines import allocate_line, ignore_line, park_line, take_line_up
from tallystick.payments.actions.matching import match_lines
from tallystick.payments.actions.receiving import record_payment, reverse_payment, tie_return
from tallystick.payments.actions.statements import Imported, import_statement_file

__all__ = [
    "Imported",
    "allocate_line",
    "allocate_payment_by_order",
    "ignore_line",
    "import_statement_file",
    "match_lines",
    "open_bank_account",
    "park_line",
    "reallocate_payment",
    "record_payment",
    "reverse_payment",
    "settle_day_order",
    "take_line_up",
    "tie_return",
]
