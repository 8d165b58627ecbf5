"""Payments recorded by hand, and payments taken back."""

from datetime import date

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.payments.bank_files import csv_of, import_file
from tests.payments.owing import allocate, counts, gbp, heads, house_of, owes, told, waiting_line

from tallystick.ledger.rules import Head
from tallystick.payments import actions
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules import states

pytestmark = pytest.mark.django_db


def record(account, amount="40.00", **terms):
    terms = {"booked_on": TODAY, "method": states.Method.CARD, "source": "hand", "source_key": "1", **terms}
    return actions.record_payment(account_id=account.pk, amount=gbp(amount), at=AT, by=TEST, **terms)


def test_a_payment_by_hand_pays_the_oldest_and_is_recorded_once():
    account, item, _ = owes()

    payment = record(account)

    item.refresh_from_db()
    assert item.open_minor == 6_000
    assert heads(account.pk)[Head.BANK] == 4_000
    before = counts()
    assert record(account).pk == payment.pk
    assert counts() == before


def test_money_paid_to_the_client_never_reaches_our_bank():
    account, _, _ = owes()

    record(account, paid_to=states.PaidTo.CLIENT)

    assert Head.BANK not in heads(account.pk)
    assert heads(account.pk)[Head.PAID_TO_CLIENT] == 4_000


def test_a_payment_to_come_is_no_payment():
    account, _, _ = owes()
    before = counts()

    with pytest.raises(states.DayInFuture):
        record(account, booked_on=date(2026, 3, 3))

    assert counts() == before


def test_a_payment_on_the_wrong_account_goes_back_to_its_line():
    account, item, line = waiting_line("60.00")
    wrong = builders.account(account.portfolio)
    builders.invoice(wrong, "60.00")
    payment = allocate(line, wrong)

    actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.WRONG_ACCOUNT, at=AT, by=TEST)

    line.refresh_from_db()
    assert (line.state, line.open_minor) == (states.LineState.WAITING, 6_000)
    assert heads(wrong.pk) == {Head.PRINCIPAL: 6_000, Head.PLACED: -6_000}
    assert heads(house_of(account)) == {Head.BANK: 6_000, Head.SUSPENSE: -6_000}
    allocate(line, account)
    item.refresh_from_db()
    assert item.open_minor == 4_000


def test_a_bounced_payment_opens_the_debt_again_and_its_return_settles_suspense():
    account, item, bank = owes()
    import_file(csv_of([("13/02/2026", "INV-1001", "100.00")]), bank)
    import_file(csv_of([("16/02/2026", "UNPAID INV-1001", "-100.00")]), bank)
    payment, returned = Payment.objects.get(), StatementLine.objects.get(amount_minor__lt=0)

    actions.reverse_payment(
        payment_id=payment.pk, reason=states.ReversalReason.BOUNCED, return_line_id=returned.pk, at=AT, by=TEST
    )

    item.refresh_from_db(), returned.refresh_from_db(), payment.refresh_from_db()
    assert (item.open_minor, item.settled_on) == (10_000, None)
    assert (payment.state, payment.reversed_on) == (states.PaymentState.REVERSED, date(2026, 2, 16))
    assert (returned.state, returned.open_minor) == (states.LineState.APPLIED, 0)
    assert heads(house_of(account)) == {}
    assert told(account.pk, "PaymentReversed")[0]["reason"] == "bounced"


def test_a_payment_is_taken_back_once():
    account, _, _ = owes()
    payment = record(account)
    actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.ERROR, at=AT, by=TEST)
    before = counts()

    with pytest.raises(states.PaymentReversed):
        actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.ERROR, at=AT, by=TEST)

    assert counts() == before


def test_a_return_of_another_amount_is_refused():
    _, item, bank = owes()
    import_file(csv_of([("13/02/2026", "INV-1001", "100.00"), ("16/02/2026", "UNPAID", "-99.00")]), bank)
    payment, returned = Payment.objects.get(), StatementLine.objects.get(amount_minor__lt=0)
    before = counts()

    with pytest.raises(states.ReturnDiffers):
        actions.reverse_payment(
            payment_id=payment.pk, reason=states.ReversalReason.BOUNCED, return_line_id=returned.pk, at=AT, by=TEST
        )

    item.refresh_from_db()
    assert (item.open_minor, counts()) == (0, before)
