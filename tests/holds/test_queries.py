"""What a hold stops, asked of the database."""

from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.holds import actions, facts, queries, rules
from tallystick.holds.models import Hold
from tallystick.kernel import sql

pytestmark = pytest.mark.django_db


def place(account, reason, *, from_on=TODAY, until_on=None):
    return actions.place_hold(account_id=account.pk, reason=reason, from_on=from_on, until_on=until_on, at=AT, by=TEST)


def test_an_activity_is_refused_by_the_weightiest_reason_that_stops_it():
    account = builders.account()
    place(account, rules.Reason.PROMISE)
    place(account, rules.Reason.VULNERABILITY)

    with pytest.raises(rules.AccountOnHold, match="Vulnerable customer"):
        queries.refuse_if_held(account.pk, rules.Activity.CONTACT, on=TODAY)
    queries.refuse_if_held(account.pk, rules.Activity.AGREE, on=TODAY)


def test_a_set_is_asked_at_once():
    held, free = builders.account(), builders.account()
    place(held, rules.Reason.INSOLVENCY)

    assert queries.held([held.pk, free.pk], rules.Activity.AGREE, on=TODAY) == {held.pk: rules.Reason.INSOLVENCY}


@pytest.mark.parametrize("days", [-1, 0, 6, 7, 8])
@pytest.mark.parametrize("until_on", [None, TODAY + timedelta(days=7)])
@pytest.mark.parametrize("lifted", [False, True])
def test_twins_the_rule_and_the_query_agree_on_every_edge(days, until_on, lifted):
    account, on = builders.account(), TODAY + timedelta(days=days)
    hold = place(account, rules.Reason.MANUAL, until_on=until_on)
    if lifted:
        actions.lift_hold(account_id=account.pk, hold_id=hold.pk, at=AT, by=TEST)

    by_rule = rules.is_in_force(from_on=TODAY, until_on=until_on, ended=lifted, on=on)

    assert bool(queries.in_force([account.pk], on=on)) is by_rule


def fact_row(account, *, day):
    source = facts.SOURCES[0]
    found = sql.rows(
        sql.fill(source.sql, scope="account_id = ANY(%(accounts)s)"), {"accounts": [account.pk], "day": day}
    )
    return found[0] if found else None


def test_the_source_gives_its_columns_and_no_others():
    account = builders.account()
    place(account, rules.Reason.MANUAL)

    assert list(fact_row(account, day=TODAY)) == ["account_id", *(column.name for column in facts.SOURCES[0].columns)]


def test_facts_name_the_weightiest_reason_and_when_they_change_next():
    account = builders.account()
    place(account, rules.Reason.MANUAL, until_on=date(2026, 3, 20))
    place(account, rules.Reason.INSOLVENCY, until_on=date(2026, 3, 9))
    place(account, rules.Reason.BREATHING_SPACE, from_on=date(2026, 3, 5), until_on=date(2026, 3, 7))

    assert fact_row(account, day=TODAY) == {
        "account_id": account.pk,
        "holds_until_on": date(2026, 3, 20),
        "holds_reason": "insolvency",
        "holds_since_on": TODAY,
        "holds_standing": 2,
        "holds_stops_contact": True,
        "holds_stops_enforcement": True,
        "holds_stale_on": date(2026, 3, 5),
    }
    assert fact_row(account, day=date(2026, 3, 5))["holds_reason"] == "breathing_space"
    assert fact_row(account, day=date(2026, 3, 9))["holds_reason"] == "manual"
    assert fact_row(account, day=date(2026, 3, 20)) is None


def test_a_hold_of_the_future_holds_nothing_yet():
    account = builders.account()
    place(account, rules.Reason.MANUAL, from_on=date(2026, 3, 5))

    row = fact_row(account, day=TODAY)

    assert (row["holds_until_on"], row["holds_reason"], row["holds_stops_contact"]) == (None, None, False)
    assert row["holds_stale_on"] == date(2026, 3, 5)


def test_a_hold_of_no_account_is_named():
    Hold.objects.create(
        account_id=999_999, reason="manual", from_on=TODAY, placed_at=AT, placed_by="someone with a keyboard"
    )
    invariant = queries.INVARIANTS[0]

    (breach,) = sql.rows(invariant.breaches)

    assert breach["account_id"] == 999_999
    assert sql.value(invariant.checked) == 1
