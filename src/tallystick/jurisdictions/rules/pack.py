"""A pack: rules of one jurisdiction, each with rows by the day from which they hold. What is not yet law is kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from tallystick.jurisdictions.rules.refusals import NoFigure
from tallystick.jurisdictions.rules.sources import Confidence, Source

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """What a rule says from a day until another (exclusive), who says so, and how sure that is."""

    first_day: date
    until: date | None
    value: object
    #: The value as the file has it.
    written: object
    source: Source
    provision: str
    confidence: Confidence
    note: str
    reviewed: date
    #: The last day for which somebody looked whether the row still holds; None where it holds until it is changed.
    checked_until: date | None
    #: Why it is not law, such as "bill"; empty where it is.
    status: str = ""

    @property
    def citation(self) -> str:
        """The source as it is cited: its title and the provision."""
        return f"{self.source.title}, {self.provision}" if self.provision else self.source.title


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: asked for a day with what is given, a rule gives at least this."""

    day: date
    given: Mapping[str, object]
    gives: Mapping[str, object]
    place: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the law fixes, by the days on which it did."""

    id: str
    title: str
    kind: str
    unit: str
    #: The day that decides which row applies, in words: the law does not always mean today.
    decided_on: str
    rows: tuple[Row, ...]
    #: Bills, announcements, versions switched off: shown to people, and never applied.
    pending: tuple[Row, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A file of rules of one jurisdiction, and when a person looked at it last and has to look again."""

    id: str
    jurisdiction: str
    title: str
    last_review: date
    review_by: date
    rules: tuple[Rule, ...]
    #: Who looks at it, as its file says; empty where everybody who keeps the law does.
    owner: str = ""


class Law(Protocol):
    """What rules ask of the law around them."""

    def rule(self, id: str) -> Rule:
        """Give a rule by its id."""

    def holidays(self, calendar: str) -> frozenset[date]:
        """Give the holidays of a calendar."""


def row_or_none(rule: Rule, day: date) -> Row | None:
    """Give the row of a rule that holds on a day, if there is one."""
    for row in reversed(rule.rows):
        if row.first_day <= day:
            return row if row.until is None or day < row.until else None
    return None


def row_on(rule: Rule, day: date) -> Row:
    """Give the row of a rule that holds on a day.

    :raises NoFigure: there is none
    """
    row = row_or_none(rule, day)
    if row is None:
        first = rule.rows[0].first_day if rule.rows else "—"
        raise NoFigure(rule=rule.id, title=rule.title, day=day, first_day=first)
    return row


def value_on(rule: Rule, day: date, kind: type[Value]) -> Value:
    """Give what a rule says on a day, as the kind of value that the caller counts on.

    :raises NoFigure: it says nothing
    """
    value = row_on(rule, day).value
    if not isinstance(value, kind):
        raise TypeError(f"{rule.id} holds a {type(value).__name__}, not a {kind.__name__}")
    return value
