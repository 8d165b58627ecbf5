"""Read digests: whose hour struck, what one says, how soon people are told, and what became of a notice for each receiver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError

from tallystick.access import queries as access_queries
from tallystick.access.rules.rights import roles_with
from tallystick.contact.models import Digest, NoticeChoice, NoticeCopy, NoticeHours, Template
from tallystick.contact.queries.merging import Merge, messages_to_write
from tallystick.contact.rules import writing
from tallystick.contact.rules.digests import (
    LEFT_OUT,
    DigestState,
    Hours,
    Line,
    Pace,
    kind_aloud,
    last_leaving,
    next_leaving,
)
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.words import Channel, TemplateState
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound


def _query(name: str) -> str:
    return sql.load("tallystick.contact", "digests.sql", name)


def house_params() -> dict[str, Any]:
    """Give what holds where nobody chose hours, and whose roles see accounts."""
    hours = Hours(settings.TIME_ZONE)
    return {
        "time_zone": hours.time_zone,
        "hour": hours.hour,
        "weekday": hours.weekday,
        "calendar": hours.calendar,
        "roles": [role.value for role in roles_with("see accounts")],
    }


def struck_hours(at: datetime) -> list[tuple[Pace, Hours, datetime]]:
    """Give the hours by which notices wait, each with when it struck last."""
    found = sql.rows(sql.fill(_query("hours"), waiting=_query("waiting")), house_params())
    struck = []
    for row in found:
        pace = Pace(row.pop("pace"))
        hours = Hours(**row)
        struck.append((pace, hours, last_leaving(at, pace, hours, jurisdictions.holidays(hours.calendar))))
    return struck


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language and by which clock somebody reads."""

    language: str
    time_zone: str


def reader_of(digest: Digest) -> Reader:
    """Give how the receiver of a digest reads; as the house does where they are no user or chose nothing."""
    user = access_queries.get_user(digest.user_id) if digest.user_id else None
    return Reader((user and user.language) or settings.LANGUAGE_CODE, (user and user.time_zone) or settings.TIME_ZONE)


def lines_of(digest_id: int, *, speech: Speech, at: datetime) -> list[Line]:
    """Give the notices of a digest, each in the line that its subject is with what is true now."""
    ids = list(NoticeCopy.objects.filter(digest_id=digest_id).order_by("pk").values_list("message_id", flat=True))
    return [
        Line(
            kind=merge.message.template.name if merge.message.template else "",
            at=merge.message.queued_at,
            says=_subject(merge, speech),
            link=settings.CONTACT_ACCOUNT_URL.format(account_id=merge.message.account_id),
        )
        for merge in messages_to_write(ids, at=at)
    ]


def _subject(merge: Merge, speech: Speech) -> str:
    """Say a notice in one line. One that cannot be written is still told of, by what it is about: nothing is lost."""
    template, facts = merge.message.template, merge.account.facts
    if template is None or facts is None:
        return _("Account {number}").format(number=merge.message.account_id)
    try:
        return writing.write(subject=template.subject, body="", facts=facts, speech=speech).subject
    except LiquidError:
        return f"{facts.party_name}, {facts.reference}"


def notice_kinds() -> list[str]:
    """Give the names of the notices that can be told, in order."""
    live = Template.objects.filter(channel=Channel.NOTICE, state=TemplateState.LIVE)
    return list(live.order_by("name").values_list("name", flat=True).distinct())


def chosen_by(user_id: int | None) -> dict[tuple[str, str], Pace]:
    """Give how soon a person chose to be told, by kind of notice and audience; what the house chose, for None."""
    choices = NoticeChoice.objects.filter(user_id=user_id)
    return {(choice.kind, choice.audience): Pace(choice.pace) for choice in choices}


def hours_of(user_id: int | None) -> Hours:
    """Give the hours that hold for a person: their own, else the house's; the house's for None."""
    kept = NoticeHours.objects.filter(Q(user_id=user_id) | Q(user_id=None))
    chosen = kept.order_by(F("user_id").asc(nulls_last=True)).first()
    user = access_queries.get_user(user_id) if user_id else None
    time_zone = (user and user.time_zone) or settings.TIME_ZONE
    return Hours(time_zone, chosen.hour, chosen.weekday, chosen.calendar) if chosen else Hours(time_zone)


