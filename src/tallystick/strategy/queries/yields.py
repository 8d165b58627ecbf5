"""What the steps of a strategy bring, out of what was decided and paid, and the one step whose leaving out is worth a trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.ledger.queries import MONEY_HEADS, OWED_HEADS
from tallystick.strategy.models import Paper, Version
from tallystick.strategy.queries import versions
from tallystick.strategy.rules.lifecycle import UNPUBLISHED
from tallystick.strategy.rules.program import Effect, EffectKind, Program
from tallystick.strategy.rules.rehearsal import is_felt
from tallystick.strategy.rules.yields import DAYS, Rate, Verdict, Yield

#: Days of decisions that are looked at.
PERIOD = 180
#: A month, to which numbers are related that people should imagine.
MONTH = 30

#: A step by the ids of its state and its own: the same in every version.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A step, as the published version names it, and what it brings."""

    state: str
    state_title: str
    step: str
    title: str
    found: Yield

    @property
    def is_idle(self) -> bool:
        """Whether it seems to bring nothing, so that a trial without it is worth while."""
        return self.found.verdict is Verdict.NOTHING

    @property
    def tone(self) -> str:
        """The tone of its verdict."""
        return {Verdict.BRINGS: "ok", Verdict.NOTHING: "warn"}.get(self.found.verdict, "")

    @property
    def said_before(self) -> str:
        """How many of a hundred accounts pay a day before it."""
        return _percent(self.found.before)

    @property
    def said_after(self) -> str:
        """How many of a hundred accounts pay a day after it."""
        return _percent(self.found.after)

    @property
    def said_times(self) -> str:
        """How many times as often accounts pay after it; nothing of so few payments that chance decides."""
        return number_format(f"{self.found.times:.2f}") if self.found.times and self.found.says_something else "—"

    @property
    def said_interval(self) -> str:
        """Where that number lies."""
        if self.found.interval is None or not self.found.says_something:
            return ""
        low, high = (number_format(f"{end:.2f}") for end in self.found.interval)
        return _("{low} to {high}").format(low=low, high=high)

    @property
    def given_a_month(self) -> float:
        """How many accounts get it in a month."""
        return self.found.given * MONTH / _WATCHED

    @property
    def lost_a_month(self) -> tuple[float, float, float] | None:
        """How many payments a month leaving it out would cost: most likely, and from and to with a confidence of 95 %."""
        times, interval = self.found.times, self.found.interval
        if times is None or interval is None:
            return None
        likely, low, high = (self.found.lost_without(each) * MONTH / _WATCHED for each in (times, *interval))
        return likely, low, high


@dataclass(frozen=True, slots=True)
class Yields:
    """The steps of a strategy that do something to a debtor, in the order of the document."""

    version: Version
    day: date
    since: date
    lines: list[Line]

    @property
    def advice(self) -> str:
        """What leaving the suggested step out would save and cost, in a sentence; empty where nothing is suggested."""
        line = self.suggestion
        lost = line.lost_a_month if line else None
        if line is None or lost is None:
            return ""
        told = _(
            "Leaving it out would save about {given} of them a month. In the days watched after it, {lost} fewer accounts"
            " a month would pay ({low} to {high}; below zero, more of them). A trial would tell for certain."
        )
        given, likely, low, high = (
            number_format(round(each), force_grouping=True) for each in (line.given_a_month, *lost)
        )
        return told.format(given=given, lost=likely, low=low, high=high)

    @property
    def suggestion(self) -> Line | None:
        """The step that brings nothing and is done most often; None where none is found so."""
        idle = [line for line in self.lines if line.found.verdict is Verdict.NOTHING]
        return max(idle, key=lambda line: line.found.given, default=None)


#: Days on which a step could be planned and be watched before and after.
_WATCHED = PERIOD - 2 * DAYS + 1


def yields(strategy: Paper, *, day: date, scope: Scope) -> Yields:
    """See what the steps of the published version brought in the days before a day, in whichever version they were made.

    :raises NotPublished: there is no published version
    """
    version = versions.published_version(strategy)
    program = versions.program_of(version.document)
    steps = [each for each in _felt(program) if each.kind is EffectKind.STEP]
    numbers = {_key(each): number for number, each in enumerate(steps)}
    since = day - timedelta(days=PERIOD)
    found = _found(strategy, numbers, since=since, until=day - timedelta(days=DAYS), scope=scope)
    nothing = Yield(0, 0, Rate(0, 0), Rate(0, 0))
    lines = [
        Line(state.id, state.title, step.id, step.title, found.get(number, nothing))
        for number, each in enumerate(steps)
        if (state := each.state) and (step := each.step)
    ]
    return Yields(version, day, since, lines)


def _found(strategy: Paper, numbers: dict[Key, int], *, since: date, until: date, scope: Scope) -> dict[int, Yield]:
    waiting: list[tuple[int, int, int, int]] = []
    felt: list[tuple[int, int]] = []
    for version in versions.versions_of(strategy):
        if version.state in UNPUBLISHED:
            continue
        program = versions.program_of(version.document)
        for effect in _felt(program):
            felt.append((version.pk, effect.number))
            if effect.kind is EffectKind.STEP and _key(effect) in numbers:
                place = next(
                    each.number
                    for each in program.places
                    if each.state is effect.state and each.step is effect.step and not each.is_awaiting
                )
                waiting.append((version.pk, place, effect.number, numbers[_key(effect)]))
    rows = sql.rows(
        sql.load("tallystick.strategy", "yields.sql", "of_steps"),
        {
            "versions": [each[0] for each in waiting],
            "places": [each[1] for each in waiting],
            "effects": [each[2] for each in waiting],
            "numbers": [each[3] for each in waiting],
            "felt_versions": [each[0] for each in felt],
            "felt_effects": [each[1] for each in felt],
            "since": since,
            "until": until,
            "days": DAYS,
            "clients": scope.as_list(),
            "owed": [int(head) for head in OWED_HEADS],
            "money": [int(head) for head in MONEY_HEADS],
        },
    )
    return {
        row["number"]: Yield(
            row["waited"],
            row["given"],
            Rate(row["paid_before"], row["days_before"]),
            Rate(row["paid_after"], row["days_after"]),
        )
        for row in rows
    }


def _percent(rate: Rate) -> str:
    return "—" if rate.a_day is None else f"{number_format(f'{rate.a_day * 100:.2f}')} %"


def _felt(program: Program) -> list[Effect]:
    """Give what does something to a debtor: another of these ends the days that are told to a step."""
    return [each for each in program.effects if any(map(is_felt, each.orders))]


def _key(effect: Effect) -> Key:
    return effect.state.id if effect.state else "", effect.step.id if effect.step else ""


def as_json(found: Yields) -> dict[str, Any]:
    """Give what steps bring as machines read it: rates a day of one account, and how many times as often."""
    suggestion = found.suggestion
    return {
        "strategy": found.version.paper.name,
        "version": found.version.number,
        "day": found.day.isoformat(),
        "since": found.since.isoformat(),
        "suggestion": suggestion and {"state": suggestion.state, "step": suggestion.step},
        "steps": [_row(line) for line in found.lines],
    }


def _row(line: Line) -> dict[str, Any]:
    found = line.found
    low, high = found.interval or (None, None)
    return {
        "state": line.state,
        "step": line.step,
        "waited": found.waited,
        "given": found.given,
        "paid_before": found.before.paid,
        "days_before": found.before.days,
        "paid_after": found.after.paid,
        "days_after": found.after.days,
        "times": found.times,
        "low": low,
        "high": high,
        "verdict": found.verdict.value,
    }
