"""What differs between two versions of a pack: rules and rows that come, go or read otherwise, and from which day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from tallystick.jurisdictions.rules.pack import Pack, Row, Rule
from tallystick.kernel.choices import Choice

#: Rows by their first day, each with the day until which it holds.
Rows = dict[date, tuple[Row, date | None]]


class Change(Choice):
    """What became of a row."""

    ADDED = "added", _("added")
    #: It holds until an earlier day than before: another follows it, or it ends.
    ENDED = "ended", _("ended")
    #: Something else stands in it for the same days.
    CHANGED = "changed", _("changed")
    #: It is gone, as if it had never been law.
    REMOVED = "removed", _("removed")


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that differs: the days for which it does, and what it said and says. What is no law, such as a bill, has a status."""

    change: Change
    rule: str
    title: str
    first_day: date
    #: The first day on which it makes no difference any more; None where it is for good.
    until: date | None
    was: object
    now: object
    source: str
    status: str = ""
    #: Only the evidence differs (source, confidence, note): nothing is worked out otherwise.
    is_evidence: bool = False


def changes(before: Pack | None, after: Pack) -> tuple[RowChange, ...]:
    """Give what differs between a pack and its next version, rule by rule, in the order of the days."""
    old = {rule.id: rule for rule in before.rules} if before else {}
    new = {rule.id: rule for rule in after.rules}
    found = [
        change
        for id, rule in {**old, **new}.items()
        for pending in (False, True)
        for change in _of_rows(rule, _rows(old.get(id), pending=pending), _rows(new.get(id), pending=pending))
    ]
    return tuple(sorted(found, key=lambda change: (change.rule, change.first_day, change.change)))


def touched_rules(differing: Sequence[RowChange]) -> frozenset[str]:
    """Give the rules of which something is worked out otherwise."""
    return frozenset(each.rule for each in differing if not each.is_evidence and not each.status)


def _of_rows(rule: Rule, before: Rows, after: Rows) -> Iterator[RowChange]:
    def change(kind: Change, row: Row, first_day: date, until: date | None, was: object, now: object) -> RowChange:
        is_evidence = kind is Change.CHANGED and was == now
        return RowChange(kind, rule.id, rule.title, first_day, until, was, now, row.citation, row.status, is_evidence)

    for day in sorted({*before, *after}):
        if day not in before:
            row, until = after[day]
            yield change(Change.ADDED, row, day, until, None, row.written)
        elif day not in after:
            row, until = before[day]
            yield change(Change.REMOVED, row, day, until, row.written, None)
        else:
            (was, was_until), (now, now_until) = before[day], after[day]
            if (was.value, _evidence(was)) != (now.value, _evidence(now)):
                yield change(Change.CHANGED, now, day, now_until, was.written, now.written)
            if now_until is not None and (was_until is None or now_until < was_until):
                yield change(Change.ENDED, now, now_until, was_until, now.written, None)


def _rows(rule: Rule | None, *, pending: bool) -> Rows:
    """Give the rows of a rule by their first day, each with the day until which it holds."""
    if rule is None:
        return {}
    rows = rule.pending if pending else rule.rows
    nexts = [None] * len(rows) if pending else [*(row.first_day for row in rows[1:]), None]
    return {
        row.first_day: (row, min(filter(None, (row.until, follows)), default=None))
        for row, follows in zip(rows, nexts, strict=True)
    }


def _evidence(row: Row) -> tuple[object, ...]:
    return row.citation, row.source.url, row.confidence, row.note, row.checked_until
