"""Read the packs. They are files of the program: read once in a process, checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from tallystick.jurisdictions.rules import calendar as calendars_of_law
from tallystick.jurisdictions.rules import kinds, packs, review
from tallystick.jurisdictions.rules.calendar import Calendar
from tallystick.jurisdictions.rules.jurisdiction import Jurisdiction, read_jurisdiction
from tallystick.jurisdictions.rules.pack import Pack, Rule
from tallystick.jurisdictions.rules.reading import BadPack
from tallystick.kernel import calendars as days
from tallystick.kernel.refusals import NotFound

DATA = resources.files("tallystick.jurisdictions").joinpath("data")
_CALENDAR = "calendar.yaml"
_JURISDICTION = "jurisdiction.yaml"


class _Loader(yaml.CSafeLoader):
    """YAML in which no field is written twice: the second would silently be the one that counts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping, unless a field is there twice."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                place = f"line {key.start_mark.line + 1}"
                raise BadPack("YAML", [f"at {place}, “{key.value}” is written twice: keep one of the two"])
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def content(file: Traversable) -> Any:
    """Read a file of dated data.

    :raises BadPack: it is no YAML, or a field is written twice
    """
    return content_of(file.read_bytes(), name=file.name)


def content_of(text: bytes | str, *, name: str) -> Any:
    """Read the text of a file of dated data, as `content` does."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a safe loader, made stricter)
    except BadPack:
        raise
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise BadPack(name, [f"{said}: put texts with a colon or a hash sign in quotes"]) from error
    except (ValueError, TypeError, RecursionError) as error:
        # A day that there is not, a list for the name of a field, or a thing in itself without end.
        raise BadPack(name, [f"{error}: look for a day that there is not, and for fields without a name"]) from error


@cache
def _read(folder: str) -> Calendar:
    return calendars_of_law.read_calendar(content(DATA.joinpath(folder, _CALENDAR)), name=f"{folder}/{_CALENDAR}")


@cache
def calendar_names() -> tuple[str, ...]:
    """Give the names of all calendars, such as "GB-EAW", in order."""
    return tuple(sorted(folder.name.upper() for folder in DATA.iterdir() if folder.joinpath(_CALENDAR).is_file()))


def calendars() -> list[Calendar]:
    """Give all calendars, by name."""
    return [get_calendar(name) for name in calendar_names()]


def get_calendar(name: str) -> Calendar:
    """Give a calendar by name.

    :raises NotFound: there is no calendar of that name
    """
    if name not in calendar_names():
        raise NotFound(what="calendar", reference=name)
    return _read(name.lower())


@cache
def holidays(calendar: str) -> frozenset[date]:
    """Give the holidays of a calendar, such as "GB-EAW", as a set that refuses days which nobody knows.

    :raises NotFound: there is no calendar of that name

    >>> date(2026, 12, 28) in holidays("GB-EAW")
    True
    """
    return get_calendar(calendar).days


def next_business_day(day: date, calendar: str) -> date:
    """Give the first business day of a calendar on or after a day.

    >>> next_business_day(date(2026, 12, 25), "GB-EAW")
    datetime.date(2026, 12, 29)
    """
    return days.add_business_days(day, 0, holidays(calendar))


def reviews_due(*, today: date) -> list[Calendar]:
    """Give the calendars that a person has to look at again."""
    return [calendar for calendar in calendars() if calendars_of_law.is_review_due(calendar, today=today)]


@cache
def jurisdictions() -> Mapping[str, Jurisdiction]:
    """Give all jurisdictions by their code, such as "GB-EAW", in order."""
    found = [
        read_jurisdiction(content(file), name=f"{folder.name}/{_JURISDICTION}")
        for folder in DATA.iterdir()
        if (file := folder.joinpath(_JURISDICTION)).is_file()
    ]
    return {each.id: each for each in sorted(found, key=lambda each: each.id)}


@cache
def shipped_packs_of(jurisdiction: str) -> tuple[Pack, ...]:
    """Give the packs of rules of one jurisdiction that come with the program, without those that it rests on.

    :raises NotFound: there is no such jurisdiction
    """
    if jurisdiction not in jurisdictions():
        raise NotFound(what="jurisdiction", reference=jurisdiction)
    folder = DATA.joinpath(jurisdiction.lower())
    return tuple(
        packs.read_pack(content(file), name=f"{folder.name}/{file.name}")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml") and file.name not in {_CALENDAR, _JURISDICTION}
    )


#: Packs that were brought in and are in force, by name; and the number of the last of them. See `applied`.
_brought_in: dict[str, Pack] = {}


def take_over(brought_in: Mapping[str, Pack]) -> None:
    """Have packs that were brought in go before those that ship, in this process, unless one ships that was reviewed later."""
    _brought_in.clear()
    _brought_in.update(brought_in)
    packs_of.cache_clear()
    law.cache_clear()


@cache
def packs_of(jurisdiction: str) -> tuple[Pack, ...]:
    """Give the packs of rules of one jurisdiction as they are in force, without those that it rests on.

    :raises NotFound: there is no such jurisdiction
    """
    found = {pack.id: pack for pack in shipped_packs_of(jurisdiction)}
    for pack in _brought_in.values():
        if pack.jurisdiction == jurisdiction and not _is_older(pack, found.get(pack.id)):
            found[pack.id] = pack
    return tuple(found.values())


def _is_older(pack: Pack, other: Pack | None) -> bool:
    return other is not None and pack.last_review < other.last_review


@dataclass(frozen=True, slots=True)
class LawOf:
    """The law of a jurisdiction: its own rules, then those of the jurisdictions that it rests on, nearest first."""

    jurisdiction: str
    rules: Mapping[str, Rule]

    def rule(self, id: str) -> Rule:
        """Give a rule by its id.

        :raises NotFound: neither the jurisdiction nor what it rests on has it
        """
        if id not in self.rules:
            raise NotFound(what=f"rule of {self.jurisdiction}", reference=id)
        return self.rules[id]

    def holidays(self, calendar: str) -> frozenset[date]:
        """Give the holidays of a calendar.

        :raises NotFound: there is no calendar of that name
        """
        return holidays(calendar)

    def ask(self, rule: str, *, day: date, **given: Any) -> kinds.Answers:
        """Ask a rule what it says as of a day; give its answers by name.

        :raises NotFound: there is no such rule
        :raises NoFigure: the rule has no row for that day
        :raises NotGiven: something that it needs is not given

        >>> law("GB-EAW").ask("fee.issue.money", day=date(2026, 11, 22), amount="12345.60")
        {'amount': Decimal('617.28')}
        """
        return kinds.ask(self.rule(rule), given, day=day, law=self)


@cache
def law(jurisdiction: str) -> LawOf:
    """Give the law of a jurisdiction.

    :raises NotFound: there is no such jurisdiction
    """
    return law_with(jurisdiction, None)


def law_with(jurisdiction: str, instead: Pack | None) -> LawOf:
    """Give the law of a jurisdiction as it would be with a pack in place of the one of its name.

    :raises NotFound: there is no such jurisdiction
    """
    found = {pack.id: pack for pack in packs_of(jurisdiction)}
    if instead is not None and instead.jurisdiction == jurisdiction:
        found[instead.id] = instead
    rules = {rule.id: rule for pack in found.values() for rule in pack.rules}
    for below in jurisdictions()[jurisdiction].rests_on:
        rules = {**law_with(below, instead).rules, **rules}
    return LawOf(jurisdiction, rules)


def resting_on(jurisdiction: str) -> tuple[str, ...]:
    """Give the jurisdictions whose law a change of one reaches: itself, and those that rest on it.

    >>> resting_on("GB")
    ('GB', 'GB-EAW', 'GB-NIR', 'GB-SCT')
    """
    found = {jurisdiction}
    for _generation in jurisdictions():
        found |= {each.id for each in jurisdictions().values() if found & set(each.rests_on)}
    return tuple(sorted(found))


def to_review(
    *, today: date, jurisdiction: str | None = None, urgency: review.Urgency | None = None
) -> list[review.Concern]:
    """Give what a person has to look at or to confirm in packs and calendars, the most pressing first."""
    found = [
        concern
        for jurisdiction in jurisdictions()
        for pack in packs_of(jurisdiction)
        for concern in review.concerns_of(pack, today=today)
    ]
    found += [review.concern_of_calendar(each) for each in reviews_due(today=today)]
    found = [
        each
        for each in found
        if jurisdiction in {None, each.jurisdiction} and (urgency is None or each.urgency is urgency)
    ]
    return sorted(found, key=lambda concern: (concern.urgency, concern.jurisdiction, concern.rule, concern.first_day))


def failing_examples() -> list[str]:
    """Give a sentence for each worked example of any pack that does not hold."""
    return [
        failure
        for jurisdiction in jurisdictions()
        for pack in packs_of(jurisdiction)
        for failure in failures_of(pack, law(jurisdiction))
    ]


def _taken_rules(pack: Pack) -> list[str]:
    return [
        f"“{rule.id}” is a rule of the pack {other.id}: change it there"
        for other in packs_of(pack.jurisdiction)
        if other.id != pack.id
        for rule in other.rules
        if rule.id in {each.id for each in pack.rules}
    ]


def failures_of(pack: Pack, law: LawOf) -> list[str]:
    """Give a sentence for each name in a pack that nobody has, and each of its worked examples that does not hold."""
    if pack.jurisdiction not in jurisdictions():
        return [f"{pack.id}: there is no jurisdiction “{pack.jurisdiction}”; there are {', '.join(jurisdictions())}"]
    failures = [*_taken_rules(pack), *packs.missing_names(pack, law, calendar_names())]
    failures = failures or list(packs.failing_examples(pack, law))
    return [f"{pack.id}: {failure}" for failure in failures]
