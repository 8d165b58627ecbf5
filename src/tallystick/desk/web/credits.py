"""The credits of an account: what came in or was credited, what it pays, and paying something else with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import actions
from tallystick.accounts.queries import allocations, orders
from tallystick.accounts.rules.orders import CreditGone, SettledAtSource
from tallystick.desk import queries
from tallystick.desk.web import shared
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.ledger.rules import Cause
from tallystick.payments.forms import AllocateForm, read_allocation


@requires("see accounts")
@require_GET
def credits(request: ActorRequest, account_id: int) -> HttpResponse:
    """List the credits of an account that stand, with what of each is on account."""
    case = shared.case_of(request, account_id)
    context = {
        "account": case.account,
        "rows": [_linked(each, account_id) for each in allocations.credits_of(account_id)],
    }
    return render(request, "desk/credits.html", context | {"may_allocate": request.actor.may("allocate money")})


@requires("see accounts")
@require_GET
def credits_as_json(request: ActorRequest, account_id: int) -> JsonResponse:
    """Give a program the credits of an account that stand, the latest first, with what of each is on account."""
    case = shared.case_of(request, account_id)
    account = case.account
    return JsonResponse(
        {
            "account": account_id,
            "currency": account.currency,
            "on_account_minor": account.on_account_minor,
            "credits": [
                {
                    "cause_kind": int(each.cause_kind),
                    "cause": each.cause_id,
                    "title": str(each.title),
                    "reference": each.reference,
                    "booked_on": each.booked_on.isoformat(),
                    "amount_minor": each.amount.minor,
                    "left_minor": each.left.minor,
                    "may_be_allocated": each.may_be_allocated,
                }
                for each in allocations.credits_of(account_id)
            ],
        }
    )


@requires("see accounts")
@require_GET
def credit_as_json(request: ActorRequest, account_id: int, cause_kind: int, cause_id: int) -> JsonResponse:
    """Give a program what a credit pays and ever paid: amounts in minor units, by decision."""
    shared.case_of(request, account_id)
    return JsonResponse(_written(account_id, _cause(cause_kind), cause_id))


@requires("allocate money")
@require_POST
def allocate_credit_as_json(request: ActorRequest, account_id: int, cause_kind: int, cause_id: int) -> JsonResponse:
    """Take a decision from a program: `items` in minor units by item id, `reason`, `booked_on` and `seen`."""
    case = shared.case_of(request, account_id)
    credit = _credit(account_id, cause_kind, cause_id)
    asked = read_allocation(request.body, currency=case.account.currency)
    actions.reallocate_credit(
        account_id=account_id,
        cause_kind=credit.cause_kind,
        cause_id=cause_id,
        **asked,
        at=case.at,
        by=request.actor,
    )
    return JsonResponse(_written(account_id, credit.cause_kind, cause_id))


def _cause(cause_kind: int) -> Cause:
    if cause_kind not in set(Cause):
        raise CreditGone
    return Cause(cause_kind)


def _written(account_id: int, cause_kind: Cause, cause_id: int) -> dict[str, Any]:
    standing = allocations.standing_credit(account_id, cause_kind, cause_id)
    currency = standing.amount.currency
    decisions = allocations.decisions_of(
        account_id, cause_kind, cause_id, booked_on=standing.booked_on, currency=currency
    )
    return {
        "account": account_id,
        "cause_kind": int(cause_kind),
        "cause": cause_id,
        "amount_minor": standing.amount.minor,
        "left_minor": standing.left.minor,
        "currency": currency,
        "seen": standing.number,
        "decisions": [
            {
                "number": decision.number,
                "by": decision.by,
                "order": str(decision.order.title) if decision.order else None,
                "order_from": decision.order.from_on if decision.order else None,
                "reason": decision.reason,
                "decided_by": decision.decided_by,
                "decided_at": decision.decided_at or standing.posted_at,
                "booked_on": decision.booked_on or standing.booked_on,
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


def _linked(credit: allocations.CreditOf, account_id: int) -> dict[str, Any]:
    """Give a credit with where it is shown, and where it is allocated."""
    if credit.cause_kind is Cause.PAYMENT:
        shown, allocated = (reverse(f"payments:{name}", args=[credit.cause_id]) for name in ("payment", "allocate"))
        return {"credit": credit, "href": shown, "allocate": allocated}
    allocated = reverse("desk:allocate_credit", args=[account_id, int(credit.cause_kind), credit.cause_id])
    return {"credit": credit, "href": "", "allocate": allocated if credit.may_be_allocated else ""}


def _credit(account_id: int, cause_kind: int, cause_id: int) -> allocations.CreditOf:
    credit = allocations.find_credit(account_id, _cause(cause_kind), cause_id)
    if not credit.may_be_allocated:
        raise SettledAtSource
    return credit


@requires("allocate money")
@require_http_methods(["GET", "POST"])
def allocate_credit(request: ActorRequest, account_id: int, cause_kind: int, cause_id: int) -> HttpResponseBase:
    """Choose which items a credit pays, and how much of each."""
    case = shared.case_of(request, account_id)
    credit = _credit(account_id, cause_kind, cause_id)
    if request.method != "POST":
        return _show(request, case, credit)
    standing = allocations.standing_credit(account_id, credit.cause_kind, cause_id)
    form = AllocateForm(request.POST, account_id=account_id, credit=standing)
    if not form.is_valid():
        return _show(request, case, credit, form=form)
    values = form.cleaned_data
    try:
        actions.reallocate_credit(
            account_id=account_id,
            cause_kind=credit.cause_kind,
            cause_id=cause_id,
            items=form.parts,
            reason=values["reason"],
            booked_on=values["booked_on"],
            seen=values["seen"],
            at=case.at,
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _show(request, case, credit, form=form, refusal=refusal)
    said.success(request, _("Allocated."))
    return redirect("desk:credits", account_id)


@requires("allocate money")
@require_POST
def allocate_credit_by_order(
    request: ActorRequest, account_id: int, cause_kind: int, cause_id: int
) -> HttpResponseBase:
    """Let the order that holds say what the rest of a credit pays."""
    case = shared.case_of(request, account_id)
    credit = _credit(account_id, cause_kind, cause_id)
    try:
        actions.allocate_credit_by_order(
            account_id=account_id, cause_kind=credit.cause_kind, cause_id=cause_id, at=case.at, by=request.actor
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _show(request, case, credit, refusal=refusal)
    said.success(request, _("Allocated."))
    return redirect("desk:credits", account_id)


def _show(
    request: ActorRequest,
    case: queries.Case,
    credit: allocations.CreditOf,
    *,
    form: AllocateForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    account, cause = case.account, (credit.cause_kind, credit.cause_id)
    standing = allocations.standing_credit(account.pk, *cause)
    order = orders.order_on(account.pk, account.client_id, standing.booked_on)
    context = {
        "credit": credit,
        "account": account,
        "amount": standing.amount,
        "left": standing.left,
        "came_at": standing.posted_at,
        "came_by": "",
        "by_order": reverse("desk:allocate_credit_by_order", args=[account.pk, *map(int, cause)]),
        "order": order,
        # An order without choice binds payments: what we credit is for what we say.
        "is_fixed": credit.cause_kind is Cause.PAYMENT and not order.lets_choose,
        "decisions": allocations.decisions_of(
            account.pk, *cause, booked_on=standing.booked_on, currency=account.currency
        ),
        "form": form or AllocateForm(account_id=account.pk, credit=standing),
        "may_order": request.actor.may("open accounts"),
        "refusal": refusal,
    }
    status = 422 if (form is not None and form.is_bound) or refusal else 200
    return render(request, "desk/allocate_credit.html", context, status=status)


_OF_CREDIT = "accounts/<int:account_id>/credits/<int:cause_kind>/<int:cause_id>"

urlpatterns = [
    path("accounts/<int:account_id>/credits", credits, name="credits"),
    path("accounts/<int:account_id>/credits.json", credits_as_json, name="credits_as_json"),
    path(_OF_CREDIT, allocate_credit, name="allocate_credit"),
    path(f"{_OF_CREDIT}.json", credit_as_json, name="credit_as_json"),
    path(f"{_OF_CREDIT}/allocate.json", allocate_credit_as_json, name="allocate_credit_as_json"),
    path(f"{_OF_CREDIT}/by-order", allocate_credit_by_order, name="allocate_credit_by_order"),
]
