"""What a collector does with an account: the forms in the dialog, and saving them.

A form is asked for with GET and comes as the content of the page's dialog. It is saved with POST: on success the page moves on
to the account again or to the next one; what was entered wrongly, or refused, comes back in the dialog.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts.models import Account
from tallystick.desk import actions, forms, queries
from tallystick.desk.web import shared
from tallystick.disputes import actions as dispute_actions
from tallystick.holds import actions as hold_actions
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.timeline import actions as timeline_actions
from tallystick.worklists import actions as worklist_actions

#: Saves a form's cleaned values; gives the sentence that says so.
Save = Callable[[ActorRequest, Account, dict[str, Any], datetime], str | Lazy]


def _dialog(
    request: ActorRequest,
    account_id: int,
    *,
    form_class: type[forms.AccountForm],
    title: str | Lazy,
    action: str | Lazy,
    save: Save,
) -> HttpResponseBase:
    """Show a form about an account, or save it. Every refusal comes back beside what was entered."""
    account = queries.account_in(request.actor.scope, account_id)
    at = clock.now()
    today = shared.today_of(account)
    refusal: Refusal | None = None
    if request.method == "POST":
        form = form_class(request.POST, account=account, today=today)
        if form.is_valid():
            try:
                said = save(request, account, form.cleaned_data, at)
            except (NotFound, NotPermitted):
                raise
            except Refusal as refused:
                refusal = refused
            else:
                messages.success(request, str(said))
                return _moved_on(request, account_id)
    else:
        form = form_class(account=account, today=today, initial=form_class.starts_with(account, today))
    context = {"account": account, "form": form, "title": title, "action": action, "refusal": refusal}
    status = 200 if request.method != "POST" else 422
    return render(request, "desk/cockpit/_dialog.html", context, status=status)


def _moved_on(request: ActorRequest, account_id: int) -> HttpResponse:
    address = reverse("desk:account", args=[account_id])
    if request.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return redirect(address)


@requires("record promises")
def promise(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Take a promise to pay: the amount stands there, the day is typed as people say it."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        actions.take_promise(
            account_id=account.pk, amount=values["amount"], pay_on=values["pay_on"], at=at, by=request.actor
        )
        return _("Promise recorded.")

    return _dialog(
        request,
        account_id,
        form_class=forms.PromiseForm,
        title=gettext_lazy("Promise to pay"),
        action=gettext_lazy("Record promise"),
        save=save,
    )


@requires("log calls")
def call(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Log a call and what came of it; the call task that led here is done with it."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        actions.record_call(
            account_id=account.pk,
            outcome=values["outcome"],
            number=values["number"],
            note=values["note"],
            callback_at=values["callback_at"],
            at=at,
            by=request.actor,
        )
        return _("Call logged.")

    return _dialog(
        request,
        account_id,
        form_class=forms.CallForm,
        title=gettext_lazy("Log a call"),
        action=gettext_lazy("Log call"),
        save=save,
    )


@requires("place holds")
def hold(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Place a hold, for a reason, until a day or until it is lifted."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        hold_actions.place_hold(
            account_id=account.pk,
            reason=values["reason"],
            until_on=values["until_on"],
            note=values["note"],
            at=at,
            by=request.actor,
        )
        return _("Hold placed.")

    return _dialog(
        request,
        account_id,
        form_class=forms.HoldForm,
        title=gettext_lazy("Place a hold"),
        action=gettext_lazy("Place hold"),
        save=save,
    )


@requires("lift holds")
@require_POST
@shared.refusals_return_to_account
def lift_hold(request: ActorRequest, account_id: int, hold_id: int) -> HttpResponseBase:
    """Lift a hold at once."""
    hold_actions.lift_hold(account_id=account_id, hold_id=hold_id, at=clock.now(), by=request.actor)
    messages.success(request, _("Hold lifted."))
    return redirect("desk:account", account_id)


@requires("raise disputes")
def dispute(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Record that the debtor disputes an item, a part of it, or the account."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        dispute_actions.raise_dispute(
            account_id=account.pk,
            item_id=values["item"].pk if values["item"] else None,
            amount=values["amount"],
            reason=values["reason"],
            note=values["note"],
            at=at,
            by=request.actor,
        )
        return _("Dispute recorded.")

    return _dialog(
        request,
        account_id,
        form_class=forms.DisputeForm,
        title=gettext_lazy("Record a dispute"),
        action=gettext_lazy("Record dispute"),
        save=save,
    )


@requires("log calls")
def note(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Add a note. Notes are never edited."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        timeline_actions.add_note(
            account_id=account.pk, text=values["text"], happened_on=shared.today_of(account), at=at, by=request.actor
        )
        return _("Note added.")

    return _dialog(
        request,
        account_id,
        form_class=forms.NoteForm,
        title=gettext_lazy("Add a note"),
        action=gettext_lazy("Add note"),
        save=save,
    )


@requires("work accounts")
def task(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """Put something into the diary of an account."""

    def save(request: ActorRequest, account: Account, values: dict[str, Any], at: datetime) -> str:
        worklist_actions.open_task(
            account_id=account.pk,
            kind=values["kind"],
            title=values["title"],
            due_on=values["due_on"],
            assignee_id=request.actor.user_id if values["mine"] else None,
            at=at,
            by=request.actor,
        )
        return _("Task added.")

    return _dialog(
        request,
        account_id,
        form_class=forms.TaskForm,
        title=gettext_lazy("Add a task"),
        action=gettext_lazy("Add task"),
        save=save,
    )


@requires("work accounts")
@require_POST
@shared.refusals_return_to_account
def finish_task(request: ActorRequest, account_id: int, work_item_id: int) -> HttpResponseBase:
    """End a task as done."""
    queries.account_in(request.actor.scope, account_id)
    worklist_actions.complete_task(work_item_id=work_item_id, outcome="done", at=clock.now(), by=request.actor)
    messages.success(request, _("Task done."))
    return redirect("desk:account", account_id)


urlpatterns = [
    path("accounts/<int:account_id>/promise", promise, name="promise"),
    path("accounts/<int:account_id>/call", call, name="call"),
    path("accounts/<int:account_id>/hold", hold, name="hold"),
    path("accounts/<int:account_id>/holds/<int:hold_id>/lift", lift_hold, name="lift_hold"),
    path("accounts/<int:account_id>/dispute", dispute, name="dispute"),
    path("accounts/<int:account_id>/note", note, name="note"),
    path("accounts/<int:account_id>/task", task, name="task"),
    path("accounts/<int:account_id>/tasks/<int:work_item_id>/done", finish_task, name="finish_task"),
]
