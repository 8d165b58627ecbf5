"""What was charged and paid, or let off, and is owed no longer: what pays it is released, and what let it off is lessened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.charges.queries.proofs import Record, Row
from tallystick.ledger.actions import Posting
from tallystick.ledger.rules import CHARGED_AGAINST, DEBT_HEADS, Cause, Head


@dataclass(frozen=True, slots=True)
class Released:
    """What is taken back of what paid an item, and entered anew; what became money on account, and what is let off less."""

    minor: int = 0
    waived_minor: int = 0
    reverses: Sequence[int] = ()
    postings: Sequence[Posting] = ()


def release(row: Row, item_id: int | None, change: int, record: Record, *, head: Head) -> Released:
    """Give what has to be released of an item so that it can change by an amount; nothing, where enough of it is open.

    The last payment is released first. An allocation is taken back whole, and what it still pays is entered anew under its
    own cause: who takes the payment back takes that back with it.
    """
    entries = record.of_item(item_id)
    open_minor = sum(
        entry["amount_minor"] if entry["debit"] in DEBT_HEADS else -entry["amount_minor"] for entry in entries
    )
    missing = -change - open_minor
    if item_id is None or missing <= 0:
        return Released()
    released, reverses, postings = 0, [], []
    for entry in reversed(entries):
        if entry["debit"] != Head.ON_ACCOUNT or entry["id"] in record.reversed or released == missing:
            continue
        minor = min(missing - released, entry["amount_minor"])
        released += minor
        reverses.append(entry["id"])
        if entry["amount_minor"] > minor:
            postings.append(_again(row, entry, entry["amount_minor"] - minor, record))
    if waived := missing - released:
        postings.append(_less_let_off(row, item_id, waived, record, head))
    return Released(released, waived, reverses, postings)


def _again(row: Row, entry: Row, minor: int, record: Record) -> Posting:
    return Posting(
        account_id=row["account_id"],
        debit=Head.ON_ACCOUNT,
        credit=Head(entry["credit"]),
        amount_minor=minor,
        currency=row["currency"],
        booked_on=entry["booked_on"],
        cause_kind=Cause(entry["cause_kind"]),
        cause_id=entry["cause_id"],
        cause_no=record.next_number(row["account_id"], entry["cause_kind"], entry["cause_id"]),
        item_id=entry["item_id"],
    )


def _less_let_off(row: Row, item_id: int, minor: int, record: Record, head: Head) -> Posting:
    return Posting(
        account_id=row["account_id"],
        debit=head,
        credit=CHARGED_AGAINST[head],
        amount_minor=minor,
        currency=row["currency"],
        booked_on=row["day"],
        cause_kind=Cause.ADJUSTMENT,
        cause_id=item_id,
        cause_no=record.next_number(row["account_id"], Cause.ADJUSTMENT, item_id),
        item_id=item_id,
    )
