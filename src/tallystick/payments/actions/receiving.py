"""Record payments that no statement brought, and take payments back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.accounts.queries import orders as account_orders
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import Cause, Head
from tallystick.payments import events, queries
from tallystick.payments.actions.matching import announce
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules.states import (
    DayInFuture,
    LineNotWaiting,
    LineState,
    Method,
    MoneyStays,
    NotBounced,
    PaidTo,
    PaymentReversed,
    PaymentState,
    ReturnDiffers,
    ReversalReason,
)
from tallystick.timeline import actions as timeline

_FAR_SIDE = {PaidTo.US: Head.BANK, PaidTo.CLIENT: Head.PAID_TO_CLIENT}


@transaction.atomic
def record_payment(
    *,
    account_id: int,
    amount: Money,
    booked_on: date,
    method: Method,
    source: str,
    source_key: str,
    paid_to: PaidTo = PaidTo.US,
    payer: str = "",
    reference: str = "",
    items: Mapping[int, Money] | None = None,
    at: datetime,
    by: Actor,
) -> Payment:
    """Record a payment that did not come by a statement: by card, in cash, or to the client itself.

    `source` and `source_key` are where it is known from and what it is called there. The same once more changes nothing and
    gives the payment that stands. `items` says what it pays; the rest pays by the order that holds.

    :raises DayInFuture: it has not come yet
    :raises OrderIsFixed: that order lets nobody choose items
    :raises AmountNotPositive, CurrencyDiffers, MoreThanOpen: see `accounts.actions.apply_credits`
    """
    by.must_be_allowed_to("allocate money")
    account = account_queries.lock_account(account_id, scope=by.scope)
    known = Payment.objects.filter(account_id=account_id, source=source, source_key=source_key).order_by("pk").first()
    if known is not None:
        return known
    if booked_on > local_day(at, account.client.time_zone):
        raise DayInFuture
    if amount.minor <= 0:
        raise account_rules.AmountNotPositive
    if items:
        account_orders.must_let_choose(account_id, account.client_id, booked_on)
    payment = Payment.objects.create(
        account_id=account_id,
        client_id=account.client_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        received_at=at,
        booked_on=booked_on,
        method=method,
        paid_to=paid_to,
        source=source,
        source_key=source_key,
        payer=payer,
        reference=reference,
        recorded_by=by.label,
    )
    account_actions.apply_credits(
        [
            account_actions.Credit(
                account_id=account_id,
                cause_id=payment.pk,
                amount=amount,
                booked_on=booked_on,
                debit=_FAR_SIDE[paid_to],
                items={item_id: part.minor for item_id, part in (items or {}).items()},
            )
        ],
        cause_kind=Cause.PAYMENT,
        at=at,
        by=by,
    )
    announce([_as_row(payment)], at=at, by=by)
    return payment


def _as_row(payment: Payment) -> dict[str, Any]:
    names = ("account_id", "amount_minor", "currency", "booked_on", "method", "payer", "reference")
    return {"id": payment.pk} | {name: getattr(payment, name) for name in names}


@transaction.atomic
def reverse_payment(
    *,
    payment_id: int,
    reason: ReversalReason,
    note: str = "",
    booked_on: date | None = None,
    return_line_id: int | None = None,
    at: datetime,
    by: Actor,
) -> Payment:
    """Take a payment back: what it had paid is open again from `booked_on`, today when it is not given.

    When it was booked wrongly, the money is still here and its line waits again. When it bounced, the bank took the money:
    `return_line_id` is the line on which it went out, if that has come.

    :raises PaymentReversed: it was taken back already
    :raises LineNotWaiting, ReturnDiffers: that line is done, or of another amount
    :raises MoneyStays: the reason says that the money is still here, and a line that it went out
    """
    by.must_be_allowed_to("allocate money")
    if return_line_id is not None and reason.money_stays:
        raise MoneyStays(reason=reason.label)
    found = queries.get_payment(payment_id, scope=by.scope)
    line = queries.lock_line(found.line_id, scope=by.scope) if found.line_id is not None else None
    returned = queries.lock_line(return_line_id, scope=by.scope) if return_line_id is not None else None
    account = account_queries.lock_account(found.account_id, scope=by.scope)
    payment = Payment.objects.select_for_update().get(pk=payment_id, account_id=account.pk)
    if payment.state == PaymentState.REVERSED:
        raise PaymentReversed
    day = booked_on or (returned.booked_on if returned else local_day(at, account.client.time_zone))
    if returned is not None:
        _settle_return(returned, payment, at=at, by=by)
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=payment.pk,
        booked_on=day,
        reason=reason,
        at=at,
        by=by,
    )
    if line is not None:
        _give_back(line, payment, reason, day, at=at)
    payment.state, payment.reversed_on, payment.reversal_reason = PaymentState.REVERSED, day, reason
    payment.return_line_id = return_line_id
    payment.save(update_fields=["state", "reversed_on", "reversal_reason", "return_line_id"])
    amount = Money(payment.amount_minor, payment.currency)
    timeline.append(events.PaymentReversed(account.pk, payment.pk, amount, reason, note), happened_on=day, at=at, by=by)
    return payment


@transaction.atomic
def tie_return(*, payment_id: int, line_id: int, at: datetime, by: Actor) -> None:
    """Say that a payment which had bounced before the bank's line came went out on that line.

    :raises NotBounced: the payment stands, its money is still here, or its line is known already
    :raises LineNotWaiting, ReturnDiffers: that line is done, or of another amount
    """
    by.must_be_allowed_to("allocate money")
    found = queries.get_payment(payment_id, scope=by.scope)
    returned = queries.lock_line(line_id, scope=by.scope)
    payment = Payment.objects.select_for_update().get(pk=payment_id, account_id=found.account_id)
    if payment.return_line_id is not None or payment.state != PaymentState.REVERSED:
        raise NotBounced
    if ReversalReason(payment.reversal_reason).money_stays:
        raise NotBounced
    _settle_return(returned, payment, at=at, by=by)
    payment.return_line_id = line_id
    payment.save(update_fields=["return_line_id"])


def _give_back(line: StatementLine, payment: Payment, reason: ReversalReason, day: date, *, at: datetime) -> None:
    """Bring the money back into suspense on the house account; when it is still with us, its line waits again."""
    ledger.reverse_cause(
        account_id=line.account_id, cause_kind=Cause.PAYMENT, cause_id=payment.pk, booked_on=day, at=at
    )
    if reason.money_stays:
        StatementLine.objects.filter(pk=line.pk, account_id=line.account_id).update(
            open_minor=F("open_minor") + payment.amount_minor, state=LineState.WAITING, waits=""
        )


def _settle_return(returned: StatementLine, payment: Payment, *, at: datetime, by: Actor) -> None:
    if returned.state not in (LineState.WAITING, LineState.PARKED):
        raise LineNotWaiting(state=LineState(returned.state).label)
    if returned.open_minor != -payment.amount_minor or returned.currency != payment.currency:
        raise ReturnDiffers(
            amount=Money(-returned.open_minor, returned.currency), paid=Money(payment.amount_minor, payment.currency)
        )
    returned.open_minor, returned.state, returned.waits = 0, LineState.APPLIED, ""
    returned.decided_at, returned.decided_by = at, by.label
    returned.save(update_fields=["open_minor", "state", "waits", "decided_at", "decided_by"])
    timeline.append(events.LineDecided(returned.account_id, returned.pk, LineState.APPLIED, "return", ""), at=at, by=by)
