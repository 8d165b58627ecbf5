"""What is wrong with a file: shown in parts, taken away, and put right."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from tests.intake.conftest import Clients
from tests.intake.files import checked, commit, invoice, loaded, receipt, source, uploaded, written
from tests.intake.pages import upload

from tallystick.access.models import AuditEvent
from tallystick.config.working_off import work_off
from tallystick.intake.models import Batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first_of_april")]


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
