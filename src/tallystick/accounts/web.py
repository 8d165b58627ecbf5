"""The web door: the clients whose receivables are looked after, their terms and their portfolios."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import actions, forms, queries
from tallystick.accounts.queries import orders
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal


def _choices(request: ActorRequest) -> dict[str, Any]:
    """Give who may look after a client: to an actor whose scope has bounds, the business units it reaches."""
    units = access_queries.unit_choices()
    user_id = request.actor.user_id
    if request.actor.scope.client_ids is not None and user_id is not None:
        reached = {reach.business_unit_id for reach in access_queries.reaches_of(user_id)}
        units = [(unit_id, name) for unit_id, name in units if unit_id in reached]
    calendars = [(name, jurisdictions.get_calendar(name).title) for name in jurisdictions.calendar_names()]
    return {"units": units, "teams": access_queries.team_choices(), "calendars": calendars}


@requires("open accounts")
@require_safe
def clients(request: ActorRequest) -> HttpResponse:
    """List the clients, with who looks after them and what parts their book has."""
    units = dict(access_queries.unit_choices())
    rows = [
        {
            "client": client,
            "unit": units.get(client.business_unit_id or 0),
            "portfolios": [each for each in client.portfolios.all() if each.code != "HOUSE"],
        }
        for client in queries.clients(scope=request.actor.scope).prefetch_related("portfolios")
    ]
    return render(request, "accounts/clients.html", {"rows": rows})


@requires("open accounts")
@require_http_methods(["GET", "POST"])
def new_client(request: ActorRequest) -> HttpResponse:
    """Open a client, with a first portfolio for its accounts."""
    is_sent = request.method == "POST"
    begun = {"calendar": "GB-EAW", "time_zone": "Europe/London"}
    form = forms.ClientForm(request.POST if is_sent else None, initial=begun, **_choices(request))
    refusal = None
    if is_sent and form.is_valid():
        try:
            made = actions.open_client(**form.terms(others={}), at=clock.now(), by=request.actor)
        except Refusal as no:
            refusal = no
        else:
            said.success(request, _("%(name)s is open. Bring its customers and invoices in.") % {"name": made.name})
            return redirect("accounts:client", made.pk)
    context = {"form": form, "refusal": refusal}
    return render(request, "accounts/new_client.html", context, status=422 if is_sent else 200)


@requires("open accounts")
@require_http_methods(["GET", "POST"])
def client(request: ActorRequest, client_id: int) -> HttpResponse:
    """Show a client with its portfolios, and change its terms."""
    found = queries.find_client(client_id, scope=request.actor.scope)
    is_sent = request.method == "POST"
    form = forms.ClientForm(
        {**request.POST.dict(), "code": found.code} if is_sent else None,
        initial=forms.ClientForm.values_of(found),
        **_choices(request),
    )
    refusal = None
    if is_sent and form.is_valid():
        terms = form.terms(others=found.details)
        del terms["code"]
        try:
            actions.change_client(client_id=client_id, **terms, at=clock.now(), by=request.actor)
        except NotFound:
            raise
        except Refusal as no:
            refusal = no
        else:
            said.success(request, _("Saved."))
            return redirect("accounts:client", client_id)
    context = {
        "client": found,
        "form": form,
        "refusal": refusal,
        "portfolios": found.portfolios.exclude(code="HOUSE").order_by("code"),
        "orders": orders.orders_of_client(client_id)[::-1],
        "order_form": _order_form(found, _("the oldest due first")),
        "portfolio_form": forms.PortfolioForm(auto_id="portfolio_%s"),
    }
    return render(request, "accounts/client.html", context, status=422 if is_sent else 200)


@requires("open accounts")
@require_POST
def new_portfolio(request: ActorRequest, client_id: int) -> HttpResponse:
    """Open a portfolio of a client."""
    found = queries.find_client(client_id, scope=request.actor.scope)
    form = forms.PortfolioForm(request.POST, auto_id="portfolio_%s")
    if not form.is_valid():
        for errors in form.errors.values():
            said.error(request, " ".join(map(str, errors)))
        return redirect("accounts:client", client_id)
    try:
        actions.open_portfolio(client=found, **form.cleaned_data, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Saved."))
    return redirect("accounts:client", client_id)


@requires("open accounts")
@require_POST
def new_order(request: ActorRequest, client_id: int) -> HttpResponse:
    """Set what payments on a client's accounts pay first."""
    found = queries.find_client(client_id, scope=request.actor.scope)
    form = _order_form(found, _("the oldest due first"), request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            said.error(request, " ".join(map(str, errors)))
    else:
        actions.set_client_order(client_id=client_id, **form.cleaned_data, at=clock.now(), by=request.actor)
        said.success(request, _("Saved."))
    return redirect("accounts:client", client_id)


@requires("open accounts")
@require_http_methods(["GET", "POST"])
def account_order(request: ActorRequest, account_id: int) -> HttpResponse:
    """Show what payments on one account pay first, and set another order for it than its client's."""
    account = queries.get_account(account_id, scope=request.actor.scope)
    concerns(request, account_id=account_id)
    today = local_day(clock.now(), account.client.time_zone)
    is_sent = request.method == "POST"
    form = _order_form(account.client, _("as for its client"), request.POST if is_sent else None)
    if is_sent and form.is_valid():
        actions.set_account_order(account_id=account_id, **form.cleaned_data, at=clock.now(), by=request.actor)
        said.success(request, _("Saved."))
        return redirect("accounts:account_order", account_id)
    context = {
        "account": account,
        "order": orders.order_on(account_id, account.client_id, today),
        "orders": orders.orders_of_account(account_id)[::-1],
        "form": form,
    }
    return render(request, "accounts/account_order.html", context, status=422 if is_sent else 200)


def _order_form(client: Any, none: str, entered: Any = None) -> forms.OrderForm:
    today = local_day(clock.now(), client.time_zone)
    choices = orders.orders_to_choose(client.calendar)
    return forms.OrderForm(entered, orders=choices, none=none, initial={"from_on": today.isoformat()})


urlpatterns = [
    path("", clients, name="clients"),
    path("new", new_client, name="new_client"),
    path("<int:client_id>", client, name="client"),
    path("<int:client_id>/portfolios", new_portfolio, name="new_portfolio"),
    path("<int:client_id>/orders", new_order, name="new_order"),
    path("accounts/<int:account_id>/order", account_order, name="account_order"),
]
