"""Files that tests import, and the way from a file to the book."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests import builders

from tallystick.accounts.models import Client
from tallystick.intake import actions, queries, rules
from tallystick.intake.models import Batch, Source
from tallystick.kernel.actor import Actor

AT = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
IMPORTER = Actor(label="ada", user_id=None, rights=frozenset({"import receivables"}))

INVOICE_HEADINGS = ("Account", "Customer Name", "Invoice Number", "Invoice Date", "Due Date", "Amount", "Currency")


def source(kind: str = "invoices", *, client: Client | None = None, name: str = "ledger", prefix: str = "") -> Source:
    """Open a source of a client that has one portfolio."""
    client = client or builders.client()
    if not client.portfolios.exists():
        builders.portfolio(client)
    return actions.open_source(
        client_code=client.code, name=name, kind=rules.FileKind(kind), prefix=prefix, at=AT, by=IMPORTER
    )


def written(lines: Sequence[Sequence[Any]], *, headings: Sequence[str] = INVOICE_HEADINGS) -> bytes:
    """Write lines as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *lines])
    return text.getvalue().encode()


def invoice(number: int, *, account: str = "A1", amount: str = "100.00", **cells: str) -> list[str]:
    """Write the cells of an invoice."""
    whole = {
        "account": account,
        "name": f"Customer {account} Ltd",
        "reference": f"INV-{number:05d}",
        "issued_on": "2026-01-10",
        "due_on": "2026-02-09",
        "amount": amount,
        "currency": "GBP",
        **cells,
    }
    return list(whole.values())


def uploaded(to: Source, content: bytes, *, name: str = "file.csv") -> Batch:
    """Upload a file."""
    return actions.upload_file(source_id=to.pk, file_name=name, content=[content], at=AT, by=IMPORTER)


def checked(to: Source, content: bytes, *, name: str = "file.csv", **changes: Any) -> Batch:
    """Upload a file, map it as guessed but for `changes` of the mapping's document, and check it."""
    batch = uploaded(to, content, name=name)
    document = actions.guess_mapping(batch_id=batch.pk, by=IMPORTER).mapping.as_document()
    fields = {**document["fields"], **changes.pop("fields", {})}
    document = {**document, **changes, "fields": {name: origin for name, origin in fields.items() if origin}}
    actions.map_batch(batch_id=batch.pk, document=document, name=to.name, at=AT, by=IMPORTER)
    actions.check_batch(batch_id=batch.pk, at=AT, by=IMPORTER)
    return queries.get_batch(batch.pk)


def commit(batch: Batch, *, at: datetime = AT) -> Batch:
    """Load a checked batch."""
    actions.start_commit(batch_id=batch.pk, at=at, by=IMPORTER)
    while actions.commit_next_chunk(batch_id=batch.pk, at=at, by=IMPORTER):
        pass
    assert actions.finish_commit(batch_id=batch.pk, at=at, by=IMPORTER)
    return queries.get_batch(batch.pk)


def loaded(to: Source, content: bytes, *, name: str = "file.csv", at: datetime = AT, **changes: Any) -> Batch:
    """Take a file all the way into the book."""
    return commit(checked(to, content, name=name, **changes), at=at)


def receipt(batch: Batch) -> dict[tuple[str, str], tuple[int, int]]:
    """Give what became of a batch's lines: count and value in minor units, by verdict and currency."""
    phase = rules.Phase.COMMITTED if batch.state == rules.BatchState.COMMITTED else rules.Phase.CHECKED
    found = queries.totals(batch.pk, phase=phase)
    return {(str(total.verdict), total.currency): (total.lines, total.minor) for total in found}


def faults(batch: Batch) -> list[tuple[int, str, str]]:
    """Give what is wrong with a batch's lines: line, field and code."""
    return [(error.line, error.field, error.code) for error in queries.row_errors(batch.pk)]
