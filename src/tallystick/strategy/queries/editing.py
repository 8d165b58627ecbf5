"""Working copies: whose they are, what they say, and what the fields of their forms offer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from tallystick.access import queries as access_queries
from tallystick.contact.queries import templates as template_queries
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Version, WorkingCopy
from tallystick.strategy.queries import book, catalogue, versions
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import own_words, tree
from tallystick.strategy.rules.document import Document
from tallystick.strategy.rules.tree import Node
from tallystick.strategy.rules.types import Catalogue

#: For how many days the list of its owner says before that a working copy will be set aside.
NOTICE = 14


def get_copy(copy_id: int, *, by: Actor) -> WorkingCopy:
    """Give a working copy of the actor's own.

    :raises NotFound: there is none, or it is somebody else's
    """
    return _given(_copies(by).filter(pk=copy_id), copy_id)


def lock_copy(copy_id: int, *, by: Actor) -> WorkingCopy:
    """Lock a working copy of the actor's own for the transaction, and give it.

    :raises NotFound: there is none, or it is somebody else's
    """
    return _given(_copies(by).select_for_update(of=("self",)).filter(pk=copy_id), copy_id)


def copy_of(version: Version, *, by: Actor) -> WorkingCopy | None:
    """Give the actor's working copy of a version, or None."""
    return _copies(by).filter(base=version).order_by("pk").first()


def copies(*, by: Actor) -> QuerySet[WorkingCopy]:
    """Give the actor's working copies, last changed first."""
    return _copies(by).order_by("-changed_at", "-pk")


def _copies(by: Actor) -> QuerySet[WorkingCopy]:
    return WorkingCopy.objects.select_related("base__paper", "taken").filter(user_id=by.user_id or 0)


def _given(found: QuerySet[WorkingCopy], copy_id: int) -> WorkingCopy:
    copy = found.order_by("pk").first()
    if copy is None:
        raise NotFound(what="working copy", reference=copy_id)
    return copy


def document_at(copy: WorkingCopy, revision: int) -> str | None:
    """Give what a working copy said at a revision, or None where that is not kept any more."""
    if copy.revision == revision:
        return copy.document
    after = copy.edits.filter(revision=revision + 1).order_by("revision").first()
    return after.before if after else None


def newer_than(copy: WorkingCopy) -> Version | None:
    """Give the newest version of the strategy, where its owner has not seen it yet."""
    if copy.base is None:
        return None
    newest = versions.versions_of(copy.base.paper)[0]
    return newest if newest.number > known_number(copy) else None


def known_number(copy: WorkingCopy) -> int:
    """Give the number of the newest version that the owner of a working copy knows of."""
    return max(copy.seen_number, copy.taken.number if copy.taken else 0)


@dataclass(frozen=True, slots=True)
class Begun:
    """A working copy in the list of its owner's, and when it is set aside unless it is touched, where that is soon."""

    copy: WorkingCopy
    set_aside_on: date | None


def begun(*, today: date, by: Actor) -> list[Begun]:
    """Give the actor's working copies, last changed first and those that were set aside behind the others."""
    days = settings.STRATEGY_WORKING_COPY_DAYS
    found = []
    for copy in copies(by=by).order_by(F("set_aside_at").desc(nulls_first=True), "-changed_at", "-pk"):
        on = local_day(copy.changed_at, settings.TIME_ZONE) + timedelta(days=days + 1)
        is_soon = bool(days) and copy.set_aside_at is None and on <= today + timedelta(days=NOTICE)
        found.append(Begun(copy, max(on, today) if is_soon else None))
    return found


def words_of(document: Document) -> Catalogue:
    """Give the words that the conditions of a document may use."""
    return own_words.words(document, catalogue.catalogue())


def templates() -> dict[str, list[str]]:
    """Give the names of the live templates by channel."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for channel, name in template_queries.live().values_list("channel", "name"):
        found[channel][name] = None
    return {channel: list(names) for channel, names in found.items()}


def teams() -> list[str]:
    """Give the names of the teams that can be told apart by them."""
    names = list(access_queries.teams().values_list("name", flat=True))
    return sorted(name for name in set(names) if names.count(name) == 1)


def people() -> list[tuple[str, str]]:
    """Give the user name and the full name of everybody who works here."""
    return [(user.username, user.full_name or user.username) for user in access_queries.users()]


@dataclass(frozen=True, slots=True)
class Count:
    """How many open accounts a condition is true of; in a large book by a sample of it."""

    accounts: int
    is_about: bool


def count(condition: Node, words: Catalogue, *, scope: Scope, day: date) -> Count | None:
    """Count the open accounts within a scope of which a condition is true on a day, by the book as it stands.

    None where the book alone cannot say: to ask a table of a room for every account takes its time.
    """
    if not all(words.fact(word).is_stored for word in tree.words(condition)):
        return None
    test, sample = compiler.to_sql(condition, words, day), book.sample()
    reach, params = _within(scope)
    found = int(
        sql.value(
            f"SELECT count(*) FROM {sample} AS book WHERE is_open AND NOT is_house AND ({test}) IS TRUE{reach}",  # noqa: S608
            params,
        )
    )
    share = book.SAMPLED if sample != book.BOOK else 1
    return Count(_rounded(found * share) if share > 1 else found, share > 1)


def _within(scope: Scope) -> tuple[str, dict[str, object]]:
    if scope.client_ids is None:
        return "", {}
    within = " AND EXISTS (SELECT FROM accounts_account AS account WHERE account.id = book.account_id"
    return f"{within} AND account.client_id = ANY(%(clients)s))", {"clients": sorted(scope.client_ids)}


def _rounded(number: int) -> int:
    """Round to three figures: a sample knows no more.

    >>> _rounded(120_416), _rounded(42)
    (120000, 42)
    """
    step: int = 10 ** max(len(str(number)) - 3, 0)
    return (2 * number + step) // (2 * step) * step
