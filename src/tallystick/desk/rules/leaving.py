"""When an account may be left: what was taken from the worklist is not put down without saying what came of it."""

from __future__ import annotations

from datetime import date, datetime


def owes_outcome(*, state: str, due_on: date, due_at: datetime | None, today: date, at: datetime) -> bool:
    """Test if work that was taken still waits: it is open, and neither its day nor its hour lies ahead.

    Whatever ends it or puts it off (a call, a promise, a tick, another day) is an outcome.

    >>> day, at = date(2026, 3, 2), datetime(2026, 3, 2, 9, 0)
    >>> owes_outcome(state="open", due_on=day, due_at=None, today=day, at=at)
    True
    >>> owes_outcome(state="done", due_on=day, due_at=None, today=day, at=at)
    False
    """
    return state == "open" and due_on <= today and (due_at is None or due_at <= at)
