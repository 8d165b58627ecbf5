"""Runs of the book: which there were, how far they are, and what they did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.contact.rules.may import REFUSAL_WORDS
from tallystick.kernel import sql
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Run, RunAct, RunChunk, RunFailure, Version
from tallystick.strategy.queries import versions
from tallystick.strategy.rules import narration, progress
from tallystick.strategy.rules.program import Effect
from tallystick.strategy.rules.progress import Stage, Standing

#: Key of the advisory locks of chunks, beside other locks of the house.
LOCK = 0x57A7
#: Chunks of one run at most, in the second key.
_MOST_CHUNKS = 20_000


def lock_of(run_id: int, chunk: int) -> int:
    """Give the second key of the lock that whoever does a chunk holds."""
    return run_id % 100_000 * _MOST_CHUNKS + chunk


def last_day() -> date | None:
    """Give the last day the book was run for, or None."""
    found: date | None = Run.objects.filter(only_reports=False).aggregate(last=Max("day"))["last"]
    return found


def get_run(run_id: int) -> Run:
    """Give a run.

    :raises NotFound: there is none
    """
    found = Run.objects.filter(pk=run_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="run", reference=run_id)
    return found


def lock_run(run_id: int) -> Run:
    """Lock a run for the transaction and give it.

    :raises NotFound: there is none
    """
    found = Run.objects.select_for_update().filter(pk=run_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="run", reference=run_id)
    return found


def find_run(day: date) -> Run | None:
    """Give the run of a day, or None. Reports are no runs of their day."""
    return Run.objects.filter(day=day, only_reports=False).order_by("pk").first()


def find_report(day: date) -> Run | None:
    """Give the report of a day that is being made, or None."""
    return Run.objects.filter(day=day, only_reports=True, finished_at=None).order_by("pk").first()


def find_unfinished(day: date | None = None) -> Run | None:
    """Give the latest run that is not finished, of a day where one is given, or None."""
    found = Run.objects.filter(finished_at=None)
    return (found if day is None else found.filter(day=day)).order_by("-day", "-pk").first()


def is_overtaken(run: Run) -> bool:
    """Test if the book has been run for a later day: what is left of a run that acts is left for good."""
    return not run.only_reports and Run.objects.filter(only_reports=False, day__gt=run.day).exists()


def may_begin(run: Run, chunk: int) -> bool:
    """Test if a worker may begin a chunk: it is neither marked nor failed, and its run goes on."""
    if run.finished_at is not None or run.paused_at is not None or is_overtaken(run):
        return False
    return not (
        RunChunk.objects.filter(run=run, chunk=chunk).exists()
        or RunFailure.objects.filter(run=run, chunk=chunk, closed_at=None).exists()
    )


def is_left(day: date) -> bool:
    """Test if the run of a day has to be started or gone on with. A book that was never run waits for its first night.

    A paused run waits for whoever paused it, and what failed for whoever looks into it.
    """
    last = last_day()
    if last is None or last > day:
        return False
    run = find_run(day)
    return run is None or (run.finished_at is None and run.paused_at is None and report(run).standing.is_left)


def runs(*, limit: int = 60) -> QuerySet[Run]:
    """Give the latest runs, newest first."""
    return Run.objects.order_by("-day", "-pk")[:limit]


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How often an order was refused for a reason."""

    code: str
    times: int

    @property
    def said(self) -> str:
        """The reason in words; the code where it is not one of contact's."""
        if self.code == "strategy.spoken_for":
            return _("another account of the debtor speaks")
        return str(REFUSAL_WORDS.get(self.code, self.code))