def leaving_next(user_id: int, at: datetime) -> dict[Pace, datetime]:
    """Give when a person's next digests leave."""
    hours = hours_of(user_id)
    holidays = jurisdictions.holidays(hours.calendar)
    return {pace: next_leaving(at, pace, hours, holidays) for pace in (Pace.DAILY, Pace.WEEKLY)}


_LISTED = """
    SELECT copy.message_id, copy.account_id, copy.pace, copy.gathered_at, template.name AS kind, account.reference, party.name
    FROM contact_notice_copy AS copy
    JOIN contact_message AS message ON message.id = copy.message_id AND message.account_id = copy.account_id
    JOIN contact_template AS template ON template.id = message.template_id
    JOIN accounts_account AS account ON account.id = copy.account_id
    JOIN parties_party AS party ON party.id = account.party_id
    WHERE copy.user_id = %(user_id)s AND copy.left_out = '' AND copy.digest_id IS NOT DISTINCT FROM %(digest_id)s
      AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
    ORDER BY copy.gathered_at DESC, copy.id DESC
    LIMIT %(limit)s
"""


def copies_of(user_id: int, *, digest_id: int | None, scope: Scope, limit: int = 200) -> list[dict[str, Any]]:
    """Give the notices of one of a person's digests, newest first, or what waits for the next one; only what they may see."""
    clients = None if scope.client_ids is None else sorted(scope.client_ids)
    return sql.rows(_LISTED, {"user_id": user_id, "digest_id": digest_id, "clients": clients, "limit": limit})


_DIGESTS = """
    SELECT digest.id, digest.user_id, digest.recipient, digest.leaves_at, digest.state, digest.sent_at, digest.subject,
           digest.refusal, digest.failure, person.full_name, count(copy.id) AS notices
    FROM contact_digest AS digest
    LEFT JOIN access_user AS person ON person.id = digest.user_id
    LEFT JOIN contact_notice_copy AS copy ON copy.digest_id = digest.id
    WHERE %(user_id)s::bigint IS NULL OR digest.user_id = %(user_id)s
    GROUP BY digest.id, person.id
    ORDER BY digest.state = 'failed' DESC, digest.leaves_at DESC, digest.id DESC
    LIMIT %(limit)s
"""


def digests(*, user_id: int | None, limit: int = 20) -> list[dict[str, Any]]:
    """Give the latest digests, of one person or of everybody, failed ones first."""
    found = sql.rows(_DIGESTS, {"user_id": user_id, "limit": limit})
    return [{**row, "said_state": DigestState(row["state"]).label} for row in found]


def get_digest(digest_id: int, *, user_id: int) -> Digest:
    """Give one of a person's own digests.

    :raises NotFound: there is none, or it is another's
    """
    found = Digest.objects.filter(pk=digest_id, user_id=user_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="digest", reference=digest_id)
    return found


def people_with_choices() -> list[dict[str, Any]]:
    """Give who chose how soon they are told, with each choice."""
    chosen = NoticeChoice.objects.exclude(user_id=None).order_by("user_id", "kind")
    names = {user.pk: str(user) for user in access_queries.users().filter(pk__in=[each.user_id for each in chosen])}
    return [
        {
            "name": names[each.user_id],
            "about": kind_aloud(each.kind) if each.kind else "",
            "pace": Pace(each.pace).label,
        }
        for each in chosen
        if each.user_id in names
    ]


def receivers_of(message_id: int, *, account_id: int) -> list[dict[str, Any]]:
    """Give those who are told of a notice in a digest: which one and when, or why it was left out."""
    found = sql.rows(
        """
        SELECT copy.email, copy.pace, copy.left_out, copy.digest_id, digest.sent_at, digest.state
        FROM contact_notice_copy AS copy
        LEFT JOIN contact_digest AS digest ON digest.id = copy.digest_id
        WHERE copy.account_id = %(account_id)s AND copy.message_id = %(message_id)s
        ORDER BY copy.id
        """,
        {"account_id": account_id, "message_id": message_id},
    )
    return [
        {
            **row,
            "reason": LEFT_OUT.get(row["left_out"], ""),
            "said_pace": Pace(row["pace"]).label,
            "failed": row["state"] == DigestState.FAILED,
        }
        for row in found
    ]
