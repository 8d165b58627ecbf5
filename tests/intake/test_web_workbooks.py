"""Workbooks by the pages: which sheet is read, and which workbook cannot be."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from tests.intake import files
from tests.intake.files import AT, invoice, receipt
from tests.intake.pages import save, upload_new

from tallystick.config.working_off import work_off
from tallystick.intake import queries
from tallystick.intake.models import Batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]


def test_a_workbook_is_taken_like_a_text(manager: Client) -> None:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, files.INVOICE_HEADINGS)
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(1, 0, invoice(1))
    sheet.write_datetime(1, 3, AT.replace(tzinfo=None), day)
    sheet.write_datetime(1, 4, AT.replace(tzinfo=None, month=5), day)
    sheet.write_number(1, 5, 1234.5)
    workbook.close()

    upload_new(manager, content.getvalue(), file_name="ledger.xlsx")
    batch = Batch.objects.get()
    rows = {row.field.name: row for row in manager.get(reverse("intake:mapping", args=[batch.pk])).context["rows"]}
    assert str(rows["issued_on"].seen[0][1].day) == "2026-04-01"
    save(manager, batch)
    work_off()

    assert receipt(Batch.objects.get()) == {("new", "GBP"): (1, 123_450)}


@pytest.fixture
def workbook() -> bytes:
    """A workbook with a cover, two lists and a hidden sheet."""
    content = io.BytesIO()
    made = xlsxwriter.Workbook(content, {"in_memory": True})
    cover = made.add_worksheet("About")
    cover.write_row(0, 0, ["Prepared by", "Ann"])
    open_items = made.add_worksheet("Open items")
    open_items.write_row(1, 0, files.INVOICE_HEADINGS)
    open_items.write_row(2, 0, invoice(1))
    customers = made.add_worksheet("Customers")
    customers.write_row(0, 0, ["Account", "Customer Name", "Email"])
    hidden = made.add_worksheet("Secret")
    hidden.write_row(0, 0, [*files.INVOICE_HEADINGS, "Terms", "Description", "Portfolio"])
    hidden.hide()
    made.close()
    return content.getvalue()


def test_the_sheet_that_looks_like_the_list_is_read(manager: Client, workbook: bytes) -> None:
    upload_new(manager, workbook, file_name="ledger.xlsx")

    batch = Batch.objects.get()
    assert batch.writing == {"sheet": "Open items", "sheets": ["About", "Open items", "Customers"]}
    assert batch.heading_line == 2
    save(manager, batch)
    work_off()
    assert receipt(queries.get_batch(batch.pk)) == {("new", "GBP"): (1, 10_000)}


def test_another_sheet_can_be_chosen(manager: Client, workbook: bytes) -> None:
    upload_new(manager, workbook, file_name="ledger.xlsx")
    batch = Batch.objects.get()
    address = reverse("intake:heading", args=[batch.pk])

    manager.post(address, {"sheet": "Customers", "line": "2"})
    batch.refresh_from_db()
    assert (batch.writing["sheet"], batch.heading_line) == ("Customers", 1)
    assert batch.headings == ["Account", "Customer Name", "Email"]

    manager.post(address, {"sheet": "Secret", "line": "1"})
    batch.refresh_from_db()
    assert batch.writing["sheet"] == "Customers"


def test_a_workbook_with_a_password_is_refused(manager: Client) -> None:
    response = upload_new(manager, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, file_name="ledger.xls")

    assert "cannot be opened safely" in str(response.context["form"].errors["file"])
