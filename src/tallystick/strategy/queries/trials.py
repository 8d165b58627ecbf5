"""Trials: which there are, what a split may be tried by, and what is seen of one on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.ledger.queries import MONEY_HEADS, OWED_HEADS
from tallystick.ledger.rules import Cause
from tallystick.strategy.models import Act, Paper, Trial, TrialLook, Version
from tallystick.strategy.queries import versions
from tallystick.strategy.rules import own_words
from tallystick.strategy.rules.document import Split
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, ActKind, State
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.trials import estimates, judgement, sequential
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.judgement import Arms
from tallystick.strategy.rules.trials.terms import GUARD, ArmStopped, Measure, Outcome, Reason

NOBODY = Sums(0, 0, 0, 0, 0, 0)


def trials(*, scope: Scope) -> list[Trial]:
    """Give the trials that somebody may see, the latest first: those of everybody only who sees every client."""
    every = Trial.objects.select_related("strategy", "client", "end").prefetch_related("kept_looks").order_by("-pk")
    return [trial for trial in every if may_see(trial.client_id, scope)]


def may_see(client_id: int | None, scope: Scope) -> bool:
    """Test if a trial of a client's accounts, or of everybody's, lies within a scope: its figures are of all of them."""
    return scope.client_ids is None if client_id is None else scope.allows(client_id)


def get_trial(trial_id: int, *, scope: Scope) -> Trial:
    """Give a trial.

    :raises NotFound: there is none that may be seen
    """
    found = Trial.objects.select_related("strategy", "client", "end").filter(pk=trial_id).order_by("pk").first()
    if found is None or not may_see(found.client_id, scope):
        raise NotFound(what="trial", reference=trial_id)
    return found


def lock_trial(trial_id: int, *, scope: Scope) -> Trial:
    """Lock the strategy of a trial for the transaction, so that a look is taken once; raises as `get_trial` does.

    Rows that are only added to cannot be locked themselves.
    """
    trial = get_trial(trial_id, scope=scope)
    versions.lock_paper(trial.strategy_id)
    return trial


def get_look(look_id: int) -> TrialLook:
    """Give a look that was taken."""
    return TrialLook.objects.select_related("trial__strategy").get(pk=look_id)


def is_filled(trial: Trial) -> bool:
    """Test if accounts still come to the challenger: the published version has it, with a share."""
    published = trial.strategy.versions.filter(state=State.PUBLISHED).order_by("pk").first()
    if published is None:
        return False
    splits = versions.program_of(published.document).document.splits
    return any(split.id == trial.split and dict(split.shares).get(trial.challenger) for split in splits)


def stopped_by(trial: Trial) -> Version | None:
    """Give the version by which the planned stop took the challenger's accounts away, or None."""
    act = Act.objects.filter(version__paper=trial.strategy, kind=ActKind.PUBLISHED, details__trial=trial.pk)
    found = act.select_related("version").order_by("pk").first()
    return found.version if found else None


def brought_back(version: Version) -> list[Refusal]:
    """Say which arms a version would bring back that a trial has stopped for harm since its document was written."""
    shares = {split.id: dict(split.shares) for split in versions.program_of(version.document).document.splits}
    written = version if version.restores is None else version.restores
    stops = TrialLook.objects.filter(
        trial__strategy=version.paper, outcome=Outcome.HARM, taken_at__gt=written.created_at
    )
    return [
        ArmStopped(arm=look.trial.challenger, trial=look.trial.title, day=look.day.isoformat())
        for look in stops.select_related("trial").order_by("pk")
        if shares.get(look.trial.split, {}).get(look.trial.challenger)
    ]


def looks(trial: Trial) -> QuerySet[TrialLook]:
    """Give the looks that were taken, in order."""
    return trial.kept_looks.order_by("number")


def has_ended(trial: Trial) -> bool:
    """Test if a look ended it, or a person did."""
    return hasattr(trial, "end") or looks(trial).exclude(outcome=Outcome.GOES_ON).exists()


