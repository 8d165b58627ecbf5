"""What an earlier server left in its data folder: a PID file, and perhaps processes that are still ending.

After a reboot or a container's restart the number in the PID file may be any program's, and a postmaster that was killed
may stay a zombie for ever; PostgreSQL would refuse to start for either. So the file is never believed: a server's
processes are those that work in its data folder, as all of them do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PROCESSES = Path("/proc")
#: Line of `postmaster.pid` that says how far the server is.
_STATUS_LINE = 7


@dataclass(frozen=True, slots=True)
class Remains:
    """The traces of a server in its data folder."""

    data: Path

    @property
    def pid_file(self) -> Path:
        """The file that a server writes when it starts and removes when it stops."""
        return self.data / "postmaster.pid"

    def can_be_told(self) -> bool:
        """Test if this system shows where processes work; elsewhere PostgreSQL's own judgement has to do."""
        return (_PROCESSES / "self" / "cwd").exists()

    def says_ready(self) -> bool:
        """Test if the PID file says that the server takes connections."""
        lines = self._lines()
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def postmaster_lives(self) -> bool:
        """Test if the process that the PID file names is a process of this very server."""
        lines = self._lines()
        return bool(lines) and lines[0].strip().isdecimal() and int(lines[0]) in self.processes()

    def processes(self) -> set[int]:
        """Give the processes of this server. Zombies work nowhere and are none of them."""
        found = set()
        for entry in _PROCESSES.iterdir():
            try:
                if entry.name.isdecimal() and (entry / "cwd").readlink() == self.data:
                    found.add(int(entry.name))
            except OSError:  # gone by now, or somebody else's
                continue
        return found

    def _lines(self) -> list[str]:
        try:
            return self.pid_file.read_text().splitlines()
        except OSError:
            return []
