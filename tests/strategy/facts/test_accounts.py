"""What is owed, how old it is, and how it is paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests import builders
from tests.builders import TEST
from tests.strategy.builders import DAY, at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes, pays

from tallystick.access import actions as access_actions
from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.accounts.rules import CloseReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.kernel.money import Money

#: Due days and amounts of items of every age on the day of the tests, Monday 2 March 2026.
AGES = [
    (date(2025, 8, 1), "100.00"),  # 213 days
    (date(2025, 11, 24), "50.00"),  # 98 days
    (date(2025, 12, 20), "25.00"),  # 72 days
    (date(2026, 1, 26), "12.50"),  # 35 days
    (date(2026, 1, 31), "6.25"),  # 30 days: not more than 30
    (date(2026, 3, 2), "3.00"),  # due today: not overdue
    (date(2026, 3, 12), "40.00"),
]


def aged() -> Account:
    """Open an account that owes an item of every age, each issued 30 days before it falls due."""
    made = account()
    for due_on, amount in AGES:
        owes(made, amount, issued_on=due_on - timedelta(days=30), due_on=due_on)
    return made


@proves(
    {
        "accounts.balance": gbp("236.75"),
        "accounts.overdue": gbp("193.75"),
        "accounts.not_due": gbp("43.00"),
        "accounts.overdue_over_30": gbp("187.50"),
        "accounts.overdue_over_60": gbp("175.00"),
        "accounts.overdue_over_90": gbp("150.00"),
        "accounts.overdue_over_180": gbp("100.00"),
        "accounts.overdue_share": 81,  # 193.75 of 236.75 is 81.8
        "accounts.largest_item": gbp("100.00"),
        "accounts.smallest_item": gbp("3.00"),
        "accounts.oldest_item": gbp("100.00"),
        "accounts.oldest_due_on": date(2025, 8, 1),
        "accounts.days_past_due": 213,
        "accounts.worst_days_past_due": 213,
        "accounts.open_items": 7,
        "accounts.overdue_items": 5,
        "accounts.next_due_on": date(2026, 3, 2),
        "accounts.days_to_next_due": 0,
        "accounts.next_due_amount": gbp("3.00"),
        "accounts.items_ever": 7,
        "accounts.settled_items": 0,
        "accounts.last_item_on": date(2026, 2, 10),
        "accounts.days_since_last_item": 20,
        "accounts.original_amount": gbp("236.75"),
        "accounts.settled_share": 0,
        "accounts.days_late": None,
        "accounts.opened_on": date(2025, 6, 2),
        "accounts.age_days": 273,
    }
)
def test_items_of_every_age():
    return aged()


@proves(
    {
        "accounts.overdue": gbp("196.75"),
        "accounts.overdue_over_30": gbp("193.75"),
        "accounts.overdue_over_180": gbp("100.00"),
        "accounts.next_due_on": date(2026, 3, 12),
        "accounts.days_to_next_due": 9,
        "accounts.next_due_amount": gbp("40.00"),
        "accounts.overdue_items": 6,
        "accounts.overdue_share": 83,  # 196.75 of 236.75 is 83.1
    },
    on=DAY + timedelta(days=1),
)
def test_ages_move_on_with_the_day_though_nothing_happens():
    return aged()


@proves(
    {
        "accounts.days_late": 4,  # 10 days late and 2 days early
        "accounts.days_to_pay": 26,  # 24 and 28 days after their issue
        "accounts.worst_days_past_due": 10,
        "accounts.days_past_due": 8,
        "accounts.settled_items": 2,
        "accounts.items_ever": 3,
        "accounts.open_items": 1,
        "accounts.original_amount": gbp("200.00"),
        "accounts.settled_share": 65,  # 130 of 200
        "accounts.balance": gbp("70.00"),
        "accounts.on_account": gbp("0.00"),
        "accounts.next_due_on": None,
    }
)
def test_items_that_are_paid_early_late_and_in_part():
    made = account()
    owes(made, "80.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 15))
    owes(made, "20.00", issued_on=date(2026, 1, 5), due_on=date(2026, 2, 4))
    owes(made, "100.00", issued_on=date(2026, 2, 1), due_on=date(2026, 2, 22))
    pays(made, "80.00", on=date(2026, 1, 25))
    pays(made, "20.00", on=date(2026, 2, 2))
    pays(made, "30.00", on=date(2026, 2, 27))
    return made


@proves(
    {
        "accounts.on_account": gbp("15.50"),
        "accounts.balance": gbp("-15.50"),
        "accounts.oldest_item": None,
        "accounts.smallest_item": None,
        "accounts.overdue_share": None,
        "accounts.settled_share": 100,
    }
)
def test_money_that_pays_no_item_waits_on_account():
    made = account()
    owes(made, "40.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    pays(made, "55.50", on=date(2026, 2, 10))
    return made


@proves(
    {
        "accounts.original_amount": gbp("60.00"),  # as corrected: 90 less 30, and 0
        "accounts.settled_items": 1,
        "accounts.items_ever": 2,
        "accounts.days_late": None,  # what is corrected to nothing was never paid
    }
)
def test_a_correction_corrects_what_was_charged():
    made = account()
    item = owes(made, "90.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    error = owes(made, "10.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    for corrected, change in ((item, "-30.00"), (error, "-10.00")):
        account_actions.adjust_item(
            account_id=made.pk, item_id=corrected.pk, change=gbp(change), reason="priced wrongly", at=at(DAY), by=TEST
        )
    return made


@proves(
    {
        "accounts.credit_notes": gbp("12.00"),
        "accounts.paid_to_client": gbp("30.00"),
        "accounts.balance": gbp("58.00"),
        "accounts.settled_share": 42,
    }
)
def test_credits_of_the_clients_own_books():
    made = account()
    owes(made, "100.00", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    rows = sql.Rows(
        """
        SELECT key, %(account)s::bigint AS account_id, kind, reference, DATE '2026-02-20' AS booked_on, amount_minor,
               'GBP' AS currency
        FROM (VALUES (1, 'credit_note', 'CN-1', 1200), (2, 'payment', 'PAY-1', 3000)) AS row(key, kind, reference, amount_minor)
        """,
        {"account": made.pk},
    )
    account_actions.apply_source_credits(rows, keep_on_account=False, today=DAY, origin="file 1", at=at(DAY), by=TEST)
    return made


@proves({"accounts.currency": "EUR", "accounts.balance": Money.of("19.99", "EUR"), "accounts.state": "open"})
def test_an_account_in_euros():
    made = account(currency="EUR")
    owes(made, "19.99", issued_on=date(2026, 1, 1), due_on=date(2026, 1, 31))
    return made


@proves({"accounts.client": "ACME", "accounts.portfolio": "TRADE", "accounts.business_unit": "LEEDS"})
def test_whose_account_it_is():
    unit = access_actions.open_business_unit(code="LEEDS", name="Leeds", at=at(DAY), by=TEST)
    client = builders.client(code="ACME", business_unit_id=unit.pk)
    trade = account_actions.open_portfolio(client=client, code="TRADE", name="Trade", at=at(DAY), by=TEST)
    return account(trade)


@proves({"accounts.state": "closed"})
def test_an_account_that_was_closed():
    made = account()
    account_actions.close_account(account_id=made.pk, reason=CloseReason.RECALLED, at=at(DAY), by=TEST)
    live_until(DAY)
    return made


def with_items_on_hold() -> Account:
    """Owe items of every age, and hold the oldest until 9 March, 20.00 of the next, and another from 4 March on."""
    made = aged()
    items = list(account_queries.items(made.pk))
    terms: dict[str, Any] = {"account_id": made.pk, "reason": Reason.MANUAL, "at": at(DAY), "by": TEST}
    hold_actions.hold_items(item_ids=[items[0].pk], until_on=date(2026, 3, 9), **terms)
    hold_actions.hold_items(item_ids=[items[1].pk], amount=gbp("20.00"), **terms)
    hold_actions.hold_items(item_ids=[items[5].pk], from_on=date(2026, 3, 4), until_on=date(2026, 3, 20), **terms)
    return made


@proves(
    {
        "accounts.balance": gbp("236.75"),
        "accounts.held": gbp("120.00"),
        "accounts.held_items": 2,
        "accounts.held_until_on": date(2026, 3, 9),
        "accounts.overdue": gbp("73.75"),  # 30.00 + 25.00 + 12.50 + 6.25
        "accounts.not_due": gbp("43.00"),
        "accounts.overdue_over_30": gbp("67.50"),
        "accounts.overdue_over_60": gbp("55.00"),
        "accounts.overdue_over_90": gbp("30.00"),
        "accounts.overdue_over_180": gbp("0.00"),
        "accounts.overdue_share": 63,  # 73.75 of 116.75 is 63.2
        "accounts.largest_item": gbp("40.00"),
        "accounts.oldest_item": gbp("30.00"),
        "accounts.oldest_due_on": date(2025, 11, 24),
        "accounts.days_past_due": 98,
        "accounts.worst_days_past_due": 98,
        "accounts.open_items": 6,
        "accounts.overdue_items": 4,
        "accounts.next_due_on": date(2026, 3, 2),
        "accounts.original_amount": gbp("236.75"),
        "parties.debtor_balance": gbp("236.75"),
        "parties.debtor_overdue": gbp("73.75"),
        "parties.debtor_days_past_due": 98,
        "holds.active": False,
        "holds.standing": 0,
        "holds.stops_contact": False,
    }
)
def test_what_is_on_hold_is_owed_and_not_chased():
    return with_items_on_hold()


@proves(
    {
        "accounts.held": gbp("123.00"),
        "accounts.held_items": 3,
        "accounts.held_until_on": date(2026, 3, 9),
        "accounts.overdue": gbp("73.75"),
        "accounts.not_due": gbp("40.00"),
        "accounts.next_due_on": date(2026, 3, 12),
        "accounts.smallest_item": gbp("6.25"),
        "accounts.open_items": 5,
    },
    on=date(2026, 3, 4),
)
def test_a_hold_that_begins_changes_the_facts_on_its_day():
    return with_items_on_hold()


@proves(
    {
        "accounts.held": gbp("23.00"),
        "accounts.held_items": 2,
        "accounts.held_until_on": date(2026, 3, 20),
        "accounts.overdue": gbp("173.75"),
        "accounts.overdue_over_180": gbp("100.00"),
        "accounts.oldest_due_on": date(2025, 8, 1),
        "accounts.days_past_due": 220,
        "accounts.open_items": 6,
        "accounts.overdue_items": 5,
        "parties.debtor_overdue": gbp("173.75"),
    },
    on=date(2026, 3, 9),
)
def test_what_was_on_hold_is_chased_again_on_its_day():
    return with_items_on_hold()


@proves({"accounts.held": gbp("20.00"), "accounts.held_items": 1, "accounts.held_until_on": None}, on=date(2026, 3, 20))
def test_what_is_held_until_lifted_returns_on_no_day():
    return with_items_on_hold()


@proves(
    {
        "accounts.balance": gbp("236.75"),
        "accounts.held": gbp("236.75"),
        "accounts.held_items": 7,
        "accounts.overdue": gbp("0.00"),
        "accounts.overdue_share": None,
        "accounts.days_past_due": None,
        "accounts.open_items": 0,
        "accounts.largest_item": gbp("0.00"),
        "accounts.smallest_item": None,
        "accounts.next_due_on": None,
    }
)
def test_an_account_of_which_everything_is_on_hold():
    made = aged()
    hold_actions.hold_items(
        account_id=made.pk,
        item_ids=[item.pk for item in account_queries.items(made.pk)],
        reason=Reason.DISPUTE,
        at=at(DAY),
        by=TEST,
    )
    return made
