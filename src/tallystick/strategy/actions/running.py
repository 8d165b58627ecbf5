"""The run: the whole book for one day, chunk by chunk, by as many workers as there are.

A chunk is one transaction: its mark, the facts that changed by themselves, the decisions, their orders and their events. Kill it
anywhere and nothing of it happened; start it again and it happens once.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from tallystick.kernel import months, sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.outcome import Outcome
from tallystick.strategy.actions import locking, ordering, refreshing, renewing, reporting, steering, telling
from tallystick.strategy.actions.deciding import Asking, Decided, decide
from tallystick.strategy.actions.ordering import Outcomes
from tallystick.strategy.models import Run, RunChunk
from tallystick.strategy.queries import book, catalogue, past, runs, versions
from tallystick.strategy.queries.runs import LOCK
from tallystick.strategy.rules import lifecycle, progress
from tallystick.strategy.rules.statement import Statement

#: How often one account is looked at in a run: a transition, skipped steps, a step.
_MOST_PASSES = 70
#: How often a chunk is tried when it got in the way of somebody else.
_MOST_TRIES = 3


def start_run(*, day: date, reason: str = "", at: datetime, by: Actor) -> Run:
    """Start the run of a day, or give the one that was started for it and is not over.

    A run for a day that is over only reports, unless a reason is given why it should act all the same.

    :raises RunTooEarly: it should act, and the book has been run for a later day
    :raises CalendarEnds: nobody knows the holidays of the day
    """
    by.must_be_allowed_to("run strategies")
    if not _only_reports(day, reason, at):
        # The day's month and the next, before there is a transaction: answers of tomorrow need theirs too.
        months.open_months(first=day, last=day + timedelta(days=31))
    return _start_run(day, reason, at=at, by=by)


@transaction.atomic
def _start_run(day: date, reason: str, *, at: datetime, by: Actor) -> Run:
    sql.execute("SELECT pg_advisory_xact_lock(%s, -1)", [LOCK])
    versions.statement(day=day)
    last, today = runs.last_day(), local_day(at, settings.TIME_ZONE)
    started = runs.find_run(day)
    if started is not None and day == last and (day >= today or started.finished_at is None):
        return started
    is_report = _only_reports(day, reason, at)
    if not is_report:
        lifecycle.check_run_day(day=day, last=last)
    elif (reporting_on_it := runs.find_report(day)) is not None:
        return reporting_on_it
    if started is not None and not is_report:
        return started
    run = Run.objects.create(
        day=day,
        only_reports=is_report,
        reason=reason,
        started_at=at,
        started_by=by.label,
        chunks=book.chunk_count(),
    )
    steering.note(run, progress.ActKind.STARTED, comment=reason, at=at, by=by)
    return run


def _only_reports(day: date, reason: str, at: datetime) -> bool:
    today = local_day(at, settings.TIME_ZONE)
    return progress.only_reports(day=day, today=today, last=runs.last_day(), is_told_to_act=bool(reason))


def work_run(*, run_id: int, at: datetime, by: Actor) -> int:
    """Do chunks of a run until none is left that nobody else is doing, and give how many this worker did.

    Workers share a run without knowing each other: each takes the next chunk that is neither marked, failed nor locked. A chunk
    that fails is kept as failed, and the others go on.
    """
    by.must_be_allowed_to("run strategies")
    done = 0
    for chunk in range(runs.get_run(run_id).chunks):
        done += _try_chunk(run_id=run_id, chunk=chunk, at=at, by=by)
    return done


def _try_chunk(*, run_id: int, chunk: int, at: datetime, by: Actor) -> bool:
    for attempt in range(1, _MOST_TRIES + 1):
        try:
            return run_chunk(run_id=run_id, chunk=chunk, at=at, by=by)
        except Exception as error:
            # Whoever lost the server cannot say so to it: the worker dies, and the next one takes the chunk.
            if not sql.is_connected():
                raise
            if attempt == _MOST_TRIES or not steering.may_pass(error):
                steering.keep_failure(run_id=run_id, chunk=chunk, worker=worker(), error=error, at=at)
                return False
    return False


def worker() -> str:
    """Name this process among the workers of a run: its machine and its number."""
    return f"{socket.gethostname()} {os.getpid()}"


@transaction.atomic
def run_chunk(*, run_id: int, chunk: int, at: datetime, by: Actor) -> bool:
    """Do one chunk of a run, unless it is done, has failed, or somebody else is doing it, or no chunk is to be begun."""
    began = time.monotonic()
    by.must_be_allowed_to("run strategies")
    if not sql.value("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, runs.lock_of(run_id, chunk)]):
        return False
    run = runs.get_run(run_id)
    if not runs.may_begin(run, chunk):
        return False
    sql.execute("SELECT set_config('application_name', %s, true)", [worker()])
    if not run.only_reports:
        locking.hold_leaves(book.chunks(run.chunks)[chunk])
    do_chunk(run, chunk, began=began, at=at, by=by)
    return True


def do_chunk(run: Run, chunk: int, *, began: float, at: datetime, by: Actor) -> RunChunk:
    """Do a chunk that nobody else can be doing: bring it up to date, decide, give the orders, tell, and leave its mark."""
    policies = catalogue.published_ids()
    statement = versions.statement(day=run.day, policies=catalogue.key_of(policies))
    accounts = refreshed = 0
    decisions: list[Decided] = []
    looks: list[past.Look] = []
    for leaf in book.chunks(run.chunks)[chunk]:
        if run.only_reports:
            with reporting.copied(leaf) as copy:
                standing, fresh = _brought_up_to_date(copy.table, run.day, keeps_past=False)
                decisions += decide_day(copy.table, statement, run_id=run.pk, keeping=copy.decisions, at=at)
        else:
            standing, fresh = _brought_up_to_date(leaf, run.day)
            looks.append(past.look())
            decisions += decide_day(leaf, statement, run_id=run.pk, at=at)
        accounts += standing.accounts
        refreshed += fresh
    if run.only_reports:
        orders = reporting.ordered(decisions, statement)
    else:
        orders = _told(ordering.give(decisions, statement, at=at, by=by))
        telling.tell(decisions, statement, at=at, by=by)
    return RunChunk.objects.create(
        run=run,
        chunk=chunk,
        marked_at=at,
        worker=worker(),
        seconds=time.monotonic() - began,
        accounts=accounts,
        refreshed=refreshed,
        decided=sum(len(each.account_ids) for each in decisions),
        decisions=_counts(decisions, statement),
        orders=orders,
        looks=[list(look) for look in looks],
        policies=policies,
    )


def _brought_up_to_date(leaf: str, day: date, *, keeps_past: bool = True) -> tuple[book.Standing, int]:
    """Renew what a day makes stale in a leaf and enrol who has no strategy; give how it stood, and how many rows changed."""
    standing = book.standing(leaf, day=day)
    refreshed = renewing.renew(standing.stale, day=day, table=leaf, keeps_past=keeps_past)
    if standing.without_strategy:
        refreshing.enrol(leaf, day=day)
    return standing, refreshed


@transaction.atomic
def finish_run(*, run_id: int, at: datetime, by: Actor) -> bool:
    """Mark a run as finished once every chunk is marked; true for the one worker that does."""
    by.must_be_allowed_to("run strategies")
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.finished_at is not None or run.marks.count() < run.chunks:
        return False
    run.finished_at, run.paused_at, run.paused_by = at, None, ""
    run.save(update_fields=["finished_at", "paused_at", "paused_by"])
    steering.note(run, progress.ActKind.FINISHED, at=at, by=by)
    return True


def tidy_book() -> None:
    """Clear away the old versions of rows that a run left, so that whoever reads the whole book next does not step over them.

    Updates in place leave them in their pages, and a scan of the book afterwards takes up to four times as long.
    """
    sql.execute("VACUUM (ANALYZE) strategy_book")


def decide_day(
    leaf: str, statement: Statement, *, run_id: int | None = None, keeping: str = "strategy_decision", at: datetime
) -> list[Decided]:
    """Decide what happens to the accounts of a leaf by time on a day, and give the decisions. Orders are not given yet."""
    asking = Asking(leaf, keeping=keeping)
    decisions = decide(statement.timed, statement, asking, run_id=run_id, at=at)
    return decisions + go_on(decisions, statement, asking, run_id=run_id, at=at)


def go_on(
    decisions: Iterable[Decided], statement: Statement, asking: Asking, *, run_id: int | None = None, at: datetime
) -> list[Decided]:
    """Let accounts that entered a state or skipped a step make the step of the day, and give the decisions."""
    more: list[Decided] = []
    latest = list(decisions)
    for _pass in range(_MOST_PASSES):
        going = [account_id for each in latest if statement.may_go_on(each.number) for account_id in each.account_ids]
        if not going:
            break
        those = Asking(asking.table, going, keeping=asking.keeping)
        latest = decide(statement.steps, statement, those, run_id=run_id, at=at)
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
