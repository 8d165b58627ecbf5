"""Post entries and take them back. Sets are posted by the rooms that cause them, through `post`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tallystick.kernel import sql
from tallystick.ledger.rules import Cause, Head


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be posted. `amount_minor` is positive, in minor units of `currency`."""

    account_id: int
    debit: Head
    credit: Head
    amount_minor: int
    currency: str
    booked_on: date
    cause_kind: Cause
    cause_id: int
    cause_no: int = 0
    item_id: int | None = None


_POST = """
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at
)
SELECT account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, %(at)s
FROM unnest(
    %(account_id)s::bigint[], %(debit)s::smallint[], %(credit)s::smallint[], %(amount_minor)s::bigint[],
    %(currency)s::text[], %(booked_on)s::date[], %(cause_kind)s::smallint[], %(cause_id)s::bigint[],
    %(cause_no)s::integer[], %(item_id)s::bigint[]
) AS posting(
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id
)
ON CONFLICT (account_id, cause_kind, cause_id, cause_no) DO NOTHING
"""


@transaction.atomic
def post(postings: Sequence[Posting], *, at: datetime) -> int:
    """Post entries and give how many were new: one whose natural key stands already is a no-op."""
    if not postings:
        return 0
    columns: dict[str, object] = {
        name: [getattr(posting, name) for posting in postings] for name in Posting.__dataclass_fields__
    }
    return sql.execute(_POST, {**columns, "at": at})


_POST_ROWS = """
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at
)
SELECT account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, %(at)s
FROM {rows} AS posting
"""


@transaction.atomic
def post_rows(rows: sql.Rows, *, at: datetime) -> int:
    """Post entries that stand in the database as rows, with the columns of `Posting`, and give how many.

    The bulk twin of `post` for causes that came into being in the same transaction: an entry that stands already cannot
    be, and would be an integrity error. Looking for one first would cost as much as writing it. Rows in the order
    of account and cause are written fastest.
    """
    return sql.execute(*rows.into(_POST_ROWS, {"at": at}))


_REVERSE_ROWS = """
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at,
    reverses_id
)
SELECT account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, %(at)s,
       reverses_id
FROM {rows} AS posting
"""


@transaction.atomic
def reverse_rows(rows: sql.Rows, *, at: datetime) -> int:
    """Post entries that take others back; rows as of `post_rows`, with the column reverses_id. Give how many."""
    return sql.execute(*rows.into(_REVERSE_ROWS, {"at": at}))


_REVERSE = """
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at,
    reverses_id
)
SELECT account_id, credit, debit, amount_minor, currency, %(booked_on)s, %(reversal)s, id, 0, item_id, %(at)s, id
FROM ledger_entry
WHERE account_id = %(account)s AND cause_kind = %(kind)s AND cause_id = %(cause)s
ON CONFLICT (account_id, cause_kind, cause_id, cause_no) DO NOTHING
RETURNING item_id, amount_minor, debit, credit
"""


@transaction.atomic
def reverse_cause(
    *, account_id: int, cause_kind: Cause, cause_id: int, booked_on: date, at: datetime
) -> list[dict[str, int]]:
    """Take back every entry that a cause made on an account; give the reversing entries' item, amount and heads.

    An entry is reversed once: an empty list says that nothing was left to take back.
    """
    return sql.rows(
        _REVERSE,
        {
            "account": account_id,
            "kind": cause_kind,
            "cause": cause_id,
            "booked_on": booked_on,
            "reversal": Cause.REVERSAL,
            "at": at,
        },
    )


_REVERSE_ENTRIES = """
INSERT INTO ledger_entry (
    account_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id, cause_no, item_id, posted_at,
    reverses_id
)
SELECT account_id, credit, debit, amount_minor, currency, %(booked_on)s, %(reversal)s, id, 0, item_id, %(at)s, id
FROM ledger_entry
WHERE account_id = %(account)s AND id = ANY(%(entries)s)
ON CONFLICT (account_id, cause_kind, cause_id, cause_no) DO NOTHING
"""


@transaction.atomic
def reverse_entries(account_id: int, entry_ids: Sequence[int], *, booked_on: date, at: datetime) -> int:
    """Take back some entries of an account, and give how many of them stood."""
    asked = {"account": account_id, "entries": list(entry_ids), "booked_on": booked_on, "reversal": Cause.REVERSAL}
    return sql.execute(_REVERSE_ENTRIES, {**asked, "at": at})
