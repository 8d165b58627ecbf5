"""Strategies, their versions, and which of them treats which accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Assignment, Plan, Strategy, Version
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import lifecycle, reading, timing
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.statement import Published, Statement

_SHIPPED = resources.files("tallystick.strategy").joinpath("documents")


@lru_cache(maxsize=256)
def program_of(document: str) -> Program:
    """Give the program of a document that was found right when it was kept, by the words there were then."""
    return Program.of(reading.read(document, catalogue.vocabulary_of(catalogue.catalogue_of_the_past())))


def strategies() -> QuerySet[Strategy]:
    """Give all strategies by title, with their versions and assignments."""
    return Strategy.objects.order_by("title").prefetch_related(
        "versions", "assignments__client", "assignments__portfolio"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy in the list: its newest version, the published one, whom it treats, and how many accounts are in it."""

    strategy: Strategy
    newest: Version
    published: Version | None
    #: The newest version, where it has never decided anything.
    coming: Version | None
    #: What is planned, and what was stopped and still waits to be mended.
    plans: list[Plan]
    treats: list[str]
    accounts: int


def overview() -> list[Row]:
    """Give all strategies by title, for a list."""
    counts = {
        row["strategy_id"]: row["accounts"]
        for row in sql.rows(
            """
            SELECT version.strategy_id, sum(book.accounts)::bigint AS accounts
            FROM (SELECT version_id, count(*) AS accounts FROM strategy_book GROUP BY version_id) AS book
            JOIN strategy_version AS version ON version.id = book.version_id
            GROUP BY version.strategy_id
            """
        )
    }
    planned = _planned()
    rows = []
    for strategy in strategies():
        numbered = sorted(strategy.versions.all(), key=lambda version: version.number)
        published = [version for version in numbered if version.state == lifecycle.State.PUBLISHED]
        treats = [said_assignment(each) for each in strategy.assignments.all()]
        newest = numbered[-1]
        rows.append(
            Row(
                strategy=strategy,
                newest=newest,
                published=published[-1] if published else None,
                coming=newest if newest.state in lifecycle.UNPUBLISHED else None,
                plans=planned.get(strategy.pk, []),
                treats=treats,
                accounts=counts.get(strategy.pk, 0),
            )
        )
    return rows


def _planned() -> dict[int, list[Plan]]:
    """Give what is planned by strategy, and what was stopped of a version that still waits for it."""
    plans = Plan.objects.select_related("version").filter(
        Q(state=lifecycle.PlanState.WAITING)
        | Q(state=lifecycle.PlanState.STOPPED, version__state=lifecycle.State.APPROVED)
    )
    planned: dict[int, list[Plan]] = {}
    for plan in plans.order_by("due_at", "pk"):
        planned.setdefault(plan.version.strategy_id, []).append(plan)
    return planned


def versions_of(strategy: Strategy) -> QuerySet[Version]:
    """Give the versions of a strategy, newest first."""
    return strategy.versions.order_by("-number")


def version_before(version: Version) -> Version | None:
    """Give the version that a version follows, or None for the first."""
    return version.strategy.versions.filter(number__lt=version.number).order_by("-number").first()


def assignments_of(strategy: Strategy) -> list[str]:
    """Give whose accounts a strategy treats, in words."""
    assigned = strategy.assignments.select_related("client", "portfolio").order_by("client__name", "portfolio__name")
    return [said_assignment(each) for each in assigned]


def said_assignment(assignment: Assignment) -> str:
    """Say whose accounts an assignment is about."""
    if assignment.client is None:
        return _("everybody without a strategy of their own")
    if assignment.portfolio is None:
        return assignment.client.name
    return f"{assignment.client.name}, {assignment.portfolio.name}"


def shipped_names() -> list[str]:
    """Give the names of the documents that the program ships, in order."""
    return sorted(file.name.removesuffix(".yaml") for file in _SHIPPED.iterdir() if file.name.endswith(".yaml"))


def shipped(name: str) -> str:
    """Give the text of a document that the program ships; nothing where there is none of the name."""
    return _SHIPPED.joinpath(f"{name}.yaml").read_text("utf-8") if name in shipped_names() else ""


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


def version_numbered(strategy: str, number: int) -> Version:
    """Give a version of a strategy by its number.

    :raises NotFound: there is no such strategy or version
    """
    found = versions_of(get_strategy(strategy)).filter(number=number).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=f"{strategy} {number}")
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


def live() -> QuerySet[Version]:
    """Give every version that accounts can be in: the published ones, and the replaced ones that some have not left yet."""
    return Version.objects.filter(
        Q(state=lifecycle.State.PUBLISHED) | Q(state=lifecycle.State.RETIRED, emptied_at__isnull=True)
    ).order_by("pk")


def answered_kinds() -> frozenset[str]:
    """Give the kinds of events that a live version answers."""
    documents = live().values_list("document", flat=True)
    return frozenset().union(*(program_of(document).events() for document in documents))


def published(version_id: int, document: str, day: date) -> Published:
    """Give a version as it decides on a day.

    :raises CalendarEnds: nobody knows the holidays of the day
    """
    program = program_of(document)
    calendar = jurisdictions.get_calendar(program.document.calendar)
    if not calendar.covers(day):
        raise lifecycle.CalendarEnds(calendar=program.document.calendar, day=day.isoformat())
    return Published(version_id, program, jurisdictions.holidays(program.document.calendar))


def statement(*, day: date) -> Statement:
    """Give the SQL of all live versions for a day.

    :raises CalendarEnds: nobody knows the holidays of the day
    """
    return _statement(day, tuple(live().values_list("pk", "document")), catalogue.published_key())


@lru_cache(maxsize=16)
def _statement(day: date, documents: tuple[tuple[int, str], ...], _policies: tuple[tuple[int, str], ...]) -> Statement:
    versions = [published(version_id, document, day) for version_id, document in documents]
    return Statement(versions, catalogue.catalogue(), day)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where accounts of some kind begin: everybody (no client), those of a client, or those of a portfolio."""

    client_id: int | None
    portfolio_id: int | None
    version_id: int
    place: int
    review_on: date | None


def enrolments(*, day: date, instead: Version | None = None) -> list[Enrolment]:
    """Give where accounts begin that enter their strategy on a day, the most particular assignment first.

    Where a version is given, it is taken for the published one of its strategy.
    """
    found = []
    for row in sql.rows(
        """
        SELECT assignment.client_id, assignment.portfolio_id, version.id AS version_id, version.document
        FROM strategy_assignment AS assignment
        JOIN strategy_version AS version ON version.strategy_id = assignment.strategy_id
         AND CASE WHEN version.strategy_id = %(strategy)s THEN version.id = %(version)s ELSE version.state = 'published' END
        ORDER BY assignment.portfolio_id IS NULL, assignment.client_id IS NULL, assignment.id
        """,
        {"strategy": instead.strategy_id if instead else None, "version": instead.pk if instead else None},
    ):
        version = published(row["version_id"], row["document"], day)
        start = version.program.start
        review = timing.review(start.step, day=day, is_entering=True, holidays=version.holidays)
        found.append(Enrolment(row["client_id"], row["portfolio_id"], version.version_id, start.number, review.on))
    return found
