"""The ageing of the book on any day, and the accounts behind a bucket."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import Bucket
from tallystick.desk import forms
from tallystick.desk.rules.charts import Bar
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money

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


def _chosen(request: ActorRequest) -> tuple[forms.AgeingForm, date, int | None]:
    clients = account_queries.clients(scope=request.actor.scope)
    form = forms.AgeingForm(request.GET or None, clients=clients)
    today = local_day(clock.now(), "Europe/London")
    if form.is_bound and form.is_valid():
        client = form.cleaned_data["client"]
        return form, form.cleaned_data["on"] or today, client.pk if client else None
    return form, today, None


@requires("see reports")
def ageing(request: ActorRequest) -> HttpResponse:
    """Show the book by age, one picture and one table for each currency: currencies are never added up."""
    form, on, client_id = _chosen(request)
    rows = account_queries.ageing(on=on, scope=request.actor.scope, client_id=client_id)
    names = {client.pk: client.name for client in account_queries.clients(scope=request.actor.scope)}
    by_currency: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_currency[row["currency"]].append(row)
    currencies = [
        _currency(currency, found, names, on=on, client_id=client_id) for currency, found in sorted(by_currency.items())
    ]
    return render(
        request, "desk/ageing.html", {"form": form, "on": on, "currencies": currencies, "buckets": list(Bucket)}
    )


def _drill(bucket: Bucket, currency: str, on: date, client_id: int | None) -> str:
    asked = {"bucket": bucket.value, "currency": currency, "on": on.isoformat()}
    return f"{reverse('desk:ageing_accounts')}?{urlencode(asked | ({'client': client_id} if client_id else {}))}"


def _currency(
    currency: str, rows: list[dict[str, Any]], names: dict[int, str], *, on: date, client_id: int | None
) -> dict[str, Any]:
    total = {bucket: sum(row["minor"] for row in rows if row["bucket"] == bucket.value) for bucket in Bucket}
    counts = {bucket: sum(row["accounts"] for row in rows if row["bucket"] == bucket.value) for bucket in Bucket}
    clients = []
    for number in sorted({row["client_id"] for row in rows}, key=lambda number: names.get(number, "")):
        of_client = {row["bucket"]: row["minor"] for row in rows if row["client_id"] == number}
        cells = [
            {"minor": of_client.get(bucket.value, 0), "href": _drill(bucket, currency, on, number)} for bucket in Bucket
        ]
        clients.append({"name": names.get(number, ""), "cells": cells, "total": sum(of_client.values())})
    return {
        "code": currency,
        "bars": [
            Bar(
                str(bucket.label),
                Money(total[bucket], currency),
                counts[bucket],
                _drill(bucket, currency, on, client_id),
                tone,
            )
            for bucket, tone in _TONES.items()
        ],
        "clients": clients,
        "totals": [{"minor": total[bucket], "href": _drill(bucket, currency, on, client_id)} for bucket in Bucket],
        "total": sum(total.values()),
        "on_account": total[Bucket.ON_ACCOUNT],
    }


@requires("see reports")
def ageing_accounts(request: ActorRequest) -> HttpResponse:
    """List the accounts that stand in a bucket on a day, the largest balance first."""
    form, on, client_id = _chosen(request)
    asked = forms.BucketForm(request.GET)
    if not asked.is_valid():
        return render(request, "desk/ageing.html", {"form": form, "on": on, "currencies": []}, status=400)
    bucket, offset = Bucket(asked.cleaned_data["bucket"]), asked.cleaned_data["offset"] or 0
    rows = account_queries.accounts_in_bucket(
        bucket=bucket,
        currency=asked.cleaned_data["currency"],
        on=on,
        scope=request.actor.scope,
        client_id=client_id,
        limit=_PAGE + 1,
        offset=offset,
    )
    back = {"on": on.isoformat()} | ({"client": client_id} if client_id else {})
    here = back | {"bucket": bucket.value, "currency": asked.cleaned_data["currency"]}
    return render(
        request,
        "desk/ageing_accounts.html",
        {
            "bucket": bucket,
            "currency": asked.cleaned_data["currency"],
            "on": on,
            "rows": rows[:_PAGE],
            "back": f"{reverse('desk:ageing')}?{urlencode(back)}",
            "previous": f"?{urlencode(here | {'offset': max(0, offset - _PAGE)})}" if offset else "",
            "next": f"?{urlencode(here | {'offset': offset + _PAGE})}" if len(rows) > _PAGE else "",
            "first": offset + 1,
            "last": offset + min(len(rows), _PAGE),
        },
    )


urlpatterns = [
    path("ageing", ageing, name="ageing"),
    path("ageing/accounts", ageing_accounts, name="ageing_accounts"),
]
