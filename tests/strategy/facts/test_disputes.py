"""What is disputed, why, how disputes end, and that what is disputed, held or both counts once."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes, pays

from tallystick.accounts.models import Account, Item
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason, State
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason as HoldReason
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
        "accounts.overdue": gbp("130.00"),  # 75 and 60, of which 5 disputed
        "accounts.held": gbp("5.00"),
        "disputes.undisputed_overdue": gbp("95.00"),  # 130 less the 35 disputed of the account
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


def holds(item: Item, amount: str | None = None, *, on: date, until_on: date) -> None:
    """Hold an item by hand, or an amount of it, until a day."""
    hold_actions.hold_items(
        account_id=item.account_id,
        item_ids=[item.pk],
        amount=gbp(amount) if amount else None,
        reason=HoldReason.MANUAL,
        until_on=until_on,
        at=at(on),
        by=TEST,
    )
    live_until(on)


def disputed_held_and_paid() -> Account:
    """Dispute 50 of an invoice that is paid down to 30, 20 of one that is held until 9 March, and 15 of one that is not due."""
    made = account()
    paid = owes(made, "100.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    held = owes(made, "60.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    coming = owes(made, "40.00", issued_on=date(2026, 1, 20), due_on=date(2026, 3, 20))
    disputes(made, "50.00", Reason.PRICE, on=date(2026, 2, 8), item=paid)
    holds(held, on=date(2026, 2, 9), until_on=date(2026, 3, 9))
    disputes(made, "20.00", Reason.QUALITY, on=date(2026, 2, 16), item=held)
    disputes(made, "15.00", Reason.QUALITY, on=date(2026, 2, 16), item=coming)
    pays(made, "70.00", on=date(2026, 2, 20), items={paid.pk: gbp("70.00")})
    return made


@proves(
    {
        "accounts.balance": gbp("130.00"),  # 30 + 60 + 40, which is 0 overdue + 25 not due + 105 held
        "accounts.overdue": gbp("0.00"),
        "accounts.not_due": gbp("25.00"),
        "accounts.held": gbp("105.00"),  # 30 disputed, 60 held of which 20 are disputed too, 15 disputed
        "accounts.held_items": 3,
        "accounts.held_until_on": date(2026, 3, 9),
        "accounts.days_past_due": -18,  # what is chased of the invoice that is not due
        "accounts.open_items": 1,
        "disputes.open_amount": gbp("85.00"),
        "disputes.undisputed_overdue": gbp("0.00"),
        "disputes.undisputed_balance": gbp("65.00"),  # 130 less 30, 20 and 15
        "disputes.disputed_share": 50,  # 65 of 130
        "parties.debtor_overdue": gbp("0.00"),
        "holds.active": False,
    }
)
def test_what_is_disputed_held_or_both_counts_once():
    return disputed_held_and_paid()


@proves(
    {
        "accounts.balance": gbp("130.00"),  # 40 overdue + 25 not due + 65 held
        "accounts.overdue": gbp("40.00"),
        "accounts.not_due": gbp("25.00"),
        "accounts.held": gbp("65.00"),
        "accounts.held_until_on": None,
        "accounts.days_past_due": 37,
        "disputes.undisputed_overdue": gbp("40.00"),
        "disputes.undisputed_balance": gbp("65.00"),
    },
    on=date(2026, 3, 9),
)
def test_the_end_of_a_hold_leaves_what_is_disputed():
    return disputed_held_and_paid()


def disputed_more_than_held() -> tuple[Account, Dispute]:
    """Hold 20 of an invoice until 9 March, and dispute 30 of it."""
    made = account()
    item = owes(made, "100.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    holds(item, "20.00", on=date(2026, 2, 9), until_on=date(2026, 3, 9))
    return made, disputes(made, "30.00", Reason.PRICE, on=date(2026, 2, 16), item=item)


@proves(
    {
        "accounts.overdue": gbp("70.00"),
        "accounts.held": gbp("30.00"),
        "accounts.held_until_on": None,  # the end of the hold changes nothing
        "disputes.undisputed_overdue": gbp("70.00"),
        "disputes.undisputed_balance": gbp("70.00"),
    }
)
def test_more_is_disputed_than_held():
    return disputed_more_than_held()[0]


@proves(
    {
        "accounts.overdue": gbp("80.00"),
        "accounts.held": gbp("20.00"),
        "accounts.held_until_on": date(2026, 3, 9),
        "disputes.undisputed_overdue": gbp("80.00"),
        "disputes.undisputed_balance": gbp("100.00"),
        "disputes.disputed_share": 0,
    }
)
def test_a_dispute_that_is_decided_leaves_what_is_held():
    made, raised = disputed_more_than_held()
    decide(raised, State.REJECTED, on=date(2026, 2, 20))
    return made
