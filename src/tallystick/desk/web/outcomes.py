"""What a collector does with an account: calls, promises, holds, disputes, notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.desk import actions, queries
from tallystick.desk.forms import account as forms
from tallystick.desk.forms.account import AccountForm
from tallystick.desk.queries import cockpit
from tallystick.desk.rules import calls
from tallystick.desk.web import dialogs, shared
from tallystick.desk.web.dialogs import Entered, dialog
from tallystick.disputes import actions as dispute_actions
from tallystick.holds import actions as hold_actions
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.promises import actions as promise_actions
from tallystick.timeline import actions as timeline_actions


@dialog(
    "record promises",
    forms.PromiseForm,
    title=gettext_lazy("Promise to pay"),
    action=gettext_lazy("Record promise"),
)
def promise(entered: Entered) -> str:
    """Take a promise to pay: the amount stands there, the day is typed as people say it."""
    made = actions.take_promise(
        account_id=entered.account_id,
        amount=entered.values["amount"],
        pay_on=entered.values["pay_on"],
        spoken=entered.form.spoken,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Promise recorded: {amount} by {day}.").format(
        amount=shared.said_money(entered.values["amount"]), day=shared.said_day(made.pay_on)
    )


@requires("log calls")
@require_http_methods(["GET", "POST"])
def call(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Log a call by the key of its outcome; a promise or a dispute is asked for next, and saved together with the call."""
    case = shared.case_of(request, account_id)
    form = forms.CallForm(request.POST or None, case=case)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        follow_up = calls.then(form.cleaned_data["outcome"])
        if follow_up in {calls.Then.PROMISE, calls.Then.DISPUTE}:
            return _ask_next(request, case, form, follow_up)
        try:
            _log(request, case, form)
        except (NotFound, NotPermitted):
            raise
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("Call logged."))
            return dialogs.moved_on(request, account_id)
    context = {"case": case, "account": case.account, "form": form.put_focus(), "refusal": refusal}
    context["groups"] = calls.GROUPS
    context["postcode"] = cockpit.address_as_typed(case).get("postcode", "")
    status = 422 if request.method == "POST" else 200
    return dialogs.show(request, "desk/cockpit/_call.html", context, status=status)


def _log(request: ActorRequest, case: queries.Case, form: forms.CallForm) -> None:
    spoken = form.spoken
    actions.record_call(
        account_id=case.account.pk,
        outcome=form.cleaned_data["outcome"],
        number=spoken.number,
        note=spoken.note,
        callback_at=form.cleaned_data["callback_at"],
        contact_point_id=spoken.contact_point_id,
        direction=spoken.direction,
        at=case.at,
        by=request.actor,
    )


#: What is asked next: the form, the name of its address, its title, and the words of its button.
_NEXT: dict[calls.Then, tuple[type[forms.SpokenForm], str, Any, Any]] = {
    calls.Then.PROMISE: (
        forms.PromiseForm,
        "desk:promise",
        gettext_lazy("Promise to pay"),
        gettext_lazy("Log call and promise"),
    ),
    calls.Then.DISPUTE: (
        forms.DisputeForm,
        "desk:dispute",
        gettext_lazy("Record a dispute"),
        gettext_lazy("Log call and dispute"),
    ),
}


def _ask_next(
    request: ActorRequest, case: queries.Case, form: forms.CallForm, follow_up: calls.Then
) -> HttpResponseBase:
    next_form, url_name, title, action = _NEXT[follow_up]
    spoken = form.spoken
    said = {
        "in_call": True,
        "call_point": spoken.contact_point_id,
        "call_number": spoken.number,
        "call_note": spoken.note,
        "call_direction": spoken.direction.value,
    }
    context = {
        "case": case,
        "account": case.account,
        "form": next_form(case=case, initial={**next_form.starts_with(case), **said}).put_focus(),
        "refusal": None,
        "title": title,
        "action": action,
        "address": reverse(url_name, args=[case.account.pk]),
    }
    return dialogs.show(request, "desk/cockpit/_dialog.html", context)


