"""Payments: of a line, of an account, of everybody; and one of them with what it paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound
from tallystick.payments.models import Payment

EVERYTHING = Scope()


def payments_of_line(line_id: int) -> QuerySet[Payment]:
    """Give the payments that were made of a line."""
    return Payment.objects.filter(line_id=line_id).order_by("pk")


def payments_of_account(account_id: int) -> QuerySet[Payment]:
    """Give the payments on an account, the latest first."""
    return Payment.objects.filter(account_id=account_id).order_by("-booked_on", "-pk")


def payments(
    *, scope: Scope = EVERYTHING, client_id: int | None = None, since: date | None = None, until: date | None = None
) -> QuerySet[Payment]:
    """Give payments booked from `since` to before `until`, the latest first."""
    found = Payment.objects.order_by("-booked_on", "-pk")
    if scope.client_ids is not None:
        found = found.filter(client_id__in=scope.client_ids)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    if since is not None:
        found = found.filter(booked_on__gte=since)
    return found if until is None else found.filter(booked_on__lt=until)


def get_payment(payment_id: int, *, scope: Scope = EVERYTHING) -> Payment:
    """Give a payment.

    :raises NotFound: there is none within the scope
    """
    payment = Payment.objects.filter(pk=payment_id).order_by("pk").first()
    if payment is None or not scope.allows(payment.client_id):
        raise NotFound(what="payment", reference=payment_id)
    return payment


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: behind this payment."""

    booked_on: date
    payment_id: int


def received(
    *,
    scope: Scope = EVERYTHING,
    text: str = "",
    state: str = "",
    client_id: int | None = None,
    since: date | None = None,
    before: Place | None = None,
    payment_id: int | None = None,
    line_id: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Give a page of payments with their accounts, the latest first.

    `text` is part of the payer or the reference, or of the debtor's name, or an account's reference whole.
    """
    return sql.rows(
        _query("received"),
        {
            "clients": scope.as_list(),
            "client": client_id,
            "state": state or None,
            "since": since,
            "text": text.strip() or None,
            "part": f"%{_escaped(text.strip())}%",
            "before_on": before.booked_on if before else None,
            "before_id": before.payment_id if before else None,
            "payment": payment_id,
            "line": line_id,
            "limit": limit,
        },
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def paid_items(payment: Payment) -> list[dict[str, Any]]:
    """Give what a payment paid, from the ledger: rows of item_id, reference, due_on, minor; the rest of it is on account."""
    return sql.rows(_query("paid_items"), {"account": payment.account_id, "payment": payment.pk})


def promises_kept(payment: Payment) -> list[dict[str, Any]]:
    """Give the promises that were judged kept when this payment had come and the next one had not."""
    return sql.rows(
        _query("promises_kept"),
        {"account": payment.account_id, "payment": payment.pk, "received_at": payment.received_at},
    )


def _query(name: str) -> str:
    return sql.load("tallystick.payments", "received.sql", name)
