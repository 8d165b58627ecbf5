"""Versions of papers; strategies, and which of them treats which accounts."""

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
from tallystick.strategy.models import Assignment, Paper, Plan, Version
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import lifecycle, reading, timing
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.statement import Published, Statement

_SHIPPED = resources.files("tallystick.strategy").joinpath("documents")


@lru_cache(maxsize=256)
def program_of(document: str) -> Program:
    """Give the program of a document that was found right when it was kept, by the words there were then."""
    return Program.of(reading.read(document, catalogue.vocabulary_of(catalogue.catalogue_of_the_past())))


def strategies() -> QuerySet[Paper]:
    """Give all strategies by title."""
    return Paper.objects.filter(kind=lifecycle.STRATEGY).order_by("title")


def policies() -> QuerySet[Paper]:
    """Give all policies by kind and title."""
    return Paper.objects.exclude(kind=lifecycle.STRATEGY).order_by("kind", "title")


def all_of_strategies() -> QuerySet[Version]:
    """Give the versions of all strategies, each with its paper."""
    return Version.objects.filter(paper__kind=lifecycle.STRATEGY).select_related("paper")


def all_of_policies() -> QuerySet[Version]:
    """Give the versions of all policies, each with its paper."""
    return Version.objects.exclude(paper__kind=lifecycle.STRATEGY).select_related("paper")


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy or a policy in the list: its newest version, the published one, and what is coming."""

    paper: Paper
    newest: Version
    published: Version | None
    #: The newest version, where it has never decided anything.
    coming: Version | None
    #: What is planned, and what was stopped and still waits to be mended.
    plans: list[Plan]


def rows(papers: QuerySet[Paper]) -> list[Row]:
    """Give some strategies or policies for a list, in their order."""
    planned = _planned()
    found = []
    for paper in papers.prefetch_related("versions"):
        numbered = sorted(paper.versions.all(), key=lambda version: version.number)
        published = [version for version in numbered if version.state == lifecycle.State.PUBLISHED]
        found.append(
            Row(
                paper=paper,
                newest=numbered[-1],
                published=published[-1] if published else None,
                coming=numbered[-1] if numbered[-1].state in lifecycle.UNPUBLISHED else None,
                plans=planned.get(paper.pk, []),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Treated:
    """A strategy in the list: whom it treats, and how many accounts are in it."""

    row: Row
    treats: list[str]
    accounts: int


def overview() -> list[Treated]:
    """Give all strategies by title, for a list."""
    counts = {
        row["paper_id"]: row["accounts"]
        for row in sql.rows(
            """
            SELECT version.paper_id, sum(book.accounts)::bigint AS accounts
            FROM (SELECT version_id, count(*) AS accounts FROM strategy_book GROUP BY version_id) AS book
            JOIN strategy_version AS version ON version.id = book.version_id
            GROUP BY version.paper_id
            """
        )
    }
    assigned = strategies().prefetch_related("assignments__client", "assignments__portfolio")
    return [
        Treated(row, [said_assignment(each) for each in row.paper.assignments.all()], counts.get(row.paper.pk, 0))
        for row in rows(assigned)
    ]


def _planned() -> dict[int, list[Plan]]:
    """Give what is planned by strategy, and what was stopped of a version that still waits for it."""
    plans = Plan.objects.select_related("version").filter(
        Q(state=lifecycle.PlanState.WAITING)
        | Q(state=lifecycle.PlanState.STOPPED, version__state=lifecycle.State.APPROVED)
    )
    planned: dict[int, list[Plan]] = {}
    for plan in plans.order_by("due_at", "pk"):
        planned.setdefault(plan.version.paper_id, []).append(plan)
    return planned


def versions_of(paper: Paper) -> QuerySet[Version]:
    """Give the versions of a strategy or a policy, newest first."""
    return paper.versions.order_by("-number")


def version_before(version: Version) -> Version | None:
    """Give the version that a version follows, or None for the first."""
    return version.paper.versions.filter(number__lt=version.number).order_by("-number").first()


def assignments_of(strategy: Paper) -> list[str]:
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


def get_strategy(name: str) -> Paper:
    """Give a strategy by its name.

    :raises NotFound: there is none
    """
    return _get(strategies(), "strategy", name)


def get_policy(name: str) -> Paper:
    """Give a policy by its name.

    :raises NotFound: there is none
    """
    return _get(policies(), "policy", name)


def _get(among: QuerySet[Paper], what: str, name: str) -> Paper:
    found = among.filter(name=name).order_by("pk").first()
    if found is None:
        raise NotFound(what=what, reference=name)
    return found


def get_version(version_id: int) -> Version:
    """Give a version with its paper.

    :raises NotFound: there is none
    """
    return _version(Version.objects.all(), version_id)


def lock_version(version_id: int) -> Version:
    """Lock a version for the transaction and give it, with its paper.

    :raises NotFound: there is none
    """
    return _version(Version.objects.select_for_update(of=("self",)), version_id)


def _version(among: QuerySet[Version], version_id: int) -> Version:
    found = among.select_related("paper").filter(pk=version_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=version_id)
    return found


def of_strategy(version: Version) -> Version:
    """Give a version of a strategy as it is.

    :raises NotFound: it is a policy's, of which there are no golden accounts, rehearsals, working copies or assignments
    """
    if not version.paper.is_strategy:
        raise NotFound(what="version", reference=version.pk)
    return version


def lock_paper(paper_id: int) -> None:
    """Have whoever changes what is said of a strategy or a policy wait for each other until the end of the transaction."""
    Paper.objects.select_for_update().filter(pk=paper_id).order_by("pk").first()


def lock_papers() -> None:
    """Lock all papers for the transaction, so that no two are published at once that could not stand together."""
    list(Paper.objects.select_for_update().order_by("pk"))


def version_numbered(paper: Paper, number: int) -> Version:
    """Give a version by its number.

    :raises NotFound: there is none
    """
    found = versions_of(paper).filter(number=number).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=f"{paper.name} {number}")
    return found


def published_version(paper: Paper) -> Version:
    """Give the published version of a strategy or a policy.

    :raises NotPublished: there is none yet
    """
    found = paper.versions.filter(state=lifecycle.State.PUBLISHED).order_by("pk").first()
    if found is None:
        raise lifecycle.NotPublished(title=paper.title)
    return found


def live() -> QuerySet[Version]:
    """Give every version that accounts can be in: the published ones, and the replaced ones that some have not left yet."""
    return (
        all_of_strategies()
        .filter(Q(state=lifecycle.State.PUBLISHED) | Q(state=lifecycle.State.RETIRED, emptied_at__isnull=True))
        .order_by("pk")
    )


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


def statement(*, day: date, policies: catalogue.Key | None = None) -> Statement:
    """Give the SQL of all live versions for a day, by the policies that are published now unless others are given.

    :raises CalendarEnds: nobody knows the holidays of the day
    """
    by = catalogue.published_key() if policies is None else policies
    return _statement(day, tuple(live().values_list("pk", "document")), by)


@lru_cache(maxsize=16)
def _statement(day: date, documents: tuple[tuple[int, str], ...], policies: catalogue.Key) -> Statement:
    versions = [published(version_id, document, day) for version_id, document in documents]
    return Statement(versions, catalogue.catalogue_by(policies), day)


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
        JOIN strategy_version AS version ON version.paper_id = assignment.strategy_id
         AND CASE WHEN version.paper_id = %(strategy)s THEN version.id = %(version)s ELSE version.state = 'published' END
        ORDER BY assignment.portfolio_id IS NULL, assignment.client_id IS NULL, assignment.id
        """,
        {"strategy": instead.paper_id if instead else None, "version": instead.pk if instead else None},
    ):
        version = published(row["version_id"], row["document"], day)
        start = version.program.start
        review = timing.review(start.step, day=day, is_entering=True, holidays=version.holidays)
        found.append(Enrolment(row["client_id"], row["portfolio_id"], version.version_id, start.number, review.on))
    return found
