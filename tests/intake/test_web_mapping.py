"""The page of columns: what is guessed, tried, asked for and saved, and what the next file of a source needs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.intake import files
from tests.intake.conftest import Clients
from tests.intake.files import checked, invoice, loaded, receipt, source, uploaded, written
from tests.intake.pages import HTMX, column, html, page_of, save, saved, upload

from tallystick.config.working_off import work_off
from tallystick.intake import rules
from tallystick.intake.models import Batch, Mapping

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]


@pytest.fixture
def batch(clients: Clients) -> Batch:
    """A file that nobody said anything of yet; its days can be read in two ways."""
    lines = [invoice(number, issued_on="03/04/2026", due_on="04/05/2026") for number in range(1, 4)]
    return uploaded(source(client=clients.near), written(lines))


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
