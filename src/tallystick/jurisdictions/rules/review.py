"""What in the law as data a person has to look at again, or to confirm before it is relied on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.jurisdictions.rules.calendar import Calendar
from tallystick.jurisdictions.rules.pack import Pack, Row, Rule
from tallystick.jurisdictions.rules.sources import TO_CONFIRM, Confidence


class Urgency(IntEnum):
    """Why something is listed, the most pressing first."""

    label: str | Promise

    def __new__(cls, value: int, label: str | Promise = "") -> Urgency:
        """Make a member that is ordered by its number and shown by its label."""
        member = int.__new__(cls, value)
        member._value_, member.label = value, label
        return member

    #: The day of its next review has come.
    OVERDUE = 1, _("past its review")
    #: It holds until it is changed, and nobody looked whether it was.
    UNCHECKED = 2, _("not looked at since")
    #: Thin or conflicting evidence.
    UNCERTAIN = 3, _("uncertain")
    #: Worked out, not read.
    DERIVED = 4, _("worked out, to confirm")
    #: Not law yet, or switched off.
    PENDING = 5, _("not in force")


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing for a person to look at. `rule` is empty where it is a whole file."""

    urgency: Urgency
    jurisdiction: str
    rule: str
    title: str
    #: From when the row in question holds, or the review that is due.
    first_day: date
    source: str
    note: str
    #: When somebody looked last, and has to look again.
    reviewed: date
    review_by: date
    owner: str = ""


def concerns_of(pack: Pack, *, today: date) -> Iterator[Concern]:
    """Give what is to be looked at in a pack. A row that another replaced is not worth anybody's time; one that ran out is."""
    if today >= pack.review_by:
        yield Concern(
            Urgency.OVERDUE,
            pack.jurisdiction,
            "",
            pack.title,
            pack.review_by,
            pack.id,
            "",
            pack.last_review,
            pack.review_by,
            pack.owner,
        )
    for rule in pack.rules:
        for number, row in enumerate(rule.rows):
            over = row.until if row.until is not None else None
            if number + 1 < len(rule.rows):
                over = min(over or date.max, rule.rows[number + 1].first_day)
            ran_out = row is rule.rows[-1] and row.checked_until is not None
            if over is None or today < over or ran_out:
                yield from _concerns_of_row(pack, rule, row, today)
        for row in rule.pending:
            yield _concern(Urgency.PENDING, pack, rule, row)


def _concerns_of_row(pack: Pack, rule: Rule, row: Row, today: date) -> Iterator[Concern]:
    if row.checked_until is not None and today > row.checked_until:
        yield _concern(Urgency.UNCHECKED, pack, rule, row)
    elif row.confidence in TO_CONFIRM:
        uncertain = row.confidence is Confidence.UNCERTAIN
        yield _concern(Urgency.UNCERTAIN if uncertain else Urgency.DERIVED, pack, rule, row)


def _concern(urgency: Urgency, pack: Pack, rule: Rule, row: Row) -> Concern:
    review_by = min(pack.review_by, row.checked_until or pack.review_by)
    return Concern(
        urgency,
        pack.jurisdiction,
        rule.id,
        rule.title,
        row.first_day,
        row.citation,
        row.note,
        row.reviewed,
        review_by,
        pack.owner,
    )


def concern_of_calendar(calendar: Calendar) -> Concern:
    """Give a calendar whose review is due as a thing to look at."""
    return Concern(
        Urgency.OVERDUE,
        calendar.jurisdiction,
        "",
        calendar.title,
        calendar.review_by,
        calendar.id,
        "",
        calendar.last_review,
        calendar.review_by,
    )