@dialog(
    "cancel promises",
    forms.ReasonForm,
    title=gettext_lazy("Withdraw the promise"),
    action=gettext_lazy("Withdraw"),
)
def withdraw(entered: Entered) -> str:
    """Withdraw the open promise: it was recorded in error, or circumstances changed."""
    promise_actions.withdraw_promise(
        account_id=entered.account_id,
        promise_id=entered.named["promise_id"],
        reason=entered.values["reason"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("Promise withdrawn.")


def _tick_asked(request: ActorRequest, case: queries.Case, form: AccountForm, named: dict[str, int]) -> None:
    """Have the item ticked that the dialog was asked from."""
    form.initial["items"] = request.GET.getlist("item")


@dialog(
    "place holds",
    forms.HoldForm,
    title=gettext_lazy("Place a hold"),
    action=gettext_lazy("Place hold"),
    prepare=_tick_asked,
)
def hold(entered: Entered) -> str:
    """Place a hold on the account or on some of its items, for a reason, until a day or until it is lifted."""
    values = entered.values
    common: dict[str, Any] = {
        "account_id": entered.account_id,
        **{name: values[name] for name in ("reason", "from_on", "until_on", "note")},
        "at": entered.case.at,
        "by": entered.by,
    }
    if values.get("items"):
        hold_actions.hold_items(item_ids=values["items"], amount=values["amount"], **common)
    else:
        hold_actions.place_hold(**common)
    return _("Hold placed.")


@dialog("place holds", forms.MoveHoldForm, title=gettext_lazy("Move the hold"), action=gettext_lazy("Move hold"))
def move_hold(entered: Entered) -> str:
    """Have a hold end on another day; to end it sooner takes the right to lift it."""
    hold_actions.move_hold(
        account_id=entered.account_id,
        hold_id=entered.named["hold_id"],
        until_on=entered.values["until_on"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("Hold moved.")


@requires("lift holds")
@require_POST
def lift_hold(request: ActorRequest, account_id: int, hold_id: int) -> HttpResponseBase:
    """Lift a hold at once."""
    try:
        hold_actions.lift_hold(account_id=account_id, hold_id=hold_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Hold lifted."))
    return redirect("desk:account", account_id)


@dialog(
    "raise disputes",
    forms.DisputeForm,
    title=gettext_lazy("Record a dispute"),
    action=gettext_lazy("Record dispute"),
)
def dispute(entered: Entered) -> str:
    """Record that the debtor disputes an item, a part of it, or the account."""
    actions.hear_dispute(
        account_id=entered.account_id,
        item_id=entered.values["item"],
        amount=entered.values["amount"],
        reason=entered.values["reason"],
        note=entered.values["note"],
        spoken=entered.form.spoken,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Dispute recorded.")


@dialog(
    "resolve disputes",
    forms.ResolveForm,
    title=gettext_lazy("Decide the dispute"),
    action=gettext_lazy("Decide"),
)
def resolve(entered: Entered) -> str:
    """Decide a dispute: upheld with a credit, rejected, or withdrawn by the debtor."""
    dispute_actions.resolve_dispute(
        account_id=entered.account_id,
        dispute_id=entered.named["dispute_id"],
        outcome=entered.values["outcome"],
        credit=entered.values["credit"],
        note=entered.values["note"],
        at=entered.case.at,
        by=entered.by,
    )
    return _("Dispute decided.")


@dialog("log calls", forms.NoteForm, title=gettext_lazy("Add a note"), action=gettext_lazy("Add note"))
def note(entered: Entered) -> str:
    """Add a note. Notes are never edited."""
    timeline_actions.add_note(
        account_id=entered.account_id,
        text=entered.values["text"],
        happened_on=entered.case.today,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Note added.")


urlpatterns = [
    path("accounts/<int:account_id>/promise", promise, name="promise"),
    path("accounts/<int:account_id>/promises/<int:promise_id>/withdraw", withdraw, name="withdraw"),
    path("accounts/<int:account_id>/call", call, name="call"),
    path("accounts/<int:account_id>/hold", hold, name="hold"),
    path("accounts/<int:account_id>/holds/<int:hold_id>/move", move_hold, name="move_hold"),
    path("accounts/<int:account_id>/holds/<int:hold_id>/lift", lift_hold, name="lift_hold"),
    path("accounts/<int:account_id>/dispute", dispute, name="dispute"),
    path("accounts/<int:account_id>/disputes/<int:dispute_id>/resolve", resolve, name="resolve"),
    path("accounts/<int:account_id>/note", note, name="note"),
]
