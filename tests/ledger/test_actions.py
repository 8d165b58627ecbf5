"""Entries are posted once, taken back once, and never changed."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import AT

from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger import actions, queries
from tallystick.ledger.rules import CHARGED_AGAINST, DEBT_HEADS, Cause, Head

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
_accounts = count(1_000_000)


def posting(
    minor: int = 1000, *, debit=Head.PRINCIPAL, credit=Head.PLACED, account=1, cause=Cause.ITEM, number=1, **terms
):
    return actions.Posting(
        account_id=account,
        debit=debit,
        credit=credit,
        amount_minor=minor,
        cause_kind=cause,
        cause_id=number,
        **{"currency": "GBP", "booked_on": DAY, **terms},
    )


def payment(minor: int, *, number=1, **terms):
    return posting(minor, debit=Head.BANK, credit=Head.ON_ACCOUNT, cause=Cause.PAYMENT, number=number, **terms)


def owed(account=1, **as_of):
    return queries.balance(account, currency="GBP", **as_of)


def test_every_debt_head_has_a_far_side():
    assert set(CHARGED_AGAINST) == DEBT_HEADS
    assert not set(CHARGED_AGAINST.values()) & DEBT_HEADS


def test_posting_twice_is_posting_once():
    assert actions.post([posting(), payment(300)], at=AT) == 2
    assert actions.post([posting(), payment(300)], at=AT) == 0
    assert actions.post([], at=AT) == 0

    assert owed() == Money(700, "GBP")


def test_the_natural_key_is_the_account_the_cause_and_a_number():
    same = {"cause": Cause.CHARGE, "number": 7}

    assert actions.post([posting(**same), posting(account=2, **same), posting(cause_no=1, **same)], at=AT) == 3


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        pytest.param({"minor": 0}, "ledger_entry_is_positive", id="nothing moves"),
        pytest.param({"minor": -1}, "ledger_entry_is_positive", id="less than nothing moves"),
        pytest.param({"credit": Head.PRINCIPAL}, "ledger_entry_moves", id="from a head to itself"),
    ],
)
def test_what_moves_nothing_is_no_entry_and_the_others_are_not_posted_either(wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        actions.post([posting(number=1), posting(number=2, **wrong)], at=AT)

    assert queries.entries(1) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_entry SET amount_minor = 1", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"],
)
def test_the_database_refuses_to_edit_the_ledger(statement):
    actions.post([posting()], at=AT)

    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"append-only|permission denied"),
        transaction.atomic(),
    ):
        sql.execute(statement)

    assert owed() == Money(1000, "GBP")


def test_a_cause_is_taken_back_once_whole_and_by_entries_that_name_it():
    actions.post([posting(), payment(300), payment(5, number=2)], at=AT)
    actions.post(
        [
            posting(
                300, debit=Head.ON_ACCOUNT, credit=Head.PRINCIPAL, cause=Cause.PAYMENT, number=1, cause_no=1, item_id=9
            )
        ],
        at=AT,
    )

    back = actions.reverse_cause(
        account_id=1, cause_kind=Cause.PAYMENT, cause_id=1, booked_on=DAY + timedelta(days=9), at=AT
    )
    again = actions.reverse_cause(account_id=1, cause_kind=Cause.PAYMENT, cause_id=1, booked_on=DAY, at=AT)

    assert sorted((row["item_id"] or 0, row["amount_minor"]) for row in back) == [(0, 300), (9, 300)]
    assert again == []
    assert owed() == Money(995, "GBP")
    reversals = [entry for entry in queries.entries(1) if entry["cause_kind"] == Cause.REVERSAL]
    assert [entry["cause_id"] == entry["reverses_id"] for entry in reversals] == [True, True]


def test_taking_back_on_one_account_leaves_the_same_cause_on_another():
    actions.post([posting(account=1), posting(account=2)], at=AT)

    actions.reverse_cause(account_id=1, cause_kind=Cause.ITEM, cause_id=1, booked_on=DAY, at=AT)

    assert (owed(1), owed(2)) == (Money(0, "GBP"), Money(1000, "GBP"))


def test_a_balance_is_as_of_a_day_and_as_known_at_an_instant():
    tomorrow, later = DAY + timedelta(days=1), AT + timedelta(days=5)
    actions.post([posting(1000)], at=AT)
    actions.post([payment(300, booked_on=tomorrow)], at=later)

    assert owed(on=DAY - timedelta(days=1)) == Money(0, "GBP")
    assert owed(on=DAY) == Money(1000, "GBP")
    assert owed(on=tomorrow) == Money(700, "GBP")
    assert owed(on=tomorrow, known_at=AT) == Money(1000, "GBP")
    assert owed(on=DAY, known_at=later) == Money(1000, "GBP")


def test_currencies_never_meet_in_a_balance():
    actions.post([posting(100), posting(999, number=2, currency="EUR")], at=AT)

    assert owed() == Money(100, "GBP")
    assert queries.balance(1, currency="EUR") == Money(999, "EUR")


def test_a_head_that_is_no_debt_is_not_owed():
    actions.post([posting(100, debit=Head.BANK, credit=Head.CLIENT_MONEY)], at=AT)

    assert owed() == Money(0, "GBP")


postings = st.lists(
    st.tuples(
        st.sampled_from(list(Head)),
        st.sampled_from(list(Head)),
        st.integers(1, 10**12),
        st.sampled_from(["GBP", "JPY"]),
    ).filter(lambda entry: entry[0] != entry[1]),
    max_size=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=postings)
def test_debits_equal_credits_in_every_currency_whatever_is_posted_and_taken_back(entries):
    account = next(_accounts)
    actions.post(
        [
            posting(minor, debit=debit, credit=credit, account=account, number=number, currency=currency)
            for number, (debit, credit, minor, currency) in enumerate(entries)
        ],
        at=AT,
    )
    before = queries.balances_by_head([account])
    actions.reverse_cause(account_id=account, cause_kind=Cause.ITEM, cause_id=0, booked_on=DAY, at=AT)
    after = queries.balances_by_head([account])

    for found in (before, after):
        for currency in ("GBP", "JPY"):
            assert sum(row["balance_minor"] for row in found if row["currency"] == currency) == 0
    if len(entries) == 1:
        assert all(row["balance_minor"] == 0 for row in after)
