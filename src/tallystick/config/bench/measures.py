"""What is measured, and how. Every figure comes from the very functions that the product works with."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from tallystick.config.bench import files
from tallystick.intake import actions as intake
from tallystick.intake.rules import FileKind
from tallystick.kernel import sql
from tallystick.kernel.actor import system
from tallystick.kernel.hands import MOST, share

BENCH = system("bench")
_SOURCES = {"customers": FileKind.CUSTOMERS, "invoices": FileKind.INVOICES}
#: Workers that share an import or a run.
HANDS = MOST


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


def settle() -> None:
    """Bring the tables to rest, as autovacuum and the checkpointer would in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        if sql.value("SELECT pg_has_role('pg_checkpoint', 'USAGE')"):
            cursor.execute("CHECKPOINT")


def count_items() -> int:
    """Count the items of the book."""
    return int(sql.value("SELECT count(*) FROM accounts_item"))


def processor_seconds() -> tuple[float, float]:
    """Give the processor time that the server's processes have taken, those that ended too, and that of this one.

    It tells what something costs where others work on the machine; what they take from the caches is still in it.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    server = _stat(int(sql.value("SELECT pg_backend_pid()")))[1]
    found = [stat for stat in map(_stat, _processes()) if stat[0] == server or stat[1] == server]
    # The server itself has the time of its ended processes on its account.
    return sum(own + (ended if pid == server else 0) for pid, _parent, own, ended in found) / ticks, time.process_time()


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _stat(pid: int) -> tuple[int, int, int, int]:
    """Give a process, its parent, its ticks, and those of its ended children; nothing of one that has ended meanwhile."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return pid, 0, 0, 0
    return pid, int(said[1]), int(said[11]) + int(said[12]), int(said[13]) + int(said[14])


def plain_scan(table: str) -> float:
    times = []
    for _time in range(3):
        began = time.perf_counter()
        sql.value(f"SELECT count(*) FROM {table}")  # noqa: S608
        times.append(time.perf_counter() - began)
    return min(times)


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
