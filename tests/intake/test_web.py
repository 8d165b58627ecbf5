"""The pages: a file taken in, mapped, checked, loaded; who may, whose files, and what is said when something is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.intake import files
from tests.intake.conftest import Clients
from tests.intake.files import AT, IMPORTER, checked, commit, invoice, loaded, receipt, source, uploaded, written

from tallystick.access.models import AuditEvent, User
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Item
from tallystick.config.working_off import work_off
from tallystick.intake import actions, queries, rules
from tallystick.intake.models import Batch, Mapping, Source
from tallystick.kernel import clock

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


# How it is read


@pytest.fixture
def batch(clients: Clients) -> Batch:
    """A file that nobody said anything of yet; its days can be read in two ways."""
    lines = [invoice(number, issued_on="03/04/2026", due_on="04/05/2026") for number in range(1, 4)]
    return uploaded(source(client=clients.near), written(lines))


def save(browser: Client, batch: Batch, *, headers: dict[str, str] | None = None, **changes: str) -> Any:
    values = {**as_proposed(browser, batch), **changes}
    return browser.post(reverse("intake:mapping", args=[batch.pk]), values, headers=headers or {})


def column(batch: Batch, heading: str) -> str:
    return f"c{batch.headings.index(heading)}"


def saved(batch: Batch) -> rules.Mapping:
    batch.refresh_from_db()
    assert batch.mapping is not None
    return rules.mapping_of(batch.mapping.document)


def test_columns_are_guessed_and_shown_as_they_are_read(manager: Client, batch: Batch) -> None:
    response = manager.get(reverse("intake:mapping", args=[batch.pk]))

    rows = {row.field.name: row for row in response.context["rows"]}
    assert rows["amount"].column.value() == column(batch, "Amount")
    assert [seen.money.minor for _id, seen in rows["amount"].seen] == [10_000] * 3
    assert rows["item_ref"].seen[1][1].words == "INV-00002"
    assert "Still to choose:" in html(response)
    assert [str(label) for label in response.context["wanting"]] == ["How days are written"]


def test_what_the_file_leaves_open_has_to_be_said(manager: Client, batch: Batch) -> None:
    unsaid = save(manager, batch)
    assert unsaid.status_code == 422
    assert "Say in which order the file writes its days." in html(unsaid)

    assert save(manager, batch, day_form="dmy").status_code == 302
    assert saved(batch).day_form == rules.DayForm.DMY


def test_what_is_tried_is_shown_and_not_saved(manager: Client, batch: Batch) -> None:
    response = save(manager, batch, headers=HTMX, day_form="mdy", column_description=column(batch, "Account"))

    assert 'id="seen-issued_on-0" hx-swap-oob="true">4 Mar 2026' in html(response)
    assert 'id="seen-description-2" hx-swap-oob="true">A1' in html(response)
    assert "<form" not in html(response)
    batch.refresh_from_db()
    assert batch.mapping is None
    assert not Mapping.objects.exists()


def test_a_field_that_is_needed_and_missing_is_named(manager: Client, batch: Batch) -> None:
    response = save(manager, batch, day_form="dmy", column_amount="", column_due_on="")

    assert response.status_code == 422
    assert "no column or constant for: amount, due on, or days of payment" in html(response)
    assert not Mapping.objects.exists()


def test_a_value_can_be_the_same_in_every_line_or_put_together(manager: Client, batch: Batch) -> None:
    save(
        manager,
        batch,
        day_form="dmy",
        column_terms_days="text",
        text_terms_days="30",
        column_description="text",
        text_description="{Invoice Number} of {Customer Name}",
        form_due_on="mdy",
    )

    origins = saved(batch).origins
    assert origins["terms_days"] == rules.Origin(constant="30")
    assert origins["description"] == rules.Origin(template="{Invoice Number} of {Customer Name}")
    assert origins["due_on"] == rules.Origin(column="Due Date", form="mdy")


def test_a_text_that_was_not_written_is_asked_for(manager: Client, batch: Batch) -> None:
    response = save(manager, batch, day_form="dmy", column_description="text")

    assert response.status_code == 422
    assert "Write the text, or choose a column." in html(response)


def test_words_for_kinds_that_nobody_knows_are_asked_for(manager: Client, clients: Clients) -> None:
    headings = (*files.INVOICE_HEADINGS, "Type")
    lines = [[*invoice(1), "SI"], [*invoice(2), "ZR"], [*invoice(3), "ZG"]]
    batch = uploaded(source(client=clients.near), written(lines, headings=headings))
    page = manager.get(reverse("intake:mapping", args=[batch.pk]))
    assert [field.name for field in page.context["words"]] == ["word:ZR", "word:ZG"]

    save(manager, batch, **{"word:ZR": "invoice", "word:ZG": "credit_note"})
    work_off()

    assert saved(batch).words == {"zr": "invoice", "zg": "credit_note"}
    assert receipt(batch) == {("new", "GBP"): (3, 10_000)}


def test_lines_can_be_left_out_and_are_counted(manager: Client, clients: Clients) -> None:
    lines = [invoice(1), ["Total", "", "", "", "", "100.00", ""], ["", "", "", "", "", "1", ""]]
    batch = uploaded(source(client=clients.near), written(lines))
    account = column(batch, "Account")

    save(
        manager,
        batch,
        skip_column_0=account,
        skip_start_0="total",
        skip_total_0="on",
        skip_column_1=account,
        skip_start_1="",
    )
    work_off()

    batch.refresh_from_db()
    assert batch.lines == 1
    page = page_of(manager, batch)
    assert "2 lines of furniture" in page
    assert "It states of itself: 100.00." in page


@pytest.mark.parametrize("code", ["XXQ", "pounds"])
def test_a_currency_that_is_none_is_refused(manager: Client, batch: Batch, code: str) -> None:
    response = save(manager, batch, day_form="dmy", home_currency=code)

    assert "Write the ISO 4217 code, such as GBP." in html(response)


def test_another_line_can_be_the_headings(manager: Client, clients: Clients) -> None:
    batch = uploaded(source(client=clients.near), b"Account,Amount,Due Date\nKonto,Betrag,Tag\nA1,9,2026-01-01\n")

    response = manager.post(reverse("intake:heading", args=[batch.pk]), {"line": "2"})

    batch.refresh_from_db()
    assert response.headers["Location"] == reverse("intake:mapping", args=[batch.pk])
    assert (batch.heading_line, batch.headings) == (2, ["Konto", "Betrag", "Tag"])
    for nonsense in ("", "x", "0", "99"):
        manager.post(reverse("intake:heading", args=[batch.pk]), {"line": nonsense})
        batch.refresh_from_db()
        assert batch.heading_line == 2


def test_the_next_file_of_a_source_is_checked_at_once(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    loaded(of, written([invoice(1)]))

    response = upload(manager, written([invoice(1), invoice(2)]), source=of.pk)
    work_off()

    batch = Batch.objects.latest("pk")
    assert response.headers["Location"] == reverse("intake:batch", args=[batch.pk])
    assert receipt(batch) == {("new", "GBP"): (1, 10_000), ("unchanged", "GBP"): (1, 10_000)}
    assert Mapping.objects.count() == 1


def test_a_file_that_lost_a_column_is_mapped_anew_with_what_is_left(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    loaded(of, written([invoice(1)]), fields={"description": {"column": "Customer Name"}})
    headings = [heading.replace("Amount", "Total") for heading in files.INVOICE_HEADINGS]

    response = upload(manager, written([invoice(2)], headings=headings), source=of.pk)

    batch = Batch.objects.latest("pk")
    assert response.headers["Location"] == reverse("intake:mapping", args=[batch.pk])
    assert "This file has no column Amount" in page_of(manager, batch, "mapping")
    save(manager, batch)
    origins = saved(batch).origins
    assert (origins["amount"].column, origins["description"].column) == ("Total", "Customer Name")
    assert batch.mapping is not None
    assert batch.mapping.version == 2


def test_another_mapping_takes_the_check_back(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))

    save(manager, batch, column_description=column(batch, "Account"))

    batch.refresh_from_db()
    assert batch.state == rules.BatchState.CHECKING
    work_off()
    batch.refresh_from_db()
    assert batch.state == rules.BatchState.CHECKED


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


def test_who_has_no_client_is_told_to_open_one(manager: Client, clients: Clients) -> None:
    assert "No client is within your reach" not in html(manager.get(reverse("intake:upload")))
    clients.near.portfolios.all().delete()
    clients.near.delete()

    assert "No client is within your reach" in html(manager.get(reverse("intake:upload")))


# What is wrong with it


def many_wrong(clients: Clients) -> Batch:
    lines = [invoice(number) for number in range(1, 131)]
    for number in range(120):
        lines[number][5] = "=cmd()" if number == 0 else f"{number} pounds"
    lines[125][3] = "?"
    return checked(source(client=clients.near), written(lines), day_form="ymd", fields={"amount": {"column": "Amount"}})


def test_faults_come_in_parts_and_can_be_narrowed_to_a_reason(manager: Client, clients: Clients) -> None:
    batch = many_wrong(clients)

    first = manager.get(reverse("intake:batch", args=[batch.pk]))
    assert len(first.context["page"].rows) == 50
    last = manager.get(reverse("intake:batch", args=[batch.pk]), {"page": 3})
    assert [row["error"].line for row in last.context["page"].rows][-1] == 127
    narrowed = manager.get(reverse("intake:batch", args=[batch.pk]), {"reason": "day_unreadable", "field": "issued_on"})
    assert [row["error"].line for row in narrowed.context["page"].rows] == [127]
    assert [(str(each["fault"].code), each["count"]) for each in first.context["faults"]] == [
        ("amount_unreadable", 120),
        ("day_unreadable", 1),
    ]


def fetched(browser: Client, batch: Batch, **query: str) -> list[dict[str, str]]:
    response = browser.get(reverse("intake:faulty_lines", args=[batch.pk]), query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_faulty_lines_can_be_taken_away_with_what_is_wrong(manager: Client, clients: Clients) -> None:
    batch = many_wrong(clients)

    rows = fetched(manager, batch)

    assert len(rows) == 121
    assert rows[1]["Line in the file"] == "3"
    assert rows[1]["Invoice Number"] == "INV-00002"
    assert rows[1]["What is wrong"] == "Amount: This is not an amount."
    assert rows[0]["Amount"] == "'=cmd()"
    assert [row["Line in the file"] for row in fetched(manager, batch, reason="day_unreadable")] == ["127"]
    assert AuditEvent.objects.filter(what="exported", object_kind="import", object_id=str(batch.pk)).exists()


def test_faulty_lines_that_were_put_right_come_in_by_the_same_source(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    lines = [invoice(1), invoice(2, amount="x"), invoice(3, amount="-"), invoice(4)]
    first = commit(checked(of, written(lines)))
    rows = fetched(manager, first)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows({**row, "Amount": "7.00"} for row in rows)

    upload(manager, text.getvalue().encode(), source=of.pk)
    work_off()

    assert receipt(Batch.objects.latest("pk")) == {("new", "GBP"): (2, 1_400)}


def test_the_file_can_be_taken_away_as_it_came(manager: Client, clients: Clients) -> None:
    content = written([invoice(1)])
    batch = uploaded(source(client=clients.near), content, name="Ledger März.csv")

    response = manager.get(reverse("intake:file", args=[batch.pk]))

    assert b"".join(response.streaming_content) == content
    assert "attachment" in response.headers["Content-Disposition"]


def test_totals_stand_in_one_order_and_what_cannot_be_read_comes_last(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    loaded(of, written([invoice(1), invoice(2)]))
    lines = [
        invoice(1),
        invoice(2, amount="7.00"),
        invoice(3, amount="x"),
        invoice(4, account="B", currency="EUR"),
        invoice(5, currency="?"),
    ]
    batch = checked(of, written(lines), fields={"amount": {"column": "Amount"}})

    response = manager.get(reverse("intake:batch", args=[batch.pk]))

    shown = [(each.currency, [str(total.verdict) for total in each.totals]) for each in response.context["by_currency"]]
    assert shown == [("EUR", ["new"]), ("GBP", ["changed", "unchanged", "refused"]), ("", ["refused"])]


# Loading it


def jobs(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=f"intake.{name}", status="todo").count()


def test_a_large_file_is_loaded_by_several_workers(
    manager: Client, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 2)
    lines = [invoice(number, account=f"A{number}") for number in range(20)]
    batch = checked(source(client=clients.near), written(lines))

    manager.post(reverse("intake:load", args=[batch.pk]))

    assert jobs("load_batch") == 4
    assert "0 of 10" in page_of(manager, batch)
    work_off()
    assert receipt(queries.get_batch(batch.pk)) == {("new", "GBP"): (20, 200_000)}


def test_pressing_commit_twice_loads_once(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))

    for _press in range(2):
        manager.post(reverse("intake:load", args=[batch.pk]))
    work_off()
    manager.post(reverse("intake:load", args=[batch.pk]))

    assert Item.objects.count() == 1
    assert receipt(queries.get_batch(batch.pk)) == {("new", "GBP"): (1, 10_000)}


def test_progress_ends_by_sending_the_reader_to_what_came_of_it(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))
    actions.load_in_background(batch_id=batch.pk, at=AT, by=IMPORTER)
    address = reverse("intake:progress", args=[batch.pk])

    assert 'hx-trigger="every 1s"' in html(manager.get(address, headers=HTMX))
    work_off()

    assert manager.get(address, headers=HTMX).headers["HX-Redirect"] == reverse("intake:batch", args=[batch.pk])


def test_work_that_was_left_can_be_taken_up_again(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))
    actions.load_in_background(batch_id=batch.pk, at=AT, by=IMPORTER)
    ProcrastinateJob.objects.filter(task_name="intake.load_batch").update(status="failed")
    assert "no worker is at it" not in page_of(manager, batch)
    clock.travel_to(AT + timedelta(minutes=3))

    assert "no worker is at it" in page_of(manager, batch)
    manager.post(reverse("intake:load", args=[batch.pk]))
    work_off()

    assert Batch.objects.get().state == rules.BatchState.COMMITTED


def test_the_same_file_again_changes_nothing_and_says_so(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    first = loaded(of, written([invoice(1)]))

    upload(manager, written([invoice(1)]), source=of.pk)
    work_off()
    again = Batch.objects.latest("pk")

    page = page_of(manager, again)
    assert "The very same file was loaded before:" in page
    assert f"import {first.pk}, 1 Apr 2026, 10:00, ada" in page
    assert "Changes nothing:" in page
    manager.post(reverse("intake:load", args=[again.pk]))
    work_off()
    assert "Nothing changed:" in page_of(manager, again)


def test_a_file_that_is_not_wanted_is_discarded(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))

    response = manager.post(reverse("intake:discard", args=[batch.pk]), follow=True)

    assert "Discarded. Nothing of it came into the book." in html(response)
    assert "This file was discarded" in page_of(manager, batch)
    assert manager.get(reverse("intake:mapping", args=[batch.pk])).status_code == 302
    response = manager.post(reverse("intake:load", args=[batch.pk]), follow=True)
    assert "That cannot be done now: the import is Abandoned." in html(response)
    assert not Item.objects.exists()


def test_a_loaded_file_cannot_be_discarded_or_checked_again(manager: Client, clients: Clients) -> None:
    batch = loaded(source(client=clients.near), written([invoice(1)]))

    for name in ("discard", "check"):
        response = manager.post(reverse(f"intake:{name}", args=[batch.pk]), follow=True)
        assert "That cannot be done now: the import is Loaded." in html(response)
    assert Batch.objects.get().state == rules.BatchState.COMMITTED


def test_a_check_that_stopped_says_why_and_what_to_do(manager: Client, clients: Clients) -> None:
    batch = checked(source(client=clients.near), written([invoice(1)]))
    actions.check_in_background(batch_id=batch.pk, at=AT, by=IMPORTER)
    Batch.objects.filter(pk=batch.pk).update(headings=["Something", "else"])
    work_off()

    page = page_of(manager, batch)

    assert "The check stopped:" in page
    assert "The file has no column" in page
    assert reverse("intake:mapping", args=[batch.pk]) in page


def test_the_list_takes_as_few_statements_for_many_imports_as_for_few(
    manager: Client, clients: Clients, django_assert_max_num_queries: Any
) -> None:
    of = source(client=clients.near)
    for number in range(12):
        checked(of, written([invoice(number)]))

    with django_assert_max_num_queries(8):
        page = html(manager.get(reverse("intake:intake")))
    assert page.count("Checked, not loaded") == 12
    assert "file.csv" in html(manager.get(reverse("intake:intake"), {"source": of.pk}))
    assert "file.csv" not in html(manager.get(reverse("intake:intake"), {"source": of.pk + 1}))


def test_what_a_file_leaves_out_is_said_before_it_is_settled(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    first = [invoice(number) for number in range(1, 5)]
    batch = uploaded(of, written(first))
    save(manager, batch, holds_everything_open="on")
    work_off()
    commit(queries.get_batch(batch.pk))

    upload(manager, written(first[:3]), source=of.pk)
    work_off()
    page = page_of(manager, Batch.objects.latest("pk"))
    assert "1 open document that earlier files listed is not in this one." in page
    assert "was it cut off?" not in page

    upload(manager, written([*first[:3], invoice(9, account="")]), source=of.pk)
    work_off()
    assert "Nothing is settled by what is left out:" in page_of(manager, Batch.objects.latest("pk"))

    upload(manager, written(first[:1]), source=of.pk)
    work_off()
    last = Batch.objects.latest("pk")
    assert "was it cut off?" in page_of(manager, last)
    manager.post(reverse("intake:load", args=[last.pk]))
    work_off()
    page = page_of(manager, last)
    assert "No longer listed: settled" in page
    assert "£300.00" in page


def test_what_changes_is_shown_with_what_it_was_the_largest_first(manager: Client, clients: Clients) -> None:
    of = source(client=clients.near)
    loaded(of, written([invoice(number) for number in range(1, 5)]))
    content = written(
        [invoice(1, amount="101.00"), invoice(2, amount="250.00"), invoice(3, due_on="2026-03-01"), invoice(4)]
    )

    upload(manager, content, source=of.pk)
    work_off()
    batch = Batch.objects.latest("pk")

    changes = [(each.reference, each.was_minor, each.minor, each.open_minor) for each in queries.changes(batch.pk)]
    assert changes == [
        ("INV-00002", 10_000, 25_000, 25_000),
        ("INV-00001", 10_000, 10_100, 10_100),
        ("INV-00003", 10_000, 10_000, 10_000),
    ]
    page = page_of(manager, batch)
    assert '£250.00<span class="below">was £100.00</span>' in page
    assert '1 Mar 2026<span class="below">was 9 Feb 2026</span>' in page
    manager.post(reverse("intake:load", args=[batch.pk]))
    work_off()
    assert "as the check found it" in page_of(manager, batch)
