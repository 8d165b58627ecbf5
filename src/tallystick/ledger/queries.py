"""Balances as of a day and as known at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.money import Money
from tallystick.ledger.rules import DEBT_HEADS, Head

#: Heads whose sum is what a debtor owes: debt, less money on account.
OWED_HEADS = sorted([*DEBT_HEADS, Head.ON_ACCOUNT])
#: Heads that money comes from: what a statement brought is transferred from the house account that held it.
MONEY_HEADS = (Head.BANK, Head.PAID_TO_CLIENT, Head.SUSPENSE, Head.TRANSFER)

_BY_HEAD = """
SELECT entry.account_id, head, currency,
       sum(CASE WHEN head = debit THEN amount_minor ELSE -amount_minor END)::bigint AS balance_minor
FROM ledger_entry AS entry, LATERAL (VALUES (debit), (credit)) AS side(head)
WHERE account_id = ANY(%(accounts)s)
  AND (%(on)s::date IS NULL OR booked_on <= %(on)s)
  AND (%(known_at)s::timestamptz IS NULL OR posted_at <= %(known_at)s)
GROUP BY entry.account_id, head, currency
ORDER BY entry.account_id, currency, head
"""


def balances_by_head(
    account_ids: Sequence[int], *, on: date | None = None, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """Give debit less credit of every head of some accounts, in minor units, by currency.

    `on` counts the entries booked by that day, that day included; `known_at` those posted by that instant. Without them:
    all entries.
    """
    return sql.rows(_BY_HEAD, {"accounts": list(account_ids), "on": on, "known_at": known_at})


def balance(account_id: int, *, currency: str, on: date | None = None, known_at: datetime | None = None) -> Money:
    """Give what the debtor owes on an account: debt of every kind, less money on account."""
    found = balances_by_head([account_id], on=on, known_at=known_at)
    return Money(
        sum(row["balance_minor"] for row in found if row["head"] in OWED_HEADS and row["currency"] == currency),
        currency,
    )


def entries(account_id: int, *, on: date | None = None, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """Give the entries of an account in the order they were booked: the raw material of a statement."""
    return sql.rows(
        """
        SELECT * FROM ledger_entry
        WHERE account_id = %(account)s
          AND (%(on)s::date IS NULL OR booked_on <= %(on)s)
          AND (%(known_at)s::timestamptz IS NULL OR posted_at <= %(known_at)s)
        ORDER BY booked_on, id
        """,
        {"account": account_id, "on": on, "known_at": known_at},
    )


_HEADS = ", ".join(str(head.value) for head in Head)

INVARIANTS = (
    Invariant(
        name="the ledger balances",
        sentence="Every entry moves a positive amount from one head to another, and both are heads that there are.",
        checked="SELECT count(*) FROM ledger_entry",
        breaches=sql.fill(
            """
            SELECT account_id, 'entry ' || id || ' moves ' || amount_minor || ' from ' || debit || ' to ' || credit AS what
            FROM ledger_entry
            WHERE amount_minor <= 0 OR debit = credit OR debit NOT IN ({heads}) OR credit NOT IN ({heads})
            """,
            heads=_HEADS,
        ),
    ),
    Invariant(
        name="no money was posted twice",
        sentence="What caused an entry caused it once.",
        checked="SELECT count(*) FROM ledger_entry",
        breaches="""
        SELECT account_id, 'one cause has ' || count(*) || ' entries: ' || string_agg(id::text, ', ') AS what
        FROM ledger_entry
        GROUP BY account_id, cause_kind, cause_id, cause_no
        HAVING count(*) > 1
        """,
    ),
    Invariant(
        name="reversals mirror what they reverse",
        sentence="A reversal names an entry of its own account and takes back exactly that, once.",
        checked="SELECT count(*) FROM ledger_entry WHERE reverses_id IS NOT NULL",
        breaches="""
        SELECT reversal.account_id, 'entry ' || reversal.id || ' does not mirror entry ' || reversal.reverses_id AS what
        FROM ledger_entry AS reversal
        LEFT JOIN ledger_entry AS entry ON entry.id = reversal.reverses_id AND entry.account_id = reversal.account_id
        WHERE reversal.reverses_id IS NOT NULL
          AND (entry.id IS NULL OR (entry.debit, entry.credit, entry.amount_minor, entry.currency)
               IS DISTINCT FROM (reversal.credit, reversal.debit, reversal.amount_minor, reversal.currency))
        """,
    ),
)
