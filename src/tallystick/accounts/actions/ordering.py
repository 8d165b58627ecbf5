"""Set what a payment pays first, for a client or for one account. What was set before is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import queries
from tallystick.accounts.models import AccountOrder, ClientOrder
from tallystick.accounts.queries import orders
from tallystick.accounts.rules.orders import USUAL, NoSuchOrder, OrderBasis
from tallystick.jurisdictions.rules.orders import written
from tallystick.kernel.actor import Actor


@transaction.atomic
def set_client_order(*, client_id: int, order: str, from_on: date, at: datetime, by: Actor) -> ClientOrder:
    """Set what payments on a client's accounts pay first, from a day on.

    `order` is the name of one that is usual (`rules.orders.USUAL`), the id of an order of the law, or nothing: the oldest
    due first.

    :raises NoSuchOrder: it is none of these
    """
    by.must_be_allowed_to("open accounts")
    client = queries.lock_client(client_id, scope=by.scope)
    said = _said(order, client.calendar)
    return ClientOrder.objects.create(client=client, from_on=from_on, set_at=at, set_by=by.label, **said)


@transaction.atomic
def set_account_order(*, account_id: int, order: str, from_on: date, at: datetime, by: Actor) -> AccountOrder:
    """Set what payments on one account pay first, from a day on; with nothing, its client's order holds for it again.

    :raises NoSuchOrder: see `set_client_order`
    """
    by.must_be_allowed_to("open accounts")
    account = queries.lock_account(account_id, scope=by.scope)
    said = _said(order, account.client.calendar)
    return AccountOrder.objects.create(account=account, from_on=from_on, set_at=at, set_by=by.label, **said)


def _said(order: str, jurisdiction: str) -> dict[str, Any]:
    if not order:
        return {"basis": OrderBasis.NONE}
    if order in USUAL:
        return {"basis": OrderBasis.OWN, "title": order, "ordering": written(USUAL[order].order)}
    if order in {rule.id for rule in orders.laws_of(jurisdiction)}:
        return {"basis": OrderBasis.LAW, "law": order}
    raise NoSuchOrder
