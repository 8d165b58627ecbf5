"""Strategies: the list, a version read aloud and drawn, its document, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.facts import LONGEST_WINDOW
from tallystick.kernel.refusals import NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import catalogue, editing, foresights, story, usage, versions
from tallystick.strategy.queries import policies as policy_queries
from tallystick.strategy.rules import lifecycle, narration, picture, reading_orders
from tallystick.strategy.rules.policies import keys
from tallystick.strategy.rules.policies.document import Kind
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.section import Problem
from tallystick.strategy.web import lifecycle as life
from tallystick.strategy.web import policies

if TYPE_CHECKING:
    from tallystick.strategy.models import Version

_EVERYBODY = "everybody"


@requires("see strategies")
@require_GET
def strategies(request: ActorRequest) -> HttpResponse:
    """List the strategies, each with its published version and whom it treats."""
    context = {
        "rows": versions.overview(),
        "may_publish": request.actor.may("publish strategies"),
        "shipped": versions.shipped_names(),
        "begun": editing.begun(today=local_day(clock.now(), settings.TIME_ZONE), by=request.actor),
    }
    return render(request, "strategy/strategies.html", context)


@requires("see strategies")
@require_GET
def version(request: ActorRequest, version_id: int) -> HttpResponse:
    """Show a version: read aloud, drawn, and as the document that it is."""
    found = versions.get_version(version_id)
    if not found.paper.is_strategy:
        return policies.page(request, found)
    document = versions.program_of(found.document).document
    assignments = versions.assignments_of(found.paper)
    judged, golden_refusal = _judged(found)
    told = story.story(
        found, differing=sum(not each.holds for each in judged), is_assigned=bool(assignments), by=request.actor
    )
    may_publish = request.actor.may("publish strategies")
    context = {
        **life.context(request, told),
        "document": document,
        "told": narration.narrate(document, catalogue.catalogue()),
        "picture": picture.draw(document),
        "assignments": assignments,
        "judged": judged,
        "golden_refusal": golden_refusal,
        "is_published": found.state == lifecycle.State.PUBLISHED,
        "may_rehearse": found.state != lifecycle.State.RETIRED
        and (may_publish or request.actor.may("approve strategies")),
        "is_begun": may_publish and editing.copy_of(found, by=request.actor) is not None,
        "foresight": foresights.last(found),
        "foresight_signed": foresights.last_finished(found),
        "foresee_form": forms.ForeseeForm(),
        "form": forms.AssignForm(choices=_treatable(request)),
    }
    return render(request, "strategy/version.html", context)


def _judged(found: Version) -> tuple[list[actions.Judgement], Refusal | None]:
    """Give what comes of the golden accounts of a version, or why they cannot be judged."""
    try:
        return actions.judge(found, at=clock.now()), None
    except Refusal as refusal:
        return [], refusal


@requires("see strategies")
@require_GET
def facts(request: ActorRequest) -> HttpResponse:
    """Show the catalogue: every fact and every history that a condition may use, or those that a search finds."""
    query = request.GET.get("q", "").strip()
    rooms = [
        (room, [(entry, entry.matches(query)) for entry in entries])
        for room, entries in usage.entries(day=local_day(clock.now(), settings.TIME_ZONE))
    ]
    histories = [(entry, entry.matches(query)) for entry in usage.histories()]
    found = [is_found for _entry, is_found in (*(entry for _room, entries in rooms for entry in entries), *histories)]
    context = {
        "rooms": rooms,
        "histories": histories,
        "longest": LONGEST_WINDOW,
        "query": query,
        "shown": sum(found),
        "all": len(found),
    }
    return render(request, "strategy/facts.html", context)


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def new_version(request: ActorRequest, version_id: int | None = None, *, is_policy: bool = False) -> HttpResponseBase:
    """Write a document: the next version of one there is, or a new one, begun from one that the program ships."""
    found = versions.get_version(version_id) if version_id else None
    is_policy = not found.paper.is_strategy if found else is_policy
    ships = policy_queries if is_policy else versions
    form = forms.DocumentForm(
        request.POST or None,
        initial={"document": found.document if found else ships.shipped(request.GET.get("from", ""))},
    )
    problems: Sequence[Problem] = ()
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft(
                document=form.cleaned_data["document"].replace("\r\n", "\n"),
                of=found.paper if found else None,
                at=clock.now(),
                by=request.actor,
            )
        except NotPermitted:
            raise
        except DocumentMistaken as mistaken:
            problems = mistaken.problems
        except Refusal as no:
            refusal = no
        else:
            return redirect("strategy:version", made.pk)
    context = {
        "form": form,
        "version": found,
        "is_policy": is_policy,
        "problems": problems,
        "refusal": refusal,
        "orders": reading_orders.ORDERS,
        "kinds": [(kind, keys.OF_KIND[kind]) for kind in Kind],
        "shipped": () if found else ships.shipped_names(),
        "rooms": catalogue.all_by_room(),
        "histories": () if is_policy else catalogue.histories(),
    }
    return render(request, "strategy/edit.html", context, status=422 if request.method == "POST" else 200)


@requires("publish strategies")
@require_POST
def assign(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Have the strategy of a version treat the accounts of a client, or of everybody else."""
    found, at = versions.of_strategy(versions.get_version(version_id)), clock.now()
    form = forms.AssignForm(request.POST, choices=_treatable(request))
    if not form.is_valid():
        said.error(request, _("Choose whose accounts the strategy treats."))
        return redirect("strategy:version", version_id)
    client = form.cleaned_data["treats"]
    actions.assign(
        strategy=found.paper.name, client=None if client == _EVERYBODY else client[1:], at=at, by=request.actor
    )
    actions.defer_settling(day=local_day(at, settings.TIME_ZONE))
    said.success(request, _("Assigned. Its accounts begin it now."))
    return redirect("strategy:version", version_id)


def _treatable(request: ActorRequest) -> list[tuple[str, str]]:
    """Give whose accounts may be assigned: those of clients within reach, and everybody's to whoever reaches everybody."""
    scope = request.actor.scope
    # Codes begin with "=", so that none can be taken for the word that means everybody.
    choices = [(f"={client.code}", client.name) for client in account_queries.clients(scope=scope)]
    if scope.client_ids is None:
        choices.append((_EVERYBODY, _("Everybody without a strategy of their own")))
    return choices
