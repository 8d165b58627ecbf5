"""A file loaded by its pages: once, by several workers, taken up again, and told by what changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.intake.conftest import Clients
from tests.intake.files import AT, IMPORTER, checked, commit, invoice, loaded, receipt, source, uploaded, written
from tests.intake.pages import HTMX, html, page_of, save, upload

from tallystick.accounts.models import Item
from tallystick.config.working_off import work_off
from tallystick.intake import actions, queries, rules
from tallystick.intake.models import Batch
from tallystick.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]


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
