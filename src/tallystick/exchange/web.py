"""The web door: what currencies are worth by day, as a page and as JSON, and files of rates to load."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.exchange import actions, forms, queries
from tallystick.exchange.rules.converting import Converted
from tallystick.kernel import clock, currencies
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotPermitted, Refusal


def _asked(request: ActorRequest) -> tuple[forms.AskForm, dict[str, Any]]:
    given = request.GET.copy()
    given.setdefault("on", local_day(clock.now(), settings.TIME_ZONE).isoformat())
    form = forms.AskForm(given)
    return form, form.cleaned_data if form.is_valid() else {}


@requires("see reports")
@require_GET
def rates(request: ActorRequest) -> HttpResponse:
    """Show the last rate of every pair, what was ever said of one, an amount in another currency, and the files that came."""
    form, values = _asked(request)
    return render(request, "exchange/rates.html", _page(request, form, values, forms.LoadForm()), status=_status(form))


def _page(
    request: ActorRequest,
    form: forms.AskForm,
    values: dict[str, Any],
    load: forms.LoadForm,
    refusal: Refusal | None = None,
) -> dict[str, Any]:
    on, known_at = values.get("on"), values.get("known_at")
    given, wanted = values.get("given"), values.get("wanted")
    converted, missing = _converted(values)
    return {
        "form": form,
        "load_form": load,
        "refusal": refusal,
        "may_load": request.actor.may("load rates"),
        "pairs": queries.pairs(on=on, known_at=known_at),
        "converted": converted,
        "missing": missing,
        "history": _history(values) if given and wanted else [],
        "given": given,
        "wanted": wanted,
        "loads": queries.loads(),
        "most_days": settings.EXCHANGE_MOST_DAYS,
        "base": settings.EXCHANGE_BASE,
        "currencies": currencies.table().values(),
        "currencies_from": currencies.SOURCE,
    }


def _history(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what was ever said of a pair, the way round that it is quoted."""
    given, wanted, on, known_at = values["given"], values["wanted"], values.get("on"), values.get("known_at")
    found = queries.history(given, wanted, on=on, known_at=known_at)
    return found or queries.history(wanted, given, on=on, known_at=known_at)


def _converted(values: dict[str, Any]) -> tuple[Converted | None, Refusal | None]:
    money, wanted = values.get("money"), values.get("wanted")
    if money is None or not wanted:
        return None, None
    known = queries.rates([money.currency, wanted], on=values["on"], known_at=values.get("known_at"))
    try:
        return known.convert(money, wanted), None
    except Refusal as no:
        return None, no


def _status(form: forms.AskForm) -> int:
    return 200 if form.is_valid() else 400


@requires("see reports")
@require_GET
def rates_json(request: ActorRequest) -> HttpResponse:
    """Give the rates as data: of every pair, or of one; and an amount in another currency with the steps that led there."""
    form, values = _asked(request)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    try:
        return JsonResponse(_data(values))
    except Refusal as no:
        return JsonResponse({"code": no.code, "problem": str(no)}, status=no.status)


def _data(values: dict[str, Any]) -> dict[str, Any]:
    on, known_at, given, wanted = (values.get(name) for name in ("on", "known_at", "given", "wanted"))
    data: dict[str, Any] = {
        "on": on,
        "known_at": known_at,
        "most_days": settings.EXCHANGE_MOST_DAYS,
        "base": settings.EXCHANGE_BASE,
        "rates": [each.as_data() for each in queries.pairs(on=on, known_at=known_at)],
    }
    if given and wanted:
        data["history"] = [{**row, "rate": f"{row['rate'].normalize():f}"} for row in _history(values)]
    if values.get("money") is not None and wanted:
        known = queries.rates([values["money"].currency, wanted], on=values["on"], known_at=known_at)
        data["converted"] = known.convert(values["money"], wanted).as_data()
    return data


@requires("load rates")
@require_POST
def load(request: ActorRequest) -> HttpResponse:
    """Take a file of rates, whole or not at all."""
    form = forms.LoadForm(request.POST, request.FILES)
    refusal: Refusal | None = None
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            loaded = actions.load_rates(
                content=file.read(),
                name=file.name,
                source=form.cleaned_data["source"],
                at=clock.now(),
                by=request.actor,
            )
        except NotPermitted:
            raise
        except Refusal as no:
            refusal = no
        else:
            said.success(request, _told(loaded))
            return redirect("exchange:rates")
    asked, values = _asked(request)
    return render(request, "exchange/rates.html", _page(request, asked, values, form, refusal), status=422)


def _told(loaded: actions.Loaded) -> str:
    count = loaded.load.rates_new
    told = ngettext("{count} rate is new.", "{count} rates are new.", count).format(count=count)
    if corrected := loaded.load.rates_corrected:
        told += " " + ngettext("{count} corrects another.", "{count} correct others.", corrected).format(
            count=corrected
        )
    if loaded.left_out:
        told += " " + _("Left out, for they are currencies no more: {codes}.").format(codes=", ".join(loaded.left_out))
    return told


urlpatterns = [
    path("", rates, name="rates"),
    path("rates.json", rates_json, name="rates_json"),
    path("load", load, name="load"),
]
