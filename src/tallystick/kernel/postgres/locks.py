"""Locks between processes that the system drops when their holder dies, however it dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: `identity.unprivileged` has refused by then
    fcntl = None  # type: ignore[assignment]


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Let one process at a time into the block, whichever comes first."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Users:
    """Who uses something: every process holds a shared lock on one file for as long as it does."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)

    def am_i_alone(self) -> bool:
        """Test if nobody else uses it. Leaves us unregistered if somebody does; ask under `only_one`."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def join(self) -> None:
        """Count as a user from now on, until `leave` or the end of the process."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Count as a user no more."""
        os.close(self._descriptor)
