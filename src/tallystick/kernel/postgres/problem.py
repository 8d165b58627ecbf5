"""What can be wrong with the embedded server, said so that an operator can act on it."""

from __future__ import annotations

import re
from pathlib import Path


class PostgresProblem(RuntimeError):
    """The embedded server cannot be used; the message is one sentence of what is wrong and what to do."""


def explain(*, said: str, printed: str, data: Path) -> str:
    """Say why a server did not start, from what it wrote to its log and what the tool printed.

    >>> print(explain(said="FATAL:  could not write: No space left on device", printed="", data=Path("/srv/pgdata")))
    The disk of /srv/pgdata is full: make room, and start again. Nothing is lost.
    >>> print(explain(said="2026-11-25 10:31 UTC [7] FATAL:  no such setting", printed="stopped", data=Path("/srv/pgdata")))
    The embedded PostgreSQL does not start: no such setting (/srv/pgdata/start.log and /srv/pgdata/log say more).
    """
    if "No space left on device" in said + printed:
        return f"The disk of {data} is full: make room, and start again. Nothing is lost."
    # A wrong setting is named by a line before the fatal one, which says only that there is one.
    reasons = re.findall(r"(?:LOG|FATAL|PANIC):  ((?!.*contains errors).*)$", said, re.MULTILINE)
    reason = reasons[-1] if reasons else last_line(printed)
    return f"The embedded PostgreSQL does not start: {reason} ({data}/start.log and {data}/log say more)."


def last_line(text: str) -> str:
    """Give the last line that says anything."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it does not say why"
