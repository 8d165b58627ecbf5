"""Taking a payment back: a page of everything that follows from it, and the one step that does it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.desk import actions, queries
from tallystick.desk.forms.undoing import TakeBackForm, UndoingUnreadable, read_undoing
from tallystick.desk.rules.undoing import Chain, ChainChanged
from tallystick.desk.web import shared
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.payments import queries as payment_queries
from tallystick.payments.queries import Shown
from tallystick.payments.rules.states import ReversalReason
from tallystick.promises.rules import State

#: What is shown first, before anybody says why.
_USUAL = {"reason": ReversalReason.BOUNCED.value}


@requires("allocate money")
@require_http_methods(["GET", "POST"])
def take_back(request: ActorRequest, payment_id: int) -> HttpResponseBase:
    """Show what follows if a payment is taken back; where that is sent, and not only looked at again, do exactly that."""
    payment, case = _case(request, payment_id)
    entered = request.POST if request.method == "POST" else request.GET
    form = _form(payment, case, entered or _USUAL)
    if not form.is_valid():
        return _show(request, payment, case, form, None)
    if request.method != "POST" or "look" in request.POST:
        return _look(request, payment, case, form)
    values = form.cleaned_data
    try:
        actions.reverse_with_all(
            payment_id=payment.pk, **values, seen=request.POST.get("seen", ""), at=case.at, by=request.actor
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _look(request, payment, case, form, refusal=refusal)
    if values["reason"].money_stays and payment.line_id is not None:
        said.success(request, _("Taken back. The money is still here: its line waits again."))
        return redirect(f"{reverse('payments:waiting')}?show={Shown.WAITING}&line={payment.line_id}")
    said.success(request, _("Taken back. What it had paid is owed again."))
    return redirect("payments:payment", payment_id)


def _case(request: ActorRequest, payment_id: int) -> tuple[Any, queries.Case]:
    payment = payment_queries.get_payment(payment_id, scope=request.actor.scope)
    concerns(request, account_id=payment.account_id, kind="payment", thing_id=payment_id)
    return payment, shared.case_of(request, payment.account_id)


def _form(payment: Any, case: queries.Case, entered: Any) -> TakeBackForm:
    return TakeBackForm(entered, since=payment.booked_on, until=max(case.today, payment.booked_on))


def _chain(request: ActorRequest, payment: Any, case: queries.Case, form: TakeBackForm) -> Chain:
    values = form.cleaned_data
    return actions.look_at_reversal(
        payment_id=payment.pk, reason=values["reason"], booked_on=values["booked_on"], at=case.at, by=request.actor
    )


def _look(
    request: ActorRequest, payment: Any, case: queries.Case, form: TakeBackForm, *, refusal: Refusal | None = None
) -> HttpResponse:
    """Show what follows now, and why it was not done; nothing follows where that itself is refused."""
    try:
        chain = _chain(request, payment, case, form)
    except (NotFound, NotPermitted):
        raise
    except Refusal as other:
        return _show(request, payment, case, form, None, refusal=other)
    return _show(request, payment, case, form, chain, refusal=refusal)


def _show(
    request: ActorRequest,
    payment: Any,
    case: queries.Case,
    form: TakeBackForm,
    chain: Chain | None,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "payment": payment,
        "account": case.account,
        "form": form,
        "chain": chain,
        "promises": [
            (now, State(was.state).label, State(now.state).label) for was, now in (chain.promises if chain else [])
        ],
        "refusal": refusal,
        "has_changed": isinstance(refusal, ChainChanged),
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "desk/take_back.html", context, status=status)


@requires("allocate money")
@require_http_methods(["GET", "POST"])
def take_back_as_json(request: ActorRequest, payment_id: int) -> HttpResponse:
    """Give a program what follows if a payment is taken back; where it posts what it had `seen`, do exactly that."""
    payment, case = _case(request, payment_id)
    entered, seen = read_undoing(request.body) if request.method == "POST" else (request.GET or _USUAL, "")
    form = _form(payment, case, entered)
    if not form.is_valid():
        raise UndoingUnreadable(errors="; ".join(str(error) for errors in form.errors.values() for error in errors))
    if request.method != "POST":
        chain = _chain(request, payment, case, form)
        return JsonResponse({**chain.written(), "seen": chain.seen, "done": False})
    chain = actions.reverse_with_all(
        payment_id=payment.pk, **form.cleaned_data, seen=seen, at=case.at, by=request.actor
    )
    return JsonResponse({**chain.written(), "seen": chain.seen, "done": True})


urlpatterns = [
    path("payments/received/<int:payment_id>/take-back", take_back, name="take_back"),
    path("payments/received/<int:payment_id>/take-back.json", take_back_as_json, name="take_back_as_json"),
]
