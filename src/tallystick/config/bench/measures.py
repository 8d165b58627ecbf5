"""What is measured, and how. Every figure comes from the very functions that the product works with."""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import resources
from statistics import median, quantiles
from typing import Any

from django.db import connection, transaction
from django.test import Client

from tallystick.access import actions as access_actions
from tallystick.access import queries as access_queries
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.config.bench import files
from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.intake import actions as intake
from tallystick.intake.rules import FileKind
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import system
from tallystick.kernel.hands import MOST, share
from tallystick.strategy import actions as strategy
from tallystick.strategy.queries import versions
from tallystick.worklists import actions as worklists

BENCH = system("bench")
_SOURCES = {"customers": FileKind.CUSTOMERS, "invoices": FileKind.INVOICES}
#: How often a page or the next account is asked for.
_TIMES = 200
#: Workers that share an import or a run.
HANDS = MOST
#: The book is always of a Tuesday: at a week-end nobody is given anything to do, and on a Monday everybody at once.
_TUESDAY = 1
#: The measured night is the one after the import: the answers to the import have done all that was due on its day.
_LATER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what, how much of it, in what time, and the yardstick's time for the same."""

    name: str
    count: int
    unit: str
    seconds: float
    yardstick: str = ""
    yardstick_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.count / self.seconds if self.seconds else 0.0

    @property
    def ratio(self) -> float | None:
        """How many times the yardstick; None where there is none."""
        return self.seconds / self.yardstick_seconds if self.yardstick_seconds else None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long somebody waits, in milliseconds of server time."""

    name: str
    times: int
    median: float
    p95: float


@dataclass(slots=True)
class Report:
    """Everything that was measured, in order."""

    accounts: int
    items: int
    figures: list[Figure] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    #: Further tables, in Markdown.
    tables: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    began = time.perf_counter()
    ended: list[float] = []
    yield lambda: ended[0]
    ended.append(time.perf_counter() - began)


def run(*, accounts: int, progress: Callable[[str], None]) -> Report:
    """Make a book of `accounts` and measure it. The database must be empty."""
    at = clock.now()
    at -= timedelta(days=(at.weekday() - _TUESDAY) % 7)
    today = at.date()
    report = Report(accounts, items=files.items_of(accounts))
    _prepare(at)
    for name, content in (
        ("customers", files.customers(accounts)),
        ("invoices", files.invoices(accounts, today=today)),
    ):
        progress(f"import of {name}")
        report.figures.append(import_file(name, list(content), accounts, at))
    _measure_answers(report, at, progress)
    _measure_book(report, today, progress)
    _measure_night(report, today, at, progress)
    _measure_people(report, today + _LATER, progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.notes.append(f"largest memory of the process: {peak:,.0f} MB")
    size = int(sql.value("SELECT pg_database_size(current_database())"))
    report.notes.append(f"database: {size / accounts:,.0f} bytes an account, {size / 1e9:.2f} GB in all")
    return report


def _prepare(at: datetime) -> None:
    unit = access_actions.open_business_unit(code="BENCH", name="Bench", at=at, by=BENCH)
    team = access_actions.open_team(business_unit_id=unit.pk, name="Bench", at=at, by=BENCH)
    user = access_actions.add_user(username="bench", at=at, by=BENCH)
    roles = (Role.COLLECTOR, Role.TEAM_LEADER)
    access_actions.set_roles(user_id=user.pk, roles=roles, reaches=[EVERYTHING], at=at, by=BENCH)
    access_actions.set_teams(user_id=user.pk, team_ids=[team.pk], at=at, by=BENCH)
    client = account_actions.open_client(
        code="BENCH", name="Bench", business_unit_id=unit.pk, team_id=team.pk, at=at, by=BENCH
    )
    account_actions.open_portfolio(client=client, code="MAIN", name="Main", at=at, by=BENCH)
    load_templates(at=at, by=BENCH)
    text = resources.files("tallystick.strategy.documents").joinpath("service-dunning.yaml").read_text("utf-8")
    version = strategy.draft(document=text, at=at, by=BENCH)
    strategy.publish(version_id=version.pk, at=at, by=BENCH)
    strategy.assign(strategy="service-dunning", at=at, by=BENCH)
    work_off()


def import_file(name: str, content: list[bytes], accounts: int, at: datetime, *, client: str = "BENCH") -> Figure:
    """Import a file of customers or invoices of a client, shared by all hands, beside a bare COPY of the same file."""
    bare = _bare_copy(name, content)
    source = intake.open_source(client_code=client, name=name, kind=_SOURCES[name], at=at, by=BENCH)
    with timed() as seconds:
        batch = intake.upload_file(source_id=source.pk, file_name=f"{name}.csv", content=content, at=at, by=BENCH)
        guess = intake.guess_mapping(batch_id=batch.pk, by=BENCH)
        intake.map_batch(batch_id=batch.pk, document=guess.mapping.as_document(), name=name, at=at, by=BENCH)
        intake.check_batch(batch_id=batch.pk, at=at, by=BENCH)
        intake.start_commit(batch_id=batch.pk, at=at, by=BENCH)
        share(range(HANDS), lambda _hand: _load_chunks(batch.pk, at), hands=HANDS)
        intake.finish_commit(batch_id=batch.pk, at=at, by=BENCH)
    lines = accounts if name == "customers" else files.items_of(accounts)
    return Figure(f"import of {name}, checks included", lines, "lines", seconds(), "bare COPY", bare)


def _load_chunks(batch_id: int, at: datetime) -> None:
    while intake.commit_next_chunk(batch_id=batch_id, at=at, by=BENCH):
        pass


def _bare_copy(name: str, content: Iterable[bytes]) -> float:
    width = next(iter(content)).count(b",") + 1
    columns = ", ".join(f"c{number} text" for number in range(width))
    with sql.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE bench_{name} ({columns})")
        began = time.perf_counter()
        with cursor.copy(f"COPY bench_{name} FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            for block in content:
                copy.write(block)
        seconds = time.perf_counter() - began
        cursor.execute(f"DROP TABLE bench_{name}")
    return seconds


def _measure_answers(report: Report, at: datetime, progress: Callable[[str], None]) -> None:
    progress("answers to what the import brought")
    waiting = int(sql.value("SELECT count(*) FROM strategy_touched"))
    with timed() as seconds:
        share(range(HANDS), lambda _hand: strategy.answer_events(at=at, by=BENCH), hands=HANDS)
    report.figures.append(Figure("events of the import answered", waiting, "events", seconds()))


def settle() -> None:
    """Bring the tables to rest, as autovacuum would in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def count_items() -> int:
    """Count the items of the book."""
    return int(sql.value("SELECT count(*) FROM accounts_item"))


