"""Keep documents, publish them, and say which accounts they treat."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tallystick.access import queries as access_queries
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Client, Portfolio
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.words import Channel, NoSuchTemplate
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy.actions import refreshing
from tallystick.strategy.models import Assignment, Strategy, Version
from tallystick.strategy.queries import book, catalogue, past, versions
from tallystick.strategy.rules import lifecycle, reading, timing
from tallystick.strategy.rules.orders import Message, Notice, Overrun, Task
from tallystick.strategy.rules.program import Program


@transaction.atomic
def draft(*, document: str, strategy: str | None = None, at: datetime, by: Actor) -> Version:
    """Keep a document as the next version of the strategy it names; the same document as the newest version is that version.

    Where a strategy is given, the document must be its.

    :raises DocumentMistaken: something in the document is wrong; every mistake is named
    :raises NameDiffers: the document is named otherwise than the strategy given
    """
    by.must_be_allowed_to("publish strategies")
    read = reading.read(document, catalogue.vocabulary())
    if strategy is not None and read.name != strategy:
        raise lifecycle.NameDiffers(found=read.name, expected=strategy)
    of, _made = Strategy.objects.select_for_update().get_or_create(
        name=read.name, defaults={"title": read.title, "created_at": at, "created_by": by.label}
    )
    newest = of.versions.order_by("-number").first()
    if newest is not None and newest.document == document:
        return newest
    return Version.objects.create(
        strategy=of,
        number=newest.number + 1 if newest else 1,
        document=document,
        created_at=at,
        created_by=by.label,
    )


@transaction.atomic
def publish(*, version_id: int, at: datetime, by: Actor) -> Version:
    """Publish a draft: from now on it treats the accounts of its strategy. The version before is retired.

    Accounts move over to it by `settle`: to the state and step of the same ids, else to the end of the state, else to the start.

    :raises NotADraft: it was published before
    :raises TemplateMissing, TeamMissing: it orders what cannot be carried out
    """
    by.must_be_allowed_to("publish strategies")
    version = versions.lock_version(version_id)
    if version.state != lifecycle.State.DRAFT:
        raise lifecycle.NotADraft(number=version.number)
    program = versions.program_of(version.document)
    _check_orders(program)
    Version.objects.filter(strategy=version.strategy, state=lifecycle.State.PUBLISHED).update(
        state=lifecycle.State.RETIRED, retired_at=at
    )
    version.state, version.published_at, version.published_by = lifecycle.State.PUBLISHED, at, by.label
    version.save(update_fields=["state", "published_at", "published_by"])
    Strategy.objects.filter(pk=version.strategy_id).update(title=program.document.title)
    return version


def _check_orders(program: Program) -> None:
    for order in (order for effect in program.effects for order in effect.orders):
        if isinstance(order, Message):
            _check_template(order.template, order.channel)
        elif isinstance(order, Notice):
            _check_template(order.template, Channel.NOTICE)
        elif isinstance(order, Task):
            _check_team(order.team)
        elif isinstance(order, Overrun):
            _check_team(order.watch.team)


def _check_team(name: str) -> None:
    if not name:
        return
    found = access_queries.teams().filter(name=name).count()
    if found != 1:
        raise lifecycle.TeamMissing(team=name, count=found)


def _check_template(name: str, channel: Channel) -> None:
    try:
        template_queries.voice(name=name, channel=channel)
    except NoSuchTemplate:
        raise lifecycle.TemplateMissing(template=name, channel=channel.label) from None


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
    moved = 0
    for retired in Version.objects.filter(state=lifecycle.State.RETIRED, emptied_at__isnull=True).order_by("pk"):
        published = versions.published_version(retired.strategy)
        moved += _move_over(leaf, retired, published, day=day)
    return moved + refreshing.leave_strategies(leaf, day=day) + refreshing.enrol(leaf, day=day)


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
    for version in Version.objects.filter(state=lifecycle.State.RETIRED, emptied_at__isnull=True).order_by("pk"):
        if not sql.value("SELECT EXISTS (SELECT FROM strategy_book WHERE version_id = %s)", [version.pk]):
            version.emptied_at = at
            version.save(update_fields=["emptied_at"])
