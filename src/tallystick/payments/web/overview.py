"""Bank accounts with what waits on each, the files that were brought in, and setting an account up."""

from __future__ import annotations

from django.contrib import messages as said
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.payments import actions, forms, queries
from tallystick.payments.web import shared

_FILES = 20
#: Statements older than this many days are said to be late: a long weekend is not.
_LATE_DAYS = 4


@requires("allocate money")
@require_GET
def payments(request: ActorRequest) -> HttpResponse:
    """Show each bank account with how far its statements reach and what waits, and the files."""
    scope = request.actor.scope
    context = shared.frame(request, "payments")
    banks = queries.freshness(scope=scope)
    for bank in banks:
        bank["is_late"] = bank["last_on"] is not None and (context["today"] - bank["last_on"]).days > _LATE_DAYS
    context |= {
        "banks": banks,
        "page": Paginator(queries.files(scope=scope), _FILES).get_page(request.GET.get("page")),
    }
    return render(request, "payments/payments.html", context)


@requires("allocate money")
@require_POST
def match(request: ActorRequest) -> HttpResponseBase:
    """Match everything that waits once more: invoices may have come that were not there before."""
    banks = [account.pk for account in queries.bank_accounts(scope=request.actor.scope)]
    outcome = actions.match_lines(bank_account_ids=banks, at=clock.now(), by=request.actor)
    if outcome.done:
        sentence = ngettext("%(lines)s line was applied.", "%(lines)s lines were applied.", outcome.done)
        said.success(request, sentence % {"lines": outcome.done})
    else:
        said.info(request, _("Nothing more matches exactly."))
    return redirect("payments:payments")


@requires("import statements")
@require_http_methods(["GET", "POST"])
def new_bank_account(request: ActorRequest) -> HttpResponseBase:
    """Set up a bank account of a client."""
    clients = [(client.pk, client.name) for client in account_queries.clients(scope=request.actor.scope)]
    begun = {name: request.GET[name] for name in ("iban", "currency", "number") if name in request.GET}
    is_sent = request.method == "POST"
    form = forms.BankAccountForm(request.POST if is_sent else None, clients=clients, initial=begun)
    if is_sent and form.is_valid():
        values = form.cleaned_data
        try:
            made = actions.open_bank_account(client_id=values.pop("client"), at=clock.now(), by=request.actor, **values)
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            forms.refused(form, refusal)
        else:
            said.success(request, _("%(name)s is set up. Bring its first statement in.") % {"name": made.name})
            return redirect("payments:import")
    context = shared.frame(request, "payments") | {"form": form}
    return render(request, "payments/bank_account.html", context, status=422 if is_sent else 200)
