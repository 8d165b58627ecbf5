"""What must be true of the book and of decisions: facts are fresh, nobody is forgotten, what was decided was done and told once.

A book of millions is looked at a range of accounts at a time. Accounts of which something waits to be answered are passed over:
they are brought up to date by whoever answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.kernel.facts import KEPT_DAYS
from tallystick.kernel.invariants import Invariant
from tallystick.strategy.models import Rebuild, Version
from tallystick.strategy.queries import book, catalogue, learning_invariants, policy_invariants, staleness, versions
from tallystick.strategy.rules import lifecycle, reading
from tallystick.strategy.rules.orders import Hold, Message, Note, Notice, Order, Pause, Service, Task
from tallystick.strategy.rules.program import Program

_ANSWERED = "NOT EXISTS (SELECT FROM strategy_touched AS touched WHERE touched.account_id = {row}.account_id)"
_SETTLED = """NOT EXISTS (
    SELECT FROM procrastinate_jobs WHERE task_name = 'strategy.settle' AND status IN ('todo', 'doing')
)"""


# ---------------------------------------------------------------------------------------------------------------- facts


def _unlike_record(at: datetime) -> Iterator[sql.Rows]:
    """Compare the book with a fresh computation.

    A stored fact stays true until the day in one of its `_stale_on` columns. Rows of which that day has come wait for the next
    run; they are compared as of the day before it, the last on which they said something.
    """
    yield sql.Rows(
        """
        SELECT book.account_id, 'stands in the book, and there is no such account' AS what
        FROM strategy_book AS book
        WHERE NOT EXISTS (SELECT FROM accounts_account AS account WHERE account.id = book.account_id)
        """
    )
    latest = _latest_day(at)
    stale_on = f"least({', '.join(f'book.{name}' for name in catalogue.stale_columns())})"
    for reach in book.reaches():
        params = {**reach.params, "day": latest}
        yield sql.Rows(_differing(reach, f"({stale_on} <= %(day)s) IS NOT TRUE"), params)
        waiting = f"""
            SELECT {stale_on} - 1 AS day, array_agg(account_id) AS account_ids FROM strategy_book AS book
            WHERE {reach.on("account_id")} AND {stale_on} <= %(day)s
            GROUP BY 1
        """  # noqa: S608
        for row in sql.rows(waiting, params):
            those = book.several(row["account_ids"])
            yield sql.Rows(_differing(those, "true"), {**those.params, "day": row["day"]})


def _latest_day(at: datetime) -> date | None:
    """Give the latest day that any row of the book can have been computed for."""
    found: date | None = sql.value(
        """
        SELECT greatest(
            max((%(at)s::timestamptz AT TIME ZONE time_zone)::date), (SELECT max(day) FROM strategy_run WHERE NOT only_reports)
        )
        FROM accounts_client
        """,
        {"at": at},
    )
    return found


def _differing(reach: book.Reach, condition: str) -> str:
    names = [column.name for column in catalogue.columns()]
    stored, fresh = ", ".join(map(_stored, names)), ", ".join(f"fresh.{name}" for name in names)
    told = ", ".join(
        f"CASE WHEN {_stored(name)} IS DISTINCT FROM fresh.{name} THEN {_told(name)} END" for name in names
    )
    return f"""
        SELECT fresh.account_id,
               CASE WHEN book.account_id IS NULL THEN 'does not stand in the book' ELSE concat_ws('; ', {told}) END AS what
        FROM ({book.facts_of(reach)}) AS fresh
        LEFT JOIN strategy_book AS book ON book.account_id = fresh.account_id AND {reach.on("book.account_id")}
        WHERE (book.account_id IS NULL OR ({condition} AND ({stored}) IS DISTINCT FROM ({fresh})))
          AND {_ANSWERED.format(row="fresh")}
    """  # noqa: S608


def _stored(column: str) -> str:
    """Write a column of the book as a fresh computation would give it.

    A history keeps the entries that grew too old since it was stored, for nobody looks back so far: they are left out.
    """
    for history in catalogue.histories():
        for days, kept in (
            *zip(history.days, history.days, strict=True),
            *zip(history.days, history.amounts, strict=False),
        ):
            if kept == column:
                return f"nullif(book.{kept}[width_bucket(%(day)s::date - {KEPT_DAYS}, book.{days}) + 1 :], '{{}}')"
    return f"book.{column}"


def _told(column: str) -> str:
    """Write how a column differs, by the names of the facts that read it."""
    reading = [each.name for each in catalogue.histories() if column in (*each.days, *each.amounts)]
    reading += [fact.name for fact in catalogue.facts() if re.search(rf"\bbook\.{column}\b", fact.sql)]
    stored, fresh = (f"coalesce({value}::text, 'unknown')" for value in (_stored(column), f"fresh.{column}"))
    return f"'{', '.join(reading) or column}: ' || {stored} || ' in the book, ' || {fresh} || ' afresh'"


# ------------------------------------------------------------------------------------------------- where an account stands


def _nowhere(at: datetime) -> Iterator[sql.Rows]:
    """Find open accounts whose place in their strategy leads nowhere, and for no reason."""
    params: dict[str, list[Any]] = {"understood": [], "versions": [], "places": [], "steps": []}
    for version_id, program in _understood():
        params["understood"].append(version_id)
        for place in program.places:
            params["versions"].append(version_id)
            params["places"].append(place.number)
            params["steps"].append(None if place.ends or place.step is None else place.step.title)
    yield sql.Rows(
        sql.fill(
            sql.load("tallystick.strategy", "invariants.sql", "nowhere"),
            answered=_ANSWERED.format(row="book"),
            settled=_SETTLED,
        ),
        params,
    )


def _kept() -> QuerySet[Version]:
    """Give the versions that accounts can be in or have been in."""
    return versions.all_of_strategies().exclude(state__in=lifecycle.UNPUBLISHED).order_by("pk")


def _understood() -> Iterator[tuple[int, Program]]:
    """Give the programs of the versions that can be read; the others are named by an invariant of their own."""
    for version in _kept():
        with suppress(reading.DocumentMistaken):
            yield version.pk, versions.program_of(version.document)


def _mistaken(at: datetime) -> Iterator[sql.Rows]:
    """Find versions that this program cannot read any more, such as one that speaks of a fact that is gone."""
    for version in _kept():
        try:
            versions.program_of(version.document)
        except reading.DocumentMistaken as mistaken:
            said = f"{version.paper.title} {version.number} cannot be read: {mistaken}"
            yield sql.Rows("SELECT NULL::bigint AS account_id, %(said)s::text AS what", {"said": said})


def _run_of_today(at: datetime) -> dict[str, Any] | None:
    """Give the run of the day it is where it is latest; None where it is not finished, or a version cannot be read."""
    if any(True for _unread in _mistaken(at)):
        return None
    found = sql.rows(
        "SELECT day, started_at FROM strategy_run WHERE NOT only_reports AND finished_at IS NOT NULL AND day = %(day)s",
        {"day": _latest_day(at)},
    )
    return found[0] if found else None


def _looked_over(at: datetime) -> sql.Rows:
    """Count the accounts of which something can have been forgotten: none before the day's run."""
    return sql.Rows(
        "SELECT count(*) FROM strategy_book WHERE version_id IS NOT NULL AND %(has_run)s",
        {"has_run": _run_of_today(at) is not None},
    )


