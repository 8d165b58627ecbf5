"""Timetables: days that follow from days, as a list of named steps, each from what is given or from a step before it.

A step whose beginning is not given, or whose condition does not hold, gives no day; a choice passes over such steps. So one list
says what follows with and without an acknowledgment, a reply or an agreed day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tallystick.jurisdictions.rules import counting
from tallystick.jurisdictions.rules.counting import Convention, LeftOut, Unit
from tallystick.jurisdictions.rules.reading import Node
from tallystick.kernel.calendars import is_business_day

#: What is given of a name: a day, days, a word, a time as "16:30", a number of days, yes or no, or nothing.
Given = date | Sequence[date] | str | int | None


class Asked(StrEnum):
    """What a timetable asks for under a name."""

    DAY = "day"
    #: One day or several.
    DAYS = "days"
    TIME = "time"
    WORD = "word"
    NUMBER = "number"
    YES_OR_NO = "yes or no"


class Pick(StrEnum):
    """Which of several days, passing over those that are not given."""

    LATEST = "latest_of"
    EARLIEST = "earliest_of"
    FIRST = "first_of"


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be so of something that is given. Only the fields that are set are asked."""

    name: str
    given: bool | None = None
    words: tuple[str | int, ...] = ()
    before: str | None = None
    business_day: bool | None = None
    #: The name of a day: on it or before it.
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A count from the beginning of a step. `asked` names a number that may be given; `number` holds where it is not."""

    number: int
    asked: str | None
    unit: Unit
    convention: Convention
    back: bool
    left_out: frozenset[LeftOut]


@dataclass(frozen=True, slots=True)
class Step:
    """A named day: picked from others, then moved by a count, then rolled to a business day."""

    name: str
    pick: Pick
    begins: tuple[str, ...]
    when: tuple[Condition, ...]
    counted: Counted | None
    #: Days that restart the count, each if it falls before the count has run out; the step is then the last that did.
    restarted_by: str | None
    #: Empty, or where the day goes if it is no business day.
    roll: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """Steps in the order in which they are worked out, and what they ask for."""

    calendar: str
    asks: Mapping[str, Asked]
    steps: tuple[Step, ...]


#: What has to be given under a name of each kind, as Python has it.
_TYPES: Mapping[Asked, tuple[type, ...]] = {
    Asked.DAY: (date,),
    Asked.DAYS: (date, list, tuple),
    Asked.TIME: (str,),
    Asked.WORD: (str,),
    Asked.NUMBER: (int,),
    Asked.YES_OR_NO: (bool,),
}


def unfit(timetable: Timetable, given: Mapping[str, object]) -> tuple[str, str] | None:
    """Give the first name that a timetable does not ask for or cannot read, and what it needs; None where all fits."""
    for name, value in given.items():
        if name not in timetable.asks:
            return name, ", ".join(timetable.asks)
        if value is not None and not isinstance(value, _TYPES[timetable.asks[name]]):
            return name, timetable.asks[name]
    return None


def days_of(timetable: Timetable, given: Mapping[str, Given], holidays: Collection[date]) -> dict[str, date | None]:
    """Give the day of each step; None for a step that does not arise. `holidays` are those of the timetable's calendar."""
    known: dict[str, Given] = {name: given.get(name) for name in timetable.asks}
    found: dict[str, date | None] = {}
    for step in timetable.steps:
        found[step.name] = known[step.name] = _day_of(step, known, holidays)
    return found


def _day_of(step: Step, known: Mapping[str, Given], holidays: Collection[date]) -> date | None:
    if not all(_holds(condition, known, holidays) for condition in step.when):
        return None
    day = _picked(step, known)
    if day is None:
        return None
    if step.counted is not None:
        move = _mover(step.counted, known, holidays)
        if step.restarted_by is not None:
            return _restarted(day, _all_days(known[step.restarted_by]), move)
        day = move(day)
    return counting.roll(day, holidays, back=step.roll == "back") if step.roll else day


def _picked(step: Step, known: Mapping[str, Given]) -> date | None:
    days = [day for name in step.begins if isinstance(day := known[name], date)]
    if not days:
        return None
    match step.pick:
        case Pick.LATEST:
            return max(days)
        case Pick.EARLIEST:
            return min(days)
        case Pick.FIRST:
            return days[0]


def _mover(counted: Counted, known: Mapping[str, Given], holidays: Collection[date]) -> Callable[[date], date]:
    asked = known[counted.asked] if counted.asked else None
    number = asked if isinstance(asked, int) else counted.number

    def move(day: date) -> date:
        return counting.count(
            day,
            number,
            counted.convention,
            unit=counted.unit,
            back=counted.back,
            holidays=holidays,
            left_out=counted.left_out,
        )

    return move


def _all_days(given: Given) -> list[date]:
    if isinstance(given, date):
        return [given]
    return sorted(day for day in given if isinstance(day, date)) if isinstance(given, Sequence) else []


