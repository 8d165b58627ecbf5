"""The pages: a file taken in by those who may; whose files, and which cannot be taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.intake.conftest import Clients
from tests.intake.files import checked, invoice, receipt, source, written
from tests.intake.pages import as_proposed, html, page_of, upload, upload_new

from tallystick.access.models import User
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Item
from tallystick.config.working_off import work_off
from tallystick.intake import rules
from tallystick.intake.models import Batch, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]


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


# Who may, and whose files


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CREDIT_MANAGER])
def test_only_who_may_import_comes_in(role: Role, clients: Clients, person: Callable[..., User]) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))
    browser = Client()
    browser.force_login(person(role, everywhere=True))

    for name in ("intake", "upload"):
        assert browser.get(reverse(f"intake:{name}")).status_code == 403
    for name in ("batch", "progress", "mapping", "file", "faulty_lines"):
        assert browser.get(reverse(f"intake:{name}", args=[batch.pk])).status_code == 403
    for name in ("mapping", "heading", "check", "load", "discard"):
        assert browser.post(reverse(f"intake:{name}", args=[batch.pk])).status_code == 403
    batch.refresh_from_db()
    assert batch.state == rules.BatchState.CHECKED


def test_imports_of_other_clients_do_not_exist(manager: Client, clients: Clients) -> None:
    far = checked(source(client=clients.far), written([invoice(1)]), name="secret.csv")

    assert "secret.csv" not in html(manager.get(reverse("intake:intake")))
    for name in ("batch", "progress", "mapping", "file", "faulty_lines"):
        assert manager.get(reverse(f"intake:{name}", args=[far.pk])).status_code == 404, name
    for name in ("mapping", "heading", "check", "load", "discard"):
        assert manager.post(reverse(f"intake:{name}", args=[far.pk]), {"line": "1"}).status_code == 404, name
    far.refresh_from_db()
    assert far.state == rules.BatchState.CHECKED
    assert not ProcrastinateJob.objects.filter(task_name__startswith="intake.").exists()


def test_a_file_cannot_be_put_into_the_source_of_another_client(manager: Client, clients: Clients) -> None:
    far = source(client=clients.far)

    for fields in ({"source": far.pk}, {"source": "new", "client": "FAR", "kind": "invoices", "name": "x"}):
        response = upload(manager, written([invoice(1)]), **fields)
        assert response.status_code == 422
    assert not Batch.objects.exists()


# A file that cannot be taken in


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        pytest.param(b"", "file", "is empty", id="empty"),
        pytest.param(b"%PDF-1.7 whatever", "file", "is a PDF. Save it as CSV", id="a PDF"),
        pytest.param(b"PK\x03\x04 but nothing more", "file", "it is damaged", id="a broken workbook"),
        pytest.param(b"1\n2\n3\n", "heading_line", "No line of", id="no headings"),
    ],
)
def test_a_file_that_is_none_is_refused_where_it_was_chosen(
    manager: Client, content: bytes, field: str, said: str
) -> None:
    response = upload_new(manager, content)

    assert response.status_code == 422
    assert said in str(response.context["form"].errors[field])
    assert not Source.objects.exists()
    assert not Batch.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", 10)

    response = upload_new(manager, written([invoice(1)]))

    assert "is larger than" in str(response.context["form"].errors["file"])


def test_a_new_source_needs_client_kind_and_a_name_of_its_own(manager: Client, clients: Clients) -> None:
    source(client=clients.near, name="ledger")

    nothing = upload_new(manager, written([invoice(1)]), client="", name="")
    twice = upload_new(manager, written([invoice(1)]))

    assert set(nothing.context["form"].errors) == {"client", "name"}
    assert "already has a source" in str(twice.context["form"].errors["name"])


def test_headings_that_are_not_found_can_be_named(manager: Client) -> None:
    content = b"Report of March\n1;2;3\nA;B;C\nx;INV1;9\n"

    upload_new(manager, content, heading_line="3")

    assert Batch.objects.get().headings == ["A", "B", "C"]


def test_who_has_no_client_is_told_to_open_one(manager: Client, clients: Clients) -> None:
    assert "No client is within your reach" not in html(manager.get(reverse("intake:upload")))
    clients.near.portfolios.all().delete()
    clients.near.delete()

    assert "No client is within your reach" in html(manager.get(reverse("intake:upload")))
