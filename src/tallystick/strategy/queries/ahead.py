"""The book on other days: an account's row as it will be if nothing happens, and the first days on which conditions become true.

Facts of a coming day are computed by the query that refreshes the book, for that day. Between the days on which a stored fact
changes by itself (`_stale_on`) a row stays as it is, so that a year takes as many looks as there are such days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tallystick.kernel import sql
from tallystick.strategy.queries import book, catalogue

#: How far ahead anybody looks, in days.
FURTHEST = 366
#: Columns of the book that are strategy's own.
PLACE = ("version_id", "place", "state_entered_on", "next_review_on", "stepped_on")


def row_on(day: str, kept: str = "strategy_book") -> str:
    """Write the query for the row of the account `reach_id` on a day that is an expression, its place as a table has it."""
    names = ", ".join(f"fresh.{column.name}" for column in catalogue.columns())
    places = ", ".join(f"kept.{name}" for name in PLACE)
    return f"""
        SELECT fresh.account_id, {names}, {places}
        FROM ({_facts(day)}) AS fresh JOIN {kept} AS kept ON kept.account_id = %(reach_id)s
    """  # noqa: S608


def _facts(day: str) -> str:
    """Write the query for the facts of the one account on a day that is an expression."""
    return book.facts_of(book.one(0)).replace("%(day)s", day)


def first_days(account_id: int, conditions: Sequence[str], *, day: date, until: date) -> list[date | None]:
    """Give the first day after a day on which each condition by a column of days is true; None for none up to another day.

    The row of the book says it up to the day on which it changes by itself. Only what is not true by then takes a look further.
    """
    if not conditions or until <= day:
        return [None] * len(conditions)
    changes_on, found = _as_it_stands(account_id, conditions, day=day, until=until)
    left = [number for number, on in enumerate(found) if on is None]
    if not left or changes_on is None or changes_on > until:
        return found
    later = _as_it_changes(account_id, [conditions[number] for number in left], day=day, until=until)
    for number, on in zip(left, later, strict=True):
        found[number] = on
    return found


def _asked(conditions: Sequence[str]) -> str:
    return ", ".join(f"min(ahead.day) FILTER (WHERE {condition})" for condition in conditions)


def _stale(row: str) -> str:
    return f"least({', '.join(f'{row}.{name}' for name in catalogue.stale_columns())})"


#: The days to come, each in a row.
_DAYS = """
    generate_series(1, %(until)s::date - %(day)s::date) AS number
    CROSS JOIN LATERAL (SELECT %(day)s::date + number AS day) AS ahead
"""


def _as_it_stands(
    account_id: int, conditions: Sequence[str], *, day: date, until: date
) -> tuple[date | None, list[date | None]]:
    """Give the day on which the row of the book changes by itself, and the first days before on which conditions are true."""
    text = f"""
        SELECT (SELECT {_stale("book")} FROM strategy_book AS book WHERE account_id = %(reach_id)s), {_asked(conditions)}
        FROM strategy_book AS book CROSS JOIN {_DAYS}
        WHERE book.account_id = %(reach_id)s AND ahead.day < coalesce({_stale("book")}, 'infinity')
    """  # noqa: S608
    with sql.cursor() as cursor:
        cursor.execute(text, {"reach_id": account_id, "day": day, "until": until})
        changes_on, *found = cursor.fetchone()
    return changes_on, found


def _as_it_changes(account_id: int, conditions: Sequence[str], *, day: date, until: date) -> list[date | None]:
    """Give the first days on which conditions are true, by rows computed afresh for each day on which one changes by itself."""
    text = f"""
        WITH RECURSIVE stretch AS (
            SELECT %(day)s::date AS day, fresh.* FROM ({_facts("%(day)s")}) AS fresh
            UNION ALL
            SELECT change.day, fresh.*
            FROM stretch
            CROSS JOIN LATERAL (SELECT {_stale("stretch")} AS day) AS change
            CROSS JOIN LATERAL ({_facts("change.day")}) AS fresh
            WHERE change.day > stretch.day AND change.day <= %(until)s
        ), row AS MATERIALIZED (
            SELECT stretch.*, {", ".join(f"kept.{name}" for name in PLACE)}
            FROM stretch JOIN strategy_book AS kept ON kept.account_id = %(reach_id)s
        )
        SELECT {_asked(conditions)}
        FROM {_DAYS}
        CROSS JOIN LATERAL (SELECT * FROM row WHERE row.day <= ahead.day ORDER BY row.day DESC LIMIT 1) AS book
    """  # noqa: S608
    with sql.cursor() as cursor:
        cursor.execute(text, {"reach_id": account_id, "day": day, "until": until})
        return list(cursor.fetchone())


def furthest(day: date) -> date:
    """Give the last day that anybody looks ahead to from a day."""
    return day + timedelta(days=min(FURTHEST, (date.max - day).days))
