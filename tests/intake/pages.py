"""What a browser sends and what it is shown, as tests of the pages of imports need it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tallystick.intake import rules
from tallystick.intake.models import Batch

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


def save(browser: Client, batch: Batch, *, headers: dict[str, str] | None = None, **changes: str) -> Any:
    values = {**as_proposed(browser, batch), **changes}
    return browser.post(reverse("intake:mapping", args=[batch.pk]), values, headers=headers or {})


def column(batch: Batch, heading: str) -> str:
    return f"c{batch.headings.index(heading)}"


def saved(batch: Batch) -> rules.Mapping:
    batch.refresh_from_db()
    assert batch.mapping is not None
    return rules.mapping_of(batch.mapping.document)
