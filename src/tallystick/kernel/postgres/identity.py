"""As whom the server runs: as us, or as an unprivileged user when we are root (PostgreSQL refuses to run as root)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallystick.kernel.postgres.problem import PostgresProblem


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that the server's processes and files belong to. `switches` when that is not the present one."""

    user: int
    group: int
    switches: bool

    def of_process(self) -> dict[str, Any]:
        """Give the arguments of `subprocess.run` that make a process this user, without any other group."""
        return {"user": self.user, "group": self.group, "extra_groups": []} if self.switches else {}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.switches:
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def closed_folder_above(self, path: Path) -> Path | None:
        """Find a folder on the way to a path that this user, when it is another, may not enter."""
        if not self.switches:
            return None
        for folder in path.parents:
            found = folder.stat()
            if not found.st_mode & 0o001 and found.st_uid != self.user:
                return folder
        return None


def unprivileged() -> Identity:
    """Find the user to run the server as. No user is made for it: root borrows `postgres`, or else `nobody`.

    :raises PostgresProblem: the system has no fork and file locks (Windows), or root may not become another user
    """
    if sys.platform == "win32":
        raise PostgresProblem(
            "The embedded PostgreSQL does not run on Windows: set DATABASE_URL to a PostgreSQL server."
        )
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid(), switches=False)
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0 and _is_mapped(entry.pw_uid):
            return Identity(entry.pw_uid, entry.pw_gid, switches=True)
    raise PostgresProblem(
        "PostgreSQL refuses to run as root, and root may not become another user here: "
        "start as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def _is_mapped(user: int) -> bool:
    """Test if a user exists inside this user namespace; a rootless container often has root only."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return True
    return any(first <= user < first + count for first, _, count in (map(int, line.split()) for line in lines))
