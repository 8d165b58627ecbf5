"""Tasks of an account: added, done, put off, given to somebody; and taking an account up or putting it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.desk import queries
from tallystick.desk.forms import account as forms
from tallystick.desk.queries import team
from tallystick.desk.web import shared
from tallystick.desk.web.dialogs import Entered, dialog
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.worklists import actions as worklist_actions


@dialog("work accounts", forms.TaskForm, title=gettext_lazy("Add a task"), action=gettext_lazy("Add task"))
def task(entered: Entered) -> str:
    """Put something into the diary of an account."""
    worklist_actions.open_task(
        account_id=entered.account_id,
        kind=entered.values["kind"],
        title=entered.values["title"],
        due_on=entered.values["due_on"],
        assignee_id=entered.by.user_id if entered.values["mine"] else None,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Task added.")


@requires("work accounts")
@require_POST
def finish_task(request: ActorRequest, account_id: int, work_item_id: int) -> HttpResponseBase:
    """End a task as done, in one stroke."""
    shared.case_of(request, account_id)
    try:
        worklist_actions.complete_task(work_item_id=work_item_id, outcome="done", at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Task done."))
    return redirect("desk:account", account_id)


@dialog("work accounts", forms.PutOffForm, title=gettext_lazy("Put the task off"), action=gettext_lazy("Put off"))
def put_off(entered: Entered) -> str:
    """Put a task off to another day, for a reason."""
    worklist_actions.put_off(
        work_item_id=entered.named["work_item_id"],
        due_on=entered.values["due_on"],
        reason=entered.values["reason"],
        today=entered.case.today,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Put off to {day}.").format(day=shared.said_day(entered.values["due_on"]))


def _offer_hands(request: ActorRequest, case: queries.Case, form: forms.AccountForm, named: dict[str, int]) -> None:
    assert isinstance(form, forms.GiveForm)  # noqa: S101 - the dialog below makes it
    form.offer([(hand.value, hand.name) for hand in team.hands(by=request.actor)])


@dialog(
    "assign work",
    forms.GiveForm,
    title=gettext_lazy("Give the task to somebody"),
    action=gettext_lazy("Give"),
    prepare=_offer_hands,
)
def give(entered: Entered) -> str:
    """Give a task to a person or a team."""
    hand = next(hand for hand in team.hands(by=entered.by) if hand.value == entered.values["to"])
    worklist_actions.assign(
        work_item_ids=[entered.named["work_item_id"]],
        team_id=hand.team_id,
        assignee_id=hand.user_id,
        name=hand.name,
        at=entered.case.at,
        by=entered.by,
    )
    return _("Given to {name}.").format(name=hand.name)


@requires("work accounts")
@require_POST
def take(request: ActorRequest, account_id: int) -> HttpResponse:
    """Take up an account that was opened by hand, so that nobody else is given it."""
    shared.case_of(request, account_id)
    try:
        worklist_actions.take_account(account_id=account_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:account", account_id)


urlpatterns = [
    path("accounts/<int:account_id>/task", task, name="task"),
    path("accounts/<int:account_id>/tasks/<int:work_item_id>/done", finish_task, name="finish_task"),
    path("accounts/<int:account_id>/tasks/<int:work_item_id>/later", put_off, name="put_off"),
    path("accounts/<int:account_id>/tasks/<int:work_item_id>/give", give, name="give"),
    path("accounts/<int:account_id>/take", take, name="take"),
]
