"""When colleagues are told: at once, or with everything else in one e-mail a day or a week; and what that says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.writing import Written
from tallystick.documents.rules.text import Block, Bullets, Heading, Paragraph, Run
from tallystick.kernel.calendars import add_business_days, is_business_day, local_day
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal

#: Why a notice is not in the digest of somebody it was for.
MAY_NOT_SEE = "contact.may_not_see"
LEFT_OUT = {MAY_NOT_SEE: gettext_lazy("Left out: they may not see the account any more.")}


class Pace(Choice):
    """How soon somebody is told."""

    AT_ONCE = "at_once", gettext_lazy("At once")
    DAILY = "daily", gettext_lazy("Once a day")
    WEEKLY = "weekly", gettext_lazy("Once a week")


class DigestState(Choice):
    """Where a digest is on its way out."""

    QUEUED = "queued", gettext_lazy("Waiting")
    SENDING = "sending", gettext_lazy("Being sent")
    SENT = "sent", gettext_lazy("Sent")
    FAILED = "failed", gettext_lazy("Failed")
    #: All that was in it was left out while it waited.
    EMPTY = "empty", gettext_lazy("Nothing left to say")


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody's digest leaves: at an hour of business days of a calendar, the weekly one on a day of the week."""

    time_zone: str
    hour: int = 8
    #: 0 is Monday.
    weekday: int = 0
    calendar: str = "GB-EAW"


def last_leaving(at: datetime, pace: Pace, hours: Hours, holidays: Collection[date]) -> datetime:
    """Give the last instant, `at` included, at which a digest of a pace left or should have.

    A weekly digest whose day is a holiday leaves on the next business day.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 7, 5, 12, tzinfo=UTC)  # a Sunday
    >>> str(last_leaving(noon, Pace.DAILY, Hours("Europe/London"), ()))
    '2026-07-03 07:00:00+00:00'
    """
    return max(leaves for leaves in _leavings(at, pace, hours, holidays) if leaves <= at)


def next_leaving(at: datetime, pace: Pace, hours: Hours, holidays: Collection[date]) -> datetime:
    """Give the first instant after `at` at which a digest of a pace leaves."""
    return min(leaves for leaves in _leavings(at, pace, hours, holidays) if leaves > at)


def _leavings(at: datetime, pace: Pace, hours: Hours, holidays: Collection[date]) -> list[datetime]:
    today = local_day(at, hours.time_zone)
    if pace == Pace.WEEKLY:
        monday = today - timedelta(days=today.weekday())
        named = (monday + timedelta(days=hours.weekday, weeks=week) for week in (-3, -2, -1, 0, 1, 2))
        days = [add_business_days(day, 0, holidays) for day in named]
    else:
        near = (today + timedelta(days=number) for number in range(-14, 15))
        days = [day for day in near if is_business_day(day, holidays)]
    zone = ZoneInfo(hours.time_zone)
    return [datetime(day.year, day.month, day.day, hours.hour, tzinfo=zone).astimezone(at.tzinfo) for day in days]


def kind_aloud(template: str) -> str:
    """Say what a notice is about, from the name of its template.

    >>> kind_aloud("notice_promise_broken"), kind_aloud("to-sales")
    ('Promise broken', 'To sales')
    """
    words = template.removeprefix("notice_").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Line:
    """One notice of a digest: what it is about, when it was asked for, what it says in a line, and where the account is."""

    kind: str
    at: datetime
    says: str
    link: str


def write_digest(lines: Sequence[Line], *, settings_link: str, speech: Speech, time_zone: str) -> Written:
    """Write a digest in the language that is active: by kind, in each the newest first."""
    blocks: list[Block] = []
    ordered = sorted(lines, key=lambda line: (line.kind, -line.at.timestamp()))
    for kind, alike in groupby(ordered, key=lambda line: line.kind):
        points = tuple(
            (Run(line.says, link=line.link), Run(f", {speech.day(local_day(line.at, time_zone))}")) for line in alike
        )
        blocks += [Heading(kind_aloud(kind)), Bullets(points)]
    chosen = _("You can choose how soon you are told: {page}")
    before, _sign, after = chosen.partition("{page}")
    blocks.append(Paragraph(((Run(before), Run(settings_link, link=settings_link), Run(after)),)))
    subject = ngettext("{count} notice", "{count} notices", len(lines)).format(count=speech.number(len(lines)))
    return Written(subject, tuple(blocks))


class HoursUnknown(Refusal):
    """An hour, a day of the week or a calendar that there is not."""

    code = "contact.hours_unknown"
    sentence = gettext_lazy("A digest leaves at a full hour of a working day, by a calendar that is known.")
    status = 422


class DigestNotFailed(Refusal):
    """Only a digest that failed is sent again."""

    code = "contact.digest_not_failed"
    sentence = gettext_lazy("The digest is not one that failed, so it cannot be sent again.")