def _forgotten(at: datetime) -> Iterator[sql.Rows]:
    """Find accounts for which something is due today, though the book was run for today and nothing happened to them.

    What happened to an account since is left out: it goes on tomorrow. So are those that came into their strategy after the run.
    """
    run = _run_of_today(at)
    if run is None:
        return
    statement = versions.statement(day=run["day"])
    titles = [effect.title for each in statement.versions for effect in each.version.program.effects]
    for reach in book.reaches():
        yield sql.Rows(
            f"""
            SELECT due.account_id, (%(titles)s::text[])[due.effect] || ' is due and did not happen' AS what
            FROM (
                SELECT book.account_id, book.effect IS NULL AS is_new, book.state_entered_on, {statement.timed} AS effect
                FROM strategy_book AS book
                JOIN strategy_version AS version ON version.id = book.version_id AND version.published_at <= %(began)s
                WHERE {reach.on("book.account_id")} AND {_ANSWERED.format(row="book")}
                OFFSET 0
            ) AS due
            WHERE due.effect IS NOT NULL AND NOT (due.is_new AND due.state_entered_on >= %(day)s)
              AND NOT EXISTS (
                  SELECT FROM strategy_decision AS made WHERE made.account_id = due.account_id AND made.due_on >= %(day)s
              )
            """,  # noqa: S608
            {**reach.params, "titles": titles, "day": run["day"], "began": run["started_at"]},
        )


