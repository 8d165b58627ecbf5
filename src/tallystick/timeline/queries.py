"""Read the timeline, and prove that it has not been touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.timeline.models import Seal


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


def seal_query(name: str) -> str:
    """Give a query of `sql/seals.sql` with the digest of an event filled in."""
    return sql.fill(_seals(name), digest=_seals("digest"))


def _seals(name: str) -> str:
    return sql.load("tallystick.timeline", "seals.sql", name)


def last_seal() -> Seal | None:
    """Give the newest link of the hash chain, whose digest vouches for all that came before; None where nothing is sealed."""
    return Seal.objects.order_by("-pk").first()


def verify_seals() -> list[str]:
    """Recompute the hash chain, and name every link that does not match and every event that slipped in between."""
    return [row["what"] for query in (_BROKEN_LINKS, _SLIPPED_IN) for row in sql.rows(query)]


_BROKEN_LINKS = seal_query("broken_links")
_SLIPPED_IN = _seals("slipped_in")


INVARIANTS = (
    Invariant(
        name="the hash chain is whole",
        sentence="Every seal is the digest of the events that it covers, on top of the seal before it.",
        checked="SELECT coalesce(sum(events), 0)::bigint FROM timeline_seal",
        breaches=_BROKEN_LINKS,
    ),
    Invariant(
        name="no event slipped in",
        sentence="No event stands among those sealed for good, a day after their time, without being sealed.",
        checked="SELECT count(*) FROM timeline_event",
        breaches=_SLIPPED_IN,
    ),
)
