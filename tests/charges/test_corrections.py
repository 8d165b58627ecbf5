"""Money, days and terms that are known late: what was charged is taken back and charged anew, and the difference is told."""

from datetime import date

import pytest
from tests import builders
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, accrue, agree, at, charged, debt, interest_item, is_sound, lines, pay, told

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import ItemKind
from tallystick.charges import actions
from tallystick.charges.models import Line
from tallystick.kernel.money import Money
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause

pytestmark = pytest.mark.django_db


def test_a_payment_that_is_booked_late_is_corrected_by_reversal_and_entry_anew():
    account, item = debt()
    for day in (10, 20, 31):
        accrue(date(2026, 1, day))
    assert charged(account) == 658
    pay(account, "400.00", on=date(2026, 1, 12), known=date(2026, 2, 1), items={item.pk: 400_00})

    accrue(date(2026, 2, 1))

    assert lines(item) == [("2026-01-02", "2026-01-12", 1000_00, 241), ("2026-01-13", "2026-02-01", 600_00, 263)]
    assert charged(account) == interest_item(account).open_minor == 504
    reversed_ = Entry.objects.filter(account_id=account.pk, cause_kind=Cause.REVERSAL)
    assert sorted(str(entry.booked_on) for entry in reversed_) == ["2026-01-20", "2026-01-31"]
    [corrected] = told(account, "InterestCorrected")
    assert (corrected["from_on"], corrected["until_on"]) == ("2026-01-13", "2026-01-31")
    assert [corrected[name]["minor"] for name in ("was_charged", "is_now", "difference")] == [658, 491, -167]
    kept = Line.objects.filter(item_id=item.pk, taken_back_at__isnull=False)
    assert [(str(line.first_day), str(line.last_day), line.amount_minor) for line in kept] == [
        ("2026-01-02", "2026-01-31", 658)
    ]
    assert is_sound() == []


def test_interest_that_was_paid_and_is_owed_no_longer_becomes_money_on_account():
    account, item = debt()
    accrue(date(2026, 1, 31))
    cause = pay(account, "6.58", on=date(2026, 1, 31), known=date(2026, 1, 31), items={interest_item(account).pk: 658})
    pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 2, 2), items={item.pk: 1000_00})

    accrue(date(2026, 2, 2))

    beside = interest_item(account)
    assert (beside.amount_minor, beside.open_minor) == (219, 0)
    assert Account.objects.get(pk=account.pk).on_account_minor == 439
    assert is_sound() == []
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=cause,
        reason="Bounced",
        at=at(date(2026, 2, 3)),
        by=TEST,
    )
    assert interest_item(account).open_minor == 219
    assert Account.objects.get(pk=account.pk).on_account_minor == 0
    assert is_sound() == []


def test_a_payment_of_interest_on_two_items_is_released_of_both():
    account, first = debt()
    second = builders.invoice(account, "2000.00", due_on=DUE)
    accrue(date(2026, 1, 31))
    beside = Item.objects.filter(account_id=account.pk, kind=ItemKind.INTEREST)
    cause = pay(
        account,
        "19.73",
        on=date(2026, 1, 31),
        known=date(2026, 1, 31),
        items={each.pk: each.open_minor for each in beside},
    )
    for item in (first, second):
        pay(
            account,
            Money(item.amount_minor, "GBP").amount,
            on=date(2026, 1, 11),
            known=date(2026, 2, 2),
            items={item.pk: item.amount_minor},
        )

    accrue(date(2026, 2, 2))

    assert sorted((each.amount_minor, each.open_minor) for each in beside.all()) == [(219, 0), (438, 0)]
    assert Account.objects.get(pk=account.pk).on_account_minor == 1973 - 657
    assert is_sound() == []
    account_actions.take_back_credit(
        account_id=account.pk,
        cause_kind=Cause.PAYMENT,
        cause_id=cause,
        reason="Bounced",
        at=at(date(2026, 2, 3)),
        by=TEST,
    )
    assert is_sound() == []


def test_what_is_agreed_anew_for_the_past_is_corrected():
    account, _item = debt()
    accrue(date(2026, 1, 31))
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}})

    accrue(date(2026, 1, 31))

    assert charged(account) == 329
    assert told(account, "InterestCorrected")[0]["difference"]["minor"] == -329
    assert is_sound() == []


def test_an_item_that_falls_due_later_than_was_said_is_corrected():
    account, item = debt()
    accrue(date(2026, 1, 31))
    Item.objects.filter(pk=item.pk).update(due_on=date(2026, 1, 11))
    actions.prove_again(account_ids=[account.pk], by=TEST)

    accrue(date(2026, 1, 31))

    assert charged(account) == 438
    assert is_sound() == []


def test_interest_that_was_let_off_is_not_given_back_twice():
    account, item = debt()
    accrue(date(2026, 1, 31))
    account_actions.adjust_item(
        account_id=account.pk, item_id=interest_item(account).pk, change=Money.of("-6.00", "GBP"), reason="Goodwill",
        at=at(date(2026, 1, 31)), by=TEST,
    )  # fmt: skip
    pay(account, "1000.00", on=date(2026, 1, 11), known=date(2026, 2, 2), items={item.pk: 1000_00})

    accrue(date(2026, 2, 2))

    beside = interest_item(account)
    assert (beside.amount_minor, beside.open_minor) == (0, 0)
    assert Account.objects.get(pk=account.pk).on_account_minor == 0
    assert is_sound() == []
