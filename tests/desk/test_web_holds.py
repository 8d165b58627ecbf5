"""Holds at an account: on all of it, or on some of its items."""

import re
from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import TODAY
from tests.desk.conftest import HTMX
from tests.desk.pages import said, url

from tallystick.holds.models import Hold


def test_a_hold_is_placed_moved_and_lifted(book, collector, leader):
    collector.post(url("hold", book), {"reason": "manual", "until_on": "+7", "note": "Asked for time."})
    hold = Hold.objects.get()

    moved = collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+14"}, headers=HTMX)
    sooner = collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+3"}, headers=HTMX)
    lifted = leader.post(url("lift_hold", book, hold_id=hold.pk))
    again = leader.post(url("lift_hold", book, hold_id=hold.pk))

    hold.refresh_from_db()
    assert (moved.status_code, sooner.status_code) == (204, 403)
    assert (hold.until_on, hold.ending) == (TODAY + timedelta(days=14), "lifted")
    assert lifted.status_code == again.status_code == 302
    assert said(again)[-1] == "The hold has ended already."


def test_one_item_is_held_from_its_own_dialog_and_said_so_everywhere(book, collector, leader):
    held = builders.invoice(book.account, reference="INV-A")
    asked = collector.get(url("item", book, item_id=held.pk), headers=HTMX).content.decode()
    asked_from = f"{url('hold', book)}?item={held.pk}"
    ticked = collector.get(asked_from, headers=HTMX).content.decode()
    fields = {
        "reason": "manual",
        "items": [held.pk],
        "amount": "40",
        "until_on": "9 march 2026",
        "note": "Query about delivery",
    }
    collector.post(url("hold", book), fields)

    hold = Hold.objects.get()
    page = collector.get(url("account", book)).content.decode()
    why = collector.get(url("why", book), headers=HTMX).content.decode()
    dialog = collector.get(url("item", book, item_id=held.pk), headers=HTMX).content.decode()
    everything = collector.get(url("items", book), headers=HTMX).content.decode()

    assert asked_from in asked
    assert f'value="{held.pk}"' in next(line for line in ticked.split("<input") if "checked" in line)
    assert (hold.item_id, hold.amount_minor, hold.until_on) == (held.pk, 4_000, date(2026, 3, 9))
    for shown in (page, dialog, everything):
        assert re.search(r"On hold\s+until 9 Mar 2026\s+</span>\s+£40.00 of it · Held by hand", shown)
        assert f"Query about delivery, {hold.placed_by}" in shown
    for shown in (page, why):
        assert re.search(
            r"1 of \d open items on hold or disputed \(£40.00\), and not chased.\s+The first returns on 9 Mar 2026.",
            shown,
        )
    assert f"?item={held.pk}" not in dialog
    assert url("move_hold", book, hold_id=hold.pk) in dialog
    collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+14"})
    leader.post(url("lift_hold", book, hold_id=hold.pk))
    assert "on hold" not in collector.get(url("items", book), headers=HTMX).content.decode()


@pytest.mark.parametrize(
    ("items", "amount", "reason", "status", "shown"),
    [
        ([0, 1], "10", "manual", 422, "Tick the one item that the amount is of."),
        ([], "10", "manual", 422, "Tick the one item that the amount is of."),
        ([0], "100.01", "manual", 422, "holds.amount_out_of_range"),
        ([0], "", "breathing_space", 422, "holds.not_of_item"),
        ([0, 1], "", "dispute", 204, ""),
    ],
)
def test_what_is_wrong_with_a_hold_on_items_comes_back(book, collector, items, amount, reason, status, shown):
    made = [builders.invoice(book.account) for _number in range(2)]
    fields = {"reason": reason, "items": [made[number].pk for number in items], "amount": amount}

    response = collector.post(url("hold", book), fields, headers=HTMX)

    assert (response.status_code, Hold.objects.count()) == (status, len(items) if status == 204 else 0)
    assert shown in response.content.decode()


def test_a_hold_that_ends_before_it_begins_comes_back(book, collector):
    response = collector.post(url("hold", book), {"reason": "manual", "until_on": "today"}, headers=HTMX)

    assert response.status_code == 422
    assert "holds.ends_too_soon" in response.content.decode()
