"""Record a payment that no bank statement brings: in cash, by card, by cheque, or to the client itself."""

from __future__ import annotations

import uuid

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.accounts.queries import orders
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.payments import actions, forms
from tallystick.payments.rules.states import Method, PaidTo
from tallystick.payments.web import shared

_FOUND = 12
_SOURCE = "by_hand"


@requires("allocate money")
@require_http_methods(["GET", "POST"])
def record(request: ActorRequest) -> HttpResponseBase:
    """Find the account, then take down what was paid."""
    account_id = shared.number_of(request.GET.get("account", ""))
    if account_id is None:
        return _choose(request)
    account = account_queries.get_account(account_id, scope=request.actor.scope)
    at = clock.now()
    today = local_day(at, account.client.time_zone)
    is_sent = request.method == "POST"
    form = forms.RecordForm(
        request.POST if is_sent else None,
        currency=account.currency,
        today=today,
        initial={
            "key": uuid.uuid4(),
            "booked_on": today.isoformat(),
            "method": Method.CARD,
            "paid_to": PaidTo.US,
            "payer": account.party.name,
        },
    )
    refusal: Refusal | None = None
    if is_sent and form.is_valid():
        values = form.cleaned_data
        try:
            payment = actions.record_payment(
                account_id=account_id,
                amount=values["amount"],
                booked_on=values["booked_on"],
                method=values["method"],
                paid_to=values["paid_to"],
                source=_SOURCE,
                source_key=str(values["key"]),
                payer=values["payer"],
                reference=values["reference"],
                at=at,
                by=request.actor,
            )
        except (NotFound, NotPermitted):
            raise
        except Refusal as no:
            refusal = no
        else:
            said.success(request, _("Recorded."))
            return redirect("payments:payment", payment.pk)
    items = list(account_queries.open_items([account_id]))
    context = shared.frame(request, "received") | {
        "account": account,
        "form": form,
        "refusal": refusal,
        "items": items,
        "order": orders.order_on(account_id, account.client_id, today),
        "open": Money(sum(item.open_minor for item in items), account.currency),
    }
    return render(request, "payments/record.html", context, status=422 if is_sent else 200)


def _choose(request: ActorRequest) -> HttpResponse:
    """Ask whose payment it is."""
    text = request.GET.get("q", "").strip()
    found = account_queries.search(text, scope=request.actor.scope, limit=_FOUND) if text else []
    context = shared.frame(request, "received") | {"query": text, "found": found}
    return render(request, "payments/record_for.html", context)
