"""What every allocation writes: entries, open amounts and money on account, and the row that says who decided it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallystick.accounts.rules.orders import AllocatedBy
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.ledger.rules import Head

_ALLOCATED = ("account_id", "cause_kind", "cause_id", "item_id", "head", "amount_minor", "currency", "booked_on")


@dataclass(frozen=True, slots=True)
class Decided:
    """How it was decided what a credit pays: the number of the decision, the day from which it holds, by what."""

    account_id: int
    cause_kind: int
    cause_id: int
    number: int
    booked_on: date
    by: AllocatedBy
    order_id: int | None = None


def _query(file: str, name: str) -> str:
    return sql.load("tallystick.accounts", f"{file}.sql", name)


def post_allocations(rows: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Post what credits pay, and take it off what is open on the items.

    Rows have account_id, cause_kind, cause_id, item_id, head, amount_minor, currency, booked_on and first_no, from which on the
    entries of one credit are numbered.
    """
    if not rows:
        return
    given: dict[tuple[int, int, int], int] = defaultdict(int)
    numbers = []
    for row in rows:
        key = (row["account_id"], row["cause_kind"], row["cause_id"])
        numbers.append(row["first_no"] + given[key])
        given[key] += 1
    columns = {name: [row[name] for row in rows] for name in _ALLOCATED}
    sql.execute(
        _query("credits", "allocate"), {**columns, "cause_no": numbers, "on_account": Head.ON_ACCOUNT, "at": at}
    )


def keep_on_account(kept: Sequence[tuple[int, int]]) -> None:
    """Add to the money on account of some accounts, or take from it, in minor units."""
    if kept:
        sql.execute(
            _query("credits", "keep_on_account"),
            {"account_id": [account_id for account_id, _ in kept], "amount_minor": [minor for _, minor in kept]},
        )


def note_decisions(decided: Sequence[Decided], *, reason: str = "", at: datetime, by: Actor) -> None:
    """Write down how it was decided what some credits pay."""
    if not decided:
        return
    names = ("account_id", "cause_kind", "cause_id", "number", "booked_on", "by", "order_id")
    columns: dict[str, Any] = {name: [getattr(each, name) for each in decided] for name in names}
    sql.execute(_query("orders", "note"), {**columns, "reason": reason, "at": at, "decided_by": by.label})
