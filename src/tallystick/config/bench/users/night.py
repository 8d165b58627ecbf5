"""`tallystick bench users`: a night without people, then one with two hundred of them at work and money coming in.

Server and worker are those of `tallystick start`, in processes of their own. The people are one further process on the same
machine, so that what they wait for includes whatever it takes from the others.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from tallystick.config import invariants
from tallystick.config.bench import measures
from tallystick.config.bench.measures import BENCH, Figure, Report
from tallystick.config.bench.users import arrivals, book, people, waits
from tallystick.config.bench.users.browser import File
from tallystick.config.bench.users.people import CreditManager, House, Person
from tallystick.config.bench.users.waits import Part
from tallystick.config.starting import site
from tallystick.config.starting.supervisor import Supervisor
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.strategy import actions as strategy
from tallystick.strategy.queries import runs, staleness

_BIND = "127.0.0.1"
_FIRST_PORT = 8100
#: Minutes after which a night counts as stuck, and after which what is left to do in the background does.
_LONGEST_NIGHT = 60
#: People who log in at the same time.
_AT_THE_DOOR = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """How many people, for how long, and how fast they and the bank are."""

    users: int
    #: Of the whole measurement, the night not counted.
    minutes: float
    think_seconds: float = 20.0
    file_every_seconds: float = 3.0
    lines_a_file: int = 20


@dataclass(slots=True)
class _Night:
    """A run that somebody else does, as it is watched."""

    day: date
    #: Instants of this process's own clock; None as long as it has not come to that.
    began: float | None = None
    ended: float | None = None
    run_id: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def part(self) -> Part:
        return Part.BEFORE if self.began is None else Part.DURING if self.ended is None else Part.AFTER

    @property
    def seconds(self) -> float:
        return (self.ended or 0.0) - (self.began or 0.0)

    def watch(self) -> None:
        """Look at the run, some times a second, until it is finished."""
        try:
            while not self.closing.wait(0.1):
                found = runs.find_run(self.day)
                if found is not None and self.began is None:
                    self.began, self.run_id = time.monotonic(), found.pk
                if found is not None and found.finished_at is not None:
                    self.ended = time.monotonic()
                    return
        finally:
            connection.close()


def run(*, accounts: int, terms: Terms, progress: Callable[[str], None]) -> Report:
    """Build the book where it does not stand yet, measure, and check. Give the report."""
    # Nobody here has a telephone for the second factor.
    os.environ["TALLYSTICK_SECOND_FACTOR_ROLES"] = "none"
    at = clock.now()
    today = local_day(at, settings.TIME_ZONE)
    if not book.is_built():
        book.build(accounts=accounts, at=at - timedelta(days=2), progress=progress)
    eve, night = today - timedelta(days=1), _Night(today)
    if (last := runs.last_day()) is not None and last >= eve:
        raise RuntimeError(f"this book was run for {last} already: take another, or come back in two days")
    names = book.staff(terms.users, at=at)
    files = _files(terms, today, night.day)
    report = Report(accounts, items=measures.count_items())
    scan = measures.plain_scan("strategy_book")
    with _site() as port:
        progress("a night without people")
        alone = _night_alone(eve, at)
        report.figures.append(_figure("night without people", accounts, alone, scan))
        progress("people log in")
        house = House(port, book.PASSWORD, today, terms.think_seconds)
        asyncio.run(_work(house, night, names, files, terms, progress))
        report.figures.append(_figure("night with people and payments", accounts, night, scan))
        progress("what is left to do in the background")
        _wait_for_rest()
    _say(report, house, night, alone, terms, since=at)
    progress("tallystick check")
    _check(report)
    return report


@contextmanager
def _site() -> Iterator[int]:
    """Run the site as `tallystick start` does, without its supervisor's care: what dies here is a defect."""
    port = site.free_port(_BIND, _FIRST_PORT)
    processes = Supervisor(site.children(bind=_BIND, port=port), say=lambda line: None)
    processes.start()
    try:
        if not site.answers(bind=_BIND, port=port, timeout=60):
            raise RuntimeError("the web server does not answer")
        yield port
        if not processes.all_run():
            raise RuntimeError("a process of the site ended")
    finally:
        processes.stop()


def _figure(name: str, accounts: int, night: _Night, scan: float) -> Figure:
    return Figure(name, accounts, "accounts", night.seconds, "count(*) of the book", scan)


def _night_alone(day: date, at: datetime) -> _Night:
    """Have the worker do the night of a day, and wait for it."""
    started = strategy.start_run(day=day, at=at - timedelta(days=1), by=BENCH)
    strategy.defer_run(run_id=started.pk)
    night = _Night(day)
    watcher = threading.Thread(target=night.watch, daemon=True)
    watcher.start()
    watcher.join(timeout=_LONGEST_NIGHT * 60)
    if night.ended is None:
        raise RuntimeError("the night without people does not end")
    _wait_for_rest()
    return night


