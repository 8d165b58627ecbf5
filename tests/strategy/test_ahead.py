"""The days to come: what becomes true by itself, and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY

from tallystick.kernel.money import Money
from tallystick.promises import actions as promise_actions
from tallystick.strategy.queries import ahead, catalogue
from tallystick.strategy.rules import types
from tallystick.strategy.rules.ahead import Ahead

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    made = builders.account()
    builders.invoice(made, "100.00", due_on=DAY + timedelta(days=3))
    builders.invoice(made, "40.00", due_on=DAY + timedelta(days=10))
    strategies.refresh(made.pk)
    return made


def _first(account, *texts, until=None):
    words = catalogue.rooms_catalogue()
    writer = Ahead(words)
    conditions = [writer.to_sql(types.understand(text, words)) for text in texts]
    return ahead.first_days(account.pk, conditions, day=DAY, until=until or ahead.furthest(DAY))


def test_the_first_day_on_which_a_condition_is_true(account):
    assert _first(
        account,
        "days_past_due >= 7",
        "overdue > 0",
        "overdue >= £140",
        "today >= 2026-04-01",
        "oldest_due_on < today - 30 days",
        "balance > £500",
        "overdue_items = 1 and days_past_due > 5",
        "count(payments.received, 30 days) = 0 and today > 2026-03-09",
    ) == [
        DAY + timedelta(days=10),
        DAY + timedelta(days=4),
        DAY + timedelta(days=11),
        date(2026, 4, 1),
        DAY + timedelta(days=34),
        None,
        DAY + timedelta(days=9),
        date(2026, 3, 10),
    ]


def test_what_happened_leaves_its_window_on_a_day(account):
    promise_on = DAY + timedelta(days=1)
    promise_actions.record_promise(
        account_id=account.pk, amount=Money.of("10", "GBP"), pay_on=promise_on, at=strategies.at(DAY), by=strategies.BY
    )
    strategies.refresh(account.pk)

    assert _first(account, "count(promises.made, 30 days) = 0") == [DAY + timedelta(days=30)]


def test_nobody_looks_further_than_they_are_asked_to(account):
    assert _first(account, "overdue > 0", until=DAY + timedelta(days=3)) == [None]
    assert _first(account, "overdue > 0", until=DAY) == [None]
