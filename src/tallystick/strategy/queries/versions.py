"""Strategies, their versions, and which of them treats which accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Assignment, Strategy, Version
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import lifecycle, reading, timing
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.statement import Published, Statement


@lru_cache(maxsize=256)
def program_of(document: str) -> Program:
    """Give the program of a document that was found right when it was kept."""
    return Program.of(reading.read(document, catalogue.vocabulary()))


def strategies() -> QuerySet[Strategy]:
    """Give all strategies by title, with their versions and assignments."""
    return Strategy.objects.order_by("title").prefetch_related(
        "versions", "assignments__client", "assignments__portfolio"
    )


def get_strategy(name: str) -> Strategy:
    """Give a strategy by its name.

    :raises NotFound: there is none
    """
    found = Strategy.objects.filter(name=name).order_by("pk").first()
    if found is None:
        raise NotFound(what="strategy", reference=name)
    return found


def get_version(version_id: int) -> Version:
    """Give a version with its strategy.

    :raises NotFound: there is none
    """
    found = Version.objects.select_related("strategy").filter(pk=version_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=version_id)
    return found


def lock_version(version_id: int) -> Version:
    """Lock a version for the transaction and give it, with its strategy.

    :raises NotFound: there is none
    """
    found = Version.objects.select_related("strategy").select_for_update().filter(pk=version_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=version_id)
    return found


def published_version(strategy: Strategy) -> Version:
    """Give the published version of a strategy.

    :raises NotPublished: there is none yet
    """
    found = strategy.versions.filter(state=lifecycle.State.PUBLISHED).order_by("pk").first()
    if found is None:
        raise lifecycle.NotPublished(title=strategy.title)
    return found


def live_versions(*, day: date) -> list[Published]:
    """Give every version that accounts can be in: the published ones, and the replaced ones that some have not left yet.

    :raises CalendarEnds: nobody knows the holidays of the day
    """
    live = Version.objects.filter(
        Q(state=lifecycle.State.PUBLISHED) | Q(state=lifecycle.State.RETIRED, emptied_at__isnull=True)
    ).order_by("pk")
    return [_published(version, day) for version in live]


def _published(version: Version, day: date) -> Published:
    program = program_of(version.document)
    calendar = jurisdictions.get_calendar(program.document.calendar)
    if not calendar.covers(day):
        raise lifecycle.CalendarEnds(calendar=calendar.id, day=day.isoformat())
    return Published(version.pk, program, jurisdictions.holidays(program.document.calendar))


def statement(*, day: date) -> Statement:
    """Give the SQL of all live versions for a day."""
    return Statement(live_versions(day=day), catalogue.catalogue(), day)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where accounts of some kind begin: everybody (no client), those of a client, or those of a portfolio."""

    client_id: int | None
    portfolio_id: int | None
    version_id: int
    place: int
    review_on: date | None


def enrolments(*, day: date) -> list[Enrolment]:
    """Give where accounts begin that enter their strategy on a day, the most particular assignment first."""
    published = {
        version.strategy_id: version
        for version in Version.objects.filter(state=lifecycle.State.PUBLISHED).order_by("pk")
    }
    found = []
    for assignment in Assignment.objects.order_by("pk"):
        if assignment.strategy_id not in published:
            continue
        version = _published(published[assignment.strategy_id], day)
        start = version.program.start
        review = timing.review(start.step, day=day, is_entering=True, holidays=version.holidays)
        found.append(
            Enrolment(assignment.client_id, assignment.portfolio_id, version.version_id, start.number, review.on)
        )
    return sorted(found, key=lambda each: (each.portfolio_id is None, each.client_id is None))
