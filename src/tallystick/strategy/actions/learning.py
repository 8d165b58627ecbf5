"""Have splits learn: once a week their shares are set anew for the days to come, unless a person has frozen them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.actions import deferring
from tallystick.strategy.models import LearnedShares, Paper, SplitAct, Version
from tallystick.strategy.queries import learning, versions
from tallystick.strategy.rules import learning as rules
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.document import Split
from tallystick.strategy.rules.learning import ActKind


def learn(*, at: datetime, by: Actor) -> int:
    """Set the shares of every split that learns, where that was not done this week; give how many were set."""
    by.must_be_allowed_to("publish strategies")
    return sum(_set_shares(strategy, split, at=at, by=by) is not None for strategy, split in learning.learners())


@transaction.atomic
def _set_shares(strategy: Paper, split: Split, *, at: datetime, by: Actor) -> LearnedShares | None:
    """Set the shares of a split from tomorrow on; None where that was done this week, too little is known, or it is frozen.

    From tomorrow, so that nobody who came today is in another arm than the one decided by.
    """
    versions.lock_paper(strategy.pk)
    day = local_day(at, settings.TIME_ZONE)
    week = _monday(day)
    was_set = learning.shares_set(strategy, split)
    if split.learns is None or was_set.filter(week=week).exists() or learning.is_frozen(strategy, split.id):
        return None
    seen = learning.read(strategy, split, learning.alone(split), day=day)
    if not seen.is_enough:
        return None
    harmful = rules.held_back(seen.disputes())
    known, shares = rules.learn(seen.arms(), harmful=harmful, at_least=split.learns.at_least)
    before = was_set.last()
    made = LearnedShares.objects.create(
        strategy=strategy.name,
        split=split.id,
        terms=split.terms,
        week=week,
        since=day + timedelta(days=1),
        shares=shares,
        found=[asdict(arm) for arm in known],
        held_back=harmful,
        set_at=at,
        set_by=by.label,
    )
    if set(harmful) - set(before.held_back if before else ()):
        deferring.defer_telling_of_shares(shares_id=made.pk)
    return made


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def tell_of_held_back(*, shares_id: int, by: Actor) -> int:
    """Tell whoever wrote, approved or published the version, by e-mail, that an arm has more disputes; give how many."""
    by.must_be_allowed_to("publish strategies")
    found = LearnedShares.objects.get(pk=shares_id)
    version = versions.published_version(versions.get_strategy(found.strategy))
    named = [version.author_id, *version.acts.values_list("by_id", flat=True)]
    concerned = {user_id for user_id in named if user_id is not None}
    people = [user for user in access_queries.users().filter(pk__in=concerned) if user.email]
    for person in people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            send_mail(*_letter(found, version), None, [person.email])
    return len(people)


def _letter(found: LearnedShares, version: Version) -> tuple[str, str]:
    words = {
        "title": version.paper.title,
        "split": found.split,
        "arms": ", ".join(found.held_back),
        "address": settings.SITE_URL + reverse("strategy:split", args=[found.strategy, found.split]),
    }
    subject = _("More disputes: {arms}, {title}").format(**words)
    text = _(
        "In the split “{split}” accounts in this arm have significantly more disputes: {arms}. It gets no more than what every"
        " arm keeps. Whether it goes on at all is for you to decide.\n\n{address}\n"
    ).format(**words)
    return subject, text


def freeze_split(*, strategy: str, split: str, reason: str, at: datetime, by: Actor) -> SplitAct:
    """Keep the shares of a split as they are until somebody thaws it.

    :raises NotFound: there is no such strategy, or the actor does not reach all its accounts
    :raises NotPublished, SplitDoesNotLearn: there is no such split that learns
    :raises SplitFrozen: it is frozen already
    :raises ReasonMissing: nobody would know why
    """
    return _act(ActKind.FROZEN, strategy, split, reason, at=at, by=by)


def thaw_split(*, strategy: str, split: str, reason: str, at: datetime, by: Actor) -> SplitAct:
    """Have a split learn again; raises as `freeze_split` does."""
    return _act(ActKind.THAWED, strategy, split, reason, at=at, by=by)


@transaction.atomic
def _act(kind: ActKind, strategy: str, split: str, reason: str, *, at: datetime, by: Actor) -> SplitAct:
    by.must_be_allowed_to("publish strategies")
    found = versions.get_strategy(strategy)
    if by.scope.client_ids is not None:
        raise NotFound(what="split", reference=split)
    learning.get_learner(found, split)
    versions.lock_paper(found.pk)
    if learning.is_frozen(found, split) is (kind is ActKind.FROZEN):
        raise rules.SplitFrozen
    if not reason.strip():
        raise lifecycle.ReasonMissing
    return SplitAct.objects.create(
        strategy=strategy, split=split, kind=kind, reason=reason.strip(), at=at, by=by.label, by_id=by.user_id
    )
