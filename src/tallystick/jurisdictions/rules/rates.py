"""Rates of interest: a figure, or points over an index that is read day by day, once, or on fixed days of the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from tallystick.jurisdictions.rules.figures import Figure
from tallystick.jurisdictions.rules.pack import Law, Rule, row_on, value_on
from tallystick.jurisdictions.rules.reading import Node


class DayCount(StrEnum):
    """How many days a year has, and how those of a period are counted."""

    #: Actual days over 365, in leap years too.
    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    #: Actual days over the days of the year that each lies in.
    ACTUAL_ACTUAL = "actual/actual"
    #: Months of thirty days; a 31st counts as the 30th.
    THIRTY_360 = "30/360"
    #: Whole months, and the days left over by the length of the month they begin in.
    MONTHS = "months"


class Reads(StrEnum):
    """When the index is read."""

    #: Each day has the index of that day.
    DAILY = "daily"
    #: Once, on the day on which interest starts; the rate then stays.
    AT_START = "at_start"
    #: Once, on the last of the fixed days before interest starts; the rate then stays.
    BEFORE_START = "before_start"
    #: On the fixed days; each gives the rate from then until the next.
    ON_FIXED_DAYS = "on_fixed_days"


@dataclass(frozen=True, slots=True)
class Index:
    """A figure of another rule that a rate follows, and the points over it."""

    rule: str
    margin: Decimal
    reads: Reads
    #: Months and days on which it is read, where it is read on fixed days.
    fixed_days: tuple[tuple[int, int], ...]

    def fixed_day_before(self, day: date) -> date:
        """Give the last of the fixed days that lies before a day."""
        return max(
            fixed
            for year in (day.year - 1, day.year)
            for month, number in self.fixed_days
            if (fixed := date(year, month, number)) < day
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in percent a year, itself or by an index, and how days become parts of a year."""

    of: Decimal | Index
    day_count: DayCount


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate from a day on, and where it is from. `read_on` and `index_percent` are empty where there is no index."""

    first_day: date
    percent: Decimal
    rule: str
    row_from: date
    source: str
    read_on: date | None = None
    index_percent: Decimal | None = None


def steps(rule: Rule, *, start: date, last_day: date, law: Law) -> tuple[RateStep, ...]:
    """Give the rates for interest that starts on a day, until a last day; the first of them begins on the start.

    The row of the rule is that of the start: a change of the law binds debts whose interest starts later.

    :raises NoFigure: the rule or its index says nothing for a day that is needed
    """
    rate = value_on(rule, start, Rate)
    row = row_on(rule, start)
    if not isinstance(rate.of, Index):
        return (RateStep(start, rate.of, rule.id, row.first_day, row.citation),)
    index = law.rule(rate.of.rule)
    found: list[RateStep] = []
    for first_day, read_on in _readings(rate.of, index, start, last_day):
        step = _over_index(rule.id, first_day, read_on, rate.of, index)
        if not found or found[-1].row_from != step.row_from:
            found.append(step)
    return tuple(found)


def _over_index(rule: str, first_day: date, read_on: date, over: Index, index: Rule) -> RateStep:
    percent = value_on(index, read_on, Figure).amount
    row = row_on(index, read_on)
    return RateStep(first_day, percent + over.margin, rule, row.first_day, row.citation, read_on, percent)


def _readings(over: Index, index: Rule, start: date, last_day: date) -> Iterator[tuple[date, date]]:
    """Give from which day on a reading holds, and the day of the reading."""
    match over.reads:
        case Reads.AT_START:
            yield start, start
        case Reads.BEFORE_START:
            yield start, over.fixed_day_before(start)
        case Reads.DAILY:
            yield start, start
            for row in index.rows:
                if start < row.first_day <= last_day:
                    yield row.first_day, row.first_day
        case Reads.ON_FIXED_DAYS:
            yield start, over.fixed_day_before(start + timedelta(days=1))
            for year in range(start.year, last_day.year + 1):
                for month, number in over.fixed_days:
                    if start < (day := date(year, month, number)) <= last_day:
                        yield day, day


def read_rate(node: Node) -> Rate:
    """Read a rate."""
    node.only({"day_count"}, {"percent", "index"})
    if node.has("percent") is node.has("index"):
        raise node.wrong("a rate is a figure, or points over an index", "keep one of “percent” and “index”")
    of = node.at("percent").number() if node.has("percent") else _read_index(node.at("index"))
    return Rate(of, node.at("day_count").word(DayCount))


def _read_index(node: Node) -> Index:
    node.only({"rule", "margin", "reads"}, {"fixed_days"})
    reads = node.at("reads").word(Reads)
    fixed = tuple(_month_and_day(each) for each in node.at("fixed_days").each()) if node.has("fixed_days") else ()
    if bool(fixed) is not (reads in {Reads.BEFORE_START, Reads.ON_FIXED_DAYS}):
        remedy = "take “fixed_days” out" if fixed else "add “fixed_days”"
        raise node.wrong(f"an index that is read “{reads}” does not go with that", remedy)
    return Index(node.at("rule").name(), node.at("margin").number(), reads, tuple(sorted(fixed)))


def _month_and_day(node: Node) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2001-{node.text()}")
    except ValueError:
        raise node.wrong(f"{node.content!r} is no day of the year", 'write it as "06-30", in quotes') from None
    return day.month, day.day
