"""Policies: the list, a version and a version read aloud with what it makes of the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions
from tallystick.strategy.queries import catalogue, policies, policy_reports, story, versions
from tallystick.strategy.queries.policy_reports import Count, Report
from tallystick.strategy.rules import lifecycle, plain
from tallystick.strategy.rules.policies import narration
from tallystick.strategy.rules.policies.document import Policy, Scorecard, Segments
from tallystick.strategy.web import lifecycle as life

if TYPE_CHECKING:
    from tallystick.strategy.models import Version


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


def page(request: ActorRequest, found: Version) -> HttpResponse:
    """Show a version: read aloud with what it makes of the book, what it would change, and as the document that it is."""
    read = policies.kept(found)
    report, moves, refusal = None, None, None
    is_counted = policy_reports.is_small() or "count" in request.GET
    if is_counted:
        try:
            report = policy_reports.report(found, day=_today(), by=request.actor)
            moves = _moves(request, found) if found.state in lifecycle.UNPUBLISHED else None
        except (NotFound, NotPermitted):
            raise
        except Refusal as no:
            # What was right when it was kept need not stand beside the policies of today.
            refusal = no
    behind, golden_refusal = _behind(found) if found.state in lifecycle.UNPUBLISHED else ([], None)
    differing = sorted((each for each in behind if not each.holds), key=lambda each: not each.is_changed)
    changed = sum(each.is_changed for each in behind)
    listing = reverse("strategy:policy_accounts", args=[found.pk])
    context = {
        **life.context(request, story.story(found, differing=changed, by=request.actor)),
        "behind": behind,
        "golden_refusal": golden_refusal,
        "differing": differing,
        "holding": [each for each in behind if each.holds],
        "accepted": [each for each in behind if each.holds and each.is_accepted],
        "alone": [each for each in behind if each.states_word],
        "policy": read,
        "word": policies.word_of(found.paper),
        "kind": found.paper.get_kind_display(),
        "parts": [_part(part, report, listing) for part in narration.tell(read, catalogue.catalogue_of_the_past())],
        "is_counted": is_counted,
        "report": report,
        "refusal": refusal,
        "moves": moves,
        "steps": _steps(read, report),
        "overlaps": _overlaps(read, report, listing),
        "is_segments": isinstance(read, Segments),
        "missing": policy_reports.missing_cases(found),
        "users": policies.users_of(found.paper),
        "may_list": request.actor.may("see accounts"),
    }
    return render(request, "strategy/policy.html", context)


def _behind(found: Version) -> tuple[list[actions.Behind], Refusal | None]:
    """Give what comes of the golden accounts of strategies by a version of a policy, or why they cannot be judged."""
    try:
        return actions.judge_policy(found, at=clock.now()), None
    except Refusal as refusal:
        return [], refusal


def _moves(request: ActorRequest, draft: Version) -> list[policy_reports.Move] | None:
    try:
        published = versions.published_version(draft.paper)
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
    found = versions.get_version(version_id)
    if found.paper.is_strategy:
        raise NotFound(what="version", reference=version_id)
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
