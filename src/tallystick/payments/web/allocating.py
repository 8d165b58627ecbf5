"""Say which items a payment pays: later, or otherwise than it did; and what it paid before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import queries as account_queries
from tallystick.accounts.queries import allocations, orders
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.ledger.rules import Cause
from tallystick.payments import actions, forms, queries
from tallystick.payments.web import shared


@requires("allocate money")
@require_http_methods(["GET", "POST"])
def allocate(request: ActorRequest, payment_id: int) -> HttpResponseBase:
    """Choose which items a payment pays, and how much of each."""
    if request.method != "POST":
        return _show(request, payment_id)
    payment = queries.get_payment(payment_id, scope=request.actor.scope)
    form = forms.AllocateForm(request.POST, account_id=payment.account_id, credit=_credit(payment))
    if not form.is_valid():
        return _show(request, payment_id, form=form)
    values = form.cleaned_data
    try:
        actions.reallocate_payment(
            payment_id=payment_id,
            items=form.parts,
            reason=values["reason"],
            booked_on=values["booked_on"],
            seen=values["seen"],
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _show(request, payment_id, form=form, refusal=refusal)
    said.success(request, _("Allocated."))
    return redirect("payments:payment", payment_id)


@requires("allocate money")
@require_POST
def allocate_by_order(request: ActorRequest, payment_id: int) -> HttpResponseBase:
    """Let the order that holds say what the rest of a payment pays."""
    try:
        actions.allocate_payment_by_order(payment_id=payment_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _show(request, payment_id, refusal=refusal)
    said.success(request, _("Allocated."))
    return redirect("payments:payment", payment_id)


def _credit(payment: Any) -> allocations.StandingCredit:
    return allocations.standing_credit(payment.account_id, Cause.PAYMENT, payment.pk)


def _show(
    request: ActorRequest, payment_id: int, *, form: forms.AllocateForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    payment = queries.get_payment(payment_id, scope=request.actor.scope)
    account = account_queries.get_account(payment.account_id, scope=request.actor.scope)
    concerns(request, account_id=account.pk, kind="payment", thing_id=payment_id)
    credit = _credit(payment)
    form = form or forms.AllocateForm(account_id=account.pk, credit=credit)
    order = orders.order_on(account.pk, account.client_id, payment.booked_on)
    context = shared.frame(request, "received") | {
        "payment": payment,
        "account": account,
        "amount": credit.amount,
        "left": credit.left,
        "came_at": payment.received_at,
        "came_by": payment.recorded_by,
        "by_order": reverse("payments:allocate_by_order", args=[payment_id]),
        "order": order,
        "is_fixed": not order.lets_choose,
        "decisions": decisions_of(payment),
        "form": form,
        "may_order": request.actor.may("open accounts"),
        "refusal": refusal,
    }
    return render(request, "payments/allocate.html", context, status=422 if form.is_bound or refusal else 200)


def decisions_of(payment: Any) -> list[allocations.Decision]:
    """Give every decision of what a payment pays, the first one first."""
    return allocations.decisions_of(
        payment.account_id, Cause.PAYMENT, payment.pk, booked_on=payment.booked_on, currency=payment.currency
    )


@requires("see accounts")
@require_GET
def as_json(request: ActorRequest, payment_id: int) -> HttpResponse:
    """Give what a payment pays and ever paid to a program: amounts in minor units, by decision."""
    payment = queries.get_payment(payment_id, scope=request.actor.scope)
    concerns(request, account_id=payment.account_id, kind="payment", thing_id=payment_id)
    return JsonResponse(_written(payment))


@requires("allocate money")
@require_POST
def allocate_as_json(request: ActorRequest, payment_id: int) -> HttpResponse:
    """Take a decision from a program: `items` in minor units by item id, `reason`, `booked_on` and `seen`."""
    payment = queries.get_payment(payment_id, scope=request.actor.scope)
    asked = forms.read_allocation(request.body, currency=payment.currency)
    actions.reallocate_payment(payment_id=payment_id, **asked, at=clock.now(), by=request.actor)
    return JsonResponse(_written(payment))


def _written(payment: Any) -> dict[str, Any]:
    decisions = decisions_of(payment)
    return {
        "payment": payment.pk,
        "account": payment.account_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "state": payment.state,
        "seen": decisions[-1].number,
        "decisions": [
            {
                "number": decision.number,
                "by": decision.by,
                "order": str(decision.order.title) if decision.order else None,
                "order_from": decision.order.from_on if decision.order else None,
                "reason": decision.reason,
                "decided_by": decision.decided_by or payment.recorded_by,
                "decided_at": decision.decided_at or payment.received_at,
                "booked_on": decision.booked_on or payment.booked_on,
                "items": [
                    {
                        "item": paid.item_id,
                        "reference": paid.reference,
                        "amount_minor": paid.amount.minor,
                        "taken_away_on": paid.back_on,
                    }
                    for paid in decision.paid
                ],
            }
            for decision in decisions
        ],
    }
