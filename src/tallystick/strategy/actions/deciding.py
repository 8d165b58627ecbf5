"""Decide: one statement that finds what happens, moves the accounts, and keeps the decisions with the values that decided.

The effect is found in the very UPDATE that moves the account. Where somebody changed the row meanwhile, PostgreSQL looks at the
new row again before it moves it, so that nothing is decided on what was true a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tallystick.kernel import sql
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.rules.statement import Statement

#: A document whose answer causes the very event it answers would go round for ever: after so many in a day, it stops.
_MOST_ANSWERS = 20
_BRAKE = f"""NOT EXISTS (
    SELECT FROM strategy_decision AS before
    WHERE before.account_id = book.account_id AND before.due_on = %(day)s AND before.cause_id <> 0
    OFFSET {_MOST_ANSWERS - 1} LIMIT 1
)"""


#: The table of decisions that count; reports keep theirs elsewhere.
KEPT = "strategy_decision"
#: An account of which something waits to be answered is not decided by time: its facts are those of before. Whoever answers
#: brings them up to date, and does whatever is due. The offset keeps the planner from hashing all that waits for every leaf.
_WAITS_FOR_NOTHING = """NOT EXISTS (
    SELECT FROM strategy_touched AS waiting WHERE waiting.account_id = book.account_id OFFSET 0
)"""


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions just made that are alike: one effect, from one place, of many accounts, each with its decision."""

    #: The number of the effect in the statement that decided.
    number: int
    from_place: int
    decision_ids: list[int]
    account_ids: list[int]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked: the accounts of a leaf, or some accounts with the event that each is asked for."""

    table: str = BOOK
    account_ids: Sequence[int] | None = None
    event_ids: Sequence[int] = field(default=())
    #: Where decisions are kept.
    keeping: str = KEPT

    @property
    def source(self) -> str:
        """The FROM clause that brings the events."""
        if self.account_ids is None or not self.event_ids:
            return ""
        return "FROM unnest(%(account_ids)s::bigint[], %(event_ids)s::bigint[]) AS touched(account_id, event_id)"

    @property
    def condition(self) -> str:
        """The condition on the rows of the book."""
        named = "true" if self.account_ids is None else "book.account_id = ANY(%(account_ids)s)"
        if self.event_ids:
            return f"{named} AND book.account_id = touched.account_id AND {_BRAKE}"
        return named

    def happening(self, number: str) -> str:
        """Write that something happens to a row by an expression. What else may stop it is asked of those few alone."""
        if self.event_ids or self.keeping != KEPT:
            return f"{number} IS NOT NULL"
        return f"CASE WHEN {number} IS NOT NULL THEN {_WAITS_FOR_NOTHING} END"

    @property
    def event(self) -> str:
        """The event that a row is asked for; 0 when it is asked by time."""
        return "touched.event_id" if self.event_ids else "0::bigint"


def decide(
    number: str, statement: Statement, asking: Asking, *, run_id: int | None = None, at: datetime
) -> list[Decided]:
    """Let happen what an expression of the statement says, and give the decisions."""
    text = _text(number, statement, asking)
    params: dict[str, Any] = {"at": at, "day": statement.day, "run_id": run_id}
    if asking.account_ids is not None:
        params["account_ids"] = list(asking.account_ids)
        params["event_ids"] = list(asking.event_ids)
    with sql.cursor() as cursor:
        cursor.execute(text, params)
        return [Decided(*row) for row in cursor.fetchall()]


def _text(number: str, statement: Statement, asking: Asking) -> str:
    day = f"DATE '{statement.day.isoformat()}'"
    to_place, entering = f"{statement.to_places}[n]", f"{statement.entering}[n]"
    entered = f"CASE WHEN {entering} THEN {day} ELSE book.state_entered_on END"
    review = f"coalesce({statement.review_days}[n], ({entered}) + {statement.review_delays}[n])"
    effect = statement.number_of_row
    return f"""
        WITH moved AS (
            UPDATE {asking.table} AS book
            SET prior_place = book.place, prior_entered_on = book.state_entered_on, prior_stepped_on = book.stepped_on,
                prior_review_on = book.next_review_on,
                (effect, place, state_entered_on, next_review_on, stepped_on) = (
                    SELECT {statement.local_numbers}[n], coalesce({to_place}, book.place), {entered},
                           CASE WHEN {to_place} IS NULL THEN book.next_review_on ELSE {review} END,
                           CASE WHEN {statement.stepping}[n] THEN {day} ELSE book.stepped_on END
                    FROM (SELECT {number} AS n OFFSET 0) AS chosen
                )
            {asking.source}
            WHERE {asking.condition} AND {asking.happening(number)}
            RETURNING book.account_id, book.version_id, book.effect, book.place, book.prior_place, book.prior_entered_on,
                      book.prior_review_on, book.prior_stepped_on, {asking.event} AS event_id, {statement.evidence} AS facts
        ), kept AS (
            INSERT INTO {asking.keeping} (
                account_id, cause_id, run_id, decided_at, version_id, due_on, effect, from_place, to_place, facts,
                from_entered_on, from_review_on, from_stepped_on
            )
            SELECT book.account_id, CASE WHEN {statement.caused}[{effect}] THEN book.event_id ELSE 0 END,
                   %(run_id)s, %(at)s, book.version_id, {day}, book.effect, book.prior_place, book.place,
                   book.facts, book.prior_entered_on, book.prior_review_on, book.prior_stepped_on
            FROM moved AS book
            RETURNING id, account_id, version_id, effect, from_place
        )
        SELECT {effect} AS number, from_place, array_agg(id ORDER BY account_id), array_agg(account_id ORDER BY account_id)
        FROM kept AS book
        GROUP BY number, from_place
        ORDER BY number, from_place
    """  # noqa: S608
