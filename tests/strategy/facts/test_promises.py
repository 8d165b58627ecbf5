"""What was promised, and what became of it."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, gbp, owes, pays

from tallystick.accounts.models import Account
from tallystick.promises import actions as promise_actions


def promises(of: Account, amount: str, *, on: date, pay_on: date) -> None:
    """Promise an amount on a day, for a day."""
    promise_actions.record_promise(account_id=of.pk, amount=gbp(amount), pay_on=pay_on, at=at(on), by=TEST)
    live_until(on)


def night(day: date) -> None:
    """Judge the promises whose grace has run out by a day."""
    promise_actions.break_overdue_promises(at=at(day), by=TEST)
    live_until(day)


def kept_once() -> Account:
    """Have a debtor of £200 keep a promise of £50."""
    made = account()
    owes(made, "200.00", issued_on=date(2025, 12, 1), due_on=date(2025, 12, 31))
    promises(made, "50.00", on=date(2026, 1, 5), pay_on=date(2026, 1, 9))
    pays(made, "50.00", on=date(2026, 1, 8))
    return made


@proves(
    {
        "promises.made_count": 5,
        "promises.last_made_on": date(2026, 2, 25),
        "promises.days_since_made": 5,
        "promises.kept_count": 1,
        "promises.last_kept_on": date(2026, 1, 8),
        "promises.broken_count": 2,
        "promises.broken_90d": 2,
        "promises.broken_in_a_row": 2,
        "promises.last_broken_on": date(2026, 2, 12),  # the day after the one day of grace
        "promises.last_result": "broken",
        "promises.kept_share": 33,  # 1 of 3
        "promises.replaced_count": 1,
        "promises.balance_when_made": gbp("150.00"),  # when the first of the two broken ones was made
        "promises.balance_growth": gbp("-12.00"),
        "promises.is_open": True,
        "promises.open_amount": gbp("30.00"),
        "promises.due_on": date(2026, 3, 10),
        "promises.days_to_due": 8,
        "promises.paid_so_far": gbp("12.00"),
        "promises.missing": gbp("18.00"),
        "promises.open_share": 21,  # 30 of 138
    }
)
def test_a_debtor_who_promises_again_and_again():
    made = kept_once()
    promises(made, "60.00", on=date(2026, 1, 12), pay_on=date(2026, 1, 16))
    night(date(2026, 1, 27))
    promises(made, "40.00", on=date(2026, 2, 2), pay_on=date(2026, 2, 6))
    promises(made, "45.00", on=date(2026, 2, 4), pay_on=date(2026, 2, 10))
    night(date(2026, 2, 13))
    promises(made, "30.00", on=date(2026, 2, 25), pay_on=date(2026, 3, 10))
    pays(made, "12.00", on=date(2026, 2, 27))
    return made


@proves(
    {
        "promises.last_result": "kept",
        "promises.kept_share": 100,
        "promises.made_count": 1,
        "promises.is_open": False,
        "promises.days_to_due": None,
        "promises.paid_so_far": None,
        "promises.missing": None,
        "promises.open_share": None,
    }
)
def test_a_promise_that_was_kept():
    return kept_once()


@proves({"promises.days_to_due": -1, "promises.missing": gbp("50.00")}, on=date(2026, 1, 10))
def test_a_promise_is_open_until_its_grace_has_run_out():
    made = account()
    owes(made, "200.00", issued_on=date(2025, 12, 1), due_on=date(2025, 12, 31))
    promises(made, "50.00", on=date(2026, 1, 5), pay_on=date(2026, 1, 9))
    return made
