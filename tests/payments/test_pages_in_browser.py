"""A cash applier's morning in a real browser: a file comes in, and what waits is worked off by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.looking import look_at
from tests.payments.bank_files import csv_of, import_file
from tests.payments.conftest import IBAN

from tallystick.access.rules.rights import Role
from tallystick.config.demo import bank as demo
from tallystick.kernel import sql
from tallystick.payments import actions, queries
from tallystick.payments.models import Payment, StatementFile, StatementLine
from tallystick.payments.rules.states import LineState

BANK = demo.Bank("SVW", "Severn Vale, collections", IBAN, "GBP", "camt.053")


class Keyboard:
    """Presses keys one after the other, and counts them; after each it waits for the answer."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
            for _try in range(200):
                self.page.wait_for_load_state("load")
                self.page.wait_for_timeout(40)
                if not self.page.locator(".htmx-request").count():
                    break
            else:
                raise AssertionError("the server did not answer")


@pytest.fixture
def finn(till: Any, person: Callable[..., Any], live: Any) -> Any:
    """A cash applier's browser."""
    live.log_in(person(Role.CASH_APPLIER, name="finn.okafor"))
    return live


@pytest.fixture
def statement(tmp_path: Path) -> str:
    """A file of the bank with an exact match and two lines that need a person."""
    receipts = [
        demo.Receipt(4000, "A HUGHES", "INV-1"),
        demo.Receipt(6000, "AMELIA HUGHES", "THANKS"),
        demo.Receipt(2500, "HM REVENUE", "REPAYMENT"),
    ]
    file = tmp_path / "february.xml"
    file.write_bytes(demo.statement(BANK, receipts, day=date(2026, 2, 27), number=7, opening_minor=0))
    return str(file)


def heading(page: Any) -> str:
    return " ".join(page.locator("#line-name").inner_text().split())


def breaches() -> list[Any]:
    return [row for invariant in queries.INVARIANTS for row in sql.rows(invariant.breaches)]


def test_a_file_comes_in_and_what_waits_is_worked_off_by_keyboard_alone(till: Any, finn: Any, statement: str) -> None:
    page = finn.open(reverse("payments:payments"))
    keyboard = Keyboard(page)

    keyboard.press("i")
    page.wait_for_url("**/payments/import")
    page.set_input_files("input[type=file]", statement)
    page.wait_for_selector("#look >> text=Severn Vale, collections")
    assert not StatementFile.objects.exists()
    keyboard.press("b")
    page.wait_for_url("**/payments/files/*")
    assert page.locator("tr", has_text="Waiting for a person").inner_text().split()[-2:] == ["2", "£85.00"]
    keyboard.press("n")
    page.wait_for_selector("#line-name")
    assert heading(page) == "£60.00 AMELIA HUGHES"

    keyboard.pressed = 0
    keyboard.press("1")
    assert heading(page) == "£25.00 HM REVENUE"
    assert "£60.00 applied to Amelia Hughes (SVW-1001)." in page.locator(".done").inner_text()
    keyboard.press("n", "r")
    assert page.locator("text=No money waits").count() == 1

    assert keyboard.pressed == 3
    assert sorted(StatementLine.objects.values_list("state", "open_minor")) == [
        ("applied", 0),
        ("applied", 0),
        ("ignored", 2500),
    ]
    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (0, 4000)
    assert breaches() == []


def test_lines_are_walked_through_by_letters_and_arrows_and_a_decision_is_undone(till: Any, finn: Any) -> None:
    for number, name in enumerate(("SVW-1001", "BOLT", "CARR")):
        till.line(f"{10 + number}.00", name, day=f"{13 + number}/02/2026")
    page = finn.open(reverse("payments:waiting"))
    keyboard = Keyboard(page)
    seen = [heading(page)]

    for key in ("j", "ArrowDown", "ArrowDown", "k", "ArrowUp"):
        keyboard.press(key)
        seen.append(heading(page))
        assert page.locator(".line-list [aria-current=true]").count() == 1

    assert [each.split()[0] for each in seen] == ["£10.00", "£11.00", "£12.00", "£12.00", "£11.00", "£10.00"]
    keyboard.press("1")
    assert heading(page).startswith("£11.00")
    counts = page.locator("#payments-tabs .count, #side [aria-current=page] .count")
    assert counts.all_inner_texts() == ["2", "2"]
    keyboard.press("u")
    assert heading(page).startswith("£10.00")
    assert counts.all_inner_texts() == ["3", "3"]
    assert StatementLine.objects.filter(state=LineState.WAITING).count() == 3
    assert breaches() == []


