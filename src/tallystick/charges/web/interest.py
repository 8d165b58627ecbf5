"""The web door: what is agreed with a client about interest, and what it has come to on an account, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml
from django.contrib import messages as said
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as accounts
from tallystick.charges import actions, forms
from tallystick.charges.queries import agreements as queries
from tallystick.charges.queries import shown
from tallystick.charges.rules.agreed_fees import Occasion
from tallystick.charges.rules.interest import GRACE, SMALL
from tallystick.charges.rules.proof import Line
from tallystick.charges.rules.terms import PROMISED, PROMISED_AND_KEPT
from tallystick.holds.rules import Reason
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import Refusal

if TYPE_CHECKING:
    from tallystick.accounts.models import Account

_STOPPED_BY: dict[str, str | Promise] = {
    **{str(reason): reason.label for reason in Reason},
    GRACE: _("Days of grace"),
    SMALL: _("Too small a balance"),
    PROMISED: _("Promise to pay"),
    PROMISED_AND_KEPT: _("Promise to pay, kept"),
}


def _said(reasons: str) -> str:
    return ", ".join(str(_STOPPED_BY.get(each, each)) for each in reasons.split(", ") if each)


def _asked(request: ActorRequest, account_id: int) -> tuple[Account, date, date]:
    """Give the account, today where its creditor is, and the day that is asked for."""
    account = accounts.get_account(account_id, scope=request.actor.scope)
    today = local_day(clock.now(), account.client.time_zone)
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = today
    return account, today, on


@requires("set charges")
@require_http_methods(["GET", "POST"])
def agreements(request: ActorRequest, client_id: int) -> HttpResponse:
    """Show what is agreed with a client about interest, and set what is agreed next."""
    client = accounts.find_client(client_id, scope=request.actor.scope)
    is_sent = request.method == "POST"
    portfolios = [(each.pk, each.name) for each in client.portfolios.exclude(code="HOUSE").order_by("code")]
    form = forms.AgreementForm(request.POST if is_sent else None, portfolios=portfolios)
    refusal = None
    if is_sent and form.is_valid():
        try:
            actions.set_agreement(client_id=client_id, **form.cleaned_data, at=clock.now(), by=request.actor)
        except Refusal as no:
            refusal = no
        else:
            said.success(request, _("Set. The next accrual charges by it."))
            return redirect("charges:agreements", client_id)
    found = [
        (each, yaml.safe_dump(each.document, sort_keys=False, default_flow_style=None))
        for each in queries.agreements_of(client_id)
    ]
    context = {"client": client, "form": form, "refusal": refusal, "agreements": found}
    return render(request, "charges/agreements.html", context, status=422 if is_sent else 200)


@requires("see accounts")
@require_safe
def interest(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show the proof of interest on an account by a day."""
    account, today, on = _asked(request, account_id)
    items = shown.interest_of(account_id, on=on, scope=request.actor.scope)
    found = [
        {
            "item": item,
            "lines": [(line, _said(line.stopped_by), _said(line.held_by)) for line in item.proof.lines],
            "uncharged": item.total - item.charged
            if item.charged_through is None or on >= item.charged_through
            else None,
        }
        for item in items
    ]
    fees = shown.fees_of(account_id, scope=request.actor.scope)
    for fee in fees:
        fee["occasion"] = Occasion(fee["occasion"]).label
    context = {
        "account": account,
        "on": on,
        "today": today,
        "items": found,
        "fees": fees,
        "can_take_back": request.actor.may("set charges"),
        "total_minor": sum(item.proof.total for item in items),
    }
    return render(request, "charges/interest.html", context)


@requires("set charges")
@require_POST
def take_back_fee(request: ActorRequest, account_id: int, fee_id: int) -> HttpResponse:
    """Take a fee back, with why."""
    reason = request.POST.get("reason", "")
    try:
        actions.take_back_fee(account_id=account_id, fee_id=fee_id, reason=reason, at=clock.now(), by=request.actor)
    except Refusal as no:
        said.error(request, str(no))
    else:
        said.success(request, _("The fee was taken back."))
    return redirect("charges:interest", account_id)


@requires("see accounts")
@require_safe
def interest_json(request: ActorRequest, account_id: int) -> HttpResponse:
    """Give the proof of interest on an account by a day, with lines that were taken back."""
    account, _today, on = _asked(request, account_id)
    items = shown.interest_of(account_id, on=on, scope=request.actor.scope)
    return JsonResponse(
        {
            "account": account.reference,
            "client": account.client.code,
            "currency": account.currency,
            "until": on,
            "fees": [_fee(fee) for fee in shown.fees_of(account_id, scope=request.actor.scope)],
            "items": [
                {
                    "reference": item.reference,
                    "total_minor": item.proof.total,
                    "lifted_by_minor": item.proof.lifted_by,
                    "charged_minor": item.charged.minor,
                    "charged_through": item.charged_through,
                    "lines": _lines(item.proof.lines),
                    "fixed_sum": _fixed_sum(item.fixed_sum) if item.fixed_sum else None,
                    "taken_back": [
                        {**_line(each.line), "charged_at": each.kept_at, "taken_back_at": each.taken_back_at}
                        for each in item.taken_back
                    ],
                }
                for item in items
            ],
        }
    )


def _fee(fee: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": fee["code"],
        "reference": fee["reference"],
        "of_item": fee["of_item"],
        "occasion": fee["occasion"],
        "occasion_on": fee["occasion_on"],
        "due_on": fee["due_on"],
        "owed_minor": fee["owed_minor"],
        "amount_minor": fee["amount_minor"],
        "is_free": fee["is_free"],
        "is_capped": fee["is_capped"],
        "source": fee["source"],
        "taken_back_at": fee["taken_back_at"],
        "reason": fee["reason"] or None,
    }


def _fixed_sum(fixed: shown.FixedSum) -> dict[str, Any]:
    return {
        "amount_minor": fixed.amount.minor,
        "owed_minor": fixed.owed.minor,
        "day": fixed.day,
        "rule": fixed.rule,
        "row_from": fixed.row_from,
        "source": fixed.source,
    }


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [_line(line) for line in lines]


def _line(line: Line) -> dict[str, Any]:
    return {
        "first_day": line.first_day,
        "last_day": line.last_day,
        "days": line.days,
        "balance_minor": line.base,
        "percent": line.percent,
        "amount_minor": line.amount,
        "rule": line.rate.rule,
        "row_from": line.rate.row_from,
        "source": line.rate.source,
        "index_read_on": line.rate.read_on,
        "index_percent": line.rate.index_percent,
        "stopped_by": line.stopped_by or None,
        "is_capped": line.capped,
        "added_minor": line.added,
        "held_minor": line.held,
        "held_by": line.held_by.split(", ") if line.held_by else [],
    }