@dataclass(frozen=True, slots=True)
class OrderCount:
    """What became of one kind of order in a run: carried out, carried out before, and refused by code."""

    name: str
    done: int
    already: int
    refused: dict[str, int]
    #: For how many accounts a report would give it.
    ordered: int = 0

    @property
    def said(self) -> str:
        """What the order is, in words."""
        return narration.said_name(self.name)

    @property
    def refused_in_all(self) -> int:
        """How often it was refused, for whatever reason."""
        return sum(self.refused.values())

    @property
    def refusals(self) -> list[RefusedCount]:
        """The reasons it was refused for, the most frequent first."""
        return [
            RefusedCount(code, times)
            for code, times in sorted(self.refused.items(), key=lambda each: (-each[1], each[0]))
        ]


@dataclass(frozen=True, slots=True)
class EffectCount:
    """How often an effect of a version happened in a run."""

    version: Version
    effect: Effect
    state: str
    times: int


@dataclass(frozen=True, slots=True)
class InHand:
    """A chunk that a worker is doing."""

    chunk: int
    worker: str
    seconds: float

    @property
    def said_seconds(self) -> int:
        """Whole seconds it has been at it."""
        return int(self.seconds)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run has done so far."""

    run: Run
    marks: Sequence[RunChunk] = ()
    failures: Sequence[RunFailure] = ()
    in_hand: Sequence[InHand] = ()
    is_overtaken: bool = False
    effects: list[EffectCount] = field(default_factory=list)
    orders: list[OrderCount] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """How many chunks stand where."""
        return Standing(self.run.chunks, len(self.marks), len(self.failures), len(self.in_hand))

    @property
    def stage(self) -> Stage:
        """Where the run is."""
        return progress.stage(
            self.standing,
            is_finished=self.run.finished_at is not None,
            is_paused=self.run.paused_at is not None,
            is_overtaken=self.is_overtaken,
        )

    @property
    def tone(self) -> str:
        """The colour of the stage."""
        return {Stage.FINISHED: "ok", Stage.FAILED: "bad", Stage.OVERTAKEN: "hold"}.get(self.stage, "warn")

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.stage in (Stage.FINISHED, Stage.OVERTAKEN)

    @property
    def chunks_done(self) -> int:
        """How many chunks are marked."""
        return len(self.marks)

    @property
    def accounts(self) -> int:
        """Accounts looked at."""
        return sum(mark.accounts for mark in self.marks)

    @property
    def refreshed(self) -> int:
        """Accounts whose facts were brought up to date."""
        return sum(mark.refreshed for mark in self.marks)

    @property
    def decided(self) -> int:
        """Decisions made."""
        return sum(mark.decided for mark in self.marks)

    @property
    def seconds(self) -> float:
        """Seconds of all chunks together; with several workers more than the run took."""
        return sum(mark.seconds for mark in self.marks)

    @property
    def last_marked_at(self) -> datetime | None:
        """When the latest mark was made."""
        return max((mark.marked_at for mark in self.marks), default=None)

    @property
    def workers(self) -> list[tuple[str, int]]:
        """The workers that did chunks, each with how many it did."""
        return sorted(Counter(mark.worker for mark in self.marks if mark.worker).items())

    @property
    def said_left(self) -> str:
        """How long it still takes, as a range; empty where that is not known."""
        took = [mark.seconds for mark in self.marks]
        left = progress.left(took, waiting=self.standing.waiting, in_hand=[each.seconds for each in self.in_hand])
        return "" if left is None or self.is_over else said_span(*left)

    @property
    def rate(self) -> float:
        """Accounts looked at in a second of work."""
        return self.accounts / self.seconds if self.seconds else 0.0

    @property
    def refused(self) -> int:
        """How many orders were refused."""
        return sum(order.refused_in_all for order in self.orders)

    @property
    def ordered(self) -> int:
        """How many orders a report would give."""
        return sum(order.ordered for order in self.orders)

    @property
    def said_rate(self) -> int:
        """The rate as a whole number."""
        return round(self.rate)

    @property
    def said_seconds(self) -> Decimal:
        """The seconds with one decimal."""
        return Decimal(f"{self.seconds:.1f}")


def said_span(low: float, high: float) -> str:
    """Say a range of seconds as people say it: "about 20 to 35 seconds", "about 4 minutes"."""
    if high < 90:
        least, most = (max(5 * round(each / 5), 5) for each in (low, high))
        words = ngettext("about {most} second", "about {most} seconds", most)
        ranged = _("about {least} to {most} seconds")
    else:
        least, most = (max(round(each / 60), 1) for each in (low, high))
        words = ngettext("about {most} minute", "about {most} minutes", most)
        ranged = _("about {least} to {most} minutes")
    return (words if least == most else ranged).format(least=least, most=most)


def report(run: Run) -> Report:
    """Add up what the chunks of a run have done."""
    return reports([run])[0]


def reports(some: Iterable[Run]) -> list[Report]:
    """Add up what the chunks of some runs have done, in the order of the runs."""
    runs_ = list(some)
    marks: dict[int, list[RunChunk]] = defaultdict(list)
    for mark in RunChunk.objects.filter(run__in=runs_).order_by("run_id", "chunk"):
        marks[mark.run_id].append(mark)
    failures: dict[int, list[RunFailure]] = defaultdict(list)
    for failure in RunFailure.objects.filter(run__in=runs_, closed_at=None).order_by("run_id", "chunk"):
        failures[failure.run_id].append(failure)
    hands = _in_hand()
    last = last_day()
    versions_ = _versions_of(mark for those in marks.values() for mark in those)
    return [
        Report(
            run=run,
            marks=marks[run.pk],
            failures=failures[run.pk],
            in_hand=_hands_of(run, hands, done={mark.chunk for mark in marks[run.pk]}),
            is_overtaken=run.finished_at is None and not run.only_reports and last is not None and last > run.day,
            effects=_effects(marks[run.pk], versions_),
            orders=_orders(marks[run.pk]),
        )
        for run in runs_
    ]


def _hands_of(run: Run, hands: Iterable[dict[str, Any]], *, done: set[int]) -> list[InHand]:
    """Give the parts of a run in hand. Who has just marked one may not have let go of it yet."""
    chunks = ((row["key"] - lock_of(run.pk, 0), row) for row in hands)
    return [
        InHand(chunk, row["worker"], row["seconds"])
        for chunk, row in chunks
        if 0 <= chunk < run.chunks and chunk not in done
    ]


def acts(run: Run) -> QuerySet[RunAct]:
    """Give what was done with a run, in order."""
    return RunAct.objects.filter(run=run).order_by("pk")


def _in_hand() -> list[dict[str, Any]]:
    """Give the chunks that are being done, as the locks of those who do them tell: nobody has to take anything back."""
    return sql.rows(sql.load("tallystick.strategy", "runs.sql", "in_hand"), {"lock": LOCK})


def _versions_of(marks: Iterable[RunChunk]) -> dict[int, Version]:
    ids = {int(key.partition(":")[0]) for mark in marks for key in mark.decisions}
    return Version.objects.select_related("paper").in_bulk(ids)


def _orders(marks: Iterable[RunChunk]) -> list[OrderCount]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    refused: dict[str, Counter[str]] = defaultdict(Counter)
    for mark in marks:
        for name, outcome in mark.orders.items():
            counts[name].update({key: value for key, value in outcome.items() if key != "refused"})
            refused[name].update(outcome.get("refused", {}))
    return [
        OrderCount(name, count["done"], count["already"], dict(sorted(refused[name].items())), count["ordered"])
        for name, count in sorted(counts.items())
    ]


def _effects(marks: Iterable[RunChunk], found: dict[int, Version]) -> list[EffectCount]:
    happened: Counter[str] = Counter()
    for mark in marks:
        happened.update(mark.decisions)
    counts = []
    for version_id, number, times in sorted((*map(int, key.split(":")), times) for key, times in happened.items()):
        effect = versions.program_of(found[version_id].document).effect(number)
        counts.append(EffectCount(found[version_id], effect, effect.state.title if effect.state else "", times))
    return counts
