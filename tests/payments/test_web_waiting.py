"""Lines that wait, by the pages: what they may pay, what is decided, and what is refused."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.payments.pages import HTMX, gbp, html, state_of, take

from tallystick.access.rules.rights import Role
from tallystick.payments import actions
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules.states import LineState, PaymentState, ReversalReason

pytestmark = pytest.mark.django_db


def test_a_line_is_shown_with_why_it_waits_and_what_it_may_pay(till, cashier):
    till.line("35.00", "INV-1 LESS CHARGES")

    page = html(cashier.get(reverse("payments:waiting")))

    assert "Not applied by itself: The reference was found, but the amount is not what is open." in page
    assert "Names INV-1" in page
    assert "Pays £35.00 of INV-1" in page
    assert 'data-key="1"' in page


def test_a_script_is_given_the_part_that_changes(till, cashier):
    till.line()

    part = cashier.get(reverse("payments:waiting"), headers=HTMX)

    assert "<html" not in html(part)
    assert 'id="waiting"' in html(part)


def test_an_offer_is_taken_and_the_next_line_comes(till, cashier):
    line, following = till.line("60.00", "SVW-1001"), till.line("7.00", "NOBODY", day="14/02/2026")

    response = cashier.post(f"{reverse('payments:take', args=[line.pk])}?then={following.pk}", take(line, till.account))

    payment = Payment.objects.get()
    assert (payment.account_id, payment.amount_minor, payment.recorded_by) == (till.account.pk, 6000, "finn.okafor")
    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (0, 8000)
    assert state_of(line) == (LineState.APPLIED, 0)
    page = html(cashier.get(response.url))
    assert "£60.00 applied to Amelia Hughes (SVW-1001)." in page
    assert '<span class="amount">£7.00</span>' in page


def test_what_was_offered_is_what_is_paid(till, cashier):
    line = till.line("100.00", "INV-2 WITH THANKS")

    assert line.state == LineState.APPLIED  # exact: nobody has to be asked
    other = till.line("60.00", "INV-2")
    cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))
    cashier.post(reverse("payments:take", args=[other.pk]), take(other, till.account))

    till.older.refresh_from_db(), till.later.refresh_from_db()
    assert (till.older.open_minor, till.later.open_minor) == (4000, 4000)


def test_a_decision_is_undone_and_the_line_waits_again(till, cashier):
    line = till.line("60.00", "SVW-1001")
    cashier.post(reverse("payments:take", args=[line.pk]), take(line, till.account))

    response = cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))

    assert f"line={line.pk}" in response.url
    assert state_of(line) == (LineState.WAITING, 6000)
    till.older.refresh_from_db()
    assert till.older.open_minor == 4000
    again = cashier.post(reverse("payments:undo", args=[Payment.objects.get().pk]))
    assert (again.status_code, "taken back already" in html(again)) == (422, True)


def test_whoever_is_second_at_a_line_is_refused_and_sees_it_as_it_is(till, cashier, log_in):
    line = till.line("60.00", "SVW-1001")
    values = take(line, till.account)
    log_in(Role.CASH_APPLIER, name="gita").post(reverse("payments:take", args=[line.pk]), values)

    response = cashier.post(reverse("payments:take", args=[line.pk]), values, headers=HTMX)

    assert (response.status_code, "it does not wait any more" in html(response)) == (422, True)
    assert response["HX-Push-Url"].startswith(reverse("payments:waiting"))
    assert Payment.objects.count() == 1


def test_whoever_saw_more_of_a_line_than_is_left_is_refused(till, cashier):
    line = till.line("60.00", "SVW-1001")
    values = take(line, till.account)
    actions.allocate_line(line_id=line.pk, account_id=till.account.pk, amount=gbp("20.00"), at=AT, by=TEST)

    response = cashier.post(reverse("payments:take", args=[line.pk]), values)

    assert (response.status_code, "decided about part of that line" in html(response)) == (422, True)
    assert (Payment.objects.count(), state_of(line)) == (1, (LineState.WAITING, 4000))


def test_a_line_that_names_items_of_two_accounts_pays_each_its_own(till, cashier):
    other = builders.account(till.account.portfolio, name="Bolt & Co", reference="SVW-2002")
    item = builders.invoice(other, "30.00", reference="INV-9")
    line = till.line("75.00", "INV-1 AND INV-9 PLUS FIVE")
    page = html(cashier.get(reverse("payments:waiting")))
    assert "Pays INV-1; £35.00 stays on the line" in page

    for account in (till.account, other):
        line.refresh_from_db()
        cashier.post(reverse("payments:take", args=[line.pk]), take(line, account, rest_stays="on"))

    till.older.refresh_from_db(), item.refresh_from_db()
    assert (till.older.open_minor, item.open_minor) == (0, 0)
    assert state_of(line) == (LineState.WAITING, 500)
    page = html(cashier.get(reverse("payments:waiting")))
    assert "left of £75.00" in page
    assert "Bolt &amp; Co" in page


@pytest.mark.parametrize(
    ("text", "found"),
    [("bolt", True), ("12.50", True), ("£12.5", True), ("REF 7", True), ("12.51", False), ("carr", False)],
)
def test_a_waiting_line_is_found_by_what_the_bank_wrote_or_its_amount(till, cashier, text, found):
    till.line("12.50", "BOLT REF 7")

    page = html(cashier.get(reverse("payments:waiting"), {"find": text}))

    assert ("BOLT REF 7" in page) is found
    assert ("No such line" in page) is not found


def test_money_is_put_on_account(till, cashier):
    line = till.line("60.00", "SVW-1001")

    cashier.post(reverse("payments:take", args=[line.pk]), take(line, till.account, keep_on_account="on"))

    till.account.refresh_from_db(), till.older.refresh_from_db()
    assert (till.account.on_account_minor, till.older.open_minor) == (6000, 4000)


@pytest.mark.parametrize("text", ["A HUGHES AMELIA", "AMELIA HUGHES", "HUGHES AMELIA/THANKS"])
def test_a_payer_of_whom_nothing_else_is_known_is_looked_up_by_name(till, cashier, text):
    till.line("60.00", text)

    page = html(cashier.get(reverse("payments:waiting")))

    assert "Name resembles the payer’s" in page
    assert "Amelia Hughes" in page


@pytest.mark.parametrize("text", ["amelia", "SVW-1001", "INV-2"])
def test_an_account_is_searched_by_hand_among_those_of_the_lines_client(till, cashier, text):
    line = till.line("60.00", "NOBODY")
    stranger = builders.account(builders.portfolio(till.far), name="Amelia Stranger", reference="FAR-1")
    builders.invoice(stranger, "1.00", reference="INV-2")

    page = html(cashier.get(f"{reverse('payments:waiting')}?line={line.pk}&q={text}"))

    assert "Amelia Hughes" in page
    assert "Amelia Stranger" not in page


def test_a_line_is_split_over_items_and_the_rest_stays_on_it(till, cashier):
    line = till.line("60.00", "SVW-1001")
    address = f"{reverse('payments:waiting')}?line={line.pk}&account={till.account.pk}"
    values = {"account": till.account.pk, "seen": 6000, "rest": "line", f"item-{till.later.pk}": "25.50"}

    shown = html(cashier.get(address))
    response = cashier.post(reverse("payments:split", args=[line.pk]), values)

    assert f'name="item-{till.older.pk}"' in shown
    assert f"line={line.pk}" in response.url
    till.later.refresh_from_db()
    assert (till.later.open_minor, state_of(line)) == (7450, (LineState.WAITING, 3450))
    assert "left of £60.00" in html(cashier.get(response.url))


def test_a_line_is_split_over_items_and_the_rest_goes_on_the_account(till, cashier):
    line = till.line("60.00", "SVW-1001")
    values = {"account": till.account.pk, "seen": 6000, "rest": "account", f"item-{till.later.pk}": "25.50"}

    cashier.post(reverse("payments:split", args=[line.pk]), values)

    till.account.refresh_from_db()
    assert (till.account.on_account_minor, state_of(line)) == (3450, (LineState.APPLIED, 0))


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        pytest.param("abc", "is no amount", id="no amount"),
        pytest.param("0", "more than nothing", id="nothing"),
        pytest.param("60.01", "is more than the", id="more than came"),
        pytest.param("", "Say which items are paid", id="no item"),
        pytest.param("1.001", "is no amount", id="a tenth of a penny"),
    ],
)
def test_a_split_that_is_wrong_says_where_and_changes_nothing(till, cashier, amount, said):
    line = till.line("60.00", "SVW-1001")
    values = {"account": till.account.pk, "seen": 6000, "rest": "line", f"item-{till.later.pk}": amount}

    response = cashier.post(reverse("payments:split", args=[line.pk]), values)

    assert (response.status_code, said in html(response)) == (422, True), html(response)[-4000:]
    assert (Payment.objects.count(), state_of(line)) == (0, (LineState.WAITING, 6000))


def test_a_line_is_parked_with_a_note_and_taken_up_again(till, cashier):
    line = till.line()
    address = reverse("payments:park", args=[line.pk])

    refused = cashier.post(address, {"note": " "})
    response = cashier.post(address, {"note": "remittance asked for"})

    assert (refused.status_code, "Say why." in html(refused)) == (422, True)
    assert state_of(line) == (LineState.PARKED, 6000)
    assert "£60.00 parked." in html(cashier.get(response.url))
    assert "remittance asked for" in html(cashier.get(f"{reverse('payments:waiting')}?show=parked"))
    cashier.post(reverse("payments:take_up", args=[line.pk]))
    assert state_of(line) == (LineState.WAITING, 6000)


def test_a_line_is_set_aside_as_not_ours_with_a_reason(till, cashier):
    line = till.line()
    address = reverse("payments:ignore", args=[line.pk])

    nothing = cashier.post(address, {})
    other = cashier.post(address, {"reason": "other"})
    response = cashier.post(address, {"reason": "not_ours"})

    assert nothing.status_code == 302
    assert (other.status_code, "Say why." in html(other)) == (422, True)
    line.refresh_from_db()
    assert (line.state, line.reason, line.decided_by) == (LineState.IGNORED, "not_ours", "finn.okafor")
    assert "set aside as not ours" in html(cashier.get(response.url))


def test_money_that_went_out_is_tied_to_the_payment_that_bounced(till, cashier):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    out = till.line("-40.00", "UNPAID INV-1", day="20/02/2026")
    page = html(cashier.get(f"{reverse('payments:waiting')}?show=out"))

    cashier.post(reverse("payments:bounced", args=[out.pk, payment.pk]))

    assert "may have bounced" in page
    assert reverse("payments:bounced", args=[out.pk, payment.pk]) in page
    payment.refresh_from_db(), till.older.refresh_from_db()
    assert (payment.state, payment.return_line_id) == (PaymentState.REVERSED, out.pk)
    assert (till.older.open_minor, state_of(out)) == (4000, (LineState.APPLIED, 0))


def test_a_payment_said_to_have_bounced_is_tied_to_its_line_when_that_comes(till, cashier):
    till.line("40.00", "INV-1")
    payment = Payment.objects.get()
    actions.reverse_payment(payment_id=payment.pk, reason=ReversalReason.BOUNCED, at=AT, by=TEST)
    out = till.line("-40.00", "UNPAID", day="20/02/2026")

    assert "Said to have bounced" in html(cashier.get(f"{reverse('payments:waiting')}?show=out"))
    cashier.post(reverse("payments:bounced", args=[out.pk, payment.pk]))

    payment.refresh_from_db()
    assert (payment.return_line_id, state_of(out)) == (out.pk, (LineState.APPLIED, 0))
    till.line("-40.00", "UNPAID AGAIN", day="21/02/2026")
    assert "No payment of this amount" in html(cashier.get(f"{reverse('payments:waiting')}?show=out"))


def test_lines_are_matched_again_when_their_invoice_has_come(till, cashier):
    line = till.line("30.00", "INV-77")
    builders.invoice(till.account, "30.00", reference="INV-77")

    cashier.post(reverse("payments:match"))

    assert state_of(line) == (LineState.APPLIED, 0)


def test_matching_again_leaves_the_lines_of_others_alone(till, cashier):
    line = till.far_line()
    account = builders.account(builders.portfolio(till.far))
    StatementLine.objects.filter(pk=line.pk).update(tokens=["INV55"])
    builders.invoice(account, "5.00", reference="INV-55")

    response = cashier.post(reverse("payments:match"))

    assert (response.status_code, state_of(line)) == (302, (LineState.WAITING, 500))
