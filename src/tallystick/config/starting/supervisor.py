"""Keeps the site's processes running: starts them, brings a dead one back, and stops them all."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tallystick.config import lifeline

_LOOK_EVERY = 0.2
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
#: Seconds of running after which an earlier death is forgiven.
_FORGIVEN_AFTER = 60.0
#: Seconds that a process is given to stop before it is killed.
_GRACE = 30.0


@dataclass(slots=True)
class Child:
    """A process to keep running: what people call it, and its command line."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    #: The moment before which it is not started again.
    not_before: float = 0.0
    pause: float = field(default=_FIRST_PAUSE)


class Supervisor:
    """Runs children until a signal says stop.

    Children get sessions of their own, so that Ctrl-C in the terminal reaches only this process, which then stops them in
    order. Should this process be killed, each child sees it by itself (`lifeline`) and ends.
    """

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self._children = children
        self._say = say
        self._stopping = False

    def listen(self) -> None:
        """Take the signals that mean stop. Call it before the first child is started."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def start(self) -> None:
        """Start every child."""
        for child in self._children:
            self._start(child)

    def run(self, *, also: Callable[[], None], every: float) -> None:
        """Look after the children until a signal says stop, doing `also` about every so many seconds; then stop them."""
        next_time = time.monotonic() + every
        try:
            while not self._stopping:
                self._look()
                if time.monotonic() >= next_time:
                    also()
                    next_time = time.monotonic() + every
                time.sleep(_LOOK_EVERY)
        finally:
            self.stop()

    @property
    def is_stopping(self) -> bool:
        """Whether a signal said stop."""
        return self._stopping

    def all_run(self) -> bool:
        """Test if every child runs at this moment."""
        return all(child.process is not None and child.process.poll() is None for child in self._children)

    def stop(self) -> None:
        """Stop every child, all at the same time; kill what does not stop."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _GRACE
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.1))
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _look(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                if now - child.started > _FORGIVEN_AFTER:
                    child.pause = _FIRST_PAUSE
                ended = _("The {name} ended ({cause}); it is started again in {seconds:.0f} s.")
                self._say(ended.format(name=child.name, cause=_cause(child.process.returncode), seconds=child.pause))
                child.process = None
                child.not_before = now + child.pause
                child.pause = min(child.pause * 2, _LONGEST_PAUSE)
            elif child.process is None and now >= child.not_before:
                self._start(child)
        self._reap()

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            env={**os.environ, **lifeline.for_children()},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        child.started = time.monotonic()

    def _reap(self) -> None:
        """Take note of strangers that died as our children: as process 1 of a container we inherit them."""
        ours = {child.process.pid for child in self._children if child.process is not None}
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None or found.si_pid in ours:
                return
            os.waitpid(found.si_pid, 0)


def _cause(code: int) -> str:
    """Say why a process ended.

    >>> _cause(-9), _cause(3)
    ('SIGKILL', 'code 3')
    """
    return signal.Signals(-code).name if code < 0 else f"code {code}"
