"""Months at their doors: pages, JSON, CSV, the command and the night."""

import csv
import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests.builders import TEST
from tests.insight.books import book, close, credit, invoice, noon
from tests.looking import look_at
from tests.reconciliations.conftest import person

from tallystick.access.rules.rights import Role
from tallystick.insight import actions, tasks
from tallystick.insight.models import Closing
from tallystick.kernel import clock

MARCH = date(2026, 3, 31)


def _worked():
    """Two months of a client, closed, of which the second was corrected later."""
    account = book(name="Severn Vale Water")
    invoice(account, "300.00", on=date(2026, 1, 10))
    invoice(account, "100.00", on=date(2026, 2, 10))
    invoice(account, "400.00", on=date(2026, 3, 10), reference="INV-9")
    close(MARCH)
    credit(account, "100.00", number=9, on=date(2026, 3, 25), known=date(2026, 4, 10))
    actions.add_later_known(at=noon(date(2026, 4, 11)), by=TEST)
    return account


@pytest.fixture
def account(db):
    clock.travel_to(noon(date(2026, 4, 12)))
    yield _worked()
    clock.travel_to(None)


@pytest.fixture
def manager(client, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    client.force_login(person("monica.manager", Role.CREDIT_MANAGER))
    return client


def test_the_page_says_as_known_when_and_marks_what_was_corrected(account, manager):
    now = manager.get("/insight/months").content.decode()
    for text in ("Severn Vale Water, GBP", "£700.00", "As known now", "corrected later", "78.75"):  # 700 / 800 × 90
        assert text in now, text
    then = manager.get("/insight/months?known_at=2026-04-05T10:00").content.decode()
    for text in ("£800.00", "As known at 5 Apr 2026, 10:00", "90"):
        assert text in then, text
    assert "corrected later" not in then


def test_a_month_shows_what_came_later_and_the_entries_of_it(account, manager):
    page = manager.get(f"/insight/months/{account.client_id}/GBP/2026-03-31").content.decode()
    for text in ("£800.00", "£700.00", "−£100.00", "Became known by 11 Apr 2026", f"/accounts/{account.pk}"):
        assert text in page, text
    assert manager.get(f"/insight/months/{account.client_id}/GBP/2026-05-31").status_code == 404
    assert manager.get(f"/insight/months/{account.client_id}/GBP/march").status_code == 404


def test_json_and_csv_say_the_same(account, manager):
    told = manager.get(f"/insight/months.json?client={account.client_id}").json()["months"]
    rows = list(csv.DictReader(io.StringIO(manager.get("/insight/months.csv").content.decode())))

    assert (
        [row["month"] for row in told] == [row["month"] for row in rows] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    )
    assert (told[2]["receivables_minor"], told[2]["number"], told[2]["days_outstanding"]) == (70000, 1, "78.75")
    assert (rows[2]["receivables_minor"], rows[2]["aged_1_30_minor"]) == ("70000", "10000")
    assert rows[2]["later_entries"] == "2", "the payment, and what it paid"


def test_the_command_and_the_night_close_what_is_over(db):
    clock.travel_to(noon(date(2026, 4, 1)))
    try:
        account = book()
        invoice(account, "300.00", on=date(2026, 3, 10))
        said = io.StringIO()
        call_command("close-months", stdout=said)
        assert "1 months closed, 0 corrected" in said.getvalue()
        tasks.close_months(0)
        assert Closing.objects.count() == 1
        with pytest.raises(CommandError, match="is not over"):
            call_command("close-months", month=date(2026, 4, 1))
        clock.travel_to(noon(date(2026, 5, 1)))
        tasks.close_months(0)
        assert list(Closing.objects.order_by("month_on").values_list("month_on", flat=True)) == [
            MARCH,
            date(2026, 4, 30),
        ]
    finally:
        clock.travel_to(None)


def test_the_pages_in_a_browser(live, settings, transactional_db):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(noon(date(2026, 4, 12)))
    try:
        _worked()
        live.log_in(person("monica.manager", Role.CREDIT_MANAGER))
        page = live.open(reverse("insight:months"))
        assert look_at(page, "months") == []
        page.get_by_role("link", name="Mar 2026").click()
        page.get_by_role("heading", name="Figures").wait_for()
        assert look_at(page, "month") == []
    finally:
        clock.travel_to(None)