def plain_scan(table: str) -> float:
    times = []
    for _time in range(3):
        began = time.perf_counter()
        sql.value(f"SELECT count(*) FROM {table}")  # noqa: S608
        times.append(time.perf_counter() - began)
    return min(times)


def _measure_book(report: Report, today: date, progress: Callable[[str], None]) -> None:
    progress("facts of the whole book")
    settle()
    scan = plain_scan("accounts_item")
    with timed() as seconds:
        strategy.rebuild(day=today, hands=HANDS)
    report.figures.append(
        Figure("facts of the whole book", report.accounts, "accounts", seconds(), "count(*) of items", scan)
    )


def _measure_night(report: Report, today: date, at: datetime, progress: Callable[[str], None]) -> None:
    progress("evaluation and the nightly run")
    day = today + _LATER
    settle()
    scan = plain_scan("strategy_book")
    number = versions.statement(day=day).timed
    with timed() as seconds:
        sql.value(f"SELECT count(*) FROM strategy_book AS book WHERE {number} IS NOT NULL")  # noqa: S608
    report.figures.append(
        Figure("evaluation alone", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )
    with timed() as seconds:
        night = strategy.start_run(day=day, at=at, by=BENCH)
        share(range(HANDS), lambda _hand: strategy.work_run(run_id=night.pk, at=at, by=BENCH), hands=HANDS)
        strategy.finish_run(run_id=night.pk, at=at, by=BENCH)
    decisions = int(sql.value("SELECT count(*) FROM strategy_decision WHERE run_id = %s", [night.pk]))
    report.figures.append(
        Figure("nightly run, accounts evaluated", report.accounts, "accounts", seconds(), "count(*) of the book", scan)
    )
    report.figures.append(Figure("nightly run, decisions with actions and events", decisions, "decisions", seconds()))


def _measure_people(report: Report, today: date, progress: Callable[[str], None]) -> None:
    progress("next account and cockpit")
    settle()
    user = access_queries.find_user("bench")
    if user is None:
        raise RuntimeError("the user of the bench is gone")
    by = access_queries.actor_for(user)
    taken: list[int] = []

    def take() -> None:
        work = worklists.take_next(today=today, at=clock.now(), by=by)
        if work is not None:
            taken.append(work.account_id)
            with transaction.atomic():
                worklists.complete_task(work_item_id=work.pk, outcome="no_answer", at=clock.now(), by=by)

    def next_only() -> None:
        worklists.take_next(today=today, at=clock.now(), by=by)

    for _warm in range(5):
        take()
    samples = []
    for _time in range(_TIMES):
        with timed() as seconds:
            next_only()
        samples.append(seconds() * 1000)
        take()
    report.latencies.append(_latency("next account", samples))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get("/worklist")
    accounts = sorted(set(taken)) or [int(sql.value("SELECT min(id) FROM accounts_account WHERE NOT is_house"))]
    for name, address in (("cockpit", "/accounts/{}"), ("worklist", "/worklist")):
        samples = []
        for number in range(_TIMES):
            began = time.perf_counter()
            response = client.get(address.format(accounts[number % len(accounts)]))
            samples.append((time.perf_counter() - began) * 1000)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
        report.latencies.append(_latency(name, samples))


def _latency(name: str, samples: list[float]) -> Latency:
    return Latency(name, len(samples), median(samples), quantiles(samples, n=20)[18])


def written(report: Report, machine: str) -> str:
    """Write a report as a table in Markdown."""
    text = io.StringIO()
    text.write(f"{report.accounts:,} accounts, {report.items:,} items · {machine}\n\n")
    text.write(
        "| measure | count | seconds | a second | yardstick | times the yardstick |\n|---|---:|---:|---:|---|---:|\n"
    )
    for each in report.figures:
        ratio = f"{each.ratio:.1f}" if each.ratio is not None else ""
        yardstick = f"{each.yardstick}, {each.yardstick_seconds:.2f} s" if each.yardstick else ""
        text.write(
            f"| {each.name} | {each.count:,} {each.unit} | {each.seconds:.2f} | {each.rate:,.0f} | {yardstick} | {ratio} |\n"
        )
    if report.latencies:
        text.write("\n| server time | median ms | p95 ms | times |\n|---|---:|---:|---:|\n")
    for wait in report.latencies:
        text.write(f"| {wait.name} | {wait.median:.1f} | {wait.p95:.1f} | {wait.times} |\n")
    for table in report.tables:
        text.write("\n" + table)
    text.write("\n" + "\n".join(f"- {note}" for note in report.notes) + "\n")
    return text.getvalue()


def machine() -> str:
    """Name the machine: processor, cores, memory and the database's version."""
    cpu: Any = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:  # noqa: PTH123
        cpu = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), cpu)
    with open("/proc/meminfo", encoding="utf-8") as info:  # noqa: PTH123
        memory = int(info.readline().split()[1]) / 1024**2
    version = str(sql.value("SHOW server_version"))
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, PostgreSQL {version}"
