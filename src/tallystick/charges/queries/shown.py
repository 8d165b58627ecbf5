"""The proof of an account's interest, as people and machines are shown it: to any day, charged or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tallystick.accounts import queries as accounts
from tallystick.charges.queries import agreements, proofs
from tallystick.charges.queries.proofs import Proven
from tallystick.charges.rules.proof import Line, Proof
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A line that was charged once and taken back, and when."""

    line: Line
    kept_at: datetime
    taken_back_at: datetime


@dataclass(frozen=True, slots=True)
class FixedSum:
    """A sum that is charged once because an item is late: on what was owed on which day, by which row of the law."""

    amount: Money
    owed: Money
    day: date
    rule: str
    row_from: date
    source: str


@dataclass(frozen=True, slots=True)
class ItemInterest:
    """What the interest of an item has come to by a day, and what of it is charged."""

    item_id: int
    reference: str
    currency: str
    proof: Proof
    charged: Money
    charged_through: date | None
    taken_back: Sequence[TakenBack]
    fixed_sum: FixedSum | None

    @property
    def total(self) -> Money:
        """What it has come to by the day."""
        return Money(self.proof.total, self.currency)


def interest_of(account_id: int, *, on: date, scope: Scope) -> list[ItemInterest]:
    """Prove what the interest on each item of an account has come to by a day, from the record as it is known now.

    :raises NotFound: there is no such account within the scope
    :raises NoFigure: the law says nothing for a day that is needed
    """
    account = accounts.get_account(account_id, scope=scope)
    rows = sql.rows(sql.load("tallystick.charges", "accrual.sql", "of_account"), {"account": account_id})
    if not rows:
        return []
    in_force = agreements.in_force(client_ids=[account.client_id])
    record = proofs.record_of([account_id])
    taken_back = _taken_back(account_id)
    found = []
    for row in rows:
        proven = proofs.prove_item({**row, "day": on}, agreements=in_force, record=record, until=on)
        found.append(
            ItemInterest(
                row["item_id"],
                row["reference"],
                row["currency"],
                proven.until(on),
                Money(row["charged_minor"], row["currency"]),
                row["through_on"],
                taken_back[row["item_id"]],
                _fixed_sum(proven, on),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Charged:
    """The interest on an item as it is charged, through a day, with the lines that stand."""

    item_id: int
    reference: str
    total: Money
    lines: tuple[Line, ...]


def charged_on(account_id: int) -> list[Charged]:
    """Give the interest that is charged on each item of an account."""
    kept = proofs.kept_lines([account_id])
    return [
        Charged(
            row["item_id"],
            row["reference"],
            Money(row["charged_minor"], row["currency"]),
            tuple(each.line for each in kept[row["item_id"]]),
        )
        for row in sql.rows(sql.load("tallystick.charges", "accrual.sql", "of_account"), {"account": account_id})
    ]


def charged_in_all(account_ids: Sequence[int]) -> dict[str, int]:
    """Give the interest and fixed sums that are charged on some accounts together, in minor units by currency."""
    rows = sql.rows(sql.load("tallystick.charges", "correcting.sql", "charged_in_all"), {"accounts": list(account_ids)})
    return {row["currency"]: row["minor"] for row in rows}


@dataclass(frozen=True, slots=True)
class ChargedByRule:
    """What a rule charged and an item holds: on which other item, and how much of it stands."""

    on_item_id: int
    minor: int


def charged_by_rule(account_id: int, item_id: int, *, since: date | None = None) -> ChargedByRule | None:
    """Give what a rule charged that an item holds, from a day on; None where no rule did."""
    asked = {"account": account_id, "item": item_id, "since": since}
    causes = {"interest": Cause.INTEREST, "fixed_sum": Cause.FIXED_SUM}
    found = sql.rows(sql.load("tallystick.charges", "correcting.sql", "charge_of_item"), {**asked, **causes})
    return ChargedByRule(found[0]["on_item_id"], found[0]["minor"]) if found else None


def fees_of(account_id: int, *, scope: Scope) -> list[dict[str, Any]]:
    """Give the fees of an account for occasions, with the references of the items they are of and are held by, the oldest first.

    :raises NotFound: there is no such account within the scope
    """
    accounts.get_account(account_id, scope=scope)
    return sql.rows(sql.load("tallystick.charges", "fees.sql", "of_account"), {"account": account_id})


def charged_lines(account_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Give the lines that prove the interest that is charged and open on some accounts, by account, item and day.

    `of_item` is the reference of what bears it, `beside` of the item that holds it.
    """
    return sql.rows(sql.load("tallystick.charges", "accrual.sql", "charged_lines"), {"account_ids": list(account_ids)})


def _fixed_sum(proven: Proven, on: date) -> FixedSum | None:
    agreement, bearing = proven.agreement, proven.bearing
    if not proven.fixed or agreement is None or bearing is None or on < bearing.first_day:
        return None
    row, currency = agreement.fixed_sum_row(bearing.first_day), proven.row["currency"]
    return FixedSum(
        Money(proven.fixed, currency),
        Money(proven.owed, currency),
        bearing.first_day,
        str(agreement.agreed.fixed_sum),
        row.first_day,
        row.source.title,
    )


def _taken_back(account_id: int) -> dict[int, list[TakenBack]]:
    found: dict[int, list[TakenBack]] = defaultdict(list)
    for row in sql.rows(sql.load("tallystick.charges", "accrual.sql", "taken_back"), {"account": account_id}):
        found[row["item_id"]].append(TakenBack(proofs.line_of(row), row["kept_at"], row["taken_back_at"]))
    return found
