"""Bring the demo book in through the public door: files of customers and of invoices, as a creditor sends them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tallystick.config.demo.book import Creditor, DemoAccount, DemoInvoice
from tallystick.config.demo.organization import DEMO
from tallystick.intake import actions as intake
from tallystick.intake.rules import FileKind
from tallystick.kernel import clock
from tallystick.kernel.money import Money

_CUSTOMERS = (
    "Account No,Customer Name,Company No,Type,Address Line 1,Town,Postcode,Country,Email,Telephone,Mobile,Portfolio,Currency"
).split(",")
_INVOICES = "Account No,Invoice No,Invoice Date,Due Date,Amount,Currency".split(",")
_SOURCES = {FileKind.CUSTOMERS: "Customers", FileKind.INVOICES: "Invoices"}


def customers_file(debtors: Iterable[DemoAccount]) -> bytes:
    """Write a creditor's file of customers."""
    return _written(
        _CUSTOMERS,
        (
            (
                debtor.reference,
                debtor.name,
                debtor.company_number,
                "company" if debtor.is_company else "person",
                debtor.street,
                debtor.town,
                debtor.postcode,
                debtor.country,
                debtor.email,
                debtor.phone,
                debtor.mobile,
                "MAIN",
                debtor.creditor.currency,
            )
            for debtor in debtors
        ),
    )


def invoices_file(invoices: Iterable[tuple[DemoAccount, DemoInvoice]]) -> bytes:
    """Write a creditor's file of invoices."""
    return _written(
        _INVOICES,
        (
            (
                debtor.reference,
                invoice.reference,
                f"{invoice.issued_on:%d/%m/%Y}",
                f"{invoice.due_on:%d/%m/%Y}",
                str(Money(invoice.amount_minor, debtor.creditor.currency).amount),
                debtor.creditor.currency,
            )
            for debtor, invoice in invoices
        ),
    )


def _written(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def open_sources(creditor: Creditor) -> dict[FileKind, int]:
    """Set up where a creditor's files come from; give the sources by kind."""
    return {
        kind: intake.open_source(client_code=creditor.code, name=name, kind=kind, at=clock.now(), by=DEMO).pk
        for kind, name in _SOURCES.items()
    }


def bring_in(content: bytes, *, source_id: int, name: str, currency: str) -> None:
    """Take a file through upload, mapping, check and commit, as a person would; the mapping is remembered from the first one."""
    batch = intake.upload_file(source_id=source_id, file_name=name, content=[content], at=clock.now(), by=DEMO)
    if batch.mapping is None:
        guess = intake.guess_mapping(batch_id=batch.pk, by=DEMO)
        document = {**guess.mapping.as_document(), "day_form": "dmy", "home_currency": currency}
        intake.map_batch(batch_id=batch.pk, document=document, name=name.partition("-")[0], at=clock.now(), by=DEMO)
    intake.check_batch(batch_id=batch.pk, at=clock.now(), by=DEMO)
    intake.start_commit(batch_id=batch.pk, at=clock.now(), by=DEMO)
    while intake.commit_next_chunk(batch_id=batch.pk, at=clock.now(), by=DEMO):
        pass
    intake.finish_commit(batch_id=batch.pk, at=clock.now(), by=DEMO)


def open_on(debtors: Iterable[DemoAccount], *, day: date) -> list[tuple[DemoAccount, DemoInvoice]]:
    """Give the invoices that were issued by a day, with what was still open on them at its end."""
    owed = []
    for debtor in debtors:
        for invoice in debtor.invoices:
            paid = sum(
                payment.amount_minor
                for payment in debtor.payments
                if payment.reference == invoice.reference and payment.paid_on <= day
            )
            if invoice.issued_on <= day and invoice.amount_minor > paid:
                owed.append((debtor, replace(invoice, amount_minor=invoice.amount_minor - paid)))
    return owed


def issued_between(debtors: Iterable[DemoAccount], *, after: date, upto: date) -> list[tuple[DemoAccount, DemoInvoice]]:
    """Give the invoices that were issued after a day and by another."""
    return [(debtor, invoice) for debtor in debtors for invoice in debtor.invoices if after < invoice.issued_on <= upto]
