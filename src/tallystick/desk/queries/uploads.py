"""What an upload had told accounts, and what taking it back came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tallystick.desk.rules.uploads import Count, added_up, read
from tallystick.intake import queries as intake_queries
from tallystick.kernel import sql


def events_of_load(account_ids: Sequence[int], *, loaded_at: datetime) -> dict[int, list[int]]:
    """Give the events by which some accounts were told what a file brought, by account."""
    asked = {"accounts": list(account_ids), "loaded_at": loaded_at}
    found = sql.rows(sql.load("tallystick.desk", "undoing.sql", "events_of_load"), asked)
    return {row["account_id"]: row["ids"] for row in found}


def counts_of(batch_id: int) -> tuple[Count, ...]:
    """Give what taking a batch back came to, as far as that is done."""
    return added_up(each for counts in intake_queries.undone(batch_id) for each in read(counts))
