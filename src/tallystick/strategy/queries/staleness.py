"""Was a decision stale? What a run's decisions went by, held against what stood on the timeline when the run looked.

Clocks do not say what came first: a transaction is known from the moment it ends. So each part of a run keeps what it could see
(`past.Look`), every row of PostgreSQL says which transaction wrote it, and the past of the book says what a row was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.strategy.models import Run
from tallystick.strategy.queries import book

#: Events that change what a decision has to know of an account. Those of each room end with the one that says how it is now.
KINDS = (
    "contact.CallLogged",
    "disputes.DisputeRaised",
    "disputes.DisputeResolved",
    "holds.HoldEnded",
    "holds.HoldLifted",
    "holds.HoldPlaced",
    "payments.PaymentReceived",
    "payments.PaymentReversed",
    "promises.PromiseBroken",
    "promises.PromiseKept",
    "promises.PromiseMade",
    "promises.PromisePartlyKept",
    "promises.PromiseReopened",
    "promises.PromiseReplaced",
    "promises.PromiseWithdrawn",
)
#: How long before a run what was told is looked at.
_BEFORE = timedelta(days=1)


def last_run() -> Run | None:
    """Give the latest run that acted, or None."""
    return Run.objects.filter(only_reports=False).order_by("-day", "-pk").first()


def stale(run: Run) -> sql.Rows:
    """Give the decisions of a run that say otherwise than what was known: `account_id` and `what`, a sentence."""
    return sql.Rows(sql.load("tallystick.strategy", "staleness.sql", "stale"), {**_of_run(run), **_looks(run)})


def count_met(run: Run) -> int:
    """Count the decisions of a run that can be stale: about accounts of which something was told since the day before it."""
    return int(sql.value(sql.load("tallystick.strategy", "staleness.sql", "met"), _of_run(run)))


def _of_run(run: Run) -> dict[str, Any]:
    return {"run": run.pk, "day": run.day, "since": run.started_at - _BEFORE, "kinds": list(KINDS)}


def _looks(run: Run) -> dict[str, list[Any]]:
    """Give what each table of the book had seen, of the parts that kept it in full."""
    found: dict[str, list[Any]] = {"leaves": [], "uptos": [], "in_flights": [], "marks": []}
    if run.is_by_hash and run.chunks > 1:
        return found
    tables = book.chunks(run.chunks)
    for mark in sql.rows(
        "SELECT chunk, looks, xmin::text::bigint AS writer FROM strategy_run_chunk WHERE run_id = %(run)s",
        {"run": run.pk},
    ):
        for table, look in zip(tables[mark["chunk"]], mark["looks"] or [], strict=False):
            if len(look) > 2:
                found["leaves"].append(table)
                found["uptos"].append(look[2])
                found["in_flights"].append("{" + ",".join(map(str, look[1])) + "}")
                found["marks"].append(mark["writer"])
    return found


def _breaches(at: datetime) -> Iterator[sql.Rows]:
    run = last_run()
    if run is not None:
        yield stale(run)


def _checked(at: datetime) -> sql.Rows:
    run = last_run()
    return sql.Rows(
        "SELECT count(*) FROM strategy_decision WHERE run_id = %(run)s AND due_on = %(day)s",
        {"run": run.pk if run else None, "day": run.day if run else None},
    )


INVARIANTS = (
    Invariant(
        name="no decision of the night was stale",
        sentence=(
            "Every decision of the last run knew of the payments, promises, holds, disputes and calls that stood on the timeline "
            "when the run looked at its account."
        ),
        checked=_checked,
        breaches=_breaches,
        remedy="The account's timeline says what was said or done to it on what was not known. Take it back, and report it.",
    ),
)
