"""How far a run is: its stage, how long it still takes, and whether a run of a day acts or only reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import fmean, stdev

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class ActKind(Choice):
    """What is done with a run."""

    STARTED = "started", _("Started")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    RETRIED = "retried", _("What failed run again")
    FINISHED = "finished", _("Finished")


class Stage(Choice):
    """Where a run is."""

    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    #: Everything that could be done is done, and something failed.
    FAILED = "failed", _("Not finished: parts failed")
    #: The book was run for a later day before this one was done.
    OVERTAKEN = "overtaken", _("Given up: a later day was run")
    FINISHED = "finished", _("Finished")


class RunOver(Refusal):
    """A run that is finished, or that a later one has overtaken, is neither paused nor taken up again."""

    code = "strategy.run_over"
    sentence = _("The run of {day} is over.")


class NothingFailed(Refusal):
    """There is nothing to run again."""

    code = "strategy.nothing_failed"
    sentence = _("No part of the run of {day} has failed.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many chunks of a run stand where."""

    chunks: int
    done: int
    failed: int
    in_hand: int

    @property
    def waiting(self) -> int:
        """Chunks that nobody has begun."""
        return max(self.chunks - self.done - self.failed - self.in_hand, 0)

    @property
    def is_left(self) -> bool:
        """Whether there is anything that a worker could do without being told, the last signature included."""
        return self.done + self.failed < self.chunks or not self.failed


def stage(standing: Standing, *, is_finished: bool, is_paused: bool, is_overtaken: bool) -> Stage:
    """Say where a run is.

    >>> stage(Standing(4, 2, 0, 1), is_finished=False, is_paused=False, is_overtaken=False).value
    'running'
    >>> stage(Standing(4, 3, 1, 0), is_finished=False, is_paused=False, is_overtaken=False).value
    'failed'
    """
    if is_finished:
        return Stage.FINISHED
    if is_overtaken:
        return Stage.OVERTAKEN
    if is_paused:
        return Stage.PAUSED
    if standing.in_hand:
        return Stage.RUNNING
    return Stage.WAITING if standing.is_left else Stage.FAILED


#: From so many finished chunks on, their times say something about the next.
_ENOUGH = 3


def left(seconds: Sequence[float], *, waiting: int, in_hand: Sequence[float]) -> tuple[float, float] | None:
    """Estimate the seconds until a run is done, as a range; None where nothing is known yet, or nobody is at work.

    Chunks are of about a size. What is left of them, at the mean of those done, is shared by the workers at work now. The range
    is two standard errors to either side: of the mean, and of so many chunks to come.

    >>> left([2.0, 2.0, 2.0], waiting=4, in_hand=[0.0, 1.0])
    (5.5, 5.5)
    >>> left([1.0, 2.0], waiting=4, in_hand=[0.0]) is None
    True
    """
    workers, known = len(in_hand), len(seconds)
    if not workers or known < _ENOUGH:
        return None
    mean, spread = fmean(seconds), stdev(seconds)
    begun = [max(mean - each, 0.0) for each in in_hand]
    coming = waiting + workers
    likely = max((waiting * mean + sum(begun)) / workers, *begun)
    error = 2 * spread * (coming / sqrt(known) + sqrt(coming)) / workers
    return max(likely - error, 0.0), likely + error


def only_reports(*, day: date, today: date, last: date | None, is_told_to_act: bool) -> bool:
    """Say whether a run of a day acts or only reports: a day that is over is reported unless somebody says why it should not be.

    >>> only_reports(day=date(2026, 3, 1), today=date(2026, 3, 2), last=None, is_told_to_act=False)
    True
    """
    return not is_told_to_act and (day < today or (last is not None and day < last))
