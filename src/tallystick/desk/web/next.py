"""The next account in one key, and what came of the one before: nobody leaves an account they took without saying it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallystick.access.web import ActorRequest, concerns, requires
from tallystick.desk.forms import account as forms
from tallystick.desk.queries import cockpit
from tallystick.desk.rules.leaving import owes_outcome
from tallystick.desk.web import dialogs, shared
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotPermitted, Refusal
from tallystick.worklists import actions

#: Where the session keeps the accounts that the person put back today; so many are remembered at most.
_PUT_BACK = "put_back"
_MOST_PUT_BACK = 200


@requires("work accounts")
@require_POST
def next_account(request: ActorRequest) -> HttpResponseBase:
    """Take the next account and go to it; ask what came of the present one first, where nothing did yet."""
    worked = cockpit.find_worked(at=clock.now(), by=request.actor)
    if worked is not None and _owes_outcome(worked):
        return _ask(request, worked)
    return _go_on(request)


@requires("work accounts")
@require_POST
def leave(request: ActorRequest) -> HttpResponseBase:
    """Say what came of the present account, and go on to the next: done, put off, or put back for somebody else."""
    worked = cockpit.find_worked(at=clock.now(), by=request.actor)
    if worked is None:
        return _go_on(request)
    case = shared.case_of(request, worked.account_id)
    how = request.POST.get("how", "")
    if how == "put_back":
        _remember_put_back(request, worked.account_id)
        actions.give_back(by=request.actor)
        return _go_on(request)
    form: forms.AccountForm = (forms.PutOffForm if how == "put_off" else forms.DoneForm)(
        request.POST, case=case, auto_id="off_%s"
    )
    if not form.is_valid():
        return _ask(request, worked, put_off=form)
    try:
        _end(request, worked, how, form.cleaned_data)
    except NotPermitted:
        raise
    except Refusal as refusal:
        return _ask(request, worked, put_off=form if how == "put_off" else None, refusal=refusal)
    return _go_on(request)


def _owes_outcome(worked: cockpit.Worked) -> bool:
    return owes_outcome(
        state=worked.state, due_on=worked.due_on, due_at=worked.due_at, today=shared.house_day(), at=clock.now()
    )


def _end(request: ActorRequest, worked: cockpit.Worked, how: str, values: dict[str, Any]) -> None:
    if how == "put_off":
        actions.put_off(
            work_item_id=worked.work_item_id,
            due_on=values["due_on"],
            reason=values["reason"],
            today=shared.house_day(),
            at=clock.now(),
            by=request.actor,
        )
    else:
        actions.complete_task(
            work_item_id=worked.work_item_id, outcome="done", note=values["note"], at=clock.now(), by=request.actor
        )


def _ask(
    request: ActorRequest,
    worked: cockpit.Worked,
    *,
    put_off: forms.AccountForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    case = shared.case_of(request, worked.account_id)
    context = {
        "case": case,
        "account": case.account,
        "worked": worked,
        "done": forms.DoneForm(case=case, auto_id="done_%s"),
        "put_off": put_off.put_focus() if put_off else forms.PutOffForm(case=case, auto_id="off_%s"),
        "refusal": refusal,
    }
    return dialogs.show(request, "desk/cockpit/_leave.html", context, status=422 if put_off or refusal else 200)


def _go_on(request: ActorRequest) -> HttpResponse:
    at, today = clock.now(), shared.house_day()
    put_back = _put_back_today(request)
    work = actions.take_next(today=today, passing_over=put_back, at=at, by=request.actor)
    if work is not None:
        concerns(request, account_id=work.account_id)
        return dialogs.go_to(request, reverse("desk:account", args=[work.account_id]))
    if put_back:
        request.session.pop(_PUT_BACK)
        messages.info(request, _("Nothing else waits. What you put back is offered again from now on."))
    else:
        messages.info(request, _("Nothing waits for you. Well done."))
    return dialogs.go_to(request, reverse("desk:worklist"))


def _put_back_today(request: ActorRequest) -> list[int]:
    kept = request.session.get(_PUT_BACK, {})
    return list(kept["accounts"]) if kept.get("on") == shared.house_day().isoformat() else []


def _remember_put_back(request: ActorRequest, account_id: int) -> None:
    accounts = [*_put_back_today(request), account_id][-_MOST_PUT_BACK:]
    request.session[_PUT_BACK] = {"on": shared.house_day().isoformat(), "accounts": accounts}


urlpatterns = [
    path("worklist/next", next_account, name="next"),
    path("worklist/leave", leave, name="leave"),
]
