"""The largest memory of each process of a measurement, shared buffers left out."""

from __future__ import annotations

import resource
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from django.db import connection

_EVERY_SECONDS = 0.25


class Watch:
    """Looks at the server's processes while something is measured: what each holds for itself."""

    def __init__(self) -> None:
        self._largest = 0
        self._done = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def notes(self) -> list[str]:
        """Say what the largest were, in MB."""
        kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        notes = [f"largest memory of a process of ours: {kilobytes / 1024:,.0f} MB"]
        if self._largest:
            notes.append(
                f"largest memory of a process of the server, beside shared buffers: {self._largest / 1024:,.0f} MB"
            )
        return notes

    def _look(self) -> None:
        server = getattr(connection, "embedded", None)
        if server is None:
            return
        postmaster = (server.data / "postmaster.pid").read_text().split("\n")[0]
        while not self._done.wait(_EVERY_SECONDS):
            self._largest = max([self._largest, *map(_own_kilobytes, _children(postmaster))])


def _children(parent: str) -> list[Path]:
    found: list[Path] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "stat").read_text()
        except OSError:
            continue
        if said.rpartition(")")[2].split()[1] == parent:
            found.append(process)
    return found


def _own_kilobytes(process: Path) -> int:
    try:
        said = (process / "status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in said.splitlines() if line.startswith("RssAnon:")), 0)
