"""Reconciliations at their doors: pages, JSON, CSV and the command."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from tests.builders import AT
from tests.reconciliations.ledgers import EVENING, book, listed, owing, pay, reconcile

from tallystick.kernel import clock
from tallystick.reconciliations.models import Reconciliation
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

LINES = [("C1", "C1-1", "70.00", "GBP"), ("C9", "=X", "3.00", "GBP")]


@pytest.fixture
def portfolio():
    """A client of whom one account owes a hundred pounds, on an evening in March."""
    clock.travel_to(EVENING)
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    pay(account, "30.00", at=AT + timedelta(days=1), on=AT.date() + timedelta(days=1))
    yield portfolio
    clock.travel_to(None)


def sent(portfolio, *lines, **more):
    file = SimpleUploadedFile("open items.csv", listed(*lines), "text/csv")
    return {"client": portfolio.client.code, "level": "items", "on": "2026-03-02", "file": file, **more}


def test_a_file_is_compared_and_each_difference_shown(portfolio, manager):
    answer = manager.post("/reconciliations/new", sent(portfolio, *LINES), follow=True)
    page = answer.content.decode()

    for text in (
        "£73.00",
        "£100.00",
        "−£27.00",
        "Booked later here",
        "Missing here",
        "as known at 2 Mar 2026, 19:00",
        "£0.00",
    ):
        assert text in page, text
    made = Reconciliation.objects.get()
    assert "Both ledgers agree" not in page
    assert "2 open" in manager.get("/reconciliations/").content.decode()
    assert "C1-1" not in manager.get(f"/reconciliations/{made.pk}?kind=missing_here").content.decode()


def test_the_entry_it_rests_on_is_marked(portfolio, manager):
    made = reconcile(portfolio, *LINES, at=EVENING)
    found = made.differences.get(kind="timing")
    page = manager.get(f"/reconciliations/differences/{found.pk}").content.decode()

    assert page.count("the difference rests on it") == 1 and page.count("left out: later") == 1
    assert f"/accounts/{found.account_id}" in page


def test_lines_that_cannot_be_read_are_listed(portfolio, manager):
    answer = manager.post("/reconciliations/new", sent(portfolio, ("C1", "C1-1", "abc", "GBP")))

    assert answer.status_code == 422 and not Reconciliation.objects.exists()
    assert "Line 2, Open Amount: “abc” This is not an amount." in answer.content.decode()


def test_a_total_needs_its_currency_and_a_file_or_a_total_is_needed(portfolio, manager):
    typed = {"client": portfolio.client.code, "level": "control", "on": "2026-03-02"}
    assert "one of the two" in manager.post("/reconciliations/new", typed).content.decode()
    assert "Say the currency" in manager.post("/reconciliations/new", {**typed, "total": "100.00"}).content.decode()
    page = manager.post("/reconciliations/new", {**typed, "total": "100.00", "currency": "gbp"}, follow=True)
    assert "Both ledgers agree, to the penny" in page.content.decode()


def test_ticked_differences_are_explained(portfolio, manager):
    made = reconcile(portfolio, *LINES)
    found = made.differences.get(item_ref="=X")
    posted = {"difference": [found.pk], "note": "Of another company", "explain": "1"}
    page = manager.post(f"/reconciliations/{made.pk}/follow", posted, follow=True).content.decode()

    assert "Of another company" in page and "1 difference is kept so." in page


def test_who_only_reads_changes_nothing(portfolio, auditor):
    made = reconcile(portfolio, *LINES)
    assert auditor.get(f"/reconciliations/{made.pk}").status_code == 200
    assert auditor.get("/reconciliations/new").status_code == 403
    assert auditor.post(f"/reconciliations/{made.pk}/follow", {}).status_code == 403
    assert auditor.post("/reconciliations/daily", {}).status_code == 403


def test_json_says_it_all(portfolio, manager):
    answer = manager.post("/reconciliations/new.json", sent(portfolio, *LINES))
    assert answer.status_code == 201
    said = answer.json()
    assert said == manager.get(f"/reconciliations/{said['id']}.json").json()
    [total] = said["totals"]
    assert total["difference_minor"] == -2700 == sum(each["difference_minor"] for each in said["differences"])
    assert {each["name"]: each["difference_minor"] for each in said["differences"]} == {
        "timing": -3000,
        "missing_here": 300,
    }
    refused = manager.post("/reconciliations/new.json", sent(portfolio, ("C1", "C1-1", "abc", "GBP")))
    assert refused.status_code == 422 and refused.json()["lines"][0]["code"] == "amount_unreadable"
    assert manager.post("/reconciliations/new.json", {}).json()["errors"].keys() >= {"client", "on"}


def test_csv_carries_no_formula(portfolio, manager):
    made = reconcile(portfolio, *LINES)
    answer = manager.get(f"/reconciliations/{made.pk}.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert lines[0].startswith("name,account,document")
    assert "missing_here,C9,'=X,,GBP,3.00,0.00,3.00,3,,,2026-03-02,open," in lines


def test_the_task_is_in_the_worklist_of_whoever_compared_and_opens(portfolio, manager):
    manager.post("/reconciliations/new", sent(portfolio, *LINES))
    assert "Reconcile open items.csv of 2026-03-02" in manager.get("/worklist?show=mine").content.decode()
    task = WorkItem.objects.get()
    page = manager.get(f"/accounts/{task.account_id}").content.decode()
    assert f"2 differences are open: see Reconciliation {Reconciliation.objects.get().pk}." in page


def test_what_comes_every_day_is_arranged_and_its_absence_shown(portfolio, manager):
    posted = {"client": portfolio.client_id, "level": "items", "is_daily": "on"}
    assert "Saved." in manager.post("/reconciliations/daily", posted, follow=True).content.decode()
    clock.travel_to(EVENING + timedelta(days=1))
    assert "nothing came for Mon 2 Mar" in manager.get("/reconciliations/").content.decode()


def test_the_command_ends_with_1_where_something_is_open(portfolio, tmp_path):
    file = tmp_path / "items.csv"
    file.write_bytes(listed(*LINES))
    said = io.StringIO()
    asked = {"client": portfolio.client.code, "on": AT.date()}
    with pytest.raises(CommandError, match="2 differences are open") as ended:
        call_command("reconcile", str(file), **asked, stdout=said)
    assert ended.value.returncode == 1
    assert "73.00 GBP there, 100.00 GBP here: -27.00 GBP between them" in said.getvalue()
    call_command("reconcile", total="100.00", currency="GBP", **asked, stdout=said)
    assert "Nothing is open." in said.getvalue()
    with pytest.raises(CommandError, match="one of the two"):
        call_command("reconcile", **asked)
