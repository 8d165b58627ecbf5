"""Money that comes in by one large statement, and what the book looks like on a day that is past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

from tallystick.accounts import queries as account_queries
from tallystick.config.bench import measures
from tallystick.config.bench.users import arrivals
from tallystick.config.bench.users.arrivals import Payment
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.payments import actions as payments

#: One account in so many pays one of its items.
_PAYING = 20


def measure(report: measures.Report, *, at: datetime, today: date, progress: Callable[[str], None]) -> None:
    """Bring in a statement that pays an item of one account in twenty, nine lines of ten by an exact reference."""
    progress("a bank statement, matched to the items that it pays")
    [client] = account_queries.clients()
    bank = payments.open_bank_account(
        client_id=client.pk,
        name="Bench",
        currency="GBP",
        sort_code="00-00-00",
        number="10000000",
        at=at,
        by=measures.BENCH,
    )
    rows = sql.rows(sql.load("tallystick.config.bench", "book.sql", "items_to_be_paid"), {"every": _PAYING})
    paid = [Payment(row["reference"], Money(row["open_minor"], "GBP")) for row in rows]
    measures.settle()
    scan = measures.plain_scan("accounts_item")
    with measures.timed() as seconds:
        brought = payments.import_statement_file(
            file=BytesIO(arrivals.statement(paid, on=today, number=1)),
            name="bench.csv",
            bank_account_id=bank.pk,
            at=at,
            by=measures.BENCH,
        )
    named = "bank lines read, posted and matched"
    report.figures.append(measures.Figure(named, brought.new_lines, "lines", seconds(), "count(*) of items", scan))
    report.notes.append(
        f"of {brought.new_lines:,} bank lines {brought.matched.done:,} found the item they pay; "
        f"{sum(brought.matched.refused.values()):,} wait for a person"
    )
