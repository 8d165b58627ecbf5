"""Credits as a client's own books send them."""

from __future__ import annotations

from tests.builders import AT, TEST, TODAY

from tallystick.accounts.actions.source_credits import apply_source_credits
from tallystick.accounts.rules import SourceCreditKind
from tallystick.kernel import sql
from tallystick.kernel.money import Money

_ROW = """
SELECT 1 AS key, %(account)s::bigint AS account_id, %(kind)s AS kind, %(reference)s AS reference, %(on)s::date AS booked_on,
       %(minor)s::bigint AS amount_minor, %(currency)s AS currency
"""


def credit_note(account, reference, amount, *, on=TODAY, at=AT):
    """Have a credit note come in that waits on the account, as in the client's books."""
    minor = Money.of(amount, account.currency).minor
    row = {"account": account.pk, "kind": str(SourceCreditKind.CREDIT_NOTE), "reference": reference}
    rows = sql.Rows(_ROW, {**row, "on": on, "minor": minor, "currency": account.currency})
    apply_source_credits(rows, keep_on_account=True, today=on, origin="test", at=at, by=TEST)
