"""Read the timeline, and prove that it has not been touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tallystick.kernel import sql


def of_account(
    account_ids: Sequence[int], *, before_id: int | None = None, kinds: Sequence[str] | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Give the newest events of some accounts, newest first: a page of the timeline.

    The next page begins before the id of the last row. `kinds` narrows to the kinds named, or to whole rooms ("promises.").
    """
    return sql.rows(
        """
        SELECT id, account_id, recorded_at, happened_on, kind, actor, user_id, data
        FROM timeline_event
        WHERE account_id = ANY(%(account_ids)s)
          AND (%(before)s::bigint IS NULL OR id < %(before)s)
          AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s) OR split_part(kind, '.', 1) || '.' = ANY(%(kinds)s))
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {
            "account_ids": list(account_ids),
            "before": before_id,
            "kinds": None if kinds is None else list(kinds),
            "limit": limit,
        },
    )


def find_event(event_id: int, *, account_id: int) -> dict[str, Any] | None:
    """Give one event of an account, or None."""
    found = sql.rows(
        "SELECT * FROM timeline_event WHERE account_id = %(account)s AND id = %(event)s",
        {"account": account_id, "event": event_id},
    )
    return found[0] if found else None


def known_until() -> datetime | None:
    """Give the instant of the newest event of the whole book; None for an empty one."""
    found: datetime | None = sql.value("SELECT max(recorded_at) FROM timeline_event")
    return found
