"""`tallystick bench strategy`: the decision engine on a book of any size, filled straight into the tables.

What a newcomer's import does one file at a time is done here by arithmetic in the database, so that ten million accounts are
there in minutes. From the facts on, everything is the product's own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import connection

from tallystick.config.bench import filling, loop, measures, twelve_states
from tallystick.config.bench.measures import BENCH, Figure, Report
from tallystick.config.bench.memory import Watch
from tallystick.kernel import clock, sql
from tallystick.kernel.hands import share
from tallystick.strategy import actions as strategy
from tallystick.strategy.queries import book, versions
from tallystick.strategy.queries import rehearsals as strategy_rehearsals


def _query(name: str) -> str:
    return sql.load("tallystick.config.bench", "book.sql", name)


def run(*, accounts: int, progress: Callable[[str], None]) -> Report:
    """Fill a book of `accounts` and measure facts, evaluation and nights on it. The database must be empty."""
    at = clock.now()
    day = at.date()
    report = Report(accounts, items=0)
    filling.prepare(at)
    progress("filling the book")
    filling.fill(report, accounts, day, at)
    with Watch() as watch:
        _measure_facts(report, day, progress)
        scan = _settle(day)
        _measure_evaluation(report, day, scan)
        progress("a rehearsal of a changed version")
        _measure_rehearsal(report, day, at, scan)
        for hands, note in ((measures.HANDS, "by as many processes as cores"), (1, "by one process")):
            day += timedelta(days=1)
            progress(f"a night, {note}")
            _measure_night(report, day, at, hands=hands, scan=scan)
        day += timedelta(days=1)
        progress("a night in which a process dies")
        _measure_death(report, day, at)
    progress("the same by a loop over accounts")
    _measure_loop(report, day + timedelta(days=1))
    report.notes += watch.notes()
    size = int(sql.value("SELECT pg_database_size(current_database())"))
    heap = int(sql.value("SELECT sum(pg_table_size(leaf::regclass)) FROM unnest(%s::text[]) AS leaf", [book.leaves()]))
    report.notes.append(
        f"book: {heap / accounts:,.0f} bytes an account; database: {size / accounts:,.0f}, {size / 1e9:.2f} GB in all"
    )
    return report


def _measure_facts(report: Report, day: date, progress: Callable[[str], None]) -> None:
    scan = measures.plain_scan("accounts_item")
    for name in ("facts written for the first time", "facts of the whole book, computed afresh"):
        progress(name)
        with measures.timed() as seconds:
            strategy.rebuild(day=day, hands=measures.HANDS)
        report.figures.append(Figure(name, report.accounts, "accounts", seconds(), "count(*) of items", scan))
        measures.settle()


def _settle(day: date) -> float:
    """Spread the accounts over states and days, and give the yardstick: a plain scan of the book at rest."""
    [enrolment] = versions.enrolments(day=day)
    version = versions.get_version(enrolment.version_id)
    program = versions.program_of(version.document)
    places = [program.first_place(state.id).number for state in program.document.states]
    for leaf in book.leaves():
        sql.execute(
            sql.fill(_query("place"), leaf=leaf),
            {"places": places, "day": day + timedelta(days=1), "days": twelve_states.STEP_DAYS},
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL strategy_book")
    measures.settle()
    return measures.plain_scan("strategy_book")


def _measure_evaluation(report: Report, day: date, scan: float) -> None:
    number = versions.statement(day=day + timedelta(days=1)).timed
    with measures.timed() as seconds:
        sql.value(f"SELECT count(*) FROM strategy_book AS book WHERE {number} IS NOT NULL")  # noqa: S608
    report.figures.append(
        Figure("evaluation alone", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )


def _measure_rehearsal(report: Report, day: date, at: datetime, scan: float) -> None:
    """Rehearse a version that differs in one step, by one process a core."""
    version = strategy.draft(document=twelve_states.changed(), at=at, by=BENCH)
    rehearsal = strategy.start_rehearsal(version_id=version.pk, today=day + timedelta(days=1), at=at, by=BENCH)

    with measures.timed() as seconds:
        share(
            range(measures.HANDS),
            lambda _hand: strategy.work_rehearsal(rehearsal_id=rehearsal.pk, at=at, by=BENCH),
            hands=measures.HANDS,
        )
    strategy.finish_rehearsal(rehearsal_id=rehearsal.pk, at=at, by=BENCH)
    report.figures.append(
        Figure("rehearsal of one day", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )
    differing = strategy_rehearsals.differing(strategy_rehearsals.get_rehearsal(rehearsal.pk))
    report.notes.append(f"rehearsal: {differing:,} accounts fare otherwise, each of them kept")


def _measure_night(report: Report, day: date, at: datetime, *, hands: int, scan: float) -> None:
    before = _counters()
    night = strategy.start_run(day=day, at=at, by=BENCH)
    workers = _workers(night.pk, hands)
    with measures.timed() as seconds:
        _begin(workers)
        for each in workers:
            _wait(each)
    strategy.finish_run(run_id=night.pk, at=at, by=BENCH)
    decided = _decided(night.pk)
    name = f"night, {hands} process{'es' if hands > 1 else ''}"
    report.figures.append(Figure(name, report.accounts, "accounts", seconds(), "count(*) of the book", scan))
    report.figures.append(Figure("… its decisions, with actions and events", decided, "decisions", seconds()))
    wal, updated, in_place = (now - then for now, then in zip(_counters(), before, strict=True))
    report.notes.append(
        f"{name}: {wal / max(decided, 1):,.0f} bytes of log a decision; {in_place / max(updated, 1):.1%} of updates in place"
    )
    measures.settle()


def _measure_death(report: Report, day: date, at: datetime) -> None:
    """Kill one of two processes in the middle; whoever comes next finishes, and everybody is decided as was foreseen."""
    number = versions.statement(day=day).timed
    foreseen = sql.rows(
        f"SELECT count(*) AS n, sum(hashint8extended(account_id, {number})) AS proof"  # noqa: S608
        f" FROM strategy_book AS book WHERE {number} IS NOT NULL"
    )[0]
    night = strategy.start_run(day=day, at=at, by=BENCH)
    workers = _workers(night.pk, 2)
    with measures.timed() as seconds:
        _begin(workers)
        while _chunks_done(night.pk) < night.chunks // 4 and any(each.poll() is None for each in workers):
            time.sleep(0.05)
        workers[0].kill()
        workers[0].communicate()
        _wait(workers[1])
        [last] = _workers(night.pk, 1)
        _begin([last])
        _wait(last)
    strategy.finish_run(run_id=night.pk, at=at, by=BENCH)
    found = sql.rows(
        "SELECT count(*) AS n, sum(hashint8extended(account_id, effect)) AS proof FROM strategy_decision WHERE run_id = %s",
        [night.pk],
    )[0]
    if found != foreseen:
        raise RuntimeError(f"foreseen were {foreseen}, decided were {found}")
    report.figures.append(
        Figure("night in which a process is killed, finished by others", _decided(night.pk), "decisions", seconds())
    )
    report.notes.append("after the death every account was decided once, as was foreseen: the checksums are the same")


def _measure_loop(report: Report, day: date) -> None:
    number = versions.statement(day=day).timed
    due = [
        row["account_id"]
        for row in sql.rows(
            f"SELECT account_id FROM strategy_book AS book WHERE {number} IS NOT NULL ORDER BY account_id LIMIT %s",  # noqa: S608
            [loop.ACCOUNTS],
        )
    ]
    with measures.timed() as seconds:
        loop.decide_one_by_one(due, day=day)
    report.figures.append(Figure("the same by a loop over accounts through the ORM", len(due), "decisions", seconds()))


def _workers(run_id: int, hands: int) -> list[subprocess.Popen[str]]:
    """Start processes that share a night, and have them stand ready, as a night finds its workers."""
    command = [sys.executable, "-m", "tallystick", "bench", "strategy", "--here", "--work", str(run_id)]
    pipe = subprocess.PIPE
    workers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _hand in range(hands)]
    for each in workers:
        assert each.stdout is not None  # noqa: S101
        each.stdout.readline()
    return workers


def _begin(workers: Iterable[subprocess.Popen[str]]) -> None:
    for each in workers:
        assert each.stdin is not None  # noqa: S101
        each.stdin.write("\n")
        each.stdin.flush()


def _wait(process: subprocess.Popen[str]) -> None:
    _said, mistake = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a worker failed: {mistake[-2000:]}")


def _chunks_done(run_id: int) -> int:
    return int(sql.value("SELECT count(*) FROM strategy_run_chunk WHERE run_id = %s", [run_id]))


def _decided(run_id: int) -> int:
    return int(sql.value("SELECT count(*) FROM strategy_decision WHERE run_id = %s", [run_id]))


def _counters() -> tuple[int, int, int]:
    """Give bytes of log written, rows of the book updated, and those updated in place, since the server began."""
    row = sql.rows(
        """
        SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS log, sum(n_tup_upd)::bigint AS updated,
               sum(n_tup_hot_upd)::bigint AS in_place
        FROM pg_stat_user_tables WHERE relname = ANY(%s)
        """,
        [book.leaves()],
    )[0]
    return row["log"], row["updated"], row["in_place"]
