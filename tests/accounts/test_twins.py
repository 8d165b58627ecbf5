"""What Python and SQL both know, they know alike."""

from datetime import timedelta
from itertools import accumulate

import pytest
from django.db import DataError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, facts, queries, rules
from tallystick.kernel import sql
from tallystick.kernel.facts import Key
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries

pytestmark = pytest.mark.django_db

EDGES = (-400, -1, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366, 3000)


@pytest.mark.parametrize("days", EDGES)
def test_the_bucket_of_an_item_is_the_one_it_stands_in(days):
    account = builders.account()
    builders.invoice(account, "1.00", due_on=TODAY - timedelta(days=days))

    (row,) = queries.ageing(on=TODAY)

    assert row["bucket"] == rules.bucket_of(days)
    assert [
        found["account_id"]
        for found in queries.accounts_in_bucket(bucket=rules.bucket_of(days), currency="GBP", on=TODAY)
    ] == [account.pk]


def test_the_buckets_add_up_to_the_balance_on_any_day_money_on_account_included():
    account, other = builders.account(), builders.account(currency="EUR")
    for days in EDGES:
        builders.invoice(account, "10.00", due_on=TODAY - timedelta(days=days))
    builders.invoice(other, "7.00")
    actions.apply_credits(
        [actions.Credit(account.pk, 1, Money(99_999, "GBP"), TODAY - timedelta(days=45))], at=AT, by=TEST
    )

    for day in (TODAY - timedelta(days=days) for days in (500, 100, 46, 45, 1, 0)):
        rows = queries.ageing(on=day)
        assert (
            sum(row["minor"] for row in rows if row["currency"] == "GBP")
            == ledger_queries.balance(account.pk, currency="GBP", on=day).minor
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reference=st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=20))
def test_references_are_compared_alike(reference):
    assert sql.value("SELECT accounts_reference_key(%s)", [reference]) == rules.reference_key(reference)


_MINOR, _DAYS = st.integers(0, 900), st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))


@settings(max_examples=200, deadline=None)
@given(_MINOR, st.none() | _MINOR, st.none() | st.tuples(_DAYS, _DAYS), st.none() | _MINOR)
def test_what_is_chased_is_the_same_in_both(open_minor, held_minor, days, disputed_minor):
    from_on, until_on = days or (None, None)
    asked = [open_minor, held_minor, from_on, until_on, disputed_minor, TODAY]

    assert sql.value(
        "SELECT accounts_chased_minor(%s::bigint, %s::bigint, %s::date, %s::date, %s::bigint, %s::date)", asked
    ) == rules.chased_minor(
        open_minor=open_minor,
        held_minor=held_minor,
        held_from_on=from_on,
        held_until_on=until_on,
        disputed_minor=disputed_minor,
        on=TODAY,
    )


_ANY_MINOR = st.none() | st.integers(-(2**61), 2**61)


@settings(max_examples=100, deadline=None)
@given(st.lists(_ANY_MINOR, max_size=6))
def test_a_total_is_exact_or_refused(minors):
    ask = "SELECT accounts_total_minor(minor) FROM unnest(%s::bigint[]) AS minor"
    known = [minor for minor in minors if minor is not None]
    if all(-(2**63) <= partial < 2**63 for partial in accumulate(known)):
        assert sql.value(ask, [minors]) == (sum(known) if known else None)
    else:
        with pytest.raises(DataError, match="out of range"), transaction.atomic():
            sql.value(ask, [minors])


def source(name, account, *, day=TODAY):
    (found,) = [each for each in facts.SOURCES if each.name == name]
    key = {Key.ACCOUNT: account.pk, Key.PARTY: account.party_id}[found.key]
    rows = sql.rows(sql.fill(found.sql, scope=f"{found.key} = ANY(%(keys)s)"), {"keys": [key], "day": day})
    for row in rows:
        assert set(row) == {found.key, *(column.name for column in found.columns)}
    return rows[0] if rows else None


def test_facts_of_items_are_those_of_the_day():
    account = builders.account()
    for days, amount in ((40, "10.00"), (0, "20.00"), (-5, "40.00")):
        builders.invoice(account, amount, due_on=TODAY - timedelta(days=days))

    today, next_week = source("items", account), source("items", account, day=TODAY + timedelta(days=7))

    assert today == {
        "account_id": account.pk,
        "open_minor": 7000,
        "overdue_minor": 1000,
        "largest_item_minor": 4000,
        "smallest_item_minor": 1000,
        "oldest_due_on": TODAY - timedelta(days=40),
        "open_items": 3,
        "overdue_items": 1,
        "items_stale_on": TODAY + timedelta(days=1),
        "held_minor": None,
        "held_items": None,
        "held_stale_on": None,
        "items_ever": 3,
        "items_settled": 0,
        "charged_minor": 7000,
        "last_issued_on": TODAY,
        "worst_late_days": None,
        "late_days": None,
        "pay_days": None,
    }
    assert (next_week["overdue_minor"], next_week["overdue_items"], next_week["items_stale_on"]) == (7000, 3, None)


def test_an_account_that_owes_nothing_has_no_facts_of_items():
    assert source("items", builders.account()) is None


def test_facts_of_the_account_and_its_debtor():
    account = builders.account()

    row, debtor = source("account", account), source("party", account)

    assert (row["currency"], row["opened_on"], row["is_open"], row["is_house"]) == ("GBP", TODAY, True, False)
    assert (debtor["is_company"], debtor["country"], debtor["language"]) == (False, "GB", "en")
    assert not (debtor["has_email"] or debtor["has_mobile"] or debtor["has_phone"] or debtor["has_address"])
