"""The ageing of a book as a table: one for each currency, a row for each client, a column for each bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tallystick.accounts.rules import Bucket
from tallystick.exchange.rules.converting import Converted, Rates, Total
from tallystick.kernel.money import Money

#: Buckets of money that is past its day, from the youngest.
OVERDUE = (Bucket.TO_30, Bucket.TO_60, Bucket.TO_90, Bucket.TO_180, Bucket.TO_365, Bucket.OVER_365)
#: Those past ninety days.
OLD = (Bucket.TO_180, Bucket.TO_365, Bucket.OVER_365)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a bucket, and on how many accounts."""

    bucket: Bucket
    amount: Money
    accounts: int
    #: How much of it is on hold or disputed.
    held: Money


@dataclass(frozen=True, slots=True)
class Row:
    """The buckets of a client; of all clients where there is no id."""

    client_id: int | None
    name: str
    cells: tuple[Cell, ...]

    @property
    def total(self) -> Money:
        """What is owed in all, less money on account."""
        return sum((cell.amount for cell in self.cells[1:]), self.cells[0].amount)

    @property
    def held(self) -> Money:
        """What of it is on hold or disputed."""
        return sum((cell.held for cell in self.cells[1:]), self.cells[0].held)

    def of(self, buckets: Iterable[Bucket]) -> Money:
        """Add up some buckets."""
        chosen = set(buckets)
        nothing = Money.zero(self.cells[0].amount.currency)
        return sum((cell.amount for cell in self.cells if cell.bucket in chosen), nothing)

    def share_of(self, buckets: Iterable[Bucket]) -> Decimal | None:
        """Give the part of all debt that stands in some buckets, as a fraction; None where there is no debt."""
        debt = self.of([Bucket.NOT_DUE, *OVERDUE])
        return Decimal(self.of(buckets).minor) / debt.minor if debt.minor > 0 else None


@dataclass(frozen=True, slots=True)
class Ageing:
    """The book in one currency by age."""

    currency: str
    clients: tuple[Row, ...]
    all: Row

    @property
    def overdue(self) -> Money:
        """What is past its day."""
        return self.all.of(OVERDUE)

    @property
    def old(self) -> Money:
        """What is more than ninety days past its day."""
        return self.all.of(OLD)


@dataclass(frozen=True, slots=True)
class InOne:
    """The books of all currencies told in one: each total beside the amounts and rates that it comes of."""

    currency: str
    owed: Total
    overdue: Total
    old: Total

    @property
    def rows(self) -> list[tuple[Converted, Converted, Converted]]:
        """What is owed, overdue and old, by currency, where there is a rate: all three go by the same one."""
        return list(zip(self.owed.parts, self.overdue.parts, self.old.parts, strict=True))


def in_one(found: Iterable[Ageing], rates: Rates, into: str) -> InOne:
    """Tell the books of all currencies in one, by the rates of a day. Each amount is rounded by itself, and then added up."""
    books = list(found)
    return InOne(
        into,
        owed=rates.total((book.all.total for book in books), into),
        overdue=rates.total((book.overdue for book in books), into),
        old=rates.total((book.old for book in books), into),
    )


def tables(rows: Iterable[Mapping[str, Any]], *, names: Mapping[int, str]) -> list[Ageing]:
    """Make a table for each currency of rows of (currency, client_id, bucket, minor, held_minor, accounts); clients by name.

    >>> rows = [{"currency": "GBP", "client_id": 3, "bucket": "1_30", "minor": 500, "held_minor": 20, "accounts": 2}]
    >>> [table] = tables(rows, names={3: "Severn"})
    >>> table.all.total, table.overdue, table.all.held, table.clients[0].name
    (Money(500, 'GBP'), Money(500, 'GBP'), Money(20, 'GBP'), 'Severn')
    """
    found: dict[str, dict[int, dict[str, Mapping[str, Any]]]] = {}
    for row in rows:
        found.setdefault(row["currency"], {}).setdefault(row["client_id"], {})[row["bucket"]] = row
    return [_table(currency, of_clients, names) for currency, of_clients in sorted(found.items())]


def _table(
    currency: str, of_clients: Mapping[int, Mapping[str, Mapping[str, Any]]], names: Mapping[int, str]
) -> Ageing:
    ordered = sorted(of_clients, key=lambda client_id: (names.get(client_id, ""), client_id))
    clients = tuple(
        Row(client_id, names.get(client_id, ""), _cells(currency, of_clients[client_id])) for client_id in ordered
    )
    totals = tuple(
        Cell(
            bucket,
            sum((row.cells[place].amount for row in clients), Money.zero(currency)),
            sum(row.cells[place].accounts for row in clients),
            sum((row.cells[place].held for row in clients), Money.zero(currency)),
        )
        for place, bucket in enumerate(Bucket)
    )
    return Ageing(currency, clients, Row(None, "", totals))


def _cells(currency: str, by_bucket: Mapping[str, Mapping[str, Any]]) -> tuple[Cell, ...]:
    nothing: Mapping[str, Any] = {"minor": 0, "held_minor": 0, "accounts": 0}
    return tuple(
        Cell(bucket, Money(row["minor"], currency), row["accounts"], Money(row["held_minor"], currency))
        for bucket, row in ((bucket, by_bucket.get(bucket.value, nothing)) for bucket in Bucket)
    )
