"""A trial as people read it: one sentence of what may be concluded, the arms, the looks, and the parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tallystick.strategy.models import Trial, TrialLook, Version
from tallystick.strategy.queries import trials
from tallystick.strategy.queries.trials import Part, Standing
from tallystick.strategy.rules.trials import estimates, sequential
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.judgement import Arms
from tallystick.strategy.rules.trials.terms import GUARD, Measure, Outcome, Reason

_AGES = {"1": "1–30", "31": "31–60", "61": "61–90", "91": "91+"}


@dataclass(frozen=True, slots=True)
class Line:
    """Two arms compared by one measure: as figures, and as they are read."""

    name: str
    dimension: str
    champion: Sums
    challenger: Sums
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    adjusted: float | None
    said: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page, the JSON and the CSV of a trial say."""

    trial: Trial
    day: date
    is_kept: bool
    sentence: str
    tone: str
    #: What became of the challenger that did harm; empty where it did not.
    follows: str
    stopped_by: Version | None
    is_still_filled: bool
    has_ended: bool
    has_winner: bool
    is_due: bool
    units: int
    needed: int
    mismatch: float | None
    is_mismatched: bool
    entered: list[tuple[str, int]]
    waiting: int
    excluded: list[tuple[str, int]]
    measures: list[Line]
    parts: list[Line]
    looks: list[TrialLook]
    planned: list[tuple[int, int, float]]


def report(trial: Trial, *, day: date) -> Report:
    """Report on a trial as of a day; one that a look ended, as that look found it."""
    looks = list(trials.looks(trial))
    is_kept = bool(looks) and looks[-1].outcome != Outcome.GOES_ON
    seen = Standing.kept(looks[-1]) if is_kept else trials.standing(trial, day=day)
    bound = looks[-1].bound if is_kept else _next_bound(trial, looks)
    measure = Measure(trial.measure)
    units, needed = trials.information(trial, seen), trials.units_needed(trial)
    mismatch = seen.mismatch(trial)
    main = _line(measure, str(measure.label), "", seen.arms(measure, trial), bound)
    others = [each for each in Measure if each is not measure and (each is not Measure.COLLECTED or trial.currency)]
    single = estimates.single_bound(float(trial.alpha))
    sentence, tone = _conclusion(trial, looks, main, units=units, needed=needed)
    guard = _line(GUARD, str(GUARD.label), "", seen.arms(GUARD, trial), single)
    did_harm = bool(looks) and looks[-1].outcome == Outcome.HARM
    stopped = trials.stopped_by(trial) if did_harm else None
    is_still_filled = did_harm and trials.is_filled(trial)
    return Report(
        trial=trial,
        day=seen.day,
        is_kept=is_kept,
        sentence=sentence,
        tone=tone,
        follows=_after_harm(trial, guard, stopped, is_still_filled=is_still_filled) if did_harm else "",
        stopped_by=stopped,
        is_still_filled=is_still_filled,
        has_ended=trials.has_ended(trial),
        has_winner=is_kept and looks[-1].outcome in (Outcome.BETTER, Outcome.WORSE, Outcome.HARM),
        is_due=not trials.has_ended(trial) and trials.judged(trial, seen) is not None,
        units=units,
        needed=needed,
        mismatch=mismatch,
        is_mismatched=mismatch is not None and mismatch < estimates.MISMATCH,
        entered=[(arm, seen.entered.get(arm, 0)) for arm in (trial.champion, trial.challenger)],
        waiting=sum(seen.waiting.values()),
        excluded=[(str(Reason(why).label), count) for why, count in seen.excluded.items() if count],
        measures=[main, *(_line(each, str(each.label), "", seen.arms(each, trial), single) for each in others)],
        parts=_parts(trial, seen, single),
        looks=looks,
        planned=_planned(trial),
    )


def _planned(trial: Trial) -> list[tuple[int, int, float]]:
    at = sequential.fractions(trial.looks)
    bounds = sequential.bounds(float(trial.alpha), at)
    needed = trials.units_needed(trial)
    return [(number, round(at[number - 1] * needed), bounds[number - 1]) for number in range(1, trial.looks + 1)]


def _next_bound(trial: Trial, looks: list[TrialLook]) -> float:
    taken = looks[-1].number if looks else 0
    return _planned(trial)[min(taken, trial.looks - 1)][2]


def _conclusion(trial: Trial, looks: list[TrialLook], main: Line, *, units: int, needed: int) -> tuple[str, str]:
    """Say what may be concluded: nothing between planned looks, whatever the figures look like."""
    outcome = Outcome(looks[-1].outcome) if looks else Outcome.GOES_ON
    if hasattr(trial, "end"):
        return _("Ended by {by}: {reason} Nothing is concluded.").format(
            by=trial.end.by, reason=trial.end.reason
        ), "warn"
    if outcome is Outcome.MISMATCHED:
        return _("The arms were not filled by their shares: nothing that was measured can be trusted."), "bad"
    if outcome is Outcome.HARM:
        return _("The challenger was stopped: more of its accounts have a dispute."), "bad"
    if outcome is Outcome.NOTHING:
        return _("No difference was found; the interval is {interval}.").format(interval=main.said[3]), "info"
    if outcome is Outcome.GOES_ON:
        told = _(
            "Nothing can be said yet: {units} of {needed}. The figures below change, and no conclusion may be drawn from them."
        )
        return told.format(
            units=number_format(units, force_grouping=True), needed=number_format(needed, force_grouping=True)
        ), ""
    better = trial.challenger if outcome is Outcome.BETTER else trial.champion
    told = _("“{better}” is better. {measure}: the challenger differs by {difference} ({interval}).")
    return told.format(better=better, measure=main.name, difference=main.said[2], interval=main.said[3]), "ok"


