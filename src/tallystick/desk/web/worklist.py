"""The worklist: what waits, filtered and shared out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tallystick.access import queries as access_queries
from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.desk.forms.book import Choices, ShareForm, WorklistForm
from tallystick.desk.queries import cockpit, team
from tallystick.desk.web import shared
from tallystick.kernel import clock
from tallystick.kernel.outcome import Outcome
from tallystick.kernel.refusals import NotPermitted, Refusal
from tallystick.worklists import actions, queries
from tallystick.worklists.rules import Kind

_PAGE = 40


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the worklist: how far ahead it looks, in days, and which right opens it."""

    name: str
    label: Any
    ahead: int = 0
    right: str = "work accounts"


_TABS = {
    tab.name: tab
    for tab in (
        Tab("team", gettext_lazy("Due now")),
        Tab("mine", gettext_lazy("Mine")),
        Tab("coming", gettext_lazy("Next 14 days"), ahead=14),
        Tab("all", gettext_lazy("Everybody’s"), right="assign work"),
    )
}


@requires("work accounts")
@require_GET
def worklist(request: ActorRequest) -> HttpResponse:
    """Show what waits, foremost first, with the balance and age behind each task."""
    today = shared.house_day()
    tabs = [tab for tab in _TABS.values() if request.actor.may(tab.right)]
    tab = next((tab for tab in tabs if tab.name == request.GET.get("show")), tabs[0])
    may_share = request.actor.may("assign work")
    hands = team.hands(by=request.actor) if may_share else []
    form = _filters(request, hands)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = _rows(request, tab, asked, today=today)
    page = rows[:_PAGE]
    context = {
        "today": today,
        "tab": tab.name,
        "tabs": tabs,
        "depth": queries.depth(by=request.actor, today=today),
        "rows": _described(request, page, {hand.user_id: hand.name for hand in hands if hand.user_id}),
        "filters": form,
        "is_filtered": any(asked.values()),
        "may_share": may_share,
        "hands": hands,
        "worked": cockpit.find_worked(at=clock.now(), by=request.actor),
        "here": request.get_full_path(),
        "next_page": _next_page(request, page[-1]) if len(rows) > _PAGE else "",
    }
    template = "desk/_worklist.html" if request.htmx else "desk/worklist.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _filters(request: ActorRequest, hands: list[team.Hand]) -> WorklistForm:
    clients: Choices = [(client.pk, client.name) for client in account_queries.clients(scope=request.actor.scope)]
    people: Choices = [(hand.user_id, hand.name) for hand in hands if hand.user_id]
    return WorklistForm(request.GET, clients=clients, people=people)


def _rows(request: ActorRequest, tab: Tab, asked: dict[str, Any], *, today: date) -> list[dict[str, Any]]:
    user_id = request.actor.user_id or 0
    person = asked.get("person") if tab.name == "all" else None
    return queries.worklist(
        scope=request.actor.scope,
        at=clock.now(),
        due_by=today + timedelta(days=tab.ahead),
        assignee_id=user_id if tab.name == "mine" else person,
        team_ids=queries.teams_of(user_id) if tab.name in {"team", "coming"} else None,
        kind=asked.get("kind") or None,
        client_id=asked.get("client"),
        after=_after(request),
        limit=_PAGE + 1,
    )


def _after(request: ActorRequest) -> tuple[int, int] | None:
    rank, _comma, number = request.GET.get("after", "").partition(",")
    return (int(rank), int(number)) if rank.lstrip("-").isdecimal() and number.isdecimal() else None


def _next_page(request: ActorRequest, last: dict[str, Any]) -> str:
    kept = {name: value for name, value in request.GET.items() if name != "after" and value}
    after = f"{last['rank']},{last['id']}"
    return f"?{urlencode(kept | {'after': after})}"


def _described(request: ActorRequest, rows: list[dict[str, Any]], known: dict[int, str]) -> list[dict[str, Any]]:
    """Add the words people read: the kind of task, who is at the account, whose task it is."""
    people = {row[name] for row in rows for name in ("taken_by", "assignee_id") if row[name]}
    names = known | (access_queries.names_of(people - known.keys()) if people - known.keys() else {})
    own = request.actor.user_id
    return [
        {
            **row,
            "kind_label": Kind(row["kind"]).label,
            "is_here": row["taken_by"] == own and own is not None,
            "taken_by_name": names.get(row["taken_by"], "") if row["taken_by"] != own else "",
            "assignee_name": names.get(row["assignee_id"], ""),
        }
        for row in rows
    ]


@requires("assign work")
@require_POST
def share(request: ActorRequest) -> HttpResponseBase:
    """Give the ticked tasks to a person or a team, or put them off."""
    hands = team.hands(by=request.actor)
    choices: Choices = [(hand.value, hand.name) for hand in hands]
    form = ShareForm(request.POST, today=shared.house_day(), hands=choices)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(_back(request))
    try:
        if "put_off" in request.POST:
            _put_off(request, form.cleaned_data)
        else:
            hand = next((hand for hand in hands if hand.value == form.cleaned_data["to"]), None)
            _give(request, form.cleaned_data, hand)
    except NotPermitted:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(_back(request))


def _give(request: ActorRequest, values: dict[str, Any], hand: team.Hand | None) -> None:
    if hand is None:
        messages.error(request, _("Choose whom to give it to."))
        return
    outcome = actions.assign(
        work_item_ids=values["work"],
        team_id=hand.team_id,
        assignee_id=hand.user_id,
        name=hand.name,
        at=clock.now(),
        by=request.actor,
    )
    said = ngettext("{count} task given to {name}.", "{count} tasks given to {name}.", outcome.done)
    _tell(request, said.format(count=outcome.done, name=hand.name), outcome)


def _put_off(request: ActorRequest, values: dict[str, Any]) -> None:
    if values["due_on"] is None:
        messages.error(request, _("Say to which day."))
        return
    outcome = actions.put_off_tasks(
        work_item_ids=values["work"],
        due_on=values["due_on"],
        reason=values["reason"],
        today=shared.house_day(),
        at=clock.now(),
        by=request.actor,
    )
    said = ngettext("{count} task put off to {day}.", "{count} tasks put off to {day}.", outcome.done)
    _tell(request, said.format(count=outcome.done, day=shared.said_day(values["due_on"])), outcome)


def _tell(request: ActorRequest, said: str, outcome: Outcome) -> None:
    messages.success(request, said)
    left = outcome.already + outcome.refused.total()
    if left:
        said_left = ngettext("{count} task had ended by then.", "{count} tasks had ended by then.", left)
        messages.warning(request, said_left.format(count=left))


def _back(request: ActorRequest) -> str:
    """Give the list the form stood on; never an address of another site."""
    here = request.POST.get("here", "")
    is_ours = url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()})
    return here if is_ours else reverse("desk:worklist")


urlpatterns = [
    path("worklist", worklist, name="worklist"),
    path("worklist/share", share, name="share"),
]
