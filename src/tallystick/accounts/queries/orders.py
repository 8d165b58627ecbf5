"""Which order holds for an account on a day, looked up for many at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from tallystick.accounts.rules.orders import (
    KIND_OF,
    NONE_SET,
    USUAL,
    AllocatedBy,
    OrderBasis,
    OrderInForce,
    OrderIsFixed,
)
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules.orders import Order, Ties, read_order
from tallystick.jurisdictions.rules.pack import Rule, row_or_none
from tallystick.jurisdictions.rules.reading import Node
from tallystick.kernel import sql

#: An account, its client, and the day of a payment.
Asked = tuple[int, int, date]


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a credit, the day of the credit, and the order that holds for its account on that day."""

    account_id: int
    amount_minor: int
    booked_on: date
    order: Order


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "orders.sql", name)


def orders_in_force(asked: Collection[Asked]) -> dict[tuple[int, date], OrderInForce]:
    """Give the orders that hold for some accounts on some days, by account and day; nothing where none is set.

    The account's own goes before its client's. One query, whatever is asked.
    """
    rows = sql.rows(
        _query("orders_of"),
        {
            "account_id": sorted({account_id for account_id, _, _ in asked}),
            "client_id": sorted({client_id for _, client_id, _ in asked}),
        },
    )
    if not rows:
        return {}
    if any(row["law"] for row in rows):
        jurisdictions.refresh()
    of_account: dict[int, list[dict[str, Any]]] = defaultdict(list)
    of_client: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["account_id"] is not None:
            of_account[row["account_id"]].append(row)
        else:
            of_client[row["client_id"]].append(row)
    found = {}
    for account_id, client_id, day in asked:
        own = _in_force(of_account[account_id], day, AllocatedBy.ACCOUNT)
        held = own or _in_force(of_client[client_id], day, AllocatedBy.CLIENT)
        if held is not None:
            found[account_id, day] = held
    return found


def order_on(account_id: int, client_id: int, day: date) -> OrderInForce:
    """Give the order that holds for an account on a day; the oldest due first where none is set."""
    return orders_in_force([(account_id, client_id, day)]).get((account_id, day), NONE_SET)


def must_let_choose(account_id: int, client_id: int, day: date) -> None:
    """Refuse that a person chooses items where the order of an account leaves no choice on a day.

    :raises OrderIsFixed: it does not
    """
    held = order_on(account_id, client_id, day)
    if not held.lets_choose:
        raise OrderIsFixed(order=held.title)


def orders_of_client(client_id: int) -> list[dict[str, Any]]:
    """Give the orders that were set for a client, the one that holds longest last, in words."""
    return [_worded(row) for row in sql.rows(_query("orders_of"), {"client_id": [client_id], "account_id": []})]


def orders_of_account(account_id: int) -> list[dict[str, Any]]:
    """Give the orders that were set for an account itself, as `orders_of_client` does."""
    return [_worded(row) for row in sql.rows(_query("orders_of"), {"client_id": [], "account_id": [account_id]})]


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    said = order_of(row, row["from_on"], AllocatedBy.CLIENT)
    title = said.title if said else OrderBasis(row["basis"]).label
    return row | {"title": title, "citation": said.citation if said else ""}


def laws_of(jurisdiction: str) -> list[Rule]:
    """Give the orders of allocation that the law of a jurisdiction has, that of the general case first."""
    if jurisdiction not in jurisdictions.jurisdictions():
        return []
    rules = jurisdictions.law(jurisdiction).rules
    return [rules[name] for name in sorted(rules) if rules[name].kind == "order"]


def orders_to_choose(jurisdiction: str) -> list[tuple[str, str | Promise]]:
    """Give the orders that may be set for clients of a jurisdiction, by name: the usual ones, then those of the law."""
    jurisdictions.refresh()
    usual: list[tuple[str, str | Promise]] = [(name, usual.title) for name, usual in USUAL.items()]
    return usual + [(rule.id, f"{jurisdiction}: {rule.title}") for rule in laws_of(jurisdiction)]


def share_out(remainders: Sequence[Remainder], *, at: datetime) -> list[dict[str, Any]]:
    """Say what remainders pay, by their orders, in one statement; those of one account one after another as they are given.

    Rows have `place` (of the remainder), `item_id`, `head` and `amount_minor`. The twin of
    `charges.rules.allocation.allocate`. Whoever writes it down has locked the accounts.
    """
    if not remainders:
        return []
    orders = list(dict.fromkeys(each.order for each in remainders))
    return sql.rows(
        _query("pay_by_order"),
        {
            "account_id": [each.account_id for each in remainders],
            "place": list(range(len(remainders))),
            "amount_minor": [each.amount_minor for each in remainders],
            "booked_on": [each.booked_on for each in remainders],
            "order_no": [orders.index(each.order) for each in remainders],
            "orders": json.dumps([_as_weights(order) | {"number": number} for number, order in enumerate(orders)]),
            "at": at,
        },
    )


def _as_weights(order: Order) -> dict[str, Any]:
    return {
        "by": [str(first) for first in order.by],
        "places": {str(int(head)): order.place(kind) for head, kind in KIND_OF.items()},
        "is_proportional": order.ties is Ties.PROPORTIONAL,
    }


def _in_force(rows: Iterable[dict[str, Any]], day: date, by: AllocatedBy) -> OrderInForce | None:
    held = None
    for row in rows:
        if row["from_on"] <= day:
            held = row
    return order_of(held, day, by) if held else None


def order_of(row: Mapping[str, Any], day: date, by: AllocatedBy) -> OrderInForce | None:
    """Give the order that a row of `orders_of` means on a day; None where it means none, or the law has none for that day."""
    match OrderBasis(row["basis"]):
        case OrderBasis.OWN:
            order, title, citation = read_order(Node(row["ordering"])), row["title"], ""
            title = USUAL[title].title if title in USUAL else title
        case OrderBasis.LAW:
            rule = next((rule for rule in laws_of(row["calendar"]) if rule.id == row["law"]), None)
            said = row_or_none(rule, day) if rule else None
            if rule is None or said is None or not isinstance(said.value, Order):
                return None
            order, title, citation = said.value, rule.title, said.citation
        case _:
            return None
    return OrderInForce(order, by, title, row["id"], row["from_on"], row["set_by"], citation)
