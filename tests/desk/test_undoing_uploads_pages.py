"""Taking a loaded file back on its page and by a program: looked at, done, asked for by one and done by another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.intake.files import invoice, loaded, source, written

from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Item
from tallystick.desk import tasks
from tallystick.intake import queries as intake_queries
from tallystick.intake.models import Batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]


@pytest.fixture
def batch(book: Any) -> Batch:
    """A file of two invoices of the near client, loaded."""
    lines = [invoice(1, account="SVW-1001"), invoice(2, account="NEW-1")]
    return loaded(source(client=book.near), written(lines), at=builders.AT)


def address(batch: Batch, name: str = "take_upload_back") -> str:
    return reverse(f"desk:{name}", args=[batch.pk])


def test_the_page_shows_what_follows_and_does_it(batch, log_in):
    manager = log_in(Role.CREDIT_MANAGER)

    receipt = manager.get(reverse("intake:batch", args=[batch.pk])).content.decode()
    shown = manager.get(address(batch))
    without_reason = manager.post(address(batch), {"seen": shown.context["chain"].seen})
    refused = manager.post(address(batch), {"seen": "x", "reason": "wrong file"})
    done = manager.post(address(batch), {"seen": shown.context["chain"].seen, "reason": "wrong file"}, follow=True)
    after = " ".join(manager.get(address(batch)).content.decode().split())

    said = " ".join(shown.content.decode().split())
    assert address(batch) in receipt
    assert "Documents taken back" in said
    assert "INV-00001" in said
    assert "comes to nothing" in said
    assert (without_reason.status_code, refused.status_code) == (422, 409)
    assert "Something has changed since you looked" in refused.content.decode()
    assert "wrong file" in done.content.decode()
    assert "What came of it" in after
    assert not Item.objects.filter(reference__startswith="INV-0000", amount_minor__gt=0).exists()


def test_a_program_looks_and_does_what_it_saw_once(batch, log_in):
    manager, json_address = log_in(Role.CREDIT_MANAGER), address(batch, "take_upload_back_as_json")

    def post(**said: Any) -> Any:
        return manager.post(json_address, json.dumps(said), content_type="application/json")

    seen = manager.get(json_address).json()
    unreadable, changed = post(reason="wrong file"), post(reason="wrong file", seen="x")
    done = post(reason="wrong file", seen=seen["seen"])

    assert seen["counts"][0] == {"what": "added", "number": 2, "amount_minor": 20_000, "currency": "GBP"}
    assert [(line["reference"], line["what"], line["stays"]) for line in seen["first_lines"]] == [
        ("INV-00001", "added", ""),
        ("INV-00002", "added", ""),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in (unreadable, changed)] == [
        (422, "desk.upload_undoing_unreadable"),
        (409, "desk.chain_changed"),
    ]
    assert done.json() == {
        "import": batch.pk,
        "state": "undone",
        "parts": {"done": 1, "all": 1},
        "counts": seen["counts"],
    }
    assert post(reason="wrong file", seen=seen["seen"]).status_code == 409


def test_a_large_file_is_counted_and_taken_back_by_workers(batch, log_in, monkeypatch):
    monkeypatch.setattr("tallystick.desk.actions.uploads.MOST_AT_ONCE", 1)
    manager = log_in(Role.CREDIT_MANAGER)

    shown = manager.get(address(batch))
    manager.post(address(batch), {"seen": shown.context["chain"].seen, "reason": "wrong file"})
    underway = manager.get(reverse("intake:batch", args=[batch.pk])).content.decode()
    manager.post(address(batch, "go_on_taking_back"))
    jobs = ProcrastinateJob.objects.filter(task_name="desk.take_upload_back").order_by("pk")
    for job in jobs:
        tasks.take_upload_back(**job.args)

    assert "Counted, not tried" in shown.content.decode()
    assert "Leaving the book again" in underway
    assert len(jobs) == 2
    assert intake_queries.get_batch(batch.pk).state == "undone"
    assert not Item.objects.filter(reference__startswith="INV-0000", amount_minor__gt=0).exists()


def test_where_it_takes_two_the_page_says_who_asked(batch, log_in, settings):
    settings.INTAKE_TWO_TAKE_BACK = True
    one, other = log_in(Role.CREDIT_MANAGER, "monica"), log_in(Role.CREDIT_MANAGER, "nora")

    seen = one.get(address(batch)).context["chain"].seen
    asked = one.post(address(batch), {"seen": seen, "reason": "wrong file"}, follow=True)
    again = one.post(address(batch), {"seen": seen, "reason": "wrong file"})
    done = other.post(address(batch), {"seen": seen, "reason": "wrong file"}, follow=True)

    assert "monica asked for it" in " ".join(asked.content.decode().split())
    assert again.status_code == 403
    assert "Taken back, with all that followed from it." in done.content.decode()
    assert intake_queries.get_batch(batch.pk).undone_by == "nora"


@pytest.mark.parametrize("name", ["take_upload_back", "take_upload_back_as_json", "go_on_taking_back"])
def test_only_who_may_take_back_within_reach_does(batch, log_in, name, book):
    def status(browser: Any) -> int:
        ask = browser.post if name == "go_on_taking_back" else browser.get
        return int(ask(address(batch, name)).status_code)

    assert status(log_in(Role.TEAM_LEADER)) == 403
    far = loaded(source(client=book.far), written([invoice(1, account="FAR-1")]), at=builders.AT)
    batch.pk = far.pk
    assert status(log_in(Role.CREDIT_MANAGER)) == 404
