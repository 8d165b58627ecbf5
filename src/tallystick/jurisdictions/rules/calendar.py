"""The holidays of a jurisdiction, and which files of them are well formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.jurisdictions.rules.refusals import DayNotKnown
from tallystick.jurisdictions.rules.sources import Confidence, Source

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """A weekday that is no business day."""

    on: date
    name: str
    source: Source
    confidence: Confidence


class Holidays(frozenset[date]):
    """The holidays of a calendar as a set of days, asked for days that it knows: of others it does not say that they are none."""

    calendar: Calendar

    @classmethod
    def of(cls, calendar: Calendar) -> Holidays:
        """Give the holidays of a calendar."""
        made = cls(holiday.on for holiday in calendar.holidays)
        made.calendar = calendar
        return made

    def __contains__(self, day: object) -> bool:
        """Test if a day is a holiday.

        :raises DayNotKnown: the calendar does not reach so far
        """
        if isinstance(day, date) and not self.calendar.covers(day):
            calendar = self.calendar
            raise DayNotKnown(
                title=calendar.title, day=day, first_day=calendar.effective_from, until=calendar.effective_until
            )
        return super().__contains__(day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays of a jurisdiction, known for the days from `effective_from` until `effective_until` (exclusive)."""

    id: str
    jurisdiction: str
    title: str
    effective_from: date
    effective_until: date
    last_review: date
    review_by: date
    holidays: tuple[Holiday, ...]
    #: Holidays of whole years as their sources list them, checked against the values.
    examples: Mapping[int, tuple[date, ...]]

    @property
    def days(self) -> Holidays:
        """The holidays as a set of days, as the rules of the kernel take them."""
        return Holidays.of(self)

    def covers(self, day: date) -> bool:
        """Test if the calendar knows a day: outside its range it says nothing, not even that a day is no holiday."""
        return self.effective_from <= day < self.effective_until


_FIELDS = {
    "id": str,
    "jurisdiction": str,
    "title": str,
    "unit": str,
    "effective_from": date,
    "effective_until": date,
    "last_review": date,
    "review_by": date,
    "sources": dict,
    "values": list,
    "examples": list,
}


def read_calendar(pack: Mapping[str, Any], *, name: str) -> Calendar:
    """Read a calendar from the content of a pack.

    :raises BadPack: it is not well formed, or an example does not hold; every mistake is listed
    """
    mistakes = [
        *(f"“{field}” is missing" for field in _FIELDS if field not in pack),
        *(f"“{field}” is unknown" for field in pack if field not in _FIELDS),
        *(
            f"“{field}” is a {type(pack[field]).__name__}, not a {kind.__name__}"
            for field, kind in _FIELDS.items()
            if field in pack and not isinstance(pack[field], kind)
        ),
    ]
    if mistakes:
        raise BadPack(name, mistakes)
    mistakes = [*_mistakes_of_head(pack), *_mistakes_of_values(pack)]
    if mistakes:
        raise BadPack(name, mistakes)
    sources = {key: Source(**source) for key, source in pack["sources"].items()}
    calendar = Calendar(
        id=pack["id"],
        jurisdiction=pack["jurisdiction"],
        title=pack["title"],
        effective_from=pack["effective_from"],
        effective_until=pack["effective_until"],
        last_review=pack["last_review"],
        review_by=pack["review_by"],
        holidays=tuple(
            Holiday(value["day"], value["name"], sources[value["source"]], Confidence(value["confidence"]))
            for value in pack["values"]
        ),
        examples={example["year"]: tuple(example["days"]) for example in pack["examples"]},
    )
    mistakes = list(failing_examples(calendar))
    if mistakes:
        raise BadPack(name, mistakes)
    return calendar


def _mistakes_of_head(pack: Mapping[str, Any]) -> Iterator[str]:
    if pack["unit"] != "day":
        yield f"a calendar has the unit day, not {pack['unit']}"
    if pack["effective_from"] >= pack["effective_until"]:
        yield "it ends before it begins"
    if pack["review_by"] <= pack["last_review"]:
        yield "the next review lies before the last"
    for key, source in pack["sources"].items():
        if not isinstance(source, dict) or set(source) != {"title", "url"}:
            yield f"the source “{key}” needs a title and a url"


def _mistakes_of_values(pack: Mapping[str, Any]) -> Iterator[str]:
    before = None
    confidences = {str(member) for member in Confidence}
    for value in pack["values"]:
        if not isinstance(value, dict) or set(value) != {"day", "name", "source", "confidence"}:
            yield f"{value} needs day, name, source and confidence, and nothing else"
            continue
        day = value["day"]
        if type(day) is not date:
            yield f"{day!r} is no day"
            continue
        if before is not None and day <= before:
            yield f"{day} does not come after {before}"
        if not pack["effective_from"] <= day < pack["effective_until"]:
            yield f"{day} lies outside the days the calendar is for"
        if day.weekday() >= _SATURDAY:
            yield f"{day} is a weekend, not a holiday of its own"
        if value["source"] not in pack["sources"]:
            yield f"{day} has an unknown source “{value['source']}”"
        if value["confidence"] not in confidences:
            yield f"{day} has an unknown confidence “{value['confidence']}”"
        before = day


def failing_examples(calendar: Calendar) -> Iterator[str]:
    """Give a sentence for each worked example of a calendar that its values do not bear out."""
    for year, expected in calendar.examples.items():
        found = tuple(holiday.on for holiday in calendar.holidays if holiday.on.year == year)
        if found != expected:
            differing = ", ".join(str(day) for day in sorted(set(found) ^ set(expected)))
            yield f"the example of {year} does not hold: {differing}"


def is_review_due(calendar: Calendar, *, today: date) -> bool:
    """Test if a person has to look at a calendar again: its review day has come, or its range ends within a year."""
    return today >= calendar.review_by or not calendar.covers(date(today.year + 1, today.month, 1))
