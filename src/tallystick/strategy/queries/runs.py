"""Runs of the book: which there were, how far they are, and what they did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from tallystick.contact.rules.may import REFUSAL_WORDS
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Run, RunChunk, Version
from tallystick.strategy.queries import versions
from tallystick.strategy.rules import narration
from tallystick.strategy.rules.program import Effect


def last_day() -> date | None:
    """Give the last day the book was run for, or None."""
    found: date | None = Run.objects.aggregate(last=Max("day"))["last"]
    return found


def get_run(run_id: int) -> Run:
    """Give a run.

    :raises NotFound: there is none
    """
    found = Run.objects.filter(pk=run_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="run", reference=run_id)
    return found


def find_run(day: date) -> Run | None:
    """Give the run of a day, or None."""
    return Run.objects.filter(day=day).order_by("pk").first()


def is_left(day: date) -> bool:
    """Test if the run of a day still has to be done, wholly or in part. A book that was never run waits for its first night."""
    last = last_day()
    if last is None or last > day:
        return False
    return last < day or not Run.objects.filter(day=day, finished_at__isnull=False).exists()


def runs(*, limit: int = 60) -> QuerySet[Run]:
    """Give the latest runs, newest first."""
    return Run.objects.order_by("-day")[:limit]


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
class Report:
    """What a run has done so far."""

    run: Run
    chunks_done: int
    accounts: int
    refreshed: int
    decided: int
    #: Seconds of all chunks together; with several workers more than the run took.
    seconds: float
    last_marked_at: datetime | None
    effects: list[EffectCount] = field(default_factory=list)
    orders: list[OrderCount] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Accounts looked at in a second of work."""
        return self.accounts / self.seconds if self.seconds else 0.0

    @property
    def refused(self) -> int:
        """How many orders were refused."""
        return sum(order.refused_in_all for order in self.orders)

    @property
    def said_rate(self) -> int:
        """The rate as a whole number."""
        return round(self.rate)

    @property
    def said_seconds(self) -> Decimal:
        """The seconds with one decimal."""
        return Decimal(f"{self.seconds:.1f}")


def report(run: Run) -> Report:
    """Add up what the chunks of a run have done."""
    marks = list(RunChunk.objects.filter(run=run).order_by("chunk"))
    happened: Counter[str] = Counter()
    done: Counter[str] = Counter()
    already: Counter[str] = Counter()
    refused: dict[str, Counter[str]] = {}
    for mark in marks:
        happened.update(mark.decisions)
        for name, outcome in mark.orders.items():
            done[name] += outcome["done"]
            already[name] += outcome["already"]
            refused.setdefault(name, Counter()).update(outcome["refused"])
    return Report(
        run=run,
        chunks_done=len(marks),
        accounts=sum(mark.accounts for mark in marks),
        refreshed=sum(mark.refreshed for mark in marks),
        decided=sum(mark.decided for mark in marks),
        seconds=sum(mark.seconds for mark in marks),
        last_marked_at=max((mark.marked_at for mark in marks), default=None),
        effects=_effects(happened),
        orders=[
            OrderCount(name, done[name], already[name], dict(sorted(refused[name].items()))) for name in sorted(refused)
        ],
    )


def _effects(happened: Counter[str]) -> list[EffectCount]:
    numbers = [(*map(int, key.split(":")), times) for key, times in happened.items()]
    found = Version.objects.select_related("strategy").in_bulk({version_id for version_id, _effect, _times in numbers})
    counts = []
    for version_id, number, times in sorted(numbers):
        effect = versions.program_of(found[version_id].document).effect(number)
        counts.append(EffectCount(found[version_id], effect, effect.state.title if effect.state else "", times))
    return counts
