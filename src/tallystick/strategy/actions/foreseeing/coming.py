"""What comes on a day in a world without anybody's doing: book new invoices, and disputes that are raised and solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tallystick.accounts import actions as accounts
from tallystick.accounts.events import ItemAdded
from tallystick.accounts.rules import ItemKind
from tallystick.disputes import actions as disputes
from tallystick.disputes.events import DisputeRaised, DisputeResolved
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.strategy.actions.foreseeing.living import Day
from tallystick.timeline import actions as timeline

_Rows = list[dict[str, Any]]


def add_invoices(came: _Rows, day: Day, *, by: Actor) -> None:
    """Charge invoices that stand in the world to their accounts, as `accounts.add_item` does for one."""
    if not came:
        return
    ledger.post(
        [
            ledger.Posting(
                account_id=row["account_id"],
                debit=Head(row["head"]),
                credit=CHARGED_AGAINST[Head(row["head"])],
                amount_minor=row["amount_minor"],
                currency=row["currency"],
                booked_on=day.on,
                cause_kind=Cause.ITEM,
                cause_id=row["id"],
                item_id=row["id"],
            )
            for row in came
        ],
        at=day.morning,
    )
    _tell(
        (
            ItemAdded(
                row["account_id"], row["id"], ItemKind.INVOICE.value, row["reference"], _amount(row), row["due_on"]
            )
            for row in came
        ),
        day,
        by=by,
    )


def hear_disputes(raised: _Rows, day: Day, *, by: Actor) -> None:
    """Have items say that they are disputed, and tell of it, as `disputes.raise_dispute` does for one."""
    _mark(raised, by=by)
    _tell(
        (DisputeRaised(row["account_id"], row["id"], row["item_id"], "", _amount(row), "", "") for row in raised),
        day,
        by=by,
    )


def end_disputes(solved: _Rows, day: Day, *, by: Actor) -> None:
    """Tell of disputes that were solved, and credit those that were upheld, as `disputes.resolve_dispute` does for one."""
    _mark(solved, by=by)
    credits = [
        accounts.Credit(
            account_id=row["account_id"],
            cause_id=row["id"],
            amount=_credited(row),
            booked_on=day.on,
            debit=Head.CREDIT_NOTES,
            items={row["item_id"]: payable} if (payable := min(row["credited_minor"], row["open_minor"])) else {},
            keep_on_account=row["item_id"] is not None,
        )
        for row in solved
        if row["credited_minor"]
    ]
    _tell(
        (
            DisputeResolved(
                row["account_id"], row["id"], row["item_id"], "", row["state"], _amount(row), _credited(row), ""
            )
            for row in solved
        ),
        day,
        by=by,
    )
    if credits:
        accounts.apply_credits(credits, cause_kind=Cause.DISPUTE, at=day.morning, by=by)


def _mark(rows: _Rows, *, by: Actor) -> None:
    disputes.mark_items({(row["account_id"], row["item_id"]) for row in rows if row["item_id"] is not None}, by=by)


def _amount(row: Mapping[str, Any]) -> Money:
    return Money(row["amount_minor"], row["currency"])


def _credited(row: Mapping[str, Any]) -> Money:
    return Money(row["credited_minor"], row["currency"])


def _tell(told: Iterable[Any], day: Day, *, by: Actor) -> None:
    events = [(event, day.on) for event in told]
    if events:
        timeline.append_all(events, at=day.morning, by=by)