def _wait_for_rest() -> None:
    deadline = time.monotonic() + _LONGEST_NIGHT * 60
    while left := book.rest_of_work():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{left:,} events and jobs still wait")
        time.sleep(0.5)


async def _work(
    house: House,
    night: _Night,
    names: dict[type[Person], list[str]],
    files: people.Files,
    terms: Terms,
    progress: Callable[[str], None],
) -> None:
    """Let everybody in, have them work before, during and after the night, and send them home."""
    crew = people.crew(house, names)
    # Two more, who do nothing else: one who starts the night, one who brings in what the bank sends.
    manager = CreditManager(house, names[CreditManager][0], seed=0)
    bank = people.Bank(house, names[people.CashApplier][0], next_file=files, every=terms.file_every_seconds)
    await _let_in([*crew, manager, bank])
    watcher = threading.Thread(target=night.watch, daemon=True)
    watcher.start()
    working = [asyncio.create_task(each.live()) for each in (*crew, bank, people.Yardstick(house, "", seed=0))]
    try:
        progress("people at work")
        await _until(lambda: False, terms.minutes * 30, house, night, working)
        progress("the night begins")
        await manager.start_run(night.day)
        await _until(lambda: night.part is Part.AFTER, _LONGEST_NIGHT * 60, house, night, working)
        if night.ended is None:
            raise RuntimeError("the night with people does not end")
        progress("the night is over; people still at work")
        await _until(lambda: False, terms.minutes * 30, house, night, working)
    finally:
        house.closing.set()
        night.closing.set()
        await asyncio.gather(*working, return_exceptions=True)
        watcher.join()
        await manager.browser.close()
    for each in working:
        each.result()


async def _let_in(everybody: list[Person]) -> None:
    door = asyncio.Semaphore(_AT_THE_DOOR)

    async def enter(person: Person) -> None:
        async with door:
            await person.log_in()

    await asyncio.gather(*(enter(person) for person in everybody))


async def _until(
    is_over: Callable[[], bool], seconds: float, house: House, night: _Night, working: list[asyncio.Task[None]]
) -> None:
    """Wait, and tell the house what part of the measurement it is. Somebody who broke down ends the measurement."""
    deadline = time.monotonic() + seconds
    while not is_over() and time.monotonic() < deadline:
        house.part = night.part
        for each in working:
            if each.done():
                each.result()
        await asyncio.sleep(0.05)


def _files(terms: Terms, today: date, day: date) -> people.Files:
    """Give what gives the next statement file, for one bank account after the other."""
    files = int(terms.minutes * 60 / terms.file_every_seconds * 1.5) + 10
    to_come = book.payments_to_come(files * terms.lines_a_file, day=day)
    dealt = {bank: arrivals.dealt(paid, lines=terms.lines_a_file) for bank, paid in to_come.items()}
    order = [
        (bank, paid) for turn in zip(*dealt.values(), strict=False) for bank, paid in zip(dealt, turn, strict=True)
    ]
    numbered = iter(enumerate(order, start=1))

    def following() -> tuple[int, File] | None:
        number, found = next(numbered, (0, None))
        if found is None:
            return None
        bank, paid = found
        return bank, File(f"statement-{number}.csv", arrivals.statement(paid, on=today, number=number))

    return following


def _say(report: Report, house: House, night: _Night, alone: _Night, terms: Terms, *, since: datetime) -> None:
    found = house.waits
    report.tables.append(waits.table(found, yardstick=people.STATIC))
    slow = waits.over_aim(found)
    report.notes += [
        f"{terms.users:,} people, thinking {terms.think_seconds:g} s between two steps, {terms.minutes:g} minutes and the night",
        f"the night took {night.seconds / alone.seconds:.2f} times as long with people as without",
        f"decisions: {book.decided(alone.run_id):,} without, {book.decided(night.run_id):,} with people",
        f"payments applied from statements: {book.paid_since(since):,}",
        "done: " + ", ".join(f"{many:,} {what}" for what, many in sorted(house.done.items())),
        "open tasks at the end: " + ", ".join(f"{name} {tasks:,}" for name, tasks in book.due_tasks()),
        f"answered wrongly or not at all: {found.errors:,}",
        *found.mistakes,
        "p95 over 200 ms: "
        + (", ".join(f"{wait.page} {wait.part.value} {wait.p95:,.0f} ms" for wait in slow) or "none"),
    ]


def _check(report: Report) -> None:
    """Check that no decision was stale, and everything else that must be true; what is not is said."""
    last = staleness.last_run()
    if last is None:
        raise RuntimeError("nothing was run")
    report.notes.append(
        f"decisions of the night about accounts of which something was told that day: {staleness.count_met(last):,}"
    )
    findings = list(invariants.check())
    broken = [finding for finding in findings if not finding.is_sound]
    said = ", ".join(f"{each.invariant.name}: {each.breaches:,} ({each.named[0]})" for each in broken)
    report.notes.append(f"tallystick check: {len(findings)} invariants, {said or 'all of them hold'}")
