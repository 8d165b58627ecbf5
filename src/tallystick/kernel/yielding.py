"""Work that lets everybody else go first: this process, and the embedded server's processes that work for it.

A night runs in the database more than in Python. The server has no priorities of its own, but each connection is a process
of this machine, and the machine has them. Of a server elsewhere nothing can be said from here.
"""

from __future__ import annotations

import os
from contextlib import suppress

#: By how much the priority of this process was lowered.
_by = 0


def let_others_go_first(by: int) -> None:
    """Lower the priority of this process, and of the server's process behind each connection it opens from now on.

    It cannot be taken back: an ordinary user may lower a priority, and not raise it again.
    """
    global _by
    _by = by
    if by:
        os.nice(by)


def is_low() -> bool:
    """Test if the priority of this process was lowered: what it starts inherits that."""
    return _by > 0


def lower(process_id: int) -> None:
    """Lower the priority of a process of the embedded server as much as this process's was."""
    if _by:
        # Where the server runs as somebody else whom we may not touch, it goes on as it is.
        with suppress(PermissionError, ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process_id, os.getpriority(os.PRIO_PROCESS, process_id) + _by)
