"""Where an account is in its strategy."""

from __future__ import annotations

from datetime import date

from tests.strategy import builders as strategies
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account, owes

DOCUMENT = """
name: patient
title: Patient
start: waiting
states:
  waiting:
    leave:
      - when: days_past_due >= 20
        go: chasing
  chasing:
    steps:
      - id: first
        after: 1 day
        do:
          - note: First step
      - id: second
        after: 30 days
        do:
          - note: Second step
"""


@proves(
    {
        "strategy.strategy_name": "patient",
        "strategy.version_number": 2,
        "strategy.entered_on": date(2026, 2, 20),  # 20 days after 31 January
        "strategy.days_in_state": 10,
        "strategy.stepped_on": date(2026, 2, 21),
        "strategy.days_since_step": 9,
        "strategy.next_review_on": date(2026, 3, 23),  # 30 days after the step
        "strategy.decisions": 2,
        "strategy.days_since_decision": 9,
    }
)
def test_an_account_that_has_come_to_its_second_state():
    strategies.publish(DOCUMENT.replace("20", "40"), day=date(2026, 1, 5))
    strategies.publish(DOCUMENT, day=date(2026, 1, 6))
    made = account(on=date(2026, 1, 7))
    owes(made, "100.00", issued_on=date(2026, 1, 8), due_on=date(2026, 1, 31))
    for day in (date(2026, 2, 19), date(2026, 2, 20), date(2026, 2, 21)):
        live_until(day)
        strategies.run(day)
    return made


@proves({"strategy.strategy_name": None, "strategy.decisions": 0, "strategy.days_since_decision": None})
def test_an_account_that_no_strategy_treats():
    return account()
