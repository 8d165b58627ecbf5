"""What is disputed, why, and how disputes end."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes

from tallystick.accounts.models import Account, Item
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason, State
from tallystick.kernel.money import Money


def disputes(of: Account, amount: str, reason: Reason, *, on: date, item: Item | None = None) -> Dispute:
    """Dispute an amount, of an item or of the whole account."""
    made = dispute_actions.raise_dispute(
        account_id=of.pk, item_id=item.pk if item else None, amount=gbp(amount), reason=reason, at=at(on), by=TEST
    )
    live_until(on)
    return made


def decide(dispute: Dispute, outcome: State, *, on: date, credit: Money | None = None) -> None:
    """Decide a dispute."""
    dispute_actions.resolve_dispute(
        account_id=dispute.account_id, dispute_id=dispute.pk, outcome=outcome, credit=credit, at=at(on), by=TEST
    )
    live_until(on)


@proves(
    {
        "disputes.open_count": 2,
        "disputes.open_amount": gbp("40.00"),
        "disputes.days_open": 14,
        "disputes.raised_on": date(2026, 2, 16),
        "disputes.oldest_reason": "not_received",
        "disputes.undisputed_overdue": gbp("95.00"),  # 135 overdue
        "disputes.undisputed_balance": gbp("115.00"),  # 155 owed
        "disputes.disputed_share": 25,  # 40 of 155
        "disputes.raised_count": 4,
        "disputes.upheld_count": 1,
        "disputes.rejected_count": 1,
        "disputes.last_decision": "rejected",
        "disputes.days_since_resolved": 10,
        "disputes.credited_amount": gbp("25.00"),
    }
)
def test_four_disputes_of_which_two_were_decided():
    made = account()
    first = owes(made, "100.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    second = owes(made, "60.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    owes(made, "20.00", issued_on=date(2026, 1, 20), due_on=date(2026, 3, 20))
    price = disputes(made, "40.00", Reason.PRICE, on=date(2026, 1, 21), item=first)
    decide(price, State.UPHELD, credit=gbp("25.00"), on=date(2026, 2, 5))
    quality = disputes(made, "10.00", Reason.QUALITY, on=date(2026, 2, 8), item=second)
    disputes(made, "35.00", Reason.NOT_RECEIVED, on=date(2026, 2, 16))
    decide(quality, State.REJECTED, on=date(2026, 2, 20))
    disputes(made, "5.00", Reason.DUPLICATE, on=date(2026, 2, 26), item=second)
    return made


@proves(
    {
        "disputes.last_decision": "withdrawn",
        "disputes.raised_count": 1,
        "disputes.oldest_reason": None,
        "disputes.raised_on": None,
        "disputes.disputed_share": 0,
        "disputes.undisputed_balance": gbp("100.00"),
        "disputes.credited_amount": gbp("0.00"),
    }
)
def test_a_dispute_that_the_debtor_withdrew():
    made = account()
    item = owes(made, "100.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    decide(disputes(made, "100.00", Reason.OTHER, on=date(2026, 2, 2), item=item), State.WITHDRAWN, on=date(2026, 2, 3))
    return made
