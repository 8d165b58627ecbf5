"""How many statements a page of payments takes, written down in `query_counts.json` and no more however much waits.

A change of a count is a change of that file, to be looked at: record it with `TALLYSTICK_RECORD_QUERY_COUNTS=1 pytest …`.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import builders
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.access.rules.rights import Role
from tallystick.payments.models import Payment, StatementFile, StatementLine

COUNTS = Path(__file__).with_name("query_counts.json")
IS_RECORDING = os.environ.get("TALLYSTICK_RECORD_QUERY_COUNTS") == "1"


def _address(name, till):
    waiting = reverse("payments:waiting")
    line = StatementLine.objects.filter(bank_account=till.bank, state="waiting", amount_minor__gt=0).order_by("pk")[0]
    return {
        "overview": reverse("payments:payments"),
        "import": reverse("payments:import"),
        "receipt": reverse("payments:file", args=[StatementFile.objects.order_by("pk")[0].pk]),
        "waiting": waiting,
        "waiting, split": f"{waiting}?line={line.pk}&account={till.account.pk}",
        "waiting, money out": f"{waiting}?show=out",
        "waiting, search": f"{waiting}?q=hughes",
        "line": reverse("payments:line", args=[line.pk]),
        "received": reverse("payments:received"),
        "payment": reverse("payments:payment", args=[Payment.objects.order_by("pk")[0].pk]),
    }[name]


PAGES = (
    "import",
    "line",
    "overview",
    "payment",
    "receipt",
    "received",
    "waiting",
    "waiting, money out",
    "waiting, search",
    "waiting, split",
)


@pytest.fixture
def some(till):
    """A little of everything: applied, waiting, money out."""
    rows = [("13/02/2026", "INV-1", "40.00"), ("14/02/2026", "AMELIA HUGHES INV-2", "60.00")]
    import_file(csv_of([*rows, ("20/02/2026", "UNPAID INV-1", "-40.00")]), till.bank)
    return till


@pytest.fixture
def large(some):
    """The same with more of everything that a page lists."""
    for number in range(8):
        bank_account(some.near)
        builders.invoice(some.account, "10.00", reference=f"INV-5{number}")
        alike = builders.account(some.account.portfolio, name="Amelia Hughes")
        builders.invoice(alike, "60.00", reference=f"INV-9{number}")
    rows = [("15/02/2026", f"AMELIA HUGHES INV-5{number}", f"{11 + number}.00") for number in range(8)]
    rows += [("16/02/2026", f"INV-9{number}", "60.00") for number in range(4)]
    rows += [("21/02/2026", "UNPAID", "-60.00") for _ in range(4)]
    import_file(csv_of(rows), some.bank)
    return some


def _count(log_in, till, name):
    client = log_in(Role.CASH_APPLIER)
    client.get(reverse("payments:received"))  # what is read once for all stays read
    address = _address(name, till)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


def _recorded():
    return json.loads(COUNTS.read_text("utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_statements_as_are_written_down(some, log_in, name):
    count = _count(log_in, some, name)

    if IS_RECORDING:
        COUNTS.write_text(json.dumps(dict(sorted({**_recorded(), name: count}.items())), indent=2) + "\n", "utf-8")
    assert count == _recorded().get(name), "look at what changed; record it if it is meant"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_no_more_of_them_when_more_waits(large, log_in, name):
    assert _count(log_in, large, name) == _recorded().get(name)


def test_only_pages_that_exist_are_written_down():
    assert set(_recorded()) == set(PAGES)
