"""The kinds of rules that a pack may hold, and how each is read and asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tallystick.jurisdictions.rules import bounds, figures, orders, rates, scales, timetables
from tallystick.jurisdictions.rules.pack import Law, Rule, value_on
from tallystick.jurisdictions.rules.reading import Node
from tallystick.jurisdictions.rules.refusals import NotGiven
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.money import Money

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """How the value of a row is read, and how a rule of the kind answers."""

    read: Callable[[Node], object]
    answer: Callable[[Rule, Mapping[str, Any], date, Law], Answers]
    #: Units that its rules may have; none where any word does.
    units: frozenset[str] = frozenset()
    is_of_money: bool = False

    def takes(self, unit: str) -> bool:
        """Test if rules of the kind may be of a unit."""
        return unit in self.units or (is_currency(unit) if self.is_of_money else not self.units)


def ask(rule: Rule, given: Mapping[str, Any], *, day: date, law: Law) -> Answers:
    """Ask a rule what it says as of a day, with what is given; give its answers by name.

    :raises NoFigure: the rule has no row for that day
    :raises NotGiven: something that it needs is not given, or cannot be read
    """
    return KINDS[rule.kind].answer(rule, given, day, law)


def _figure(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, figures.Figure)
    return {"value": value.amount}


def _words(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, figures.Words)
    return {"words": list(value.words)}


def _scale(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, scales.Scale)
    amount = _amount(rule, given)
    words = value.band(amount).words
    if words:
        return {"words": list(words)}
    return {"amount": value.charge(Money.of(amount, rule.unit)).amount}


def _limit(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, scales.Limit)
    return {"met": value.met(_amount(rule, given)), "limit": value.amount}


def _rate(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    last_day = given.get("last_day", day)
    found = rates.steps(rule, start=day, last_day=last_day, law=law)
    return {
        "percent": found[-1].percent,
        "read_on": found[-1].read_on,
        "index_percent": found[-1].index_percent,
        "changes": [step.first_day for step in found[1:]],
    }


def _timetable(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, timetables.Timetable)
    if wrong := timetables.unfit(value, given):
        raise NotGiven(rule=rule.id, title=rule.title, name=wrong[0], needs=wrong[1])
    return dict(timetables.days_of(value, given, law.holidays(value.calendar)))


def _hours(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, bounds.Hours)
    if not isinstance(time := given.get("time"), str):
        raise NotGiven(rule=rule.id, title=rule.title, name="time", needs="a time of the day such as 16:30")
    return {"allowed": value.allow(time)}


def _tally(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, bounds.Tally)
    counted = value.counted_within(given["days"], day) if "days" in given else value.counted(given.get("history", []))
    return {"allowed": counted < value.fewer_than, "counted": counted}


def _order(rule: Rule, given: Mapping[str, Any], day: date, law: Law) -> Answers:
    value = value_on(rule, day, orders.Order)
    return {
        "by": [str(each) for each in value.by],
        "heads": [sorted(str(head) for head in heads) for heads in value.heads],
        "ties": str(value.ties),
    }


def _amount(rule: Rule, given: Mapping[str, Any]) -> Decimal:
    try:
        return Decimal(given["amount"])
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise NotGiven(rule=rule.id, title=rule.title, name="amount", needs=f"an amount of {rule.unit}") from None


#: What a figure may be of, besides money.
_OF_FIGURES = frozenset(
    {
        "hours",
        "days",
        "business days",
        "weeks",
        "months",
        "years",
        "times",
        "percent",
        "percent a day",
        "percent a year",
    }
)

KINDS: Mapping[str, Kind] = {
    "figure": Kind(figures.read_figure, _figure, _OF_FIGURES, is_of_money=True),
    "words": Kind(figures.read_words, _words),
    "scale": Kind(scales.read_scale, _scale, is_of_money=True),
    "limit": Kind(scales.read_limit, _limit, is_of_money=True),
    "rate": Kind(rates.read_rate, _rate, frozenset({"percent a year"})),
    "timetable": Kind(timetables.read_timetable, _timetable, frozenset({"day"})),
    "hours": Kind(bounds.read_hours, _hours, frozenset({"time of the day"})),
    "tally": Kind(bounds.read_tally, _tally),
    "order": Kind(orders.read_order, _order, frozenset({"order"})),
}
