"""Prove the interest of items from the record: read in sets, worked out by the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from tallystick.charges.ports import Stopped, StoppedDays
from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.rules import accruing
from tallystick.charges.rules.accruing import Held, Recorded
from tallystick.charges.rules.interest import Bearing, interest
from tallystick.charges.rules.proof import Line, Proof
from tallystick.charges.rules.terms import Terms
from tallystick.holds import queries as holds
from tallystick.jurisdictions.rules.rates import RateStep
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.rules import Cause, Head

Row = dict[str, Any]


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "accrual.sql", name)


@dataclass(frozen=True, slots=True)
class Record:
    """What stands on the ledger of some accounts, by item and by cause, and what stopped their interest, by account."""

    by_item: dict[int, list[Row]]
    by_cause: dict[tuple[int, int, int], list[Row]]
    stopped: dict[int, list[Stopped]]
    reversed: frozenset[int]
    #: The last numbers given to entries to be, by account and cause.
    given: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def of_item(self, item_id: int | None) -> Sequence[Row]:
        """Give the entries that name an item, as they were booked."""
        return () if item_id is None else self.by_item.get(item_id, ())

    def charges_of(self, account_id: int, item_id: int, cause: Cause) -> list[Row]:
        """Give the entries that charged something on an item and stand."""
        standing = self.by_cause.get((account_id, cause, item_id), ())
        return [entry for entry in standing if entry["id"] not in self.reversed]

    def next_number(self, account_id: int, cause: int, cause_id: int) -> int:
        """Give a number for an entry of a cause that no other has or is given: corrections count theirs from nothing on."""
        key = (account_id, cause, cause_id)
        last = (
            self.given[key]
            if key in self.given
            else max((entry["cause_no"] for entry in self.by_cause.get(key, ())), default=-1)
        )
        self.given[key] = last + 1
        return last + 1


@dataclass(frozen=True, slots=True)
class Proven:
    """The interest of an item as the record has it now, through a day. Without an agreement nothing bears interest."""

    row: Row
    agreement: InForce | None
    terms: Terms
    bearing: Bearing | None
    known_until: date
    through: date
    proof: Proof
    #: The sum that is charged once because the item is late, and what was owed when it was.
    fixed: int = 0
    owed: int = 0

    def until(self, day: date) -> Proof:
        """Give the proof until a day that is no later."""
        if self.bearing is None or day < self.bearing.first_day:
            return Proof(())
        return interest(self.terms, self.bearing, until=day)


def record_of(account_ids: Sequence[int]) -> Record:
    """Read what the ledger says of some accounts, and what stopped their interest: holds, and what is plugged in."""
    by_item: dict[int, list[Row]] = defaultdict(list)
    by_cause: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    stopped: dict[int, list[Stopped]] = defaultdict(list)
    reversed_ids = set()
    for entry in sql.rows(_query("entries"), {"account_ids": list(account_ids)}):
        by_item[entry["item_id"]].append(entry)
        by_cause[entry["account_id"], entry["cause_kind"], entry["cause_id"]].append(entry)
        if entry["reverses_id"] is not None:
            reversed_ids.add(entry["reverses_id"])
    for each in stopped_on(account_ids):
        stopped[each.account_id].append(each)
    return Record(by_item, by_cause, stopped, frozenset(reversed_ids))


def stopped_on(account_ids: Sequence[int]) -> Iterator[Stopped]:
    """Give what stopped interest on some accounts: holds, and what is plugged in."""
    for hold in holds.days_held(account_ids):
        yield Stopped(*hold.values())
    for path in settings.CHARGES_STOPPED_DAYS:
        stopped_days: StoppedDays = import_string(path)
        yield from stopped_days(account_ids)


def prove(rows: Sequence[Row], *, agreements: Sequence[InForce], record: Record) -> tuple[list[Proven], Counter[str]]:
    """Prove the interest of items until when the agreement of each charges on a day, and no less far than was charged.

    `rows` are those of `to_prove` in `sql/accrual.sql`, with `day`. What the law has no figure for is refused, by code.
    """
    found, refused = [], Counter[str]()
    for row in rows:
        try:
            found.append(prove_item(row, agreements=agreements, record=record))
        except Refusal as refusal:
            refused[refusal.code] += 1
    return found, refused


def prove_item(row: Row, *, agreements: Sequence[InForce], record: Record, until: date | None = None) -> Proven:
    """Prove the interest of one item, as `prove` does, or until a day.

    :raises NoFigure: the law says nothing for a day that is needed
    """
    agreement = agreement_queries.choose(
        agreements, client_id=row["client_id"], portfolio_id=row["portfolio_id"], due_on=row["due_on"]
    )
    through = until or (agreement.agreed.charged.through(row["day"]) if agreement else row["day"])
    through = max(through, row["through_on"] or through)
    if agreement is None or row["kind"] not in agreement.agreed.kinds:
        return Proven(row, None, Terms(), None, through, through, Proof(()))
    first_day = agreement.agreed.first_day(row["due_on"])
    terms = agreement.agreed.terms_in(row["currency"])
    steps, known_until = agreement.steps(first_day, max(through, first_day))
    recorded = _recorded(row, first_day, record)
    bearing = accruing.bearing_of(recorded, steps, agreement.agreed.freezes)
    if first_day > through:
        return Proven(row, agreement, terms, bearing, known_until, through, Proof(()))
    proof = interest(terms, bearing, until=through)
    scale = agreement.fixed_sum(first_day)
    owed = Money(max(recorded.owed_at_first, 0), row["currency"])
    fixed = accruing.fixed_sum(scale, owed, bearing, through=through) if scale else 0
    return Proven(row, agreement, terms, bearing, known_until, through, proof, fixed, owed.minor)


def _recorded(row: Row, first_day: date, record: Record) -> Recorded:
    item_id = row["item_id"]
    return Recorded(
        first_day,
        [
            (entry["booked_on"], entry["amount_minor"] if entry["debit"] == Head.PRINCIPAL else -entry["amount_minor"])
            for entry in record.of_item(item_id)
        ],
        [
            Held(each.first_day, each.last_day, each.reason, each.minor)
            for each in record.stopped.get(row["account_id"], ())
            if each.item_id in {None, item_id}
        ],
        [
            (entry["booked_on"], entry["amount_minor"] if entry["debit"] == Head.ON_ACCOUNT else -entry["amount_minor"])
            for entry in record.of_item(row["interest_item_id"])
            if Head.ON_ACCOUNT in {entry["debit"], entry["credit"]}
        ],
    )


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line as it is kept: the id of its row, whether it has grown since it was written, and the line."""

    id: int
    has_grown: bool
    line: Line


def kept_lines(account_ids: Sequence[int]) -> dict[int, list[KeptLine]]:
    """Give the lines that stand of some accounts' items, by item, each as far as it has grown."""
    found: dict[int, list[KeptLine]] = defaultdict(list)
    for row in sql.rows(_query("lines"), {"account_ids": list(account_ids)}):
        grows = row["is_last"] and row["since_days"]
        grown = {
            **row,
            "last_day": row["through_on"],
            "days": row["days"] + row["since_days"],
            "amount_minor": row["amount_minor"] + row["since_minor"],
        }
        found[row["item_id"]].append(KeptLine(row["id"], bool(grows), line_of(grown if grows else row)))
    return found


def line_of(row: Row) -> Line:
    """Give the line that a row keeps."""
    rate = RateStep(
        row["first_day"],
        row["percent"],
        row["rule"],
        row["row_from"],
        row["source"],
        row["read_on"],
        row["index_percent"],
    )
    return Line(
        row["first_day"],
        row["last_day"],
        row["days"],
        row["base_minor"],
        row["percent"],
        rate,
        Fraction(0),
        row["amount_minor"],
        row["stopped_by"],
        row["is_capped"],
        row["added_minor"],
        row["held_minor"],
        row["held_by"],
    )
