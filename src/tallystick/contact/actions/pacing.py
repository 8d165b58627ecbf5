"""How soon people are told of what happens: each for themselves, and an administrator for whoever chose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tallystick.contact.models import NoticeChoice, NoticeHours
from tallystick.contact.queries import digests as digest_queries
from tallystick.contact.rules.digests import HoursUnknown, Pace
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound

#: What a choice is about: the name of a template and an audience; empty is any.
About = tuple[str, str]


@transaction.atomic
def choose_own(
    *, paces: Mapping[str, Pace | None], hour: int, weekday: int, calendar: str, at: datetime, by: Actor
) -> None:
    """Choose how soon one is told, by kind of notice ("" for all others), and when one's digests leave.

    No pace leaves it to the house, and so do hours that are the house's own. What waits leaves in the digest it waits for.

    :raises NotFound: `by` is no person
    :raises HoursUnknown: there is no such hour, day or calendar
    """
    if by.user_id is None:
        raise NotFound(what="user", reference=by.label)
    chosen = {(kind, ""): pace for kind, pace in paces.items()}
    usual = digest_queries.hours_of(None)
    is_usual = (hour, weekday, calendar) == (usual.hour, usual.weekday, usual.calendar)
    _check(hour, weekday, calendar)
    _replace(by.user_id, chosen, at=at, by=by)
    if not is_usual:
        NoticeHours.objects.create(user_id=by.user_id, hour=hour, weekday=weekday, calendar=calendar)


@transaction.atomic
def choose_for_house(
    *, paces: Mapping[About, Pace | None], hour: int, weekday: int, calendar: str, at: datetime, by: Actor
) -> None:
    """Choose how soon people are told who chose nothing, by kind of notice and whom it is for, and when their digests leave.

    :raises NotPermitted: `by` may not manage users
    :raises HoursUnknown: there is no such hour, day or calendar
    """
    by.must_be_allowed_to("manage users")
    _check(hour, weekday, calendar)
    _replace(None, paces, at=at, by=by)
    NoticeHours.objects.create(user_id=None, hour=hour, weekday=weekday, calendar=calendar)


def _check(hour: int, weekday: int, calendar: str) -> None:
    if not (0 <= hour <= 23 and 0 <= weekday <= 4 and calendar in jurisdictions.calendar_names()):
        raise HoursUnknown()


def _replace(user_id: int | None, paces: Mapping[About, Pace | None], *, at: datetime, by: Actor) -> None:
    """Keep these choices and no others. Of two who save at once the last holds, whole."""
    sql.execute("SELECT pg_advisory_xact_lock(hashtextextended('contact_notice_choice', %s))", [user_id or 0])
    NoticeHours.objects.filter(user_id=user_id).delete()
    NoticeChoice.objects.filter(user_id=user_id).delete()
    NoticeChoice.objects.bulk_create(
        NoticeChoice(user_id=user_id, kind=kind, audience=audience, pace=pace, chosen_at=at, chosen_by=by.label)
        for (kind, audience), pace in paces.items()
        if pace is not None
    )
