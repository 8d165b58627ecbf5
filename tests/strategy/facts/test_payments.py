"""What was paid, how, and what the bank took back."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes, pays

from tallystick.payments import actions as payment_actions
from tallystick.payments.rules.states import Method, ReversalReason


@proves(
    {
        "payments.total": gbp("60.00"),
        "payments.count": 3,
        "payments.total_90d": gbp("50.00"),
        "payments.count_90d": 2,
        "payments.first_on": date(2025, 11, 15),
        "payments.last_on": date(2026, 2, 20),
        "payments.days_since_last": 10,
        "payments.last_amount": gbp("20.00"),
        "payments.last_method": "card",
        "payments.largest_payment": gbp("30.00"),
        "payments.average_payment": gbp("20.00"),
        "payments.days_between": 48,  # 97 days from the first to the third
        "payments.paid_share": 75,  # 60 of 80
        "payments.bounced": 1,
        "payments.bounced_amount": gbp("50.00"),
        "payments.days_since_bounce": 25,
    }
)
def test_three_payments_and_one_that_bounced():
    made = account()
    owes(made, "80.00", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 1))
    pays(made, "10.00", on=date(2025, 11, 15), method=Method.CASH)
    bounced = pays(made, "50.00", on=date(2026, 2, 1), method=Method.DIRECT_DEBIT)
    back = date(2026, 2, 5)
    payment_actions.reverse_payment(payment_id=bounced.pk, reason=ReversalReason.BOUNCED, at=at(back), by=TEST)
    live_until(back)
    pays(made, "30.00", on=date(2026, 2, 10), method=Method.BANK_TRANSFER)
    pays(made, "20.00", on=date(2026, 2, 20))
    return made


@proves(
    {
        "payments.count": 1,
        "payments.days_between": None,
        "payments.average_payment": gbp("33.33"),
        "payments.paid_share": 33,
        "payments.last_method": "cheque",
        "payments.bounced_amount": gbp("0.00"),
    }
)
def test_one_payment_says_nothing_of_the_next():
    made = account()
    owes(made, "100.00", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 1))
    pays(made, "33.33", on=date(2026, 2, 1), method=Method.CHEQUE)
    return made
