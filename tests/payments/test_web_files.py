"""Files of the bank by the pages: brought in, known again, refused, and the bank accounts they are of."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse
from tests.payments.conftest import IBAN
from tests.payments.pages import HTMX, camt, html, upload

from tallystick.access.rules.rights import Role
from tallystick.payments.models import BankAccount, Payment, StatementFile, StatementLine
from tallystick.payments.rules.days import DayOrder

pytestmark = pytest.mark.django_db


def test_a_file_is_brought_in_and_its_receipt_tells_what_became_of_it(till, cashier):
    response = cashier.post(
        reverse("payments:import"), {"file": camt((4000, "A HUGHES", "INV-1"), (999, "WHO", "KNOWS"))}
    )

    page = html(cashier.get(response.url))
    assert "february.xml" in page
    assert '<th scope="row">Applied</th><td class="num">1</td><td class="num">£40.00</td>' in page
    assert '<th scope="row">Waiting for a person</th><td class="num">1</td><td class="num">£9.99</td>' in page
    assert "£1,000.00" in page  # opens at
    assert "£1,049.99" in page  # closes at
    assert "to the penny" in page


def test_the_same_file_again_says_so_and_does_nothing(till, cashier):
    file = [(4000, "A HUGHES", "INV-1")]
    cashier.post(reverse("payments:import"), {"file": camt(*file)})
    payments = Payment.objects.count()

    response = cashier.post(reverse("payments:import"), {"file": camt(*file)})

    assert "had been brought in before" in html(cashier.get(response.url))
    assert (StatementFile.objects.count(), Payment.objects.count()) == (1, payments)


def test_lines_that_an_earlier_file_brought_are_known_before(till, cashier):
    first, second = (4000, "A HUGHES", "INV-1"), (999, "WHO", "KNOWS")
    cashier.post(reverse("payments:import"), {"file": camt(first)})

    response = cashier.post(reverse("payments:import"), {"file": camt(first, second)})

    page = html(cashier.get(response.url))
    assert 'Known before: an earlier file brought them</th><td class="num">1</td>' in page
    assert StatementLine.objects.count() == 2


CUT_OFF = b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\x00\x01\x02\x03", "This is no bank file we can read", id="no bank file"),
        pytest.param(
            CUT_OFF,
            "is damaged near line 1",
            id="cut off",
        ),
        pytest.param(b"Date,Description,Amount (GBP)\n13/02/2026,A,1.00\n", "Choose one", id="of which account"),
        pytest.param(b"", "file is empty", id="empty"),
    ],
)
def test_a_file_that_is_refused_says_why_and_leaves_nothing(till, log_in, content, said):
    manager = log_in(Role.CREDIT_MANAGER, everywhere=True)

    response = manager.post(reverse("payments:import"), {"file": upload(content)})

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-3000:]
    assert not StatementFile.objects.exists()
    assert not StatementLine.objects.exists()


def test_no_file_at_all_is_said_at_its_field(till, cashier):
    response = cashier.post(reverse("payments:import"), {})

    assert (response.status_code, "This field is required." in html(response)) == (422, True)


def test_a_file_of_an_account_that_is_not_set_up_leads_to_setting_it_up(till, cashier):
    BankAccount.objects.filter(pk=till.bank.pk).update(iban="GB33BUKB20201555555555")

    response = cashier.post(reverse("payments:look"), {"file": camt((4000, "A", "B"))}, headers=HTMX)

    assert "Set that bank account up first" in html(response)
    assert f"{reverse('payments:new_bank_account')}?iban={IBAN}" in html(response)


def test_a_bank_account_is_set_up_once(till, cashier):
    values = {"client": till.near.pk, "name": "Second", "currency": "eur", "iban": "IE29AIBK93115212345678"}
    address = reverse("payments:new_bank_account")

    assert cashier.post(address, values).url == reverse("payments:import")
    again = cashier.post(address, values | {"name": "Third"})

    assert (again.status_code, "There is a bank account" in html(again)) == (422, True)
    assert BankAccount.objects.get(name="Second").currency == "EUR"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client": "far"}, "Select a valid choice"),
        ({"currency": "GPB"}, "did you mean GBP"),
        ({"iban": ""}, "files are known by it"),
        ({"sort_code": "08-99-99", "number": "66374959"}, "There can be no account 66374959"),
    ],
)
def test_a_bank_account_that_cannot_be_is_refused(till, cashier, change, said):
    values = {"client": till.near.pk, "name": "Second", "currency": "GBP", "iban": "IE29AIBK93115212345678"} | change
    values["client"] = till.far.pk if values["client"] == "far" else values["client"]

    response = cashier.post(reverse("payments:new_bank_account"), values)

    assert (response.status_code, said in html(response)) == (422, True)
    assert not BankAccount.objects.filter(name="Second").exists()


def test_a_file_is_looked_at_before_anything_is_taken(till, cashier):
    response = cashier.post(reverse("payments:look"), {"file": camt((4000, "A HUGHES", "INV-1"))}, headers=HTMX)

    page = html(response)
    assert "Severn Vale, collections" in page
    assert "£1,000.00" in page
    assert "£1,040.00" in page
    assert "A HUGHES" in page
    assert "disabled" not in page
    assert not StatementFile.objects.exists()


STRANGE = b"Wann;Was;Wieviel\n03/04/2026;ACME INV-9;12,50\n"


def test_what_is_said_of_the_columns_of_a_csv_is_kept_with_the_bank_account(till, cashier):
    told = {
        "bank_account": till.bank.pk,
        "separator": ";",
        "header": json.dumps(["Wann", "Was", "Wieviel"]),
        "column-0": "day",
        "column-1": "text",
        "column-2": "amount",
        "day_order": "day_first",
    }
    asked = html(cashier.post(reverse("payments:look"), {"file": upload(STRANGE), "bank_account": till.bank.pk}))

    response = cashier.post(reverse("payments:import"), told | {"file": upload(STRANGE)})

    assert "What the columns mean" in asked
    assert "could be read day first or month first" in asked
    assert response.status_code == 302
    till.bank.refresh_from_db()
    assert (till.bank.day_order, till.bank.csv_columns["columns"]["amount"]) == (DayOrder.DAY_FIRST, [2])
    assert StatementLine.objects.get().booked_on == date(2026, 4, 3)


def test_columns_that_make_no_line_are_refused_with_what_is_missing(till, cashier):
    told = {"separator": ";", "header": "[]", "column-0": "day", "column-1": "text", "column-2": ""}

    response = cashier.post(reverse("payments:import"), told | {"file": upload(STRANGE), "bank_account": till.bank.pk})

    assert (response.status_code, "which is the amount" in html(response)) == (422, True)
    assert not StatementFile.objects.exists()
