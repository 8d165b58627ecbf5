"""Fold what is kept by due day: rows that were added one by one become one for each of the days they are of."""

from __future__ import annotations

from django.db import transaction

from tallystick.kernel import sql

#: Rows that may be added before they are folded: the ageing of the book reads them all.
MOST_ADDED = 10_000


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "ageing.sql", name)


@transaction.atomic
def fold_owed_by_day(*, most: int = MOST_ADDED) -> bool:
    """Fold what is kept by due day where more than so many rows were added; give if it was done. It says the same afterwards."""
    if not sql.value(_query("waits_to_be_folded"), {"many": most}):
        return False
    sql.execute(_query("fold"))
    return True
