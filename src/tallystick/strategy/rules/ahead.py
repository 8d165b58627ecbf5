"""Conditions and delays on the days to come: the very text that decides, with a column in the place of the day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import timing, tree
from tallystick.strategy.rules.document import Step
from tallystick.strategy.rules.tree import Literal, Name, Node, Today
from tallystick.strategy.rules.types import Catalogue

#: The column that holds the day in a statement about many days.
DAY_COLUMN = "ahead.day"
_DAY = Fact("ahead.asked_for", FactType.DATE, "day", "The day that is asked for.", "{day}")
#: A day that stands for all of them in a text, and then becomes the column: the last one, or one before that nobody has written.
_LAST = date(9998, 12, 31)


class Ahead:
    """Writes checked conditions as SQL over `book` and a column of days."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._words = Catalogue.of([*catalogue.facts.values(), _DAY], catalogue.histories.values())

    def to_sql(self, condition: Node) -> str:
        """Write a condition."""
        written = {part.value for part in tree.walk(condition) if isinstance(part, Literal)}
        day = next(day for back in count() if (day := _LAST - timedelta(days=back)) not in written)
        text = compiler.to_sql(_without_today(condition), self._words, day)
        return text.replace(compiler.quote_day(day), DAY_COLUMN)


def days_of(
    step: Step, *, entered_on: date, review_on: date | None, after: date, until: date, holidays: Collection[date]
) -> Iterator[date]:
    """Give the days after a day, up to and including another, on which the delay of a step is over and it may be made."""
    if review_on is None:
        return
    day = max(review_on, after + timedelta(days=1))
    while day <= until:
        entered = timing.entered_by(step, day=day, holidays=holidays)
        if timing.may_fire_on(step, day=day, holidays=holidays) and (entered is None or entered_on <= entered):
            yield day
        day += timedelta(days=1)


def _without_today(node: Node) -> Node:
    """Give a condition with a fact in the place of each `today`."""
    if isinstance(node, Today):
        return Name(_DAY.name, node.span)
    return replace(node, **{each.name: _inside(getattr(node, each.name)) for each in fields(node)})


def _inside(value: Any) -> Any:
    if isinstance(value, Node):
        return _without_today(value)
    if type(value) is tuple:
        return tuple(map(_inside, value))
    return value
