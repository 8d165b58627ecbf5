"""The run: the whole book for one day, chunk by chunk, by as many workers as there are.

A chunk is one transaction: its mark, the facts that changed by themselves, the decisions, their orders and their events. Kill it
anywhere and nothing of it happened; start it again and it happens once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Outcome
from tallystick.strategy.actions import ordering, refreshing, telling
from tallystick.strategy.actions.deciding import Asking, Decided, decide
from tallystick.strategy.actions.ordering import Outcomes
from tallystick.strategy.models import Run, RunChunk
from tallystick.strategy.queries import book, past, runs, versions
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.program import EffectKind
from tallystick.strategy.rules.statement import Statement

#: Effects after which an account may still make the step of the day.
_GOES_ON = frozenset({EffectKind.LEAVE, EffectKind.SKIP, EffectKind.RESULT, EffectKind.OVERRUN})
#: How often one account is looked at in a run: a transition, skipped steps, a step.
_MOST_PASSES = 70
#: Key of the advisory locks of chunks, beside other locks of the house.
_LOCK = 0x57A7


@transaction.atomic
def start_run(*, day: date, at: datetime, by: Actor) -> Run:
    """Start the run of a day, or give the one that was started for it.

    :raises RunTooEarly: the book has been run for a later day
    :raises CalendarEnds: nobody knows the holidays of the day
    """
    by.must_be_allowed_to("run strategies")
    sql.execute("SELECT pg_advisory_xact_lock(%s, -1)", [_LOCK])
    lifecycle.check_run_day(day=day, last=runs.last_day())
    versions.statement(day=day)
    open_months(day)
    run, _made = Run.objects.get_or_create(
        day=day, defaults={"started_at": at, "started_by": by.label, "chunks": book.chunk_count()}
    )
    return run


def open_months(day: date) -> None:
    """Make the partitions of decisions, and of the past, for the month of a day and the next."""
    sql.execute(
        """
        SELECT strategy_open_month(month::date), strategy_open_month_of_past(month::date)
        FROM (VALUES (%(day)s::date), (%(day)s::date + interval '1 month')) AS opened(month)
        """,
        {"day": day},
    )


def work_run(*, run_id: int, at: datetime, by: Actor) -> int:
    """Do chunks of a run until none is left that nobody else is doing, and give how many this worker did.

    Workers share a run without knowing each other: each takes the next chunk that is neither marked nor locked.
    """
    by.must_be_allowed_to("run strategies")
    done = 0
    for chunk in range(runs.get_run(run_id).chunks):
        done += run_chunk(run_id=run_id, chunk=chunk, at=at, by=by)
    return done


@transaction.atomic
def run_chunk(*, run_id: int, chunk: int, at: datetime, by: Actor) -> bool:
    """Do one chunk of a run, unless it is done or somebody else is doing it."""
    began = time.monotonic()
    by.must_be_allowed_to("run strategies")
    if not sql.value("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, run_id % 1_000_000 * 1_000 + chunk]):
        return False
    if RunChunk.objects.filter(run_id=run_id, chunk=chunk).exists():
        return False
    run = runs.get_run(run_id)
    statement = versions.statement(day=run.day)
    accounts = refreshed = 0
    decisions: list[Decided] = []
    looks: list[past.Look] = []
    for leaf in book.chunks(run.chunks)[chunk]:
        standing = book.standing(leaf, day=run.day)
        accounts += standing.accounts
        refreshed += refreshing.refresh(standing.stale, day=run.day, table=leaf)
        if standing.without_strategy:
            refreshing.enrol(leaf, day=run.day)
        looks.append(past.look())
        decisions += decide_day(leaf, statement, run_id=run_id, at=at)
    outcomes = ordering.give(decisions, statement, at=at, by=by)
    telling.tell(decisions, statement, at=at, by=by)
    RunChunk.objects.create(
        run_id=run_id,
        chunk=chunk,
        marked_at=at,
        seconds=time.monotonic() - began,
        accounts=accounts,
        refreshed=refreshed,
        decided=sum(len(each.account_ids) for each in decisions),
        decisions=_counts(decisions, statement),
        orders=_told(outcomes),
        looks=[list(look) for look in looks],
    )
    return True


@transaction.atomic
def finish_run(*, run_id: int, at: datetime, by: Actor) -> bool:
    """Mark a run as finished once every chunk is marked; true for the one worker that does."""
    by.must_be_allowed_to("run strategies")
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.finished_at is not None or run.marks.count() < run.chunks:
        return False
    run.finished_at = at
    run.save(update_fields=["finished_at"])
    return True


def tidy_book() -> None:
    """Clear away the old versions of rows that a run left, so that whoever reads the whole book next does not step over them.

    Updates in place leave them in their pages, and a scan of the book afterwards takes up to four times as long.
    """
    sql.execute("VACUUM (ANALYZE) strategy_book")


def decide_day(leaf: str, statement: Statement, *, run_id: int | None = None, at: datetime) -> list[Decided]:
    """Decide what happens to the accounts of a leaf by time on a day, and give the decisions. Orders are not given yet."""
    decisions = decide(statement.timed, statement, Asking(leaf), run_id=run_id, at=at)
    return decisions + go_on(decisions, statement, leaf=leaf, run_id=run_id, at=at)


def go_on(
    decisions: Iterable[Decided], statement: Statement, *, leaf: str, run_id: int | None = None, at: datetime
) -> list[Decided]:
    """Let accounts that entered a state or skipped a step make the step of the day, and give the decisions."""
    more: list[Decided] = []
    latest = list(decisions)
    for _pass in range(_MOST_PASSES):
        going = [
            account_id
            for each in latest
            if statement.effect(each.number)[1].kind in _GOES_ON
            for account_id in each.account_ids
        ]
        if not going:
            break
        latest = decide(statement.steps, statement, Asking(leaf, going), run_id=run_id, at=at)
        more += latest
    return more


def _counts(decisions: Iterable[Decided], statement: Statement) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in decisions:
        version, effect = statement.effect(each.number)
        counts[f"{version.version_id}:{effect.number}"] += len(each.account_ids)
    return dict(counts)


def _told(outcomes: Outcomes) -> dict[str, dict[str, object]]:
    return {name: _told_one(outcome) for name, outcome in outcomes.items()}


def _told_one(outcome: Outcome) -> dict[str, object]:
    return {"done": outcome.done, "already": outcome.already, "refused": dict(outcome.refused)}
