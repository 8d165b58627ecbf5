"""What in the law as data a person has to look at again, or to confirm before it is relied on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from tallystick.jurisdictions.rules.calendar import Calendar
from tallystick.jurisdictions.rules.pack import Pack, Row, Rule
from tallystick.jurisdictions.rules.sources import TO_CONFIRM, Confidence


class Urgency(IntEnum):
    """Why something is listed, the most pressing first."""

    #: The day of its next review has come.
    OVERDUE = 1
    #: It holds until it is changed, and nobody looked whether it was.
    UNCHECKED = 2
    #: Thin or conflicting evidence.
    UNCERTAIN = 3
    #: Worked out, not read.
    DERIVED = 4
    #: Not law yet, or switched off.
    PENDING = 5


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


def concerns_of(pack: Pack, *, today: date) -> Iterator[Concern]:
    """Give what is to be looked at in a pack. A row that another replaced is not worth anybody's time; one that ran out is."""
    if today >= pack.review_by:
        yield Concern(Urgency.OVERDUE, pack.jurisdiction, "", pack.title, pack.review_by, pack.id, "")
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
    return Concern(urgency, pack.jurisdiction, rule.id, rule.title, row.first_day, row.citation, row.note)


def concern_of_calendar(calendar: Calendar) -> Concern:
    """Give a calendar whose review is due as a thing to look at."""
    return Concern(Urgency.OVERDUE, calendar.jurisdiction, "", calendar.title, calendar.review_by, calendar.id, "")
