"""Policies: the list, a version read aloud with what it makes of the book, its document, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import catalogue, policies, policy_reports
from tallystick.strategy.queries.policy_reports import Count, Report
from tallystick.strategy.rules import changes, lifecycle, plain
from tallystick.strategy.rules.policies import keys, narration
from tallystick.strategy.rules.policies.document import Kind, Policy, Scorecard, Segments
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.section import Problem

if TYPE_CHECKING:
    from tallystick.strategy.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a policy, and the accounts it takes with the page that lists them; no count while nobody has counted."""

    title: str
    #: Each with the head of its column.
    cells: tuple[tuple[str, str], ...]
    count: Count | None
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a policy with its lines."""

    part: narration.Part
    lines: tuple[Line, ...]


def _today() -> date:
    return local_day(clock.now(), settings.TIME_ZONE)


@requires("see strategies")
@require_GET
def policies_page(request: ActorRequest) -> HttpResponse:
    """List the policies, each with its word and its published version."""
    context = {
        "rows": policies.overview(),
        "may_publish": request.actor.may("publish strategies"),
        "shipped": policies.shipped_names(),
    }
    return render(request, "strategy/policies.html", context)


@requires("see strategies")
@require_GET
def policy(request: ActorRequest, version_id: int) -> HttpResponse:
    """Show a version: read aloud with what it makes of the book, what it would change, and as the document that it is."""
    found = policies.get_version(version_id)
    read = policies.kept(found)
    before = policies.version_before(found)
    is_draft = found.state in lifecycle.UNPUBLISHED
    may_approve = request.actor.may("approve strategies")
    is_own = policies.is_writer(found, request.actor) and not settings.STRATEGY_SELF_APPROVAL
    report, moves, refusal = None, None, None
    is_counted = policy_reports.is_small() or "count" in request.GET
    if is_counted:
        try:
            report = policy_reports.report(found, day=_today(), by=request.actor)
            moves = _moves(request, found) if is_draft else None
        except (NotFound, NotPermitted):
            raise
        except Refusal as no:
            # What was right when it was kept need not stand beside the policies of today.
            refusal = no
    listing = reverse("strategy:policy_accounts", args=[found.pk])
    context = {
        "version": found,
        "policy": read,
        "word": policies.word_of(found.policy),
        "kind": found.policy.get_kind_display(),
        "parts": [_part(part, report, listing) for part in narration.tell(read, catalogue.catalogue_of_the_past())],
        "is_counted": is_counted,
        "report": report,
        "refusal": refusal,
        "moves": moves,
        "steps": _steps(read, report),
        "overlaps": _overlaps(read, report, listing),
        "is_scorecard": isinstance(read, Scorecard),
        "is_segments": isinstance(read, Segments),
        "missing": policy_reports.missing_cases(found),
        "versions": policies.versions_of(found.policy),
        "users": policies.users_of(found.policy),
        "before": before,
        "changes": changes.changes(before.document, found.document) if before else [],
        "is_draft": is_draft,
        "acts": policies.acts(found),
        "is_own": is_own,
        "may_approve": may_approve and not is_own and found.state == lifecycle.State.DRAFT,
        "may_send_back": may_approve and found.state in (lifecycle.State.DRAFT, lifecycle.State.APPROVED),
        "approve_form": forms.ApproveForm(),
        "reason_form": forms.ReasonForm(),
        "may_publish": request.actor.may("publish strategies"),
        "may_list": request.actor.may("see accounts"),
    }
    return render(request, "strategy/policy.html", context)


def _moves(request: ActorRequest, draft: PolicyVersion) -> list[policy_reports.Move] | None:
    try:
        published = policies.published_version(draft.policy.name)
    except Refusal:
        return None
    return policy_reports.moves(draft, published, day=_today(), by=request.actor)


def _part(part: narration.Part, report: Report | None, listing: str) -> Part:
    lines = []
    for line in part.lines:
        cells = tuple(zip(part.heads, line.cells, strict=True))
        count = report.of(part.number, line.place) if report else None
        lines.append(Line(line.title, cells, count, f"{listing}?part={part.number}&place={line.place}"))
    return Part(part, tuple(lines))


def _steps(read: Policy, report: Report | None) -> list[Line]:
    """Give the steps of a score's range with the accounts in each, the highest first."""
    if report is None or not isinstance(read, Scorecard):
        return []
    lines = []
    for place, (low, high) in enumerate(policy_reports.steps(read)):
        title = _("{low} to {high}").format(low=plain.value_aloud(low), high=plain.value_aloud(high))
        lines.append(Line(title, (), report.of(len(read.components), place), ""))
    return lines[::-1]