# ------------------------------------------------------------------------------------------------- decisions and actions


def _undone(at: datetime) -> Iterator[sql.Rows]:
    """Compare the orders of decisions with the actions that name a decision as their cause, both ways."""
    params: dict[str, list[Any]] = {"understood": [], "versions": [], "effects": [], "numbers": [], "orders": []}
    for version_id, program in _understood():
        params["understood"].append(version_id)
        for effect in program.effects:
            for number, order in enumerate(effect.orders):
                if written := _written(order):
                    params["versions"].append(version_id)
                    params["effects"].append(effect.number)
                    params["numbers"].append(number)
                    params["orders"].append(written)
    text = sql.load("tallystick.strategy", "invariants.sql", "undone")
    for reach in book.reaches():
        yield sql.Rows(sql.fill(text, reach=reach.on("account_id")), {**params, **reach.params})


def _unnoted(at: datetime) -> Iterator[sql.Rows]:
    """Compare the notes that decisions ordered with those on the timeline, both ways."""
    params: dict[str, list[Any]] = {"understood": [], "versions": [], "effects": [], "notes": []}
    for version_id, program in _understood():
        params["understood"].append(version_id)
        for effect in program.effects:
            if notes := sum(isinstance(order, Note) for order in effect.orders):
                params["versions"].append(version_id)
                params["effects"].append(effect.number)
                params["notes"].append(notes)
    text = sql.load("tallystick.strategy", "invariants.sql", "unnoted")
    for reach in book.reaches():
        yield sql.Rows(sql.fill(text, reach=reach.on("account_id")), {**params, **reach.params})


def _written(order: Order) -> str:
    """Name an order as the action that it leaves behind; empty where it leaves none that names its decision."""
    match order:
        case Message():
            return f"message {order.channel.value}"
        case Service():
            return f"message service {order.command.value}"
        case Notice():
            return "message notice"
        case Task():
            return f"task {order.kind.value}"
        case Hold():
            return f"hold {order.reason.value}"
        case Pause():
            return f"hold {Reason.PAUSE.value}"
        case _:
            return ""


def _untold(at: datetime) -> Iterator[sql.Rows]:
    """Compare decisions with the events that tell of them, both ways."""
    text = sql.load("tallystick.strategy", "invariants.sql", "untold")
    for reach in book.reaches():
        yield sql.Rows(sql.fill(text, reach=reach.on("account_id")), reach.params)


def _unapproved(at: datetime) -> Iterator[sql.Rows]:
    """Find versions that decided and are not what was approved."""
    yield sql.Rows(sql.load("tallystick.strategy", "invariants.sql", "unapproved"))


def _refused_twice(at: datetime) -> Iterator[sql.Rows]:
    """Find orders that were refused twice, or refused and carried out."""
    text = sql.load("tallystick.strategy", "invariants.sql", "refused_twice")
    for reach in book.reaches():
        yield sql.Rows(sql.fill(text, reach=reach.on("account_id")), reach.params)


def _of_other_facts(at: datetime) -> Iterator[sql.Rows]:
    """Say that the book was computed by another program's facts, unless it was not."""
    if not book.is_of_these_facts():
        last = Rebuild.objects.order_by("-pk").first()
        said = (
            f"the facts of this program are others than those the book was last rebuilt by, on {last.day}"
            if last
            else "the book was never rebuilt by the facts of this program"
        )
        yield sql.Rows("SELECT NULL::bigint AS account_id, %(said)s::text AS what", {"said": said})


