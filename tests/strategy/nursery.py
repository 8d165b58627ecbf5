"""Workers that die on command: a process that knows the program and forks a worker for each line it is given.

Booting the program takes longer than anything a worker does in these tests; a fork has it all, and a connection of its own. A
worker that is told to die kills itself with SIGKILL at that statement or commit, before the server hears of it or after.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import django

Order = dict[str, object]


@contextmanager
def nursery(*, in_a_chunk: int) -> Iterator[Callable[[Sequence[Order]], list[int]]]:
    """Have workers work at the same time on the test's database, each in a process of its own, and give how they ended."""
    from tests.strategy.test_killed import url_of_database

    environment = {
        **os.environ,
        "DATABASE_URL": url_of_database(),
        "DJANGO_SETTINGS_MODULE": "tallystick.config.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        "ACCOUNTS_IN_A_CHUNK": str(in_a_chunk),
    }
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, __file__], env=environment, stdin=pipe, stdout=pipe, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"

    def work(orders: Sequence[Order]) -> list[int]:
        print(json.dumps(orders), file=process.stdin, flush=True)
        ended: list[int] = json.loads(process.stdout.readline())
        return ended

    yield work
    process.stdin.close()
    process.wait()
    process.stdout.close()


def _work(what: str, at: datetime) -> None:
    from tallystick.charges import actions as charges
    from tallystick.kernel import clock
    from tallystick.kernel.actor import system
    from tallystick.kernel.calendars import local_day
    from tallystick.strategy import tasks
    from tallystick.strategy.queries import runs

    clock.travel_to(at)
    if what == "answer":
        tasks.answer_events()
        return
    if what == "accrue":
        charges.accrue(day=at.date(), chunk=int(os.environ["ACCOUNTS_IN_A_CHUNK"]), at=at, by=system("a worker"))
        return
    tasks.run_tonight(timestamp=0)
    run = runs.find_run(local_day(at, "Europe/London"))
    assert run is not None
    tasks.work_run(run_id=run.pk)


def _doom(dies_at: int, *, before: bool) -> None:
    """Have this process die at its so-manieth statement or commit."""
    from django.db import connection

    steps = 0

    def step(do: Callable[[], Any]) -> Any:
        nonlocal steps
        steps += 1
        if steps == dies_at and before:
            os.kill(os.getpid(), signal.SIGKILL)
        done = do()
        if steps == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    connection.execute_wrappers.append(lambda execute, *told: step(lambda: execute(*told)))
    commit = connection._commit
    connection._commit = lambda: step(commit)  # type: ignore[method-assign]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork the workers that a line asks for, wait for them, and tell how each ended."""
    django.setup()
    from tallystick.strategy.queries import book

    book._CHUNK = int(os.environ["ACCOUNTS_IN_A_CHUNK"])
    _say("ready")
    for line in sys.stdin:
        workers = []
        for order in json.loads(line):
            pid = os.fork()
            if pid:
                workers.append(pid)
                continue
            if order["dies_at"]:
                _doom(order["dies_at"], before=order["before"])
            _work(order["what"], datetime.fromisoformat(order["at"]))
            os._exit(0)
        _say(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in workers]))


if __name__ == "__main__":
    main()
