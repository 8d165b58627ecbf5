"""Bring a bank file in: look at it, say what it does not say itself, take it, and read the receipt."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.payments import actions, forms, queries
from tallystick.payments.rules import csv_saved
from tallystick.payments.rules.csv_columns import Column
from tallystick.payments.rules.refusals import CurrencyNeeded
from tallystick.payments.rules.states import BankAccountNeeded, BankAccountUnknown
from tallystick.payments.web import shared

_WARNINGS = 100


@requires("import statements")
@require_http_methods(["GET", "POST"])
def import_statement(request: ActorRequest) -> HttpResponseBase:
    """Take a file, whole or not at all."""
    form = _form(request)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            imported = actions.import_statement_file(
                file=values["file"].file,
                name=values["file"].name,
                bank_account_id=values["bank_account"],
                order=values["day_order"],
                columns=form.columns(),
                at=clock.now(),
                by=request.actor,
            )
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            context = {"refusal": refusal, **_looked(request, form)}
        else:
            again = "?again" if imported.is_repeat else ""
            return redirect(f"{reverse('payments:file', args=[imported.file_id])}{again}")
    context |= {**shared.frame(request, "payments"), "form": form}
    return render(request, "payments/import.html", context, status=422 if request.method == "POST" else 200)


@requires("import statements")
@require_POST
def look(request: ActorRequest) -> HttpResponse:
    """Show what a file is before anything of it is taken: the answer while it is being chosen."""
    form = _form(request)
    context = _looked(request, form) if form.is_valid() else {}
    return render(request, "payments/_look.html", {**context, "form": form})


def _form(request: ActorRequest) -> forms.ImportForm:
    accounts = [
        (account.pk, f"{account.name} ({account.currency})")
        for account in queries.bank_accounts(scope=request.actor.scope)
    ]
    is_sent = request.method == "POST"
    return forms.ImportForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, bank_accounts=accounts
    )


def _looked(request: ActorRequest, form: forms.ImportForm) -> dict[str, Any]:
    """Look at the file of a form; what was said of the columns of another file is forgotten."""
    values = form.cleaned_data
    is_other = request.headers.get("HX-Trigger-Name") == "file"
    columns = None
    refusal: Refusal | None = None
    if not is_other:
        try:
            columns = form.columns()
        except Refusal as no:
            refusal = no
    seen = queries.preview(
        values["file"].file,
        bank_account_id=values["bank_account"],
        order=None if is_other else values["day_order"],
        columns=columns,
        scope=request.actor.scope,
    )
    stopped = refusal or seen.refusal
    if stopped is None and seen.sketch and not seen.layout:
        stopped = csv_saved.ColumnsInsufficient()
    unknown = seen.statements[0].opening if seen.statements and isinstance(stopped, BankAccountUnknown) else None
    return {
        "seen": seen,
        "stopped": stopped,
        "unknown": unknown,
        "is_question": isinstance(stopped, BankAccountNeeded | CurrencyNeeded | csv_saved.ColumnsInsufficient),
        "columns": _columns(seen, [] if is_other else form.meanings),
        "header": json.dumps(seen.sketch.header) if seen.sketch else "",
        "column_names": csv_saved.COLUMN_NAMES.items(),
        "is_card": seen.layout.profile.spending_is_positive if seen.layout else False,
    }


def _columns(seen: queries.Preview, said: list[Column | None]) -> list[dict[str, Any]]:
    """Give each column of a CSV with its heading, what it is taken for, and its first cells."""
    if seen.sketch is None:
        return []
    taken = {place: column for column, places in seen.layout.places.items() for place in places} if seen.layout else {}
    width = max(len(row) for row in (seen.sketch.header, *seen.sketch.rows))
    return [
        {
            "place": place,
            "heading": seen.sketch.header[place] if place < len(seen.sketch.header) else "",
            "means": said[place] if place < len(said) else taken.get(place),
            "cells": [row[place] if place < len(row) else "" for row in seen.sketch.rows],
        }
        for place in range(width)
    ]


@requires("import statements")
@require_GET
def file(request: ActorRequest, file_id: int) -> HttpResponse:
    """Show the receipt of a file: its statements, what became of its lines, and what was warned of."""
    receipt = queries.receipt(file_id, scope=request.actor.scope)
    context = {
        **shared.frame(request, "payments"),
        "receipt": receipt,
        "warnings": receipt.warnings[:_WARNINGS],
        "more_warnings": max(len(receipt.warnings) - _WARNINGS, 0),
        "again": "again" in request.GET,
    }
    return render(request, "payments/file.html", context)