def _restarted(begins: date, by: Sequence[date], move: Callable[[date], date]) -> date | None:
    """Give the day from which the count runs in the end, or None where nothing restarted it."""
    restarted = None
    for day in by:
        if begins < day <= move(begins):
            begins = restarted = day
    return restarted


def _holds(condition: Condition, known: Mapping[str, Given], holidays: Collection[date]) -> bool:
    value = known[condition.name]
    if condition.given is not None and (value is not None) is not condition.given:
        return False
    if condition.words and value not in condition.words:
        return False
    if condition.before is not None and not (isinstance(value, str) and value < condition.before):
        return False
    if condition.business_day is not None and (
        not isinstance(value, date) or is_business_day(value, holidays) is not condition.business_day
    ):
        return False
    if condition.by is not None:
        limit = known[condition.by]
        return isinstance(value, date) and isinstance(limit, date) and value <= limit
    return True


def read_timetable(node: Node) -> Timetable:
    """Read a timetable: every name that a step uses is asked for, or is a step before it."""
    node.only({"calendar", "asks", "steps"})
    asks = {name: each.word(Asked) for name, each in node.at("asks").fields()}
    known = dict.fromkeys(asks)
    steps = []
    for each in node.at("steps").each():
        step = _read_step(each, known)
        if step.name in known:
            raise each.at("name").wrong(f"“{step.name}” is there already", "give the step a name of its own")
        known[step.name] = None
        steps.append(step)
    return Timetable(node.at("calendar").text(), asks, tuple(steps))


_COUNTS = {"count", "asked", "unit", "by", "back", "leave_out"}


def _read_step(node: Node, known: Collection[str]) -> Step:
    node.only({"name"}, {"from", *Pick, "when", "restarted_by", "roll", *_COUNTS})
    begins = [field for field in ("from", *Pick) if node.has(field)]
    if len(begins) != 1:
        raise node.wrong("a step begins in one place", "keep one of “from”, “latest_of”, “earliest_of” and “first_of”")
    if begins[0] == "from":
        names: tuple[str, ...] = (_known(node.at("from"), known),)
    else:
        names = tuple(_known(each, known) for each in node.at(begins[0]).each())
    counted = _read_counted(node, known) if node.has("count") else None
    if counted is None and (stray := sorted(_COUNTS & {name for name, _ in node.fields()})):
        raise node.wrong(f"“{stray[0]}” belongs to a count, and there is none", "add “count”, or take it out")
    if counted is None and node.has("restarted_by"):
        raise node.wrong("there is no count to restart", "add “count”")
    roll = node.maybe("roll", Node.text) or ""
    if roll not in {"", "forward", "back"}:
        raise node.at("roll").wrong(f"“{roll}” is no direction", "write “forward” or “back”")
    when = (
        tuple(_read_condition(name, each, known) for name, each in node.at("when").fields()) if node.has("when") else ()
    )
    return Step(
        name=node.at("name").name(),
        pick=Pick.FIRST if begins[0] == "from" else Pick(begins[0]),
        begins=names,
        when=when,
        counted=counted,
        restarted_by=node.maybe("restarted_by", lambda each: _known(each, known)),
        roll=roll,
    )


def _known(node: Node, known: Collection[str]) -> str:
    if node.text() not in known:
        raise node.wrong(
            f"nothing is called “{node.content}” here", "name what is asked for, or a step before this one"
        )
    return node.text()


def _read_counted(node: Node, known: Collection[str]) -> Counted:
    counted = Counted(
        number=node.at("count").whole(least=1),
        asked=node.maybe("asked", lambda each: _known(each, known)),
        unit=node.maybe("unit", lambda each: each.word(Unit)) or Unit.DAYS,
        convention=node.at("by").word(Convention),
        back=node.maybe("back", Node.yes) or False,
        left_out=frozenset(each.word(LeftOut) for each in node.at("leave_out").each())
        if node.has("leave_out")
        else frozenset(),
    )
    try:
        counting.count(date(2026, 1, 1), 1, counted.convention, unit=counted.unit)
    except counting.CannotCount as mistake:
        raise node.at("unit").wrong(str(mistake), "change “unit” or “by”") from None
    return counted


def _read_condition(name: str, node: Node, known: Collection[str]) -> Condition:
    if name not in known:
        raise node.wrong(f"nothing is called “{name}” here", "name what is asked for, or a step before this one")
    if not isinstance(node.content, dict):
        words = node.content if isinstance(node.content, list) else [node.content]
        return Condition(name, words=tuple(word for word in words if isinstance(word, str | int)))
    node.only((), {"given", "before", "business_day", "by"})
    return Condition(
        name,
        given=node.maybe("given", Node.yes),
        before=node.maybe("before", Node.time),
        business_day=node.maybe("business_day", Node.yes),
        by=node.maybe("by", lambda each: _known(each, known)),
    )
