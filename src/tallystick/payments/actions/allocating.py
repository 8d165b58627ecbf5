"""Decide anew which items a payment pays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause
from tallystick.payments import queries


@transaction.atomic
def reallocate_payment(
    *,
    payment_id: int,
    items: Mapping[int, Money],
    reason: str = "",
    booked_on: date | None = None,
    seen: int | None = None,
    at: datetime,
    by: Actor,
) -> None:
    """Say which items a payment pays, and how much of each; the rest of it stays on account.

    :raises NotFound: there is no such payment within the scope
    :raises CreditGone, OrderIsFixed, MoreThanOpen and others: see `accounts.actions.reallocate_credit`
    """
    by.must_be_allowed_to("allocate money")
    account_actions.reallocate_credit(
        account_id=queries.get_payment(payment_id, scope=by.scope).account_id,
        cause_kind=Cause.PAYMENT,
        cause_id=payment_id,
        items=items,
        reason=reason,
        booked_on=booked_on,
        seen=seen,
        at=at,
        by=by,
    )


@transaction.atomic
def allocate_payment_by_order(*, payment_id: int, at: datetime, by: Actor) -> None:
    """Let what is left of a payment pay what is open, by the order that held on its day.

    :raises NotFound: there is no such payment within the scope
    :raises CreditGone, NothingLeft: there is nothing to allocate
    """
    by.must_be_allowed_to("allocate money")
    account_actions.allocate_credit_by_order(
        account_id=queries.get_payment(payment_id, scope=by.scope).account_id,
        cause_kind=Cause.PAYMENT,
        cause_id=payment_id,
        at=at,
        by=by,
    )