def _after_harm(trial: Trial, guard: Line, stopped: Version | None, *, is_still_filled: bool) -> str:
    """Say how much harm there was, and whether anybody is still treated by the arm that did it."""
    found = _("{measure}: {challenger} of “{arm}”, {champion} of “{other}”.").format(
        measure=guard.name,
        challenger=guard.said[1],
        champion=guard.said[0],
        arm=trial.challenger,
        other=trial.champion,
    )
    if is_still_filled:
        then = _("Accounts still come to it: publish a version without it.")
    elif stopped is not None:
        then = _("Nobody is in it any more since version {number}.").format(number=stopped.number)
    else:
        then = _("Nobody is in it any more.")
    return f"{found} {then}"


def _line(measure: Measure, name: str, dimension: str, arms: Arms, bound: float, adjusted: float | None = None) -> Line:
    found = arms.difference
    low, high = found.interval(bound) if found else (None, None)
    interval = (
        "—"
        if low is None or high is None
        else _("{low} to {high}").format(low=_said(measure, low), high=_said(measure, high))
    )
    return Line(
        name=name,
        dimension=dimension,
        champion=arms.champion,
        challenger=arms.challenger,
        difference=found.value if found else None,
        low=low,
        high=high,
        p=found.p if found else None,
        adjusted=adjusted,
        said=(
            _said(measure, arms.champion.ratio, is_level=True),
            _said(measure, arms.challenger.ratio, is_level=True),
            _said(measure, found.value if found else None),
            interval,
        ),
    )


def _counted(number: int) -> str:
    return number_format(number, force_grouping=True)


def _said(measure: Measure, value: float | None, *, is_level: bool = False) -> str:
    if value is None:
        return "—"
    sign = "−" if value < 0 else "" if is_level else "+"
    size = number_format(f"{abs(value) * 100:.1f}" if measure.is_share else f"{abs(value):.2f}")
    if not measure.is_share:
        return f"{sign}{size}"
    return f"{sign}{size} %" if is_level else _("{points} points").format(points=f"{sign}{size}")


def _parts(trial: Trial, seen: Standing, bound: float) -> list[Line]:
    """Compare the arms in every part of the book, each p-value adjusted for how many there are."""
    measure = Measure(trial.measure)
    judged = [(part, seen.arms(measure, trial, part)) for part in seen.parts()]
    found = [(part, arms, arms.difference) for part, arms in judged]
    adjusted = iter(estimates.holm([each.p for _part, _arms, each in found if each is not None]))
    return [
        _line(measure, _name(part), _dimension(part), arms, bound, next(adjusted) if each is not None else None)
        for part, arms, each in found
    ]


def _dimension(part: Part) -> str:
    names = {
        "team": _("Team"),
        "portfolio": _("Portfolio"),
        "client": _("Client"),
        "kind": _("Kind of customer"),
        "age": _("Days past due"),
    }
    return names[part.dimension]


def _name(part: Part) -> str:
    if part.dimension == "age":
        return _AGES[part.value] if part.value != "0" else _("Not late")
    if part.dimension == "kind":
        return _("Companies") if part.value == "company" else _("People")
    return part.value or _("No team")


def as_json(found: Report) -> dict[str, Any]:
    """Give a report as machines read it: ratios, not percent."""
    trial = found.trial
    return {
        "trial": trial.title,
        "strategy": trial.strategy.name,
        "split": trial.split,
        "champion": trial.champion,
        "challenger": trial.challenger,
        "unit": "debtor" if trial.by_debtor else "account",
        "measure": trial.measure,
        "guard": GUARD.value,
        "window_days": trial.window_days,
        "starts_on": trial.starts_on.isoformat(),
        "day": found.day.isoformat(),
        "conclusion": found.sentence,
        "follows": found.follows,
        "units": found.units,
        "needed": found.needed,
        "sample_ratio_p": found.mismatch,
        "excluded": dict(found.excluded),
        "measures": [_row(line) for line in found.measures],
        "exploratory": [_row(line) for line in found.parts],
        "looks": [
            {"number": look.number, "day": look.day.isoformat(), "bound": look.bound, "outcome": look.outcome}
            for look in found.looks
        ],
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "of": line.dimension,
        "name": line.name,
        "champion_units": line.champion.units,
        "champion": line.champion.ratio,
        "challenger_units": line.challenger.units,
        "challenger": line.challenger.ratio,
        "difference": line.difference,
        "low": line.low,
        "high": line.high,
        "p": line.p,
        "p_adjusted": line.adjusted,
    }


def rows(found: Report) -> list[dict[str, Any]]:
    """Give the measures and the parts of a report as the rows of a table."""
    return [_row(line) for line in (*found.measures, *found.parts)]
