"""The pages of payments: who may open them, what they show of money that came in, and what is taken back or recorded."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.payments.bank_files import bank_account, csv_of, import_file
from tests.payments.pages import gbp, html, state_of, taken_back

from tallystick.access.rules.rights import Role
from tallystick.payments import actions
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules.states import LineState, PaymentState
from tallystick.promises import actions as promise_actions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["payments", "waiting", "import", "new_bank_account", "record"])
def test_only_those_who_handle_money_open_its_pages(till, log_in, name):
    address = reverse(f"payments:{name}")

    assert log_in(Role.CASH_APPLIER).get(address).status_code == 200
    assert log_in(Role.COLLECTOR).get(address).status_code == 403
    assert log_in(Role.AUDITOR).get(address).status_code == 403


def test_whoever_sees_an_account_sees_its_payments_and_changes_none(till, log_in):
    line = till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    auditor = log_in(Role.AUDITOR)

    assert "INV-1" in html(auditor.get(reverse("payments:payment", args=[payment.pk])))
    assert auditor.get(reverse("payments:line", args=[line.pk])).status_code == 200
    assert "Amelia Hughes" in html(auditor.get(reverse("payments:received")))
    refused = auditor.post(reverse("desk:take_back", args=[payment.pk]), {"reason": "error"})
    assert refused.status_code == 403
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


def test_nothing_of_another_client_is_shown(till, cashier):
    line = till.far_line()
    far_file = line.statement.file

    debtor = builders.account(builders.portfolio(till.far), name="Amelia Stranger")
    import_file(csv_of([("14/02/2026", "STRANGER", "7.00")]), till.far_bank)
    paid = StatementLine.objects.get(narrative="STRANGER")
    actions.allocate_line(line_id=paid.pk, account_id=debtor.pk, at=AT, by=TEST)

    names = ("payments", "waiting", "import", "received", "new_bank_account", "record")
    pages = [
        html(cashier.get(reverse(f"payments:{name}"), {"q": "amelia"} if name == "record" else {})) for name in names
    ]

    assert not any(word in page for page in pages for word in ("Farthing", "SOMEBODY ELSE", "STRANGER", "Stranger"))
    assert "Severn Vale, collections" in pages[0]
    assert "No money waits" in pages[0]
    assert "Amelia Hughes" in pages[-1]
    assert cashier.get(reverse("payments:file", args=[far_file.pk])).status_code == 404
    assert cashier.get(reverse("payments:line", args=[line.pk])).status_code == 404
    assert "SOMEBODY ELSE" not in html(cashier.get(f"{reverse('payments:waiting')}?line={line.pk}"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("take", {"account": 1, "seen": 500, "items": ""}),
        ("split", {"account": 1, "seen": 500, "rest": "account"}),
        ("park", {"note": "later"}),
        ("ignore", {"reason": "not_ours"}),
        ("take_up", {}),
    ],
)
def test_nothing_is_decided_about_a_line_of_another_client(till, cashier, name, values):
    line = till.far_line()
    values = values | ({"account": till.account.pk} if "account" in values else {})

    response = cashier.post(reverse(f"payments:{name}", args=[line.pk]), values)

    assert response.status_code == 404
    assert state_of(line) == (LineState.WAITING, 500)


def test_a_payment_of_another_client_is_neither_shown_nor_taken_back(till, cashier):
    account = builders.account(builders.portfolio(till.far))
    line = till.far_line()
    payment = actions.allocate_line(line_id=line.pk, account_id=account.pk, at=AT, by=TEST)

    for name in ("desk:take_back", "payments:undo"):
        assert cashier.post(reverse(name, args=[payment.pk]), {"reason": "error"}).status_code == 404
    assert cashier.get(reverse("payments:payment", args=[payment.pk])).status_code == 404
    assert "Undo" not in html(cashier.get(f"{reverse('payments:waiting')}?done={payment.pk}"))
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


# Payments


def test_a_payment_shows_its_line_what_it_paid_and_the_promise_it_kept(till, cashier):
    promise_actions.record_promise(
        account_id=till.account.pk, amount=gbp("40.00"), pay_on=date(2026, 3, 6), at=AT, by=TEST
    )
    import_file(csv_of([("03/03/2026", "FPI HUGHES INV-1", "40.00"), ("13/03/2026", "X", "1.00")]), till.bank)
    promise_actions.judge_promises(account_ids=[till.account.pk], at=AT, by=TEST)
    payment = Payment.objects.get()

    page = html(cashier.get(reverse("payments:payment", args=[payment.pk])))

    assert "FPI HUGHES INV-1" in page
    assert '<td class="num main">£40.00</td>' in page
    assert "It kept the promise of £40.00 for 6 Mar 2026." in page


def test_a_payment_on_the_wrong_account_is_taken_back_and_its_line_shown(till, cashier):
    line = till.line("40.00", "INV-1")
    payment = Payment.objects.get()

    response = taken_back(cashier, payment, reason="wrong_account", note="J.")

    assert response.url == f"{reverse('payments:waiting')}?show=waiting&line={line.pk}"
    payment.refresh_from_db()
    assert (payment.state, state_of(line)) == (PaymentState.REVERSED, (LineState.WAITING, 4000))
    page = html(cashier.get(reverse("payments:payment", args=[payment.pk])))
    assert "Taken back from 2 Mar 2026. Booked on the wrong account." in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"note": "J."}, "This field is required."),
        ({"reason": "error", "booked_on": "2026-01-01"}, "from when the payment came"),
    ],
)
def test_taking_back_without_a_reason_or_on_a_day_that_cannot_be_changes_nothing(till, cashier, values, said):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()

    response = cashier.post(reverse("desk:take_back", args=[payment.pk]), values)

    assert (response.status_code, said in html(response)) == (422, True)
    payment.refresh_from_db()
    assert payment.state == PaymentState.RECEIVED


def recorded(till, **values):
    told = {"key": "6d6bd9a4-7a0e-4a3c-9d8b-1c5b6f0c1a11", "amount": "45", "booked_on": "2026-03-01"}
    told |= {"method": "cash", "paid_to": "us", "payer": "A. Hughes", "reference": "R 12"}
    return f"{reverse('payments:record')}?account={till.account.pk}", told | values


def test_a_payment_in_cash_is_recorded_once_however_often_it_is_sent(till, cashier):
    address, values = recorded(till)

    found = html(cashier.get(f"{reverse('payments:record')}?q=hughes"))
    shown = html(cashier.get(address))
    first, second = cashier.post(address, values), cashier.post(address, values)

    payment = Payment.objects.get()
    assert f"?account={till.account.pk}" in found
    assert "£140.00" in shown
    assert first.url == second.url == reverse("payments:payment", args=[payment.pk])
    assert (payment.amount_minor, payment.method, payment.source) == (4500, "cash", "by_hand")
    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (0, 9500)


def test_a_payment_to_the_client_itself_is_recorded_as_such(till, cashier):
    address, values = recorded(till, paid_to="client", method="bank_transfer")

    page = html(cashier.get(cashier.post(address, values).url))

    assert "Bank transfer, to the client" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"booked_on": "2026-03-03"}, "A payment to come is a promise"),
        ({"amount": ""}, "This field is required"),
        ({"amount": "-5"}, "more than nothing"),
        ({"method": "shells"}, "Select a valid choice"),
        ({"key": "x"}, "Record a payment"),
    ],
)
def test_a_payment_that_cannot_be_is_not_recorded(till, cashier, change, said):
    address, values = recorded(till, **change)

    response = cashier.post(address, values)

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-3000:]
    assert not Payment.objects.exists()


def test_no_payment_is_recorded_on_an_account_of_another_client(till, cashier):
    account = builders.account(builders.portfolio(till.far))
    _address, values = recorded(till)

    response = cashier.post(f"{reverse('payments:record')}?account={account.pk}", values)

    assert response.status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=hughes", True),
        ("q=SVW-1001", True),
        ("q=inv-1", True),
        ("q=100%25", False),
        ("q=somebody", False),
        ("state=reversed", False),
        ("state=received", True),
        ("client=0", False),
    ],
)
def test_payments_are_found_by_payer_reference_account_and_state(till, cashier, query, found):
    till.line("40.00", "INV-1 FROM A")

    page = html(cashier.get(f"{reverse('payments:received')}?{query}"))

    assert ("INV-1 FROM A" in page) is found


def test_payments_are_listed_page_by_page_without_a_gap(till, cashier):
    rows = [(f"{1 + number % 20:02}/02/2026", f"INV-{100 + number}", "1.00") for number in range(60)]
    for number in range(60):
        builders.invoice(till.account, "1.00", reference=f"INV-{100 + number}")
    import_file(csv_of(rows), till.bank)

    first = html(cashier.get(reverse("payments:received")))
    following = first.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = html(cashier.get(reverse("payments:received") + following))

    ids = [str(pk) for pk in Payment.objects.values_list("pk", flat=True)]
    shown = [
        [pk for pk in ids if f'href="{reverse("payments:payment", args=[pk])}"' in page] for page in (first, second)
    ]
    assert (len(shown[0]), len(shown[1])) == (50, 10)
    assert sorted(shown[0] + shown[1]) == sorted(ids)


def test_the_overview_says_how_far_statements_reach_and_what_waits(till, cashier):
    till.line("60.00")
    till.line("-3.00", "BANK CHARGE")
    silent = bank_account(till.near, name="Silent")

    page = html(cashier.get(reverse("payments:payments")))

    assert "2 lines need a person" in page
    assert "£60.00" in page
    assert "and 1 out" in page
    assert f"{silent.name}" in page
    assert "no statement yet" in page
