"""What a difference rests on, what is said of it, and what is sent every day."""

from __future__ import annotations

from django.contrib import messages as said
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.accounts import queries as accounts
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.reconciliations import actions, forms, queries, rules
from tallystick.reconciliations.rules import Kind, State
from tallystick.reconciliations.web import shared


@requires("see reports")
@require_safe
def difference(request: ActorRequest, difference_id: int) -> HttpResponse:
    """Show a difference with the entries behind it: which it rests on, and which came after the day."""
    found = queries.get_difference(difference_id, scope=request.actor.scope)
    concerns(request, account_id=found.account_id, kind="difference", thing_id=found.pk)
    owner_id = found.owner_id or 0
    context = {
        "found": found,
        "of": found.reconciliation,
        "kind": Kind(found.kind),
        "meaning": rules.MEANINGS[Kind(found.kind)],
        "state": State(found.state),
        "owner": access_queries.names_of({owner_id}).get(owner_id, ""),
        "entries": queries.entries_behind(found),
        "people": shared.people(),
        "may_reconcile": request.actor.may("reconcile ledgers"),
        "may_see_accounts": request.actor.may("see accounts"),
    }
    return render(request, "reconciliations/difference.html", context)


@requires("reconcile ledgers")
@require_POST
def follow(request: ActorRequest, reconciliation_id: int) -> HttpResponse:
    """Explain ticked differences, or give them to somebody."""
    form = forms.FollowForm(request.POST, people=shared.people())
    ids = [int(each) for each in request.POST.getlist("difference") if each.isdecimal()]
    if form.is_valid() and ids:
        try:
            if "give" in request.POST:
                count = actions.give_differences(
                    reconciliation_id=reconciliation_id,
                    difference_ids=ids,
                    owner_id=form.cleaned_data["owner"],
                    at=clock.now(),
                    by=request.actor,
                )
            else:
                count = actions.explain_differences(
                    reconciliation_id=reconciliation_id,
                    difference_ids=ids,
                    note=form.cleaned_data["note"],
                    at=clock.now(),
                    by=request.actor,
                )
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            said.error(request, str(refusal))
        else:
            kept = ngettext("{count} difference is kept so.", "{count} differences are kept so.", count)
            said.success(request, kept.format(count=count))
    else:
        said.error(request, _("Tick the differences that are meant."))
    if request.POST.get("back") == "difference" and ids:
        return redirect("reconciliations:difference", ids[0])
    return redirect("reconciliations:reconciliation", reconciliation_id)


@requires("reconcile ledgers")
@require_POST
def arrange(request: ActorRequest) -> HttpResponse:
    """Say what a client sends every business day, or that it no longer does."""
    clients = [(each.pk, each.name) for each in accounts.clients(scope=request.actor.scope)]
    form = forms.ArrangementForm(request.POST, clients=clients, people=shared.people(), today=shared.today())
    if not form.is_valid():
        for errors in form.errors.values():
            said.error(request, " ".join(map(str, errors)))
    else:
        values = form.cleaned_data
        actions.arrange(
            client_id=values["client"],
            level=rules.Level(values["level"]),
            is_daily=values["is_daily"],
            owner_id=values["owner"],
            from_on=form.today,
            at=clock.now(),
            by=request.actor,
        )
        said.success(request, _("Saved."))
    return redirect("reconciliations:reconciliations")
