"""The ageing of the book on any day, and the accounts behind a bucket."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import Bucket
from tallystick.desk.forms.book import AgeingForm, BucketForm, Choices
from tallystick.desk.rules import ageing as rules
from tallystick.desk.rules.charts import Bar
from tallystick.desk.web import shared
from tallystick.exchange import queries as exchange
from tallystick.exchange.rules.converting import Total

_PAGE = 50
#: Tones of the chart, by bucket; see `chart.css`.
_TONES = {
    Bucket.NOT_DUE: "age-0",
    Bucket.TO_30: "age-1",
    Bucket.TO_60: "age-2",
    Bucket.TO_90: "age-3",
    Bucket.TO_180: "age-4",
    Bucket.TO_365: "age-5",
    Bucket.OVER_365: "age-6",
}


def _held_on(on: date, known_at: datetime | None) -> date | None:
    """Give the day for which it is told what is on hold: items do not keep what was on hold before now."""
    return on if on >= shared.house_day() and known_at is None else None


def _chosen(request: ActorRequest) -> tuple[AgeingForm, date, datetime | None, int | None, dict[int, str]]:
    """Give the form, the day, the instant and the client that are asked for, and the names of all clients within reach."""
    clients = {client.pk: client for client in account_queries.clients(scope=request.actor.scope)}
    names = {number: client.name for number, client in clients.items()}
    asked = request.GET.copy()
    asked.setdefault("on", shared.house_day().isoformat())
    chosen = next((client for number, client in clients.items() if str(number) == asked.get("client")), None)
    asked.setdefault("into", (chosen and chosen.reporting_currency) or settings.REPORTING_CURRENCY)
    choices: Choices = list(names.items())
    form = AgeingForm(asked, clients=choices)
    values = form.cleaned_data if form.is_valid() else {}
    known_at = shared.known_at_of(values.get("known_at", ""))
    return form, values.get("on") or shared.house_day(), known_at, values.get("client"), names


def _kept(on: date, known_at: datetime | None, client_id: int | None) -> dict[str, str]:
    """Give what is chosen as parameters of an address."""
    kept = {"on": on.isoformat()}
    if known_at:
        kept["known_at"] = known_at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M")
    return kept | ({"client": str(client_id)} if client_id else {})


def _in_one(tables: list[rules.Ageing], on: date, known_at: datetime | None, into: str) -> rules.InOne | None:
    """Tell all books in one currency, where one is asked for and there is anything to convert, by the rates known then."""
    if not into or not any(table.currency != into for table in tables):
        return None
    rates = exchange.rates([into, *(table.currency for table in tables)], on=on, known_at=known_at)
    return rules.in_one(tables, rates, into)


@requires("see reports")
@require_GET
def ageing(request: ActorRequest) -> HttpResponse:
    """Show the book by age, one picture and one table for each currency: currencies are never added up."""
    form, on, known_at, client_id, names = _chosen(request)
    held_on = _held_on(on, known_at)
    rows = account_queries.ageing(
        on=on, known_at=known_at, held_on=held_on, scope=request.actor.scope, client_id=client_id
    )
    tables = rules.tables(rows, names=names)
    kept = _kept(on, known_at, client_id)
    context = {
        "form": form,
        "on": on,
        "known_at": known_at,
        "in_one": _in_one(tables, on, known_at, form.cleaned_data.get("into", "")),
        "tables": [{"table": table, "bars": _bars(table, kept), "kpis": _kpis(table, kept)} for table in tables],
        "tells_held": held_on is not None,
        "buckets": list(Bucket),
        "drill": f"{reverse('desk:ageing_accounts')}?{urlencode(_kept(on, known_at, None))}",
        "client_id": client_id,
    }
    return render(request, "desk/ageing.html", context)


def _kpis(table: rules.Ageing, kept: dict[str, str]) -> list[dict[str, Any]]:
    overdue, old = table.all.share_of(rules.OVERDUE), table.all.share_of(rules.OLD)
    on_account = table.all.of([Bucket.ON_ACCOUNT])
    owed: dict[str, Any] = {"name": _("Owed in all"), "value": shared.said_money(table.all.total)}
    if table.all.held.minor:
        owed["note"] = _("{amount} of it on hold or disputed").format(amount=shared.said_money(table.all.held))
        owed["href"] = _behind(table, BucketForm.HELD, kept)
    return [
        owed,
        {"name": _("Overdue"), "value": shared.said_money(table.overdue), "note": shared.said_share(overdue)},
        {"name": _("More than 90 days"), "value": shared.said_money(table.old), "note": shared.said_share(old)},
        {"name": _("On account, not yet allocated"), "value": shared.said_money(-on_account)},
    ]


def _behind(table: rules.Ageing, bucket: str, kept: dict[str, str]) -> str:
    asked = urlencode({**kept, "bucket": bucket, "currency": table.currency})
    return f"{reverse('desk:ageing_accounts')}?{asked}"


def _bars(table: rules.Ageing, kept: dict[str, str]) -> list[Bar]:
    return [
        Bar(
            label=str(cell.bucket.label),
            amount=cell.amount,
            count=cell.accounts,
            href=_behind(table, cell.bucket.value, kept),
            tone=_TONES[cell.bucket],
        )
        for cell in table.all.cells
        if cell.bucket in _TONES
    ]


@requires("see reports")
@require_GET
def ageing_json(request: ActorRequest) -> HttpResponse:
    """Give the same as data: each currency by itself, and where one is asked for, all of them in it with their rates."""
    form, on, known_at, client_id, names = _chosen(request)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    rows = account_queries.ageing(
        on=on, known_at=known_at, held_on=_held_on(on, known_at), scope=request.actor.scope, client_id=client_id
    )
    tables = rules.tables(rows, names=names)
    told = _in_one(tables, on, known_at, form.cleaned_data["into"])
    data = {
        "on": on,
        "known_at": known_at,
        "books": [
            {
                "currency": table.currency,
                "buckets": {cell.bucket.value: str(cell.amount.amount) for cell in table.all.cells},
                "owed": str(table.all.total.amount),
                "overdue": str(table.overdue.amount),
            }
            for table in tables
        ],
        "in_one": told and {name: _total(getattr(told, name)) for name in ("owed", "overdue", "old")},
    }
    return JsonResponse(data)


def _total(total: Total) -> dict[str, Any]:
    return {
        "currency": total.currency,
        "amount": None if total.amount is None else str(total.amount.amount),
        "not_converted": [str(gap) for gap in total.missing],
        "parts": [part.as_data() for part in total.parts],
    }


@requires("see reports")
@require_GET
def ageing_accounts(request: ActorRequest) -> HttpResponse:
    """List the accounts that stand in a bucket on a day, the largest balance first; or those of which something is on hold."""
    form, on, known_at, client_id, names = _chosen(request)
    asked = BucketForm(request.GET)
    if not asked.is_valid():
        return render(
            request, "desk/ageing.html", {"form": form, "on": on, "known_at": known_at, "tables": []}, status=400
        )
    name, offset = asked.cleaned_data["bucket"], asked.cleaned_data["offset"] or 0
    bucket = None if name == BucketForm.HELD else Bucket(name)
    rows = account_queries.accounts_in_bucket(
        bucket=bucket,
        currency=asked.cleaned_data["currency"],
        on=on,
        held_on=_held_on(on, known_at),
        known_at=known_at,
        scope=request.actor.scope,
        client_id=client_id,
        limit=_PAGE + 1,
        offset=offset,
    )
    back = _kept(on, known_at, client_id)
    here: dict[str, Any] = back | {"bucket": name, "currency": asked.cleaned_data["currency"]}
    context = {
        "bucket": bucket,
        "currency": asked.cleaned_data["currency"],
        "client": names.get(client_id or 0, ""),
        "tells_held": any(row["held_minor"] for row in rows),
        "on": on,
        "known_at": known_at,
        "rows": rows[:_PAGE],
        "back": f"{reverse('desk:ageing')}?{urlencode(back)}",
        "previous": f"?{urlencode(here | {'offset': max(0, offset - _PAGE)})}" if offset else "",
        "next": f"?{urlencode(here | {'offset': offset + _PAGE})}" if len(rows) > _PAGE else "",
        "first": offset + 1,
        "last": offset + min(len(rows), _PAGE),
    }
    return render(request, "desk/ageing_accounts.html", context)


urlpatterns = [
    path("ageing", ageing, name="ageing"),
    path("ageing.json", ageing_json, name="ageing_json"),
    path("ageing/accounts", ageing_accounts, name="ageing_accounts"),
]