def on_trial(strategy: Paper, split: str) -> Trial | None:
    """Give the trial that reads a split and has not ended, if there is one."""
    open_ones = Trial.objects.filter(strategy=strategy, split=split, end=None)
    return open_ones.exclude(kept_looks__outcome__in=_ENDING).order_by("pk").first()


_ENDING = [each.value for each in Outcome if each is not Outcome.GOES_ON]


def entries(program: Program, state_id: str) -> list[int]:
    """Give the effects by which an account comes to a state from elsewhere."""
    return [each.number for each in program.effects if each.comes_to(state_id)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of the decisions: the arms of a split, of accounts that came to a state in a window."""

    strategy: Paper
    split: Split
    state: str
    arms: tuple[str, ...]
    client_id: int | None
    currency: str
    measure: Measure
    window: int

    @classmethod
    def of(cls, trial: Trial) -> Reading:
        """Give what a trial reads."""
        return cls(
            strategy=trial.strategy,
            split=Split(trial.split, tuple((arm, share) for arm, share in trial.shares), trial.by_debtor),
            state=trial.state,
            arms=(trial.champion, trial.challenger),
            client_id=trial.client_id,
            currency=trial.currency,
            measure=Measure(trial.measure),
            window=trial.window_days,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the units of a trial: by what they are grouped, and the group."""

    dimension: str
    value: str


ALL = Part("all", "")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is seen of a trial on a day."""

    day: date
    sums: dict[tuple[str, Part, str], Sums]
    #: Units dealt out, those whose window is not over, and accounts left out by why: by arm.
    entered: dict[str, int]
    waiting: dict[str, int]
    excluded: dict[str, int]

    def arms(self, measure: Measure, trial: Trial, part: Part = ALL) -> Arms:
        """Give the sums of both arms."""
        champion, challenger = (
            self.sums.get((measure.value, part, arm), NOBODY) for arm in (trial.champion, trial.challenger)
        )
        return Arms(champion, challenger)

    def parts(self) -> list[Part]:
        """Give the groups there are, in their order."""
        found = {part for _measure, part, _arm in self.sums if part != ALL}
        return sorted(
            found, key=lambda part: (part.dimension, len(part.value) if part.dimension == "age" else 0, part.value)
        )

    def mismatch(self, trial: Trial) -> float | None:
        """Give how often chance would fill the arms so: of all units dealt out, before any window is over."""
        shares = {arm: share for arm, share in trial.shares if arm in (trial.champion, trial.challenger)}
        return estimates.mismatch(self.entered, shares)

    def as_json(self) -> dict[str, Any]:
        """Give it as it is kept at a look."""
        return {
            "sums": [
                [measure, part.dimension, part.value, arm, *_values(sums)]
                for (measure, part, arm), sums in self.sums.items()
            ],
            "entered": self.entered,
            "waiting": self.waiting,
            "excluded": self.excluded,
        }

    @classmethod
    def kept(cls, look: TrialLook) -> Standing:
        """Give what was seen at a look."""
        kept = look.sums
        sums = {(row[0], Part(row[1], row[2]), row[3]): Sums(*row[4:]) for row in kept["sums"]}
        return cls(look.day, sums, kept["entered"], kept["waiting"], kept["excluded"])


#: What is measured of an account that came to a state, each a query of `trials.sql`.
_MEASURES = ("balance", "collected", "promise_kept", "disputed")


def measuring(file: str) -> str:
    """Give the sums of a file, with what a trial measures of every account that came."""
    measures = {name: sql.load("tallystick.strategy", "trials.sql", name) for name in _MEASURES}
    return sql.fill(sql.load("tallystick.strategy", file, "sums"), **measures)


def _values(sums: Sums) -> tuple[int, ...]:
    return sums.units, sums.y, sums.x, sums.yy, sums.xy, sums.xx


def standing(trial: Trial, *, day: date) -> Standing:
    """See how a trial stands on a day: windows count that are over by then."""
    return read(Reading.of(trial), starts_on=trial.starts_on, day=day)


def read(reading: Reading, *, starts_on: date, day: date, otherwise: str | None = None) -> Standing:
    """Sum up what came of the accounts that came to a state from one day until another, set by set.

    Versions are read that have the split with the same shares. With `otherwise` all are, and whoever came in one without the
    split counts to that arm.
    """
    found: list[tuple[int, int]] = []
    of_strategy = [each for each in versions.versions_of(reading.strategy) if each.state not in UNPUBLISHED]
    for version in of_strategy:
        program = versions.program_of(version.document)
        if otherwise is not None or reading.split in program.document.splits:
            found += [(version.pk, effect) for effect in entries(program, reading.state)]
    rows = sql.rows(
        measuring("trials.sql"),
        {
            "versions": [version for version, _effect in found],
            "effects": [effect for _version, effect in found],
            "of_strategy": [version.pk for version in of_strategy],
            "word": own_words.name_of_split(reading.split.id),
            "arms": list(reading.arms),
            "otherwise": otherwise,
            "by_debtor": reading.split.by_debtor,
            "client": reading.client_id,
            "currency": reading.currency,
            "measure": reading.measure.value,
            "window": reading.window,
            "starts_on": starts_on,
            "day": day,
            "zone": settings.TIME_ZONE,
            "owed": [int(head) for head in OWED_HEADS],
            "money": [int(head) for head in MONEY_HEADS],
            "added": int(Cause.ITEM),
        },
    )
    seen = Standing(day, {}, {}, {}, {reason.value: 0 for reason in Reason})
    counts = {"entered": seen.entered, "waiting": seen.waiting}
    for row in rows:
        if row["measure"]:
            sums = Sums(row["units"], *(int(row[name]) for name in ("y", "x", "yy", "xy", "xx")))
            seen.sums[row["measure"], Part(row["dimension"], row["value"]), row["arm"]] = sums
        elif row["dimension"] == "excluded":
            seen.excluded[row["value"]] += row["units"]
        else:
            counts[row["dimension"]][row["arm"]] = row["units"]
    return seen


def units_needed(trial: Trial) -> int:
    """Give how many units of both arms were planned."""
    return trial.champion_units + trial.challenger_units


def information(trial: Trial, seen: Standing) -> int:
    """Give how many of the planned units' worth there is: the arm that lags says how much is known.

    A trial of nine to one knows little while its few challengers are missing, however many champions there are.
    """
    arms = seen.arms(Measure(trial.measure), trial)
    part = min(arms.champion.units / trial.champion_units, arms.challenger.units / trial.challenger_units)
    return min(int(part * units_needed(trial)), units_needed(trial))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a look taken now would say."""

    number: int
    fraction: float
    bound: float
    outcome: Outcome


def judged(trial: Trial, seen: Standing) -> Judged | None:
    """Judge a trial where its next planned look is due; None where it is not."""
    taken = list(looks(trial))
    last = taken[-1].number if taken else 0
    units, needed = information(trial, seen), units_needed(trial)
    if not judgement.due(units=units, needed=needed, looks=trial.looks, taken=last):
        return None
    number = judgement.reached(units=units, needed=needed, looks=trial.looks, taken=last)
    fraction = 1.0 if number == trial.looks else units / needed
    at = (*(each.fraction for each in taken), fraction)
    bound = sequential.bounds(float(trial.alpha), at)[-1]
    outcome = judgement.judge(
        Measure(trial.measure),
        seen.arms(Measure(trial.measure), trial),
        seen.arms(GUARD, trial),
        bound=bound,
        is_last=number == trial.looks,
        mismatch=seen.mismatch(trial),
    )
    return Judged(number, fraction, bound, outcome)