def _overlaps(read: Policy, report: Report | None, listing: str) -> list[Line]:
    """Give the overlaps: the segment that accounts are in, and the other that they would be in."""
    if report is None or not isinstance(read, Segments):
        return []
    lines = []
    for each in report.overlaps:
        first, second = read.segments[each.first].title, read.segments[each.second].title
        href = f"{listing}?first={each.first}&second={each.second}"
        lines.append(Line(first, ((_("Would also be in"), second),), each.count, href))
    return lines


@requires("see strategies")
@require_GET
def accounts(request: ActorRequest, version_id: int) -> HttpResponse:
    """List the accounts of a segment, a band or a row, or those that two segments would take."""
    found = policies.get_version(version_id)
    read = policies.kept(found)
    numbers = {key: request.GET.get(key, "") for key in ("part", "place", "first", "second")}
    if any(not (text.isascii() and text.isdecimal() and len(text) < 4) for text in numbers.values() if text):
        raise NotFound(what="place", reference="")
    chosen = {key: int(text) for key, text in numbers.items() if text}
    if {"first", "second"} <= chosen.keys():
        listed = policy_reports.accounts_in_both(
            found, first=chosen["first"], second=chosen["second"], day=_today(), by=request.actor
        )
        titles = [segment.title for segment in read.segments] if isinstance(read, Segments) else []
        place = _("{first} and {second}").format(
            first=_at(titles, chosen["first"]), second=_at(titles, chosen["second"])
        )
    else:
        part, at = chosen.get("part", 0), chosen.get("place", 0)
        listed = policy_reports.accounts_at(found, part=part, place=at, day=_today(), by=request.actor)
        parts = narration.tell(read, catalogue.catalogue_of_the_past())
        place = _at([line.title for line in parts[part].lines], at) if part < len(parts) else ""
    context = {"version": found, "policy": read, "place": place, "listed": listed}
    return render(request, "strategy/policy_accounts.html", context)


def _at(titles: Sequence[str], place: int) -> str:
    return titles[place] if place < len(titles) else ""


@requires("see strategies")
@require_GET
def download(request: ActorRequest, version_id: int) -> HttpResponse:
    """Give the document of a version as a file."""
    found = policies.get_version(version_id)
    response = HttpResponse(found.document, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.policy.name}-{found.number}.yaml"'
    return response


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def new_policy(request: ActorRequest, version_id: int | None = None) -> HttpResponseBase:
    """Write a document: the next version of one there is, or a new policy, begun from one that the program ships."""
    found = policies.get_version(version_id) if version_id else None
    begun = found.document if found else policies.shipped(request.GET.get("from", ""))
    form = forms.DocumentForm(request.POST or None, initial={"document": begun})
    problems: Sequence[Problem] = ()
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft_policy(
                document=form.cleaned_data["document"].replace("\r\n", "\n"),
                policy=found.policy.name if found else None,
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
            return redirect("strategy:policy", made.pk)
    context = {
        "form": form,
        "version": found,
        "problems": problems,
        "refusal": refusal,
        "kinds": [(kind, keys.OF_KIND[kind]) for kind in Kind],
        "shipped": () if found else policies.shipped_names(),
        "rooms": catalogue.all_by_room(),
    }
    return render(request, "strategy/edit_policy.html", context, status=422 if request.method == "POST" else 200)


def _do(request: ActorRequest, version_id: int, act: Callable[[datetime], object], done: str) -> HttpResponseBase:
    """Do something with a version, say how it went, and show the version."""
    try:
        act(clock.now())
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, done)
    return redirect("strategy:policy", version_id)


@requires("approve strategies")
@require_POST
def approve(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Find a draft right."""

    def act(at: datetime) -> None:
        actions.approve_policy(version_id=version_id, comment=request.POST.get("comment", ""), at=at, by=request.actor)

    return _do(request, version_id, act, _("Approved. It can be published now."))


@requires("approve strategies")
@require_POST
def send_back(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Find a version wrong that is not published yet."""

    def act(at: datetime) -> None:
        actions.send_policy_back(version_id=version_id, reason=request.POST.get("reason", ""), at=at, by=request.actor)

    return _do(request, version_id, act, _("Sent back. Whoever wrote it reads why."))


@requires("publish strategies")
@require_POST
def publish(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Let an approved version be what its word means from now on."""

    def act(at: datetime) -> None:
        actions.publish_policy(version_id=version_id, at=at, by=request.actor)
        actions.defer_scoring(day=local_day(at, settings.TIME_ZONE))

    return _do(request, version_id, act, _("Published. Every condition that speaks of it means this version now."))
