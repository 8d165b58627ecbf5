"""The pages: a file taken in, mapped, checked, loaded; who may, whose files, and what is said when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.intake.conftest import Clients
from tests.intake.files import invoice, receipt, written

from tallystick.accounts.models import Item
from tallystick.config.working_off import work_off
from tallystick.intake.models import Batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]

HTMX = {"HX-Request": "true"}


def html(response: Any) -> str:
    return " ".join(response.content.decode().split())


def a_file(content: bytes, name: str = "ledger.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(browser: Client, content: bytes, **fields: Any) -> Any:
    name = fields.pop("file_name", "ledger.csv")
    return browser.post(reverse("intake:upload"), {"file": a_file(content, name), **fields})


def upload_new(browser: Client, content: bytes, **fields: Any) -> Any:
    return upload(
        browser, content, **{"source": "new", "client": "SVW", "kind": "invoices", "name": "ledger", **fields}
    )


def page_of(browser: Client, batch: Batch, name: str = "batch", **query: Any) -> str:
    response = browser.get(reverse(f"intake:{name}", args=[batch.pk]), query)
    assert response.status_code == 200
    return html(response)


def as_proposed(browser: Client, batch: Batch) -> dict[str, str]:
    """Give what the form of columns would post if nothing was changed."""
    form = browser.get(reverse("intake:mapping", args=[batch.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_a_list_that_is_empty_says_what_to_do(manager: Client) -> None:
    page = html(manager.get(reverse("intake:intake")))

    assert "Nothing was imported yet" in page
    assert reverse("intake:upload") in page


def test_a_file_of_a_new_source_goes_from_upload_to_receipt(manager: Client, clients: Clients) -> None:
    content = written([invoice(1), invoice(2, amount="250.50"), invoice(3, amount="x")])

    response = upload_new(manager, content)
    batch = Batch.objects.get()
    assert response.headers["Location"] == reverse("intake:mapping", args=[batch.pk])

    response = manager.post(response.headers["Location"], as_proposed(manager, batch))
    assert response.headers["Location"] == reverse("intake:batch", args=[batch.pk])
    assert "Checking every line" in page_of(manager, batch)
    work_off()
    page = page_of(manager, batch)
    assert "What loading would do" in page
    assert "£350.50" in page
    assert "This is not an amount." in page
    assert not Item.objects.exists()

    manager.post(reverse("intake:load", args=[batch.pk]))
    assert "Loading into the book" in page_of(manager, batch)
    work_off()

    page = page_of(manager, batch)
    assert f"Receipt of import {batch.pk}" in page
    assert "Proven" in page
    batch.refresh_from_db()
    assert receipt(batch) == {("new", "GBP"): (2, 35_050), ("refused", "GBP"): (1, 0)}
    assert batch.committed_by == "Ada Import"
    assert set(Item.objects.values_list("reference", flat=True)) == {"INV-00001", "INV-00002"}