def test_an_account_is_found_by_hand_and_the_line_split_by_keyboard_alone(till: Any, finn: Any) -> None:
    line = till.line("120.00", "NOBODY KNOWN")
    page = finn.open(reverse("payments:waiting"))
    keyboard = Keyboard(page)

    keyboard.press("/")
    page.keyboard.type("SVW-1001")
    keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").strip().startswith("1")
    keyboard.press("s")
    assert page.locator("[data-rest]").inner_text() == "£0.00"
    page.keyboard.type("15")
    assert page.locator("[data-rest]").inner_text() == "£25.00"
    keyboard.press("Enter")

    till.older.refresh_from_db(), till.later.refresh_from_db(), line.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor, line.open_minor) == (2500, 2000, 2500)
    assert heading(page) == "£25.00 left of £120.00"
    assert breaches() == []


def test_a_tick_pays_an_item_as_far_as_the_line_reaches(till: Any, finn: Any) -> None:
    till.line("60.00", "SVW-1001")
    page = finn.open(reverse("payments:waiting"))
    Keyboard(page).press("s")
    ticks, amounts = page.locator("[data-fills]"), page.locator(".pays input")

    for place in (0, 1, 1, 0):  # both off; the second on, then the first, for which nothing is left
        ticks.nth(place).click()

    assert [amounts.nth(0).input_value(), amounts.nth(1).input_value()] == ["", "60.00"]
    assert page.locator("[data-rest]").inner_text() == "£0.00"


def test_whoever_is_second_is_told_on_the_page_they_look_at(till: Any, finn: Any) -> None:
    line = till.line("60.00", "SVW-1001")
    page = finn.open(reverse("payments:waiting"))
    actions.allocate_line(line_id=line.pk, account_id=till.account.pk, at=AT, by=TEST)

    Keyboard(page).press("1")

    assert "it does not wait any more" in page.locator(".pane .notice").inner_text()
    assert Payment.objects.count() == 1
    assert page.url.endswith("/payments/waiting?show=waiting")


def test_the_columns_of_a_strange_csv_are_said_once(till: Any, finn: Any, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("Wann;Wer;Wieviel\n03/04/2026;ACME;12,50\n")
    page = finn.open(reverse("payments:import"))

    page.set_input_files("input[type=file]", str(tmp_path / "one.csv"))
    page.wait_for_selector("#look >> text=What the columns mean")
    assert page.locator("#column-0").input_value() == "day"
    page.select_option("#column-1", "name")
    page.select_option("#id_day_order", "day_first")
    page.wait_for_selector("#look button[type=submit]:enabled")
    Keyboard(page).press("b")
    page.wait_for_url("**/payments/files/*")

    till.bank.refresh_from_db()
    assert till.bank.csv_columns["columns"]["name"] == [1]
    assert (StatementLine.objects.get().counterparty, StatementLine.objects.get().amount_minor) == ("ACME", 1250)


def test_the_pages_are_accessible_and_fit_with_something_of_everything(till: Any, finn: Any, statement: str) -> None:
    till.line("40.00", "INV-1")
    line = till.line("60.00", "SVW-1001 INV-2", day="14/02/2026")
    builders.invoice(builders.account(till.account.portfolio, name="Amelia Hughes"), "60.00")
    till.line("-40.00", "UNPAID INV-1", day="20/02/2026")
    parked = till.line("5.00", "LATER", day="21/02/2026")
    actions.park_line(line_id=parked.pk, note="asked", at=AT, by=TEST)
    import_file(csv_of([("13/02/2026", "A", "1.00"), ("never", "B", "2.00")]), till.bank)
    payment, file = Payment.objects.get(), StatementFile.objects.order_by("-pk")[0]
    waiting = reverse("payments:waiting")
    addresses = [
        reverse("payments:payments"),
        reverse("payments:file", args=[file.pk]),
        f"{waiting}?line={line.pk}",
        f"{waiting}?line={line.pk}&account={till.account.pk}",
        f"{waiting}?line={line.pk}&done={payment.pk}",
        f"{waiting}?line={line.pk}&q=nobody",
        *(f"{waiting}?show={shown}" for shown in ("waiting", "out", "parked", "ignored")),
        reverse("payments:line", args=[line.pk]),
        reverse("payments:received"),
        reverse("payments:payment", args=[payment.pk]),
    ]

    wrong = [found for address in addresses for found in look_at(finn.open(address))]
    for key in ("p", "n"):
        page = finn.open(f"{waiting}?line={line.pk}")
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open] h2")
        wrong += [f"{key}: {found}" for found in look_at(page)]
    page = finn.open(reverse("payments:import"))
    page.set_input_files("input[type=file]", statement)
    page.wait_for_selector("#look >> text=Severn Vale, collections")
    wrong += look_at(page)

    assert wrong == []
