"""The pages in a real browser: a file by hand from upload to receipt, each step accessible in light and dark, on both screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.intake.conftest import Clients
from tests.intake.files import invoice, loaded, source, written
from tests.looking import look_at

from tallystick.access.models import User
from tallystick.access.rules.rights import Role
from tallystick.config.working_off import work_off
from tallystick.intake.models import Batch


@pytest.fixture
def desk(live: Any, person: Callable[..., User]) -> Any:
    """The site in the browser of a credit manager."""
    live.log_in(person(Role.CREDIT_MANAGER))
    return live


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An export as systems write them: days that can be read in two ways, kinds of documents nobody knows, a bad amount."""
    headings = ("Account", "Customer Name", "Type", "Invoice Number", "Invoice Date", "Due Date", "Amount", "Email")
    lines = [
        [
            *cells[:2],
            "ZR" if number % 5 else "Credit note",
            cells[2],
            cells[3],
            cells[4],
            cells[5],
            "accounts@acme.example",
        ]
        for number in range(12)
        for cells in [
            invoice(
                number,
                account=f"A{number % 3}",
                issued_on="03/04/2026",
                due_on="04/05/2026",
                amount=f"1,{number:03d}.50",
            )
        ]
    ]
    lines[7][6] = "ten pounds"
    file = tmp_path / "Open items at 31 March.csv"
    file.write_bytes(written(lines, headings=headings))
    return file


@pytest.mark.django_db(transaction=True)
def test_a_file_by_hand_from_upload_to_receipt(desk: Any, ledger: Path) -> None:
    wrong: list[str] = []
    page = desk.open("/intake/")
    wrong += look_at(page, "1-empty")

    page.keyboard.press("n")
    page.get_by_label("Client").select_option("Severn Vale Water")
    page.get_by_label("What its lines are").select_option("Invoices and credit notes")
    page.get_by_label("Name of the source").fill("sales ledger")
    page.get_by_label("File").set_input_files(ledger)
    wrong += look_at(page, "2-upload")
    page.get_by_role("button", name="Upload").click()

    page.get_by_role("heading", name="How the file is read").wait_for()
    wrong += look_at(page, "3-columns")
    page.get_by_role("radio", name="day, month, year").check()
    page.locator("#seen-issued_on-0").get_by_text("3 Apr 2026").wait_for()
    page.get_by_label("Currency", exact=True).select_option("a text:")
    page.get_by_label("currency: the text").fill("EUR")
    page.get_by_label("currency: the text").blur()
    page.locator("#seen-amount-1").get_by_text("€1,001.50").wait_for()
    page.get_by_label("“ZR”").select_option("Invoice")
    page.locator("#seen-item_kind-1").get_by_text("Invoice").wait_for()
    wrong += look_at(page, "4-columns-chosen")
    page.get_by_role("heading", name="How the file is read").click()
    page.keyboard.press("s")

    page.get_by_role("heading", name="Checking every line").wait_for()
    wrong += look_at(page, "5-checking")
    work_off()
    page.get_by_role("heading", name="What loading would do").wait_for()
    assert page.get_by_text("ten pounds").is_visible()
    wrong += look_at(page, "6-checked")

    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_role("button", name="Commit").click()
    page.get_by_role("heading", name="Loading into the book").wait_for()
    wrong += look_at(page, "7-loading")
    work_off()
    page.get_by_role("heading", name="Receipt of import").wait_for()
    wrong += look_at(page, "8-receipt")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Print").is_visible()
    assert page.get_by_role("heading", name="What was loaded").is_visible()
    page.emulate_media(media="screen")
    assert wrong == []
    assert Batch.objects.get().state == "committed"


@pytest.mark.django_db(transaction=True)
def test_the_next_file_of_a_source_needs_no_mapping(desk: Any, clients: Clients, tmp_path: Path) -> None:
    of = source(client=clients.near)
    loaded(of, written([invoice(1), invoice(2)]))
    file = tmp_path / "next.csv"
    file.write_bytes(written([invoice(1), invoice(2)]))

    page = desk.open("/intake/new")
    page.get_by_label("Where it comes from").select_option(str(of.pk))
    assert not page.get_by_label("Name of the source").is_visible()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Checking every line").wait_for()
    work_off()

    page.get_by_text("The very same file was loaded before").wait_for()
    page.get_by_text("everything in this file that can be read is in the book already").wait_for()
    assert look_at(page, "9-same-again") == []
    assert look_at(desk.open("/intake/"), "10-list") == []


@pytest.mark.django_db(transaction=True)
def test_the_pages_work_without_scripts(
    person: Callable[..., User], live_server: Any, new_context: Any, ledger: Path
) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person(Role.CREDIT_MANAGER))
    context = new_context(java_script_enabled=False)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + "/intake/new")
    page.get_by_label("Client").select_option("Severn Vale Water")
    page.get_by_label("What its lines are").select_option("Invoices and credit notes")
    page.get_by_label("Name of the source").fill("sales ledger")
    page.get_by_label("File").set_input_files(ledger)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("radio", name="day, month, year").check()
    page.get_by_role("button", name="Show what that gives").click()
    assert page.locator("#seen-issued_on-0").inner_text().startswith("3 Apr 2026")
    page.get_by_label("“ZR”").select_option("Invoice")
    page.get_by_role("button", name="Save and check").last.click()
    work_off()
    page.get_by_role("heading", name="What loading would do").wait_for()
    page.get_by_role("button", name="Commit 11 lines").click()
    work_off()
    page.get_by_role("heading", name="Receipt of import").wait_for()
