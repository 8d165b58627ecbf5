"""The traffic-fines log, and what it implies: plain Python over a CSV that knows nothing of the program under test."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path


class What(StrEnum):
    """What an entry of the log says."""

    CREATED = "Create Fine"
    SENT = "Send Fine"
    NOTIFIED = "Insert Fine Notification"
    PENALTY = "Add penalty"
    PAID = "Payment"
    APPEALED = "Insert Date Appeal to Prefecture"
    APPEAL_SENT = "Send Appeal to Prefecture"
    RESULT_CAME = "Receive Result Appeal from Prefecture"
    RESULT_TOLD = "Notify Result Appeal to Offender"
    APPEALED_TO_JUDGE = "Appeal to Judge"
    HANDED_OVER = "Send for Credit Collection"


class Stand(StrEnum):
    """Where a fine stands on a day."""

    OPEN = "open"
    SETTLED = "settled"
    HANDED_OVER = "handed-over"


@dataclass(frozen=True)
class Entry:
    """An entry of the log, with the cents it adds to what is owed or that have been paid with it."""

    case: str
    what: What
    on: date
    #: Added to the debt: the fine, what sending it cost, or what the penalty adds to the fine.
    charged: int
    #: Paid with this entry: the difference of what was paid in all, which the log has right where it has single sums wrong.
    paid: int
    #: Nothing is owed any more from here on, whatever was.
    dismisses: bool


@dataclass(frozen=True)
class Case:
    """A fine with all that happened to it, in order."""

    name: str
    entries: tuple[Entry, ...]

    def owed(self, on: date = date.max) -> int:
        """Give what is owed at the end of a day, in cents; less than nothing where too much was paid."""
        owed = 0
        for entry in self.entries:
            if entry.on <= on:
                owed += entry.charged - entry.paid
                owed = min(owed, 0) if entry.dismisses else owed
        return owed

    def stand(self, on: date = date.max) -> Stand:
        """Give where it stands at the end of a day."""
        if self.owed(on) <= 0:
            return Stand.SETTLED
        handed_over_on = self.handed_over_on()
        return Stand.HANDED_OVER if handed_over_on and handed_over_on <= on else Stand.OPEN

    def handed_over_on(self) -> date | None:
        """Give the day on which it was sent for credit collection."""
        return next((entry.on for entry in self.entries if entry.what is What.HANDED_OVER), None)


def read_log(file: Path) -> list[Case]:
    """Read the log, case by case."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rows[row["case_id"]].append(row)
    return [Case(name, tuple(_entries(of_case))) for name, of_case in rows.items()]


def by_day(cases: Sequence[Case]) -> dict[date, list[Entry]]:
    """Give the entries of each day on which there are any, the days in order."""
    days: dict[date, list[Entry]] = defaultdict(list)
    for case in cases:
        for entry in case.entries:
            days[entry.on].append(entry)
    return dict(sorted(days.items()))


def _entries(rows: Sequence[dict[str, str]]) -> list[Entry]:
    entries = []
    fine = paid_in_all = 0
    # A dismissal that stands with the creation was written there later; when is not said, so it is taken for the last entry.
    dismissed_at_last = rows[0]["dismissal"] != "NIL"
    for place, row in enumerate(rows):
        what = What(row["activity"])
        new_fine = _cents(row["amount"]) if row["amount"] else fine
        new_paid = _cents(row["totalpaymentamount"]) if row["totalpaymentamount"] else paid_in_all
        entries.append(
            Entry(
                case=row["case_id"],
                what=what,
                on=date.fromisoformat(row["timestamp"]),
                charged=new_fine - fine + _cents(row["expense"] or "0"),
                paid=new_paid - paid_in_all,
                dismisses=(place == len(rows) - 1 and dismissed_at_last)
                or (what is not What.CREATED and row["dismissal"] not in ("", "NIL")),
            )
        )
        fine, paid_in_all = new_fine, new_paid
    return entries


def _cents(euros: str) -> int:
    cents = Decimal(euros) * 100
    assert cents == int(cents)
    return int(cents)
