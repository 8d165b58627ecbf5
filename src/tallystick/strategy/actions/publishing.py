"""Keep documents, publish what was approved, and say which accounts they treat."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Client, Portfolio
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy.actions import approving, keeping, kinds, locking, refreshing
from tallystick.strategy.actions.recording import cancel_plans, record
from tallystick.strategy.models import Assignment, Paper, Version
from tallystick.strategy.queries import book, life, past, versions
from tallystick.strategy.rules import lifecycle, timing


@transaction.atomic
def draft(*, document: str, of: Paper | None = None, at: datetime, by: Actor) -> Version:
    """Keep a document as the next version of what it names; the same document as the newest version is that version.

    Where a strategy or a policy is given, the document must be its.

    :raises DocumentMistaken: something in the document is wrong; every mistake is named
    :raises NameDiffers: the document is named otherwise than what is given
    :raises KindDiffers: a policy of its name is of another kind
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: it could not stand beside the policies that are published now
    """
    by.must_be_allowed_to("publish strategies")
    kind = kinds.of(of) if of else kinds.of_document(document)
    read = kind.read(document)
    if of is not None and read.name != of.name:
        raise lifecycle.NameDiffers(found=read.name, expected=of.name)
    paper, _made = (
        kind.papers()
        .select_for_update()
        .get_or_create(
            name=read.name,
            defaults={"kind": read.kind, "title": read.title, "created_at": at, "created_by": by.label},
        )
    )
    if paper.kind != read.kind:
        labels = dict(lifecycle.KINDS)
        raise lifecycle.KindDiffers(found=labels[read.kind], expected=labels[paper.kind])
    newest = versions.versions_of(paper).order_by("-number").first()
    if newest is not None and newest.document == document:
        return newest
    version = Version.objects.create(
        paper=paper,
        number=life.next_number(paper),
        document=document,
        created_at=at,
        created_by=by.label,
        author_id=by.user_id,
        is_by_system=by.is_system,
    )
    record(version, lifecycle.ActKind.DRAFTED, at=at, by=by, document=life.digest(document))
    if newest is not None:
        keeping.copy_golden(newest, version)
    return version


@transaction.atomic
def publish(*, version_id: int, at: datetime, by: Actor) -> Version:
    """Publish an approved version: from now on it decides, and its word means it. The version before is replaced.

    Accounts move over to a strategy by `settle`: to the state and step of the same ids, else to the end of the state, else to the
    start. What the program itself keeps and publishes is approved by that.

    :raises NotADraft: it was published before
    :raises NotApproved, ApprovedOtherwise: nobody found it right as it is
    :raises DocumentMistaken: the policies published now do not let it be understood
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    :raises GoldenDiffers: a golden account would be treated otherwise than expected
    :raises KindDiffers, PolicyCycle, PolicyTooDeep, PolicyTooLong, PolicyInUse: see `queries.policies.check_publishable`
    """
    by.must_be_allowed_to("publish strategies")
    versions.lock_papers()
    version = versions.lock_version(version_id)
    if version.state == lifecycle.State.DRAFT and version.is_by_system and by.is_system:
        approving.approve_of_system(version, at=at, by=by)
    check(version, at=at)
    return put_in_force(version, at=at, by=by)


def check(version: Version, *, at: datetime) -> None:
    """Refuse a version that cannot be published as it is.

    :raises NotADraft, NotApproved, ApprovedOtherwise: see `publish`, which names what its kind may refuse too
    """
    if version.state not in lifecycle.UNPUBLISHED:
        raise lifecycle.NotADraft(number=version.number)
    approving.check_approved(version)
    kinds.of(version.paper).check(version, at=at)


def put_in_force(version: Version, *, comment: str = "", at: datetime, by: Actor, **details: Any) -> Version:
    """Have a locked version decide from now on, and the published one no more. What was planned to that end is cancelled."""
    cancel_plans(version, lifecycle.PlanKind.PUBLISH, at=at, by=by)
    before = version.paper.versions.filter(state=lifecycle.State.PUBLISHED).order_by("pk").first()
    if before is not None:
        before.state, before.retired_at = lifecycle.State.RETIRED, at
        before.save(update_fields=["state", "retired_at"])
        cancel_plans(before, *lifecycle.PlanKind, at=at, by=by)
        record(before, lifecycle.ActKind.REPLACED, at=at, by=by, number=version.number)
    version.state, version.published_at, version.published_by = lifecycle.State.PUBLISHED, at, by.label
    version.save(update_fields=["state", "published_at", "published_by"])
    record(version, lifecycle.ActKind.PUBLISHED, comment=comment, at=at, by=by, **details)
    Paper.objects.filter(pk=version.paper_id).update(title=kinds.of(version.paper).read(version.document).title)
    return version


@transaction.atomic
def assign(
    *, strategy: str, client: str | None = None, portfolio: str | None = None, at: datetime, by: Actor
) -> Assignment:
    """Have a strategy treat the accounts of a portfolio, of a client, or of everybody else, from now on.

    Accounts that are in another strategy leave it; the next refresh, run or `enrol_all` puts them at the start of this one.

    :raises NotFound: there is no such strategy, client or portfolio, or none within the actor's scope
    :raises NotPermitted: everybody else is for those whose scope has no bounds
    """
    by.must_be_allowed_to("publish strategies")
    found = versions.get_strategy(strategy)
    of_client = account_queries.get_client(client) if client else None
    if of_client is None and by.scope.client_ids is not None:
        raise NotPermitted(right=_("assign a strategy to everybody"))
    if of_client is not None and not by.scope.allows(of_client.pk):
        raise NotFound(what="client", reference=client or "")
    of_portfolio = _portfolio(of_client, portfolio) if of_client and portfolio else None
    assignment, _made = Assignment.objects.update_or_create(
        client=of_client,
        portfolio=of_portfolio,
        defaults={"strategy": found, "assigned_at": at, "assigned_by": by.label},
    )
    return assignment


def _portfolio(client: Client, code: str) -> Portfolio:
    found = client.portfolios.filter(code=code).order_by("pk").first()
    if found is None:
        raise NotFound(what="portfolio", reference=code)
    return found


def settle(*, day: date, at: datetime, by: Actor) -> int:
    """Bring every account of the book to the version that treats it, leaf by leaf, each in a transaction; give how many moved.

    Accounts of a retired version move over to the published one; those that another strategy now treats start there; those
    without a strategy that should have one begin it. Doing it again changes nothing.
    """
    by.must_be_allowed_to("publish strategies")
    moved = sum(settle_leaf(leaf, day=day) for chunk in book.chunks(book.chunk_count()) for leaf in chunk)
    _mark_emptied(at=at)
    return moved


@transaction.atomic
def settle_leaf(leaf: str, *, day: date) -> int:
    """Bring every account of a leaf to the version that treats it; give how many moved."""
    past.name_day(day)
    locking.hold_leaves([leaf])
    moved = 0
    for retired in _left():
        published = versions.published_version(retired.paper)
        moved += _move_over(leaf, retired, published, day=day)
    return moved + refreshing.leave_strategies(leaf, day=day) + refreshing.enrol(leaf, day=day)


def _left() -> QuerySet[Version]:
    """Give the replaced versions that accounts are still moving from."""
    return versions.live().filter(state=lifecycle.State.RETIRED)


def _move_over(leaf: str, retired: Version, published: Version, *, day: date) -> int:
    """Move the accounts of a leaf over. Whose state is gone enters the first one on the day, and waits for its first step."""
    old = versions.program_of(retired.document)
    new = versions.published(published.pk, published.document, day)
    places = [old.matching(place, new.program) for place in old.places]
    start = timing.review(new.program.start.step, day=day, is_entering=True, holidays=new.holidays)
    return sql.execute(
        f"""
        UPDATE {leaf} AS book
        SET version_id = %(new)s, place = place.number, prior_place = NULL, effect = NULL,
            state_entered_on = CASE WHEN place.is_entered THEN %(day)s ELSE book.state_entered_on END,
            next_review_on = CASE WHEN place.is_entered THEN %(review_on)s WHEN place.waits THEN book.next_review_on END
        FROM unnest(%(numbers)s::smallint[], %(entered)s::boolean[], %(waits)s::boolean[])
            WITH ORDINALITY AS place(number, is_entered, waits, was)
        WHERE version_id = %(old)s AND place.was = book.place + 1
        """,  # noqa: S608
        {
            "new": published.pk,
            "old": retired.pk,
            "day": day,
            "review_on": start.on,
            "numbers": [place.number for place in places],
            "entered": [was.state.id != place.state.id for was, place in zip(old.places, places, strict=True)],
            "waits": [place.step is not None for place in places],
        },
    )


@transaction.atomic
def _mark_emptied(*, at: datetime) -> None:
    for version in _left():
        if not sql.value("SELECT EXISTS (SELECT FROM strategy_book WHERE version_id = %s)", [version.pk]):
            version.emptied_at = at
            version.save(update_fields=["emptied_at"])
