"""Undoing a charge: a page of everything that follows from it, and the one step that does it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import ItemKind
from tallystick.charges.queries.shown import charged_by_rule
from tallystick.desk import actions, queries
from tallystick.desk.forms.undoing import ChargeUndoingUnreadable, UndoChargeForm, read_charge_undoing
from tallystick.desk.rules.undoing import ChainChanged, ChargeChain, Way
from tallystick.desk.web import shared
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.promises.rules import State

_USUAL = {"way": Way.LET_OFF.value}


@requires("adjust items")
@require_http_methods(["GET", "POST"])
def undo_charge(request: ActorRequest, account_id: int, item_id: int) -> HttpResponseBase:
    """Show what follows if a charge is undone; where that is sent, and not only looked at again, do exactly that."""
    case = shared.case_of(request, account_id)
    item = account_queries.get_item(item_id, account_id=account_id)
    is_looked_at = request.method != "POST" or "look" in request.POST
    form = _form(item, request.POST or request.GET or _USUAL, is_looked_at=is_looked_at)
    if not form.is_valid():
        return _show(request, case, item, form, None)
    if is_looked_at:
        return _look(request, case, item, form)
    values = {**form.cleaned_data, "seen": request.POST.get("seen", "")}
    try:
        actions.undo_charge(account_id=account_id, item_id=item_id, **values, at=case.at, by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _look(request, case, item, form, refusal=refusal)
    said.success(request, _("Undone, with all that followed from it."))
    return redirect("desk:account", account_id)


def _form(item: Any, entered: Any, *, is_looked_at: bool) -> UndoChargeForm:
    by_rule = charged_by_rule(item.account_id, item.pk) is not None
    grows = by_rule and item.kind == ItemKind.INTEREST
    return UndoChargeForm(entered, by_rule=by_rule, grows=grows, is_looked_at=is_looked_at)


def _chain(request: ActorRequest, case: queries.Case, item: Any, form: UndoChargeForm) -> ChargeChain:
    values = form.cleaned_data
    return actions.look_at_charge(
        account_id=item.account_id,
        item_id=item.pk,
        way=values["way"],
        since=values.get("since"),
        at=case.at,
        by=request.actor,
    )


def _look(
    request: ActorRequest, case: queries.Case, item: Any, form: UndoChargeForm, *, refusal: Refusal | None = None
) -> HttpResponse:
    """Show what follows now, and why it was not done; nothing follows where that itself is refused."""
    try:
        chain = _chain(request, case, item, form)
    except (NotFound, NotPermitted):
        raise
    except Refusal as other:
        return _show(request, case, item, form, None, refusal=other)
    return _show(request, case, item, form, chain, refusal=refusal)


def _show(
    request: ActorRequest,
    case: queries.Case,
    item: Any,
    form: UndoChargeForm,
    chain: ChargeChain | None,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "item": item,
        "account": case.account,
        "form": form,
        "chain": chain,
        "promises": [
            (now, State(was.state).label, State(now.state).label) for was, now in (chain.promises if chain else [])
        ],
        "refusal": refusal,
        "has_changed": isinstance(refusal, ChainChanged),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "desk/undo_charge.html", context, status=status)


@requires("adjust items")
@require_http_methods(["GET", "POST"])
def undo_charge_as_json(request: ActorRequest, account_id: int, item_id: int) -> HttpResponse:
    """Give a program what follows if a charge is undone; where it posts what it had `seen`, do exactly that."""
    case = shared.case_of(request, account_id)
    item = account_queries.get_item(item_id, account_id=account_id)
    is_looked_at = request.method != "POST"
    entered, seen = (request.GET or _USUAL, "") if is_looked_at else read_charge_undoing(request.body)
    form = _form(item, entered, is_looked_at=is_looked_at)
    if not form.is_valid():
        raise ChargeUndoingUnreadable(errors="; ".join(str(each) for errors in form.errors.values() for each in errors))
    if is_looked_at:
        chain = _chain(request, case, item, form)
    else:
        chain = actions.undo_charge(
            account_id=account_id, item_id=item_id, **form.cleaned_data, seen=seen, at=case.at, by=request.actor
        )
    return JsonResponse({**chain.written(), "seen": chain.seen, "done": not is_looked_at})


urlpatterns = [
    path("accounts/<int:account_id>/items/<int:item_id>/undo", undo_charge, name="undo_charge"),
    path("accounts/<int:account_id>/items/<int:item_id>/undo.json", undo_charge_as_json, name="undo_charge_as_json"),
]
