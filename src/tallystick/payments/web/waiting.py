"""Lines that need a person, beside what they may pay; and one line by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.kernel import clock
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.payments import forms, queries
from tallystick.payments.queries import Shown
from tallystick.payments.rules.matching import Waits
from tallystick.payments.rules.states import IgnoreReason, LineState, PaymentState
from tallystick.payments.web import shared

_LINES = 100
#: A line that waits for longer stands out.
_LATE_DAYS = 7
_LONGEST = 100
#: Why a line is nobody's payment, and the key that says so.
_IGNORE_KEYS = list(zip(IgnoreReason, "btrx", strict=True))
_STATES = {
    Shown.WAITING: LineState.WAITING,
    Shown.OUT: LineState.WAITING,
    Shown.PARKED: LineState.PARKED,
    Shown.IGNORED: LineState.IGNORED,
}


@dataclass(frozen=True, slots=True)
class View:
    """What a person looks at: which lines, of which bank account, in which order. It stays through every decision."""

    shown: Shown
    bank_account_id: int | None = None
    largest_first: bool = False
    text: str = ""

    @classmethod
    def of(cls, request: ActorRequest) -> View:
        """Read it from the address."""
        shown = request.GET.get("show", "")
        return cls(
            shown=Shown(shown) if shown in set(Shown) else Shown.WAITING,
            bank_account_id=shared.number_of(request.GET.get("bank", "")),
            largest_first=request.GET.get("sort") == "amount",
            text=request.GET.get("find", "").strip()[:_LONGEST],
        )

    def query(self, **more: object) -> str:
        """Write it into an address, with what else is to be shown."""
        kept: dict[str, object] = {"show": self.shown.value}
        kept |= {"bank": self.bank_account_id} if self.bank_account_id else {}
        kept |= {"sort": "amount"} if self.largest_first else {}
        kept |= {"find": self.text} if self.text else {}
        return urlencode(kept | {name: value for name, value in more.items() if value is not None})

    def address(self, **more: object) -> str:
        """Give the address of the page."""
        return f"{reverse('payments:waiting')}?{self.query(**more)}"


@requires("allocate money")
@require_GET
def waiting(request: ActorRequest) -> HttpResponse:
    """Show the lines that wait, and of the chosen one what it may pay and why it was not applied by itself."""
    return show(request)


def show(
    request: ActorRequest,
    *,
    line_id: int | None = None,
    refusal: Refusal | None = None,
    split_form: forms.SplitForm | None = None,
    account_id: int | None = None,
    dialog_form: Any = None,
) -> HttpResponse:
    """Show the page, or its part that changes; with what was refused or entered wrongly, where something was."""
    view = View.of(request)
    scope = request.actor.scope
    banks = list(queries.bank_accounts(scope=scope))
    lines = queries.lines_to_decide(
        view.shown,
        scope=scope,
        bank_account_id=view.bank_account_id,
        text=view.text,
        amounts=forms.amounts_meant(view.text, sorted({bank.currency for bank in banks})) if view.text else (),
        largest_first=view.largest_first,
        limit=_LINES + 1,
    )
    asked = line_id or shared.number_of(request.GET.get("line", ""))
    chosen, place = _chosen(request, view, lines[:_LINES], asked)
    context = shared.frame(request, "waiting") | {
        "view": view,
        "kept": view.query(),
        "lines": lines[:_LINES],
        "is_cut": len(lines) > _LINES,
        "banks": banks,
        "kinds": list(Shown),
        "line": chosen,
        "is_opened": asked is not None,
        "place": place,
        "previous": lines[place - 1] if place else None,
        "next": lines[place + 1] if place is not None and place + 1 < len(lines[:_LINES]) else None,
        "refusal": refusal,
        "dialog_form": dialog_form,
        "query": request.GET.get("q", "").strip(),
        **_done(request),
    }
    totals = context["totals"]
    if view.bank_account_id is not None:
        totals = queries.waiting_totals(scope=scope, bank_account_id=view.bank_account_id)
    context["list_totals"] = [row for row in totals if row["shown"] == view.shown and not view.text]
    context["late_before"] = context["today"] - timedelta(days=_LATE_DAYS)
    if chosen is not None:
        account = account_id or shared.number_of(request.GET.get("account", ""))
        context |= _of_line(context, chosen, account=account, split_form=split_form)
    is_part = bool(getattr(request, "htmx", False))
    template = "payments/_waiting.html" if is_part else "payments/waiting.html"
    is_refused = refusal is not None or split_form is not None
    response = render(request, template, context | {"is_part": is_part}, status=422 if is_refused else 200)
    if is_refused:
        # What was posted has an address at which there is nothing to see again.
        response["HX-Push-Url"] = view.address(line=chosen.pk if chosen else None)
    return response


def _chosen(request: ActorRequest, view: View, lines: list[Any], asked: int | None) -> tuple[Any, int | None]:
    """Give the line that is asked for, or the first; and its place among those listed."""
    for place, line in enumerate(lines):
        if line.pk == asked:
            return line, place
    if asked is not None:
        try:
            beyond = queries.get_line(asked, scope=request.actor.scope)
        except NotFound:
            beyond = None
        if beyond is not None and beyond.state == _STATES[view.shown]:
            return beyond, None
    return (lines[0], 0) if lines else (None, None)


def _of_line(
    context: dict[str, Any], line: Any, *, account: int | None, split_form: forms.SplitForm | None
) -> dict[str, Any]:
    """Give what a line may be: accounts it may pay, or payments that may have bounced on it."""
    left = Money(line.open_minor, line.currency)
    following = context["next"] or context["previous"]
    said: dict[str, Any] = {
        "left": left,
        "is_in": line.amount_minor > 0,
        "why": Waits(line.waits).label if line.waits else "",
        "is_partly_applied": line.open_minor != line.amount_minor,
        "then": following.pk if following else None,
        "reason": IgnoreReason(line.reason).label if line.reason else "",
        "ignore_reasons": _IGNORE_KEYS,
        "ignore_form": forms.IgnoreForm(auto_id="ignore_%s"),
        "park_form": forms.ParkForm(auto_id="park_%s"),
    }
    if said["is_partly_applied"]:
        said["applied"] = queries.received(line_id=line.pk, state=PaymentState.RECEIVED)
    if line.amount_minor <= 0:
        return said | {"bounced": queries.returned_payments([line]).get(line.pk, [])}
    text, now = context["query"], clock.now()
    offers = queries.search_offers(line, text, at=now) if text else queries.offers(line, at=now)
    said["offers"] = offers
    if account is not None:
        try:
            offer = queries.offer_of(line, account, known=offers, at=now)
        except NotFound:
            return said
        said |= {"offer": offer, "split_form": split_form or split_form_of(line, offer)}
        said["split_rows"] = [
            (item, said["split_form"][f"item-{item.item_id}"], Money(item.open_minor, line.currency))
            for item in offer.items
        ]
    return said


def split_form_of(line: Any, offer: queries.Offer, entered: Any = None) -> forms.SplitForm:
    """Give the form that shares a line out over the items of an account; it begins with what was offered."""
    initial: dict[str, Any] = {
        f"item-{part.item.item_id}": forms.amount_of(part.amount.minor, line.currency) for part in offer.parts
    }
    initial |= {"account": offer.account_id, "seen": line.open_minor, "rest": forms.SplitForm.LINE}
    return forms.SplitForm(
        entered,
        currency=line.currency,
        items=[(item.item_id, item.reference) for item in offer.items],
        initial=initial,
    )


def _done(request: ActorRequest) -> dict[str, Any]:
    """Give the decision that was just taken, so that it can be undone."""
    scope = request.actor.scope
    payment_id, line_id = (shared.number_of(request.GET.get(name, "")) for name in ("done", "aside"))
    try:
        if payment_id is not None:
            return {"done": queries.received(scope=scope, payment_id=payment_id, limit=1)[0]}
        if line_id is not None:
            return {"aside": queries.get_line(line_id, scope=scope)}
    except (NotFound, IndexError):
        pass
    return {}


@requires("see accounts")
@require_GET
def line(request: ActorRequest, line_id: int) -> HttpResponse:
    """Show a line as the bank sent it, and what became of it."""
    found = queries.get_line(line_id, scope=request.actor.scope)
    concerns(request, account_id=found.account_id, kind="statement line", thing_id=line_id)
    shown = next((each for each, state in _STATES.items() if state == found.state), None)
    if shown is Shown.WAITING and found.amount_minor < 0:
        shown = Shown.OUT
    context = shared.frame(request, "waiting") | {
        "line": found,
        "left": Money(found.open_minor, found.currency),
        "why": Waits(found.waits).label if found.waits else "",
        "payments": queries.received(scope=request.actor.scope, line_id=line_id),
        "shown": shown,
        "reason": IgnoreReason(found.reason).label if found.reason else "",
        "is_set_aside": found.state in (LineState.PARKED, LineState.IGNORED),
    }
    return render(request, "payments/line.html", context)
