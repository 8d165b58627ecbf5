"""The statement of an account as of any day and as known at any instant: as a page, as a letter, and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.contact.rules.creditor import read_creditor
from tallystick.desk import queries
from tallystick.desk.forms.fields import locale_name
from tallystick.desk.rules import statements as rules
from tallystick.desk.web import shared
from tallystick.documents.rules.letters import set_letter
from tallystick.parties import queries as parties


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for, and what was known of it then."""

    case: queries.Case
    on: date
    known_at: datetime | None
    lines: list[dict[str, Any]]
    items: list[dict[str, Any]]

    @property
    def balance_minor(self) -> int:
        return int(self.lines[-1]["balance_minor"]) if self.lines else 0


def _asked(request: ActorRequest, account_id: int) -> _Asked:
    case = shared.case_of(request, account_id)
    on = shared.day_of(request.GET.get("on", "")) or case.today
    known_at = shared.known_at_of(request.GET.get("known_at", ""))
    items = account_queries.items_as_of(account_id, on=on, known_at=known_at)
    return _Asked(
        case=case,
        on=on,
        known_at=known_at,
        lines=account_queries.statement(account_id, on=on, known_at=known_at),
        items=[row for row in items if row["open_minor"]],
    )


@requires("see accounts")
@require_GET
def statement(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show the statement, and what became known later."""
    asked = _asked(request, account_id)
    context = {
        "case": asked.case,
        "account": asked.case.account,
        "on": asked.on,
        "known_at": asked.known_at,
        "later": account_queries.later_known(account_id, on=asked.on, known_at=asked.known_at),
        "today": asked.case.today,
        "lines": asked.lines,
        "balance_minor": asked.balance_minor,
        "items": asked.items,
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/statement.html", context)


@requires("see accounts")
@require_GET
def statement_pdf(request: ActorRequest, account_id: int) -> HttpResponse:
    """Set the statement as a letter to the debtor."""
    asked = _asked(request, account_id)
    account = asked.case.account
    address = parties.find_address(account.party_id)
    told = rules.Statement(
        creditor=read_creditor(code=account.client.code, name=account.client.name, details=account.client.details),
        party_name=account.party.name,
        address=tuple(filter(None, (*address.lines, address.town, address.postcode))) if address else (),
        reference=account.reference,
        currency=account.currency,
        on=asked.on,
        known_at=asked.known_at or asked.case.at,
        lines=asked.lines,
        items=asked.items,
    )
    letter = rules.as_letter(told, locale=Locale.parse(locale_name()), zone=asked.case.zone)
    response = HttpResponse(set_letter(letter, made_at=asked.case.at), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{asked.on.isoformat()}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@requires("see accounts")
@require_GET
def statement_json(request: ActorRequest, account_id: int) -> HttpResponse:
    """Give the statement for programs, amounts in minor units."""
    asked = _asked(request, account_id)
    account = asked.case.account
    names = ("booked_on", "posted_at", "reference", "cause_kind", "is_reversal", "charged_minor", "paid_minor")
    return JsonResponse(
        {
            "account": account.reference,
            "client": account.client.code,
            "currency": account.currency,
            "as_of": asked.on,
            "known_at": asked.known_at or asked.case.at,
            "balance_minor": asked.balance_minor,
            "lines": [{name: line[name] for name in (*names, "balance_minor")} for line in asked.lines],
            "open": [{name: row[name] for name in ("reference", "due_on", "open_minor")} for row in asked.items],
        }
    )


urlpatterns = [
    path("accounts/<int:account_id>/statement", statement, name="statement"),
    path("accounts/<int:account_id>/statement.pdf", statement_pdf, name="statement_pdf"),
    path("accounts/<int:account_id>/statement.json", statement_json, name="statement_json"),
]
