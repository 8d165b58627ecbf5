"""Credits pay what they name, then the oldest due; what is left stays on account; all of it can be taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries, rules
from tallystick.accounts.actions import Credit
from tallystick.config import invariants
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Cause
from tallystick.timeline import queries as timeline_queries


def pay(account, minor: int, *, cause_id: int = 1, items: dict[int, int] | None = None, **terms):
    credit = Credit(account.pk, cause_id, Money(minor, account.currency), TODAY, items=items or {}, **terms)
    return actions.apply_credits([credit], at=AT, by=TEST)


def open_on(account) -> list[int]:
    return [item.open_minor for item in queries.items(account.pk)]


def unsound() -> list[str]:
    return [finding.invariant.name for finding in invariants.check() if not finding.is_sound]


@pytest.fixture
def account():
    account = builders.account()
    for month in (1, 2, 3):
        builders.invoice(account, f"{month}0.00", due_on=date(2025, month, 1))
    return account


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minor", "left_open"),
    [
        pytest.param(400, [600, 2000, 3000], id="what is chased of the oldest"),
        pytest.param(401, [600, 1999, 3000], id="then what is chased of the next"),
        pytest.param(2400, [600, 0, 3000], id="and nothing that is held"),
        pytest.param(2401, [599, 0, 3000], id="before all that is chased is paid"),
        pytest.param(3001, [0, 0, 2999], id="then what is held, the oldest due first"),
    ],
)
def test_what_is_on_hold_or_disputed_is_paid_last(account, minor, left_open):
    first, _, third = queries.items(account.pk)
    actions.dispute_items({(account.pk, first.pk): 600}, by=TEST)
    actions.hold_items([actions.Held(account.pk, third.pk, TODAY)], by=TEST)

    pay(account, minor)

    assert open_on(account) == left_open
    paid = [entry["item_id"] for entry in ledger_queries.entries(account.pk) if entry["cause_kind"] == Cause.PAYMENT]
    assert paid.count(first.pk) == 1


@pytest.mark.django_db
def test_what_is_on_hold_is_paid_where_the_payer_names_it(account):
    _first, second, _ = queries.items(account.pk)
    actions.hold_items([actions.Held(account.pk, second.pk, TODAY)], by=TEST)

    pay(account, 2500, items={second.pk: 2000})

    assert open_on(account) == [500, 0, 3000]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minor", "left_open", "unallocated"),
    [
        pytest.param(1, [999, 2000, 3000], 0, id="a penny goes to the oldest"),
        pytest.param(1000, [0, 2000, 3000], 0, id="exactly the oldest"),
        pytest.param(1001, [0, 1999, 3000], 0, id="a penny more reaches the next"),
        pytest.param(6000, [0, 0, 0], 0, id="everything"),
        pytest.param(6001, [0, 0, 0], 1, id="a penny too much stays on account"),
    ],
)
def test_a_payment_pays_the_oldest_due_first(account, minor, left_open, unallocated):
    applied = pay(account, minor)

    assert open_on(account) == left_open
    assert applied[0].unallocated_minor == unallocated
    assert ledger_queries.balance(account.pk, currency="GBP") == Money(6000 - minor, "GBP")
    assert unsound() == []


@pytest.mark.django_db
def test_what_the_payer_names_is_paid_first_and_the_rest_goes_to_the_oldest(account):
    newest = queries.items(account.pk).last()

    pay(account, 3500, items={newest.pk: 3000})

    assert open_on(account) == [500, 2000, 0]


@pytest.mark.django_db
def test_two_credits_that_name_one_item_never_pay_more_than_is_open(account):
    oldest = queries.items(account.pk).first()
    credits = [Credit(account.pk, number, Money(700, "GBP"), TODAY, items={oldest.pk: 700}) for number in (1, 2)]

    applied = actions.apply_credits(credits, at=AT, by=TEST)

    assert [each.paid[oldest.pk] for each in applied] == [700, 300]
    assert open_on(account) == [0, 1600, 3000]
    assert unsound() == []


@pytest.mark.django_db
def test_a_credit_is_applied_once(account):
    assert len(pay(account, 1000)) == 1
    assert pay(account, 1000) == []
    assert open_on(account) == [0, 2000, 3000]


@pytest.mark.django_db
def test_a_credit_kept_on_account_pays_nothing_yet(account):
    pay(account, 1500, keep_on_account=True)

    assert open_on(account) == [1000, 2000, 3000]
    assert ledger_queries.balance(account.pk, currency="GBP") == Money(4500, "GBP")
    assert unsound() == []


@pytest.mark.django_db
def test_taking_a_payment_back_opens_what_it_paid_and_keeps_both_histories(account):
    pay(account, 1500)
    before = len(ledger_queries.entries(account.pk))

    given_back = actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=1, reason="bounced", at=AT, by=TEST
    )

    assert given_back == Money(1500, "GBP")
    assert open_on(account) == [1000, 2000, 3000]
    assert len(ledger_queries.entries(account.pk)) == before + 3
    assert unsound() == []
    with pytest.raises(rules.AlreadyReversed):
        actions.take_back_credit(
            account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=1, reason="again", at=AT, by=TEST
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("credit", "refusal"),
    [
        pytest.param({"amount": Money(0, "GBP")}, rules.AmountNotPositive, id="nothing"),
        pytest.param({"amount": Money(100, "EUR")}, rules.CurrencyDiffers, id="another currency"),
        pytest.param({"amount": Money(100, "GBP"), "items": {1: 101}}, rules.MoreThanOpen, id="names more than it is"),
    ],
)
def test_a_refused_credit_writes_nothing(account, credit, refusal):
    before = ledger_queries.entries(account.pk)

    with pytest.raises(refusal):
        actions.apply_credits([Credit(account.pk, 1, booked_on=TODAY, **credit)], at=AT, by=TEST)

    assert ledger_queries.entries(account.pk) == before
    assert open_on(account) == [1000, 2000, 3000]


@pytest.mark.django_db
def test_the_last_penny_is_told(account):
    pay(account, 5999)
    assert "accounts.BalanceCleared" not in [event["kind"] for event in timeline_queries.of_account([account.pk])]

    pay(account, 1, cause_id=2)
    assert timeline_queries.of_account([account.pk])[0]["kind"] == "accounts.BalanceCleared"


@pytest.mark.django_db
def test_money_that_pays_nothing_clears_nothing(account):
    pay(account, 6000)

    pay(account, 500, cause_id=2)

    told = [event["kind"] for event in timeline_queries.of_account([account.pk])]
    assert told.count("accounts.BalanceCleared") == 1


@pytest.mark.django_db
def test_ageing_of_a_past_day_does_not_know_what_was_booked_later(account):
    pay(account, 6000)
    long_ago = date(2025, 2, 15)

    def total(on):
        return sum(row["minor"] for row in queries.ageing(on=on))

    assert total(TODAY) == 0
    assert total(long_ago) == 3000
    assert {row["bucket"] for row in queries.ageing(on=long_ago)} == {"31_60", "1_30"}
    assert queries.ageing(on=TODAY - timedelta(days=1)) != queries.ageing(on=TODAY)


class AnyHistory(TestCase):
    """Whatever is owed and paid in whatever order, the set-based allocation equals one by one, oldest first."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        invoices=st.lists(st.integers(1, 500), min_size=1, max_size=6),
        payments=st.lists(st.integers(1, 700), min_size=1, max_size=6),
    )
    def test_a_set_of_payments_equals_one_after_the_other(self, invoices, payments):
        account = builders.account()
        for position, minor in enumerate(invoices):
            builders.invoice(account, str(Money(minor, "GBP").amount), due_on=date(2025, 1, 1 + position))
        expected, on_account = list(invoices), 0
        for minor in payments:
            for position, owed in enumerate(expected):
                paid = min(owed, minor)
                expected[position] -= paid
                minor -= paid
            on_account += minor

        credits = [Credit(account.pk, number, Money(minor, "GBP"), TODAY) for number, minor in enumerate(payments, 1)]
        actions.apply_credits(credits, at=AT, by=TEST)

        account.refresh_from_db()
        assert open_on(account) == expected
        assert account.on_account_minor == on_account
        assert unsound() == []