_REBUILD = "tallystick run --rebuild computes all facts afresh. Then find what changed the record without an event."
_DECISIONS = "SELECT count(*) FROM strategy_decision"

INVARIANTS = (
    Invariant(
        name="the book is of these facts",
        sentence="The whole book was computed by the facts of this program since they last changed.",
        checked="SELECT count(*) FROM strategy_book",
        breaches=_of_other_facts,
        remedy="A worker rebuilds it within minutes, once it is done with what it does; tallystick run --rebuild does it now.",
    ),
    Invariant(
        name="every version is understood",
        sentence="Every version of a strategy that was ever published can be read by this program.",
        checked=(
            "SELECT count(*) FROM strategy_version AS version JOIN strategy_paper AS paper ON paper.id = version.paper_id"
            " WHERE version.state IN ('published', 'retired') AND paper.kind = 'strategy'"
        ),
        breaches=_mistaken,
        remedy=(
            "Use the program that published it, publish a version that does not speak of what is gone, then go on with this one."
        ),
    ),
    Invariant(
        name="what decides was approved",
        sentence="Every version that was published is, to the letter, what somebody approved before, or the version it restores.",
        checked="SELECT count(*) FROM strategy_version WHERE state IN ('published', 'retired')",
        breaches=_unapproved,
        remedy="Compare the document with the backup of its day; publish what is right as another version, approved.",
    ),
    *policy_invariants.INVARIANTS,
    *learning_invariants.INVARIANTS,
    Invariant(
        name="facts equal a fresh computation",
        sentence="What the book says of an account is what the rooms' own tables say, computed afresh.",
        checked="SELECT count(*) FROM accounts_account",
        breaches=_unlike_record,
        remedy=_REBUILD,
    ),
    Invariant(
        name="open accounts have a next step or a reason",
        sentence=(
            "Every open account waits for a step on a day, has come to the end of a state, or has no strategy because none is "
            "assigned."
        ),
        checked="SELECT count(*) FROM strategy_book WHERE is_open AND NOT is_house",
        breaches=_nowhere,
        remedy="Publish or assign the strategy again: that brings every account to the place it belongs in.",
    ),
    Invariant(
        name="nothing due was forgotten",
        sentence="Once the book was run for today, nothing that is due today is left undone; before, nothing is looked at.",
        checked=_looked_over,
        breaches=_forgotten,
        remedy="The next run does what is due. tallystick why ACCOUNT says what stops an account.",
    ),
    Invariant(
        name="no decision was made twice",
        sentence="An account has one decision of a version, an effect, a day and a cause.",
        checked=_DECISIONS,
        breaches=sql.load("tallystick.strategy", "invariants.sql", "twice"),
    ),
    Invariant(
        name="what was decided was done",
        sentence=(
            "Every order of a decision left its message, task or hold, or was refused on the record; and every one of those "
            "comes of a decision that ordered it."
        ),
        checked=_DECISIONS,
        breaches=_undone,
    ),
    Invariant(
        name="what was decided was noted",
        sentence="Every note that a decision ordered is on the timeline once, and every note that names a decision was ordered.",
        checked=_DECISIONS,
        breaches=_unnoted,
    ),
    Invariant(
        name="what was decided was told",
        sentence="Every decision stands on the timeline once, and every event of strategy has its decision.",
        checked=_DECISIONS,
        breaches=_untold,
    ),
    Invariant(
        name="what was refused was refused once",
        sentence="An order of a decision is refused once at most, and what was refused was not carried out as well.",
        checked=_DECISIONS,
        breaches=_refused_twice,
    ),
    Invariant(
        name="finished runs are whole",
        sentence="A finished run has a mark for each of its parts, and no part is done that counts as failed.",
        checked="SELECT count(*) FROM strategy_run",
        breaches=sql.load("tallystick.strategy", "invariants.sql", "half_run"),
    ),
    *staleness.INVARIANTS,
)
