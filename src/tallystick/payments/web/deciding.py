"""What people decide about a line. After each decision the next line comes; what was decided can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages as said
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.payments import actions, forms, queries
from tallystick.payments.rules.states import LineState, ReversalReason
from tallystick.payments.web import shared, waiting
from tallystick.payments.web.waiting import View


def _then(request: ActorRequest, **done: object) -> HttpResponseBase:
    """Go on to the line that follows, and say what was done."""
    view = View.of(request)
    return redirect(view.address(line=shared.number_of(request.GET.get("then", "")), **done))


def _after(request: ActorRequest, line_id: int, payment: Any) -> HttpResponseBase:
    """Stay at a line of which something is left; else go on."""
    line = queries.get_line(line_id, scope=request.actor.scope)
    if line.open_minor:
        return redirect(View.of(request).address(line=line_id, done=payment.pk))
    return _then(request, done=payment.pk)


def _decide(request: ActorRequest, line_id: int, decide: Callable[[], object], **done: object) -> HttpResponseBase:
    """Do what was decided and go on; what is refused is shown with the line as it now stands."""
    try:
        decide()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return waiting.show(request, line_id=line_id, refusal=refusal)
    return _then(request, **done)


@requires("allocate money")
@require_POST
def take(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Take an account that was offered for a line: all that is left of it is a payment there."""
    line = queries.get_line(line_id, scope=request.actor.scope)
    form = forms.TakeForm(request.POST)
    if not form.is_valid():
        said.error(request, _("Choose an account."))
        return redirect(View.of(request).address(line=line_id))
    values = form.cleaned_data
    items = {item_id: Money(minor, line.currency) for item_id, minor in values["items"].items()}
    seen = Money(values["seen"], line.currency)
    amount = sum(items.values(), Money.zero(line.currency)) if items and values["rest_stays"] else seen
    try:
        payment = actions.allocate_line(
            line_id=line_id,
            account_id=values["account"],
            amount=seen if values["keep_on_account"] else amount,
            items={} if values["keep_on_account"] else items,
            keep_on_account=values["keep_on_account"],
            seen=seen,
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return waiting.show(request, line_id=line_id, refusal=refusal)
    return _after(request, line_id, payment)


@requires("allocate money")
@require_POST
def split(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Share a line out over items of an account; what is left stays on the line, or goes on the account."""
    line = queries.get_line(line_id, scope=request.actor.scope)
    account_id = shared.number_of(request.POST.get("account", "")) or 0
    offer = queries.offer_of(line, account_id, at=clock.now())
    form = waiting.split_form_of(line, offer, request.POST)
    if not form.is_valid():
        return waiting.show(request, line_id=line_id, account_id=account_id, split_form=form)
    left = Money(line.open_minor, line.currency)
    stays = form.cleaned_data["rest"] == forms.SplitForm.LINE
    try:
        payment = actions.allocate_line(
            line_id=line_id,
            account_id=account_id,
            amount=form.total if stays else left,
            items=form.parts,
            keep_on_account=not form.parts,
            seen=Money(form.cleaned_data["seen"], line.currency),
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return waiting.show(request, line_id=line_id, account_id=account_id, refusal=refusal)
    return _after(request, line_id, payment)


@requires("allocate money")
@require_POST
def park(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Set a line aside for now, with a note."""
    form = forms.ParkForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return _decide(
        request,
        line_id,
        lambda: actions.park_line(line_id=line_id, note=note, at=clock.now(), by=request.actor),
        aside=line_id,
    )


@requires("allocate money")
@require_POST
def ignore(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Say that a line is no debtor's payment: a charge, a transfer of our own, money to be sent back."""
    form = forms.IgnoreForm(request.POST)
    if not form.is_valid():
        said.error(request, _("Say what the line is."))
        return redirect(View.of(request).address(line=line_id))
    values = form.cleaned_data
    return _decide(
        request,
        line_id,
        lambda: actions.ignore_line(
            line_id=line_id, reason=values["reason"], note=values["note"], at=clock.now(), by=request.actor
        ),
        aside=line_id,
    )


@requires("allocate money")
@require_POST
def take_up(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Let a line wait again that was set aside."""
    try:
        actions.take_line_up(line_id=line_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return waiting.show(request, line_id=line_id, refusal=refusal)
    return _back_to(request, line_id)


@requires("allocate money")
@require_POST
def bounced(request: ActorRequest, line_id: int, payment_id: int) -> HttpResponseBase:
    """Say that a payment went out again on a line: it is taken back, unless that was said before the line came."""
    payment = queries.get_payment(payment_id, scope=request.actor.scope)

    def decide() -> None:
        if payment.reversed_on is not None:
            actions.tie_return(payment_id=payment_id, line_id=line_id, at=clock.now(), by=request.actor)
        else:
            actions.reverse_payment(
                payment_id=payment_id,
                reason=ReversalReason.BOUNCED,
                return_line_id=line_id,
                at=clock.now(),
                by=request.actor,
            )

    return _decide(request, line_id, decide, done=payment_id)


@requires("allocate money")
@require_POST
def undo(request: ActorRequest, payment_id: int) -> HttpResponseBase:
    """Take a decision back that was just taken: the payment goes, and its line waits again."""
    try:
        payment = actions.reverse_payment(
            payment_id=payment_id,
            reason=ReversalReason.ERROR,
            note=_("Undone at once"),
            at=clock.now(),
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return waiting.show(request, refusal=refusal)
    if payment.line_id is None:
        return redirect("payments:payment", payment_id)
    return _back_to(request, payment.line_id)


def _back_to(request: ActorRequest, line_id: int) -> HttpResponseBase:
    """Go to a line that waits again, where lines of its kind are shown."""
    line = queries.get_line(line_id, scope=request.actor.scope)
    view = View.of(request)
    if line.state == LineState.WAITING and view.shown not in (queries.Shown.WAITING, queries.Shown.OUT):
        shown = queries.Shown.WAITING if line.amount_minor > 0 else queries.Shown.OUT
        view = replace(view, shown=shown)
    return redirect(view.address(line=line_id))
