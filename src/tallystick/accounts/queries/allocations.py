"""What a credit pays, what it paid before, and who decided that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.models import Item
from tallystick.accounts.queries.orders import order_of
from tallystick.accounts.rules import SourceCreditKind
from tallystick.accounts.rules.orders import NUMBERS_OF_A_DECISION, AllocatedBy, CreditGone, OrderInForce
from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.money import Money
from tallystick.ledger.rules import Cause

#: The numbers of entries that follow an order begin here; those before name what the payer named.
ORDERED_FROM = 100_001


def _query(name: str) -> str:
    return sql.load("tallystick.accounts", "allocations.sql", name)


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry by which a credit pays an item."""

    id: int
    item_id: int
    amount_minor: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class StandingCredit:
    """A credit that was not taken back: what it is, what it pays, and the number of the last decision of that."""

    amount: Money
    booked_on: date
    posted_at: datetime
    number: int
    entries: tuple[Standing, ...]

    @property
    def paid(self) -> Mapping[int, int]:
        """What it pays, in minor units by item id."""
        found: dict[int, int] = {}
        for entry in self.entries:
            found[entry.item_id] = found.get(entry.item_id, 0) + entry.amount_minor
        return found

    @property
    def left(self) -> Money:
        """What of it is on account."""
        return self.amount - Money(sum(self.paid.values()), self.amount.currency)


def standing_credit(account_id: int, cause_kind: Cause, cause_id: int) -> StandingCredit:
    """Give a credit of an account as it stands.

    :raises CreditGone: it was taken back, or never came
    """
    asked = {"account": account_id, "kind": cause_kind, "cause": cause_id}
    found = sql.rows(_query("credit"), asked)
    if not found:
        raise CreditGone
    entries = tuple(Standing(**row) for row in sql.rows(_query("standing"), asked))
    [row] = found
    amount = Money(row["amount_minor"], row["currency"])
    return StandingCredit(amount, row["booked_on"], row["posted_at"], row["number"], entries)


@dataclass(frozen=True, slots=True)
class CreditOf:
    """A credit of an account that stands: what it is, and how much of it pays items."""

    cause_kind: Cause
    cause_id: int
    title: str | Promise
    reference: str
    booked_on: date
    amount: Money
    left: Money
    #: Whether a person may say what it pays: what was settled in the client's books is of the item that was settled there.
    may_be_allocated: bool


_TITLES = {Cause.PAYMENT: _("Payment"), Cause.DISPUTE: _("Credit note for a dispute")}


def credits_of(account_id: int, *, limit: int = 200) -> list[CreditOf]:
    """Give the credits of an account that stand, the latest first."""
    return [
        _credit_of(row)
        for row in sql.rows(_query("credits_of"), {"account": account_id, "kind": None, "cause": None, "limit": limit})
    ]


def find_credit(account_id: int, cause_kind: Cause, cause_id: int) -> CreditOf:
    """Give a credit of an account that stands.

    :raises CreditGone: it was taken back, or never came
    """
    asked = {"account": account_id, "kind": cause_kind, "cause": cause_id, "limit": 1}
    for row in sql.rows(_query("credits_of"), asked):
        return _credit_of(row)
    raise CreditGone


def _credit_of(row: Mapping[str, Any]) -> CreditOf:
    kind, currency = Cause(row["cause_kind"]), row["currency"]
    of_source = SourceCreditKind(row["kind"]) if row["kind"] else None
    return CreditOf(
        kind,
        row["cause_id"],
        of_source.label if of_source else _TITLES.get(kind, _("Credit")),
        row["reference"] or "",
        row["booked_on"],
        Money(row["amount_minor"], currency),
        Money(row["amount_minor"] - row["paid_minor"], currency),
        of_source is not SourceCreditKind.SETTLEMENT,
    )


@dataclass(frozen=True, slots=True)
class PaidOnce:
    """What a decision gave an item, and when that was taken away again, if it was."""

    item_id: int
    reference: str
    due_on: date
    amount: Money
    #: The day from which it does not hold any more, and the instant that became known.
    back_on: date | None
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of what a credit pays: how it was taken, by whom, from which day, and what it gave to which items."""

    number: int
    by: AllocatedBy
    order: OrderInForce | None
    reason: str
    #: Nothing for the first one, which was taken by whoever booked the credit, when it was booked.
    decided_at: datetime | None
    decided_by: str
    booked_on: date | None
    paid: list[PaidOnce] = field(default_factory=list)


def decisions_of(
    account_id: int, cause_kind: Cause, cause_id: int, *, booked_on: date, currency: str
) -> list[Decision]:
    """Give every decision of what a credit pays, the first one first. `booked_on` is the day of the credit."""
    asked = {"account": account_id, "kind": cause_kind, "cause": cause_id, "numbers": NUMBERS_OF_A_DECISION}
    paid = sql.rows(_query("history"), asked)
    found = {row["number"]: _decision(row, booked_on) for row in sql.rows(_query("decisions"), asked)}
    if 0 not in found:
        by = (
            AllocatedBy.NAMED
            if any(row["first_no"] < ORDERED_FROM for row in paid if not row["number"])
            else AllocatedBy.OLDEST
        )
        found[0] = Decision(0, by, None, "", None, "", None)
    for row in paid:
        found[row["number"]].paid.append(
            PaidOnce(
                row["item_id"],
                row["reference"],
                row["due_on"],
                Money(row["minor"], currency),
                row["back_on"],
                row["back_at"],
            )
        )
    return [found[number] for number in sorted(found)]


def _decision(row: Mapping[str, Any], day: date) -> Decision:
    by = AllocatedBy(row["by"])
    order = order_of(row, day, by) if row["basis"] else None
    return Decision(row["number"], by, order, row["reason"], row["decided_at"], row["decided_by"], row["booked_on"])


def payable_items(account_id: int, credit: StandingCredit) -> list[tuple[Item, Money, Money]]:
    """Give the items that a credit may pay, the oldest due first: how much of each it may pay at most, and how much it pays."""
    paid, currency = credit.paid, credit.amount.currency
    found = Item.objects.filter(Q(open_minor__gt=0) | Q(pk__in=paid), account_id=account_id).order_by("due_on", "pk")
    return [
        (item, Money(item.open_minor + paid.get(item.pk, 0), currency), Money(paid.get(item.pk, 0), currency))
        for item in found
    ]


def credits_left(account_ids: Sequence[int], *, cause: tuple[Cause, int] | None = None) -> list[dict[str, Any]]:
    """Give the credits of some accounts of which something is on account, the oldest first.

    Rows of account_id, cause_kind, cause_id, booked_on, amount_minor, minor (what is left), number (of the last decision).
    """
    kind, cause_id = cause or (None, None)
    return sql.rows(_query("left"), {"accounts": list(account_ids), "kind": kind, "cause": cause_id})


INVARIANTS = (
    Invariant(
        name="credits are allocated once",
        sentence="No credit pays more than it is.",
        checked="SELECT count(*) FROM ledger_entry WHERE cause_no = 0 AND credit = 9 AND cause_kind <> 9",
        breaches=_query("overpaid"),
    ),
    Invariant(
        name="allocations were decided",
        sentence="What a credit pays otherwise than when it came, somebody decided, and it is written down who.",
        checked="SELECT count(*) FROM accounts_allocation",
        breaches=sql.fill(_query("undecided"), numbers=str(NUMBERS_OF_A_DECISION)),
    ),
)
