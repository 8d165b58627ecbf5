"""Golden accounts: cases that are kept with a version, and what is expected of it for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.actions import judging, refreshing
from tallystick.strategy.actions.recording import record
from tallystick.strategy.models import GoldenAccount, Paper, Version
from tallystick.strategy.queries import golden, life, runs, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.golden import Case, DayPassed, GoldenFrozen, NoStrategyTreats
from tallystick.strategy.rules.lifecycle import ActKind, State


def copy_golden(before: Version, version: Version) -> None:
    """Have a new version judged by the cases of the one before, with what was expected of that."""
    _add(version, golden.cases(before))


def _add(version: Version, cases: Sequence[Case]) -> None:
    GoldenAccount.objects.bulk_create(GoldenAccount(version=version, **golden.as_row(case)) for case in cases)


@transaction.atomic
def keep_golden(*, account_id: int, title: str, day: date, at: datetime, by: Actor) -> GoldenAccount:
    """Keep a live account as a golden one: its facts and its place, and what comes of it on a day by the version it is in.

    It goes into the newest draft of its strategy, or else into the published version, of which it changes nothing. Nothing of
    whom the account is about is kept but its facts.

    :raises NotFound: there is no such account within the actor's scope
    :raises NoStrategyTreats: it is in no strategy
    :raises DayPassed: the book has been run for the day, or the account made a step on it
    :raises ReasonMissing: it has no title to be known by
    """
    by.must_be_allowed_to("publish strategies")
    account_queries.get_account(account_id, scope=by.scope)
    if not title.strip():
        raise lifecycle.ReasonMissing
    refreshing.refresh([account_id], day=day)
    found = golden.taken(account_id, name="taken", title=" ".join(title.split()), day=day)
    if found is None:
        raise NoStrategyTreats
    case, decides = found
    decided_on = max(filter(None, (runs.last_day(), case.stepped_on)), default=None)
    if decided_on is not None and day <= decided_on:
        raise DayPassed(day=decided_on.isoformat())
    [judged] = judging.judge_cases([case], decides, at=at)
    version = _keeper(decides.paper)
    kept = replace(case, name=_free_name(version, title), expected=judged.found)
    _add(version, [kept])
    record(version, ActKind.GOLDEN, comment=kept.title, at=at, by=by, what="kept", name=kept.name)
    return life.golden_accounts(version).get(name=kept.name)


def _keeper(strategy: Paper) -> Version:
    """Lock and give the version that a case taken now is kept with."""
    newest = versions.versions_of(strategy)[0]
    keeper = newest if newest.state == State.DRAFT else versions.published_version(strategy)
    return versions.lock_version(keeper.pk)


def _free_name(version: Version, title: str) -> str:
    """Make a name of a title, which no other golden account of the version has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "account"
    taken = set(life.golden_accounts(version).values_list("name", flat=True))
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


@transaction.atomic
def write_golden(*, version_id: int, document: str, reason: str, at: datetime, by: Actor) -> list[str]:
    """Have a draft judged by the golden accounts of a YAML document, and by no others; give the names of those that changed.

    :raises DocumentMistaken: something in it is wrong; every mistake is named
    :raises GoldenFrozen: the version is no draft
    :raises ReasonMissing: a case goes, or something else is expected of it, and nobody would know why
    """
    by.must_be_allowed_to("publish strategies")
    version = _lock_draft(version_id)
    after = {case.name: case for case in golden.read_yaml(document)}
    before = {case.name: case for case in golden.cases(version)}
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if any(name in before for name in changed) and not reason.strip():
        raise lifecycle.ReasonMissing
    GoldenAccount.objects.filter(version=version, name__in=changed).delete()
    _add(version, [after[name] for name in changed if name in after])
    for name in changed:
        what = "removed" if name not in after else "changed" if name in before else "kept"
        record(version, ActKind.GOLDEN, comment=reason, at=at, by=by, what=what, name=name)
    return changed


@transaction.atomic
def accept_golden(*, version_id: int, name: str, reason: str, at: datetime, by: Actor) -> GoldenAccount:
    """Expect of a golden account what comes of it by a draft: the change is meant, for a reason, and is approved with the draft.

    :raises NotFound: there is no such golden account
    :raises GoldenFrozen: the version is no draft
    :raises ReasonMissing: nobody would know why
    """
    by.must_be_allowed_to("publish strategies")
    version = _lock_draft(version_id)
    if not reason.strip():
        raise lifecycle.ReasonMissing
    row = _get(version, name)
    [judged] = judging.judge_cases([golden.as_case(row)], version, at=at)
    return _accept(row, judged, reason=reason, at=at, by=by)


def accept_all(version: Version, *, reason: str, at: datetime, by: Actor) -> None:
    """Expect whatever comes of golden accounts by a version that is rolled back to, for the reason of that."""
    for judged in judging.judge(version, at=at):
        if not judged.holds:
            _accept(_get(version, judged.case.name), judged, reason=reason, at=at, by=by)


def _accept(row: GoldenAccount, judged: judging.Judgement, *, reason: str, at: datetime, by: Actor) -> GoldenAccount:
    row.happens, row.orders = list(judged.found.happens), list(judged.found.orders)
    row.save(update_fields=["happens", "orders"])
    record(
        row.version,
        ActKind.GOLDEN,
        comment=reason,
        at=at,
        by=by,
        what="accepted",
        name=row.name,
        before=list(judged.case.expected.happens),
        after=row.happens,
    )
    return row


@transaction.atomic
def remove_golden(*, version_id: int, name: str, reason: str, at: datetime, by: Actor) -> None:
    """Have a draft no longer judged by a golden account, for a reason.

    :raises NotFound, GoldenFrozen, ReasonMissing: see `accept_golden`
    """
    by.must_be_allowed_to("publish strategies")
    version = _lock_draft(version_id)
    if not reason.strip():
        raise lifecycle.ReasonMissing
    _get(version, name).delete()
    record(version, ActKind.GOLDEN, comment=reason, at=at, by=by, what="removed", name=name)


def _lock_draft(version_id: int) -> Version:
    version = versions.of_strategy(versions.lock_version(version_id))
    if version.state != State.DRAFT:
        raise GoldenFrozen(number=version.number)
    return version


def _get(version: Version, name: str) -> GoldenAccount:
    found = life.golden_accounts(version).filter(name=name).order_by("pk").first()
    if found is None:
        raise NotFound(what="golden account", reference=name)
    return found
