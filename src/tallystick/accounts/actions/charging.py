"""What is charged on items is an item beside each: open it, let it grow, and correct it. Entries are posted by who charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tallystick.accounts import rules
from tallystick.accounts.actions.posting import keep_on_account
from tallystick.kernel import sql


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "charging.sql", name)


@dataclass(frozen=True, slots=True)
class Recharge:
    """A change of what an item amounts to. `released_minor` of what was paid on it became money on account."""

    account_id: int
    item_id: int
    minor: int
    released_minor: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class ChargedItem:
    """An item to be opened for what is charged on an account; its reference is one that no other of its kind has there."""

    account_id: int
    reference: str
    due_on: date
    minor: int


@transaction.atomic(savepoint=False)
def charge_items(items: Sequence[ChargedItem], *, kind: rules.ItemKind) -> dict[tuple[int, str], int]:
    """Open items of a kind, and give their ids by account and reference. The accounts are locked."""
    if not items:
        return {}
    columns = {name: [getattr(each, name) for each in items] for name in ChargedItem.__dataclass_fields__}
    opened = sql.rows(_query("charge_items"), {**columns, "kind": str(kind), "head": rules.HEAD_OF[kind]})
    return {(row["account_id"], row["reference"]): row["id"] for row in opened}


@transaction.atomic(savepoint=False)
def open_items_beside(beside: Sequence[tuple[int, int, date]], *, kind: rules.ItemKind) -> dict[int, int]:
    """Open an item of a kind beside each of some items (account, item, due day) that has none; give their ids by item."""
    if not beside:
        return {}
    accounts, items, due_days = (list(column) for column in zip(*beside, strict=True))
    named = {
        "account_id": accounts,
        "item_id": items,
        "suffix": rules.BESIDE[kind],
        "kind": str(kind),
    }
    sql.execute(_query("open_items"), {**named, "due_on": due_days, "head": rules.HEAD_OF[kind]})
    return {row["item_id"]: row["charged_id"] for row in sql.rows(_query("items_beside"), named)}


@transaction.atomic(savepoint=False)
def grow_items(rows: sql.Rows) -> int:
    """Add to what items amount to. The rows have the columns account_id, item_id and minor; the accounts are locked."""
    return sql.execute(*rows.into(_query("grow"), {}))


@transaction.atomic(savepoint=False)
def recharge_items(changes: Sequence[Recharge]) -> None:
    """Change what items amount to, and keep on account what was paid on them and is owed no longer. The accounts are locked."""
    if not changes:
        return
    names = ("account_id", "item_id", "minor", "released_minor", "booked_on")
    columns = {name: [getattr(change, name) for change in changes] for name in names}
    sql.execute(_query("recharge"), columns)
    keep_on_account([(change.account_id, change.released_minor) for change in changes if change.released_minor])
