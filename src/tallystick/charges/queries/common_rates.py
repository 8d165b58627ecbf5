"""Rates of many debts as the database takes them: debts that go by the same rates share a set of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tallystick.charges.queries.agreements import InForce
from tallystick.jurisdictions.rules.refusals import NoFigure

_BEFORE_ALL, _AFTER_ALL = date(1, 1, 1), date(9999, 12, 31)

#: A rate of a set: the days on which it holds, percent, rule, row, source, whether it was read on the first day of interest,
#: or else the day on which it was, and the index then.
_Step = tuple[date, date, Any, str, date, str, bool, date | None, Any]
_NAMES = ("rate_from", "rate_until", "percent", "rule", "row_from", "source", "reads_start", "read_on", "index_percent")


@dataclass(slots=True)
class CommonRates:
    """Sets of rates, and which of them holds for interest by an agreement from a first day on."""

    _sets: dict[tuple[_Step, ...], int] = field(default_factory=dict)
    _begun: list[tuple[int, date, int, date]] = field(default_factory=list)

    def add(self, agreement: InForce, first_day: date, until: date) -> None:
        """Add the rates of an agreement for interest from a first day on. One below nothing, or none, is left out."""
        found = _steps(agreement, first_day, max(until, first_day))
        if found is not None:
            steps, known_until = found
            self._begun.append((agreement.id, first_day, self._sets.setdefault(steps, len(self._sets)), known_until))

    def columns(self) -> dict[str, list[Any]]:
        """Give both as columns, by the names that `sql/proofs.sql` has for them."""
        agreements, first_days, sets, known = ([each[n] for each in self._begun] for n in range(4))
        steps = [(number, *step) for found, number in self._sets.items() for step in found]
        return {
            "begun_agreement": agreements,
            "begun_on": first_days,
            "begun_rates": sets,
            "begun_known": known,
            **{name: [step[n] for step in steps] for n, name in enumerate(("rates", *_NAMES))},
        }


@lru_cache(maxsize=50_000)
def _steps(agreement: InForce, first_day: date, until: date) -> tuple[tuple[_Step, ...], date] | None:
    try:
        steps, known_until = agreement.steps(first_day, until)
    except NoFigure:
        return None
    found: list[_Step] = []
    nexts = [each.first_day - timedelta(days=1) for each in steps[1:]]
    for step, last_day in zip(steps, [*nexts, _AFTER_ALL], strict=True):
        percent = agreement.agreed.terms.bound(step.percent)
        if percent < 0:
            return None
        reads_start = step.read_on == first_day
        found.append(
            (
                step.first_day if found else _BEFORE_ALL,
                last_day,
                percent,
                step.rule,
                step.row_from,
                step.source,
                reads_start,
                None if reads_start else step.read_on,
                step.index_percent,
            )
        )
    return tuple(found), known_until
