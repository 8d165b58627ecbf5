"""Payments that came: the list, and one of them with where it came from, what it paid, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel.money import Money
from tallystick.payments import queries
from tallystick.payments.queries import Place
from tallystick.payments.rules.states import Method, PaymentState, ReversalReason
from tallystick.payments.web import shared
from tallystick.payments.web.allocating import decisions_of

_PAGE = 50
#: How far back the list goes, in days by what the address says; nothing: to the beginning.
_SPANS = {"": 92, "year": 366, "all": None}


@requires("see accounts")
@require_GET
def received(request: ActorRequest) -> HttpResponse:
    """List payments, the latest first."""
    scope = request.actor.scope
    text, state, span = (request.GET.get(name, "").strip() for name in ("q", "state", "since"))
    client_id = shared.number_of(request.GET.get("client", ""))
    days = _SPANS.get(span, _SPANS[""])
    today = shared.today()
    rows = queries.received(
        scope=scope,
        text=text,
        state=state if state in set(PaymentState) else "",
        client_id=client_id,
        since=today - timedelta(days=days) if days else None,
        before=_place(request.GET.get("before", "")),
        limit=_PAGE + 1,
    )
    following = ""
    if len(rows) > _PAGE:
        last = rows[_PAGE - 1]
        behind = f"{last['booked_on'].isoformat()}_{last['id']}"
        kept = {"q": text, "state": state, "since": span, "client": client_id or "", "before": behind}
        following = f"?{urlencode(kept)}"
    context = shared.frame(request, "received") | {
        "rows": [_worded(row) for row in rows[:_PAGE]],
        "query": text,
        "state": state,
        "states": list(PaymentState),
        "span": span,
        "clients": account_queries.clients(scope=scope),
        "client_id": client_id,
        "next": following,
    }
    return render(request, "payments/received.html", context)


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "method": Method(row["method"]).label,
        "reason": ReversalReason(row["reversal_reason"]).label if row["reversal_reason"] else "",
        "is_back": row["state"] == PaymentState.REVERSED,
    }


def _place(text: str) -> Place | None:
    day, _line, number = text.partition("_")
    try:
        return Place(date.fromisoformat(day), int(number))
    except ValueError:
        return None


@requires("see accounts")
@require_GET
def payment(request: ActorRequest, payment_id: int) -> HttpResponse:
    """Show a payment: the line it came on, what it paid, the promise it kept."""
    found = queries.get_payment(payment_id, scope=request.actor.scope)
    account = account_queries.get_account(found.account_id, scope=request.actor.scope)
    concerns(request, account_id=found.account_id, kind="payment", thing_id=payment_id)
    items = queries.paid_items(found)
    line = queries.get_line(found.line_id, scope=request.actor.scope) if found.line_id is not None else None
    amount = Money(found.amount_minor, found.currency)
    context = shared.frame(request, "received") | {
        "payment": found,
        "amount": amount,
        "account": account,
        "items": items,
        "on_account": amount - Money(sum(row["minor"] for row in items), found.currency),
        "line": line,
        "left": Money(line.open_minor, line.currency) if line else None,
        "decisions": decisions_of(found),
        "promises": [_promise(row) for row in queries.promises_kept(found)],
        "is_back": found.state == PaymentState.REVERSED,
    }
    return render(request, "payments/payment.html", context)


def _promise(row: dict[str, Any]) -> dict[str, Any]:
    """Give what the timeline says of a promise, as a page shows it."""
    told = row["data"]
    return {
        "is_whole": row["kind"].endswith("PromiseKept"),
        "amount": Money(told["amount"]["minor"], told["amount"]["currency"]),
        "pay_on": date.fromisoformat(told["pay_on"]),
    }
