"""Holds are placed once, lifted once, and end on their day, once."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules import AccountIsClosed, CloseReason
from tallystick.holds import actions, queries, rules
from tallystick.holds.models import Hold
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db


def told(account, kind):
    return [event for event in timeline_queries.of_account([account.pk]) if event["kind"] == f"holds.{kind}"]


def place(account, *, reason=rules.Reason.MANUAL, days=7, **terms):
    until_on = None if days is None else TODAY + timedelta(days=days)
    return actions.place_hold(
        account_id=account.pk, reason=reason, until_on=until_on, **{"at": AT, "by": TEST, **terms}
    )


def test_a_hold_holds_from_today_and_stands_on_the_timeline():
    account = builders.account()

    hold = place(account, note="  in hospital ")

    assert (hold.from_on, hold.until_on, hold.note) == (TODAY, date(2026, 3, 9), "in hospital")
    assert told(account, "HoldPlaced")[0]["data"] == {
        "hold_id": hold.pk,
        "reason": "manual",
        "from_on": "2026-03-02",
        "until_on": "2026-03-09",
        "note": "in hospital",
    }


@pytest.mark.parametrize(
    ("from_on", "until_on"),
    [
        pytest.param(None, TODAY, id="ends today"),
        pytest.param(TODAY - timedelta(days=9), TODAY, id="is over by today"),
        pytest.param(TODAY + timedelta(days=5), TODAY + timedelta(days=5), id="ends as it begins"),
    ],
)
def test_a_hold_that_would_not_last_a_day_is_refused(from_on, until_on):
    account = builders.account()

    with pytest.raises(rules.HoldEndsTooSoon):
        actions.place_hold(
            account_id=account.pk, reason=rules.Reason.MANUAL, from_on=from_on, until_on=until_on, at=AT, by=TEST
        )

    assert not Hold.objects.exists()
    assert not told(account, "HoldPlaced")


def test_a_closed_account_is_not_held():
    account = builders.account()
    account_actions.close_account(account_id=account.pk, reason=CloseReason.PAID, at=AT, by=TEST)

    with pytest.raises(AccountIsClosed):
        place(account)

    assert not Hold.objects.exists()


def test_who_may_not_or_may_not_see_the_client_places_nothing():
    account = builders.account()
    person = builders.user()

    with pytest.raises(NotPermitted):
        place(account, by=builders.actor(person, "see accounts"))
    with pytest.raises(NotFound):
        place(account, by=builders.actor(person, "place holds", clients=frozenset()))

    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("at", "today"),
    [
        pytest.param("2026-06-30T22:59:59+00:00", date(2026, 6, 30), id="a second before midnight in London"),
        pytest.param("2026-06-30T23:00:00+00:00", date(2026, 7, 1), id="midnight in London is 23:00 UTC in summer"),
    ],
)
def test_today_is_the_day_of_the_creditor(at, today):
    account, other = builders.account(), builders.account()
    instant = datetime.fromisoformat(at)

    hold = actions.place_hold(account_id=account.pk, reason=rules.Reason.MANUAL, at=instant, by=TEST)
    actions.place_holds(Chosen([other.pk], [1], "decision"), reason=rules.Reason.MANUAL, days=3, at=instant, by=TEST)

    assert hold.from_on == today
    assert Hold.objects.get(account=other).from_on == today
    assert told(other, "HoldPlaced")[0]["happened_on"] == today


def test_a_set_is_held_once_for_a_cause():
    accounts = [builders.account(), builders.account()]
    chosen = Chosen([account.pk for account in accounts], [11, 12], "decision")
    terms = {"reason": rules.Reason.INSTRUCTION, "days": 10, "at": AT, "by": TEST}

    first, second = actions.place_holds(chosen, **terms), actions.place_holds(chosen, **terms)
    another = actions.place_holds(chosen, action_no=1, **terms)

    assert (first.done, first.already) == (2, 0)
    assert (second.done, second.already) == (0, 2)
    assert another.done == 2
    assert Hold.objects.count() == 4
    assert len(told(accounts[0], "HoldPlaced")) == 2
    assert Hold.objects.filter(until_on=TODAY + timedelta(days=10)).count() == 4


def test_closed_accounts_of_a_set_are_refused_and_do_not_stop_the_others():
    closed, open_ = builders.account(), builders.account()
    account_actions.close_account(account_id=closed.pk, reason=CloseReason.PAID, at=AT, by=TEST)

    outcome = actions.place_holds(
        Chosen([closed.pk, open_.pk], [1, 2], "decision"), reason=rules.Reason.MANUAL, days=None, at=AT, by=TEST
    )

    assert (outcome.done, outcome.already, dict(outcome.refused)) == (1, 0, {"accounts.account_is_closed": 1})
    assert Hold.objects.get().account_id == open_.pk


def test_lifting_ends_a_hold_once():
    account = builders.account()
    hold = place(account)

    actions.lift_hold(account_id=account.pk, hold_id=hold.pk, note="better", at=AT, by=TEST)

    with pytest.raises(rules.HoldEnded):
        actions.lift_hold(account_id=account.pk, hold_id=hold.pk, at=AT, by=TEST)
    assert len(told(account, "HoldLifted")) == 1
    assert queries.in_force([account.pk], on=TODAY) == []
    assert Hold.objects.get().ending == rules.Ending.LIFTED


def test_a_hold_of_another_account_cannot_be_lifted_through_this_one():
    hold = place(builders.account())

    with pytest.raises(NotFound):
        actions.lift_hold(account_id=builders.account().pk, hold_id=hold.pk, at=AT, by=TEST)

    assert Hold.objects.get().ended_at is None


def test_a_set_is_lifted_by_reason():
    account, other = builders.account(), builders.account()
    place(account)
    place(account, reason=rules.Reason.DISPUTE)
    chosen = Chosen([account.pk, other.pk], [1, 2], "decision")

    outcome = actions.lift_holds(chosen, reasons=frozenset({rules.Reason.MANUAL}), at=AT, by=TEST)

    assert (outcome.done, outcome.already) == (1, 1)
    assert [row["reason"] for row in queries.in_force([account.pk], on=TODAY)] == ["dispute"]
    assert len(told(account, "HoldLifted")) == 1


def test_a_hold_is_moved_and_says_what_it_was_before():
    account = builders.account()
    hold = place(account)

    actions.move_hold(account_id=account.pk, hold_id=hold.pk, until_on=date(2026, 4, 1), at=AT, by=TEST)
    actions.move_hold(account_id=account.pk, hold_id=hold.pk, until_on=date(2026, 4, 1), at=AT, by=TEST)

    (event,) = told(account, "HoldMoved")
    assert (event["data"]["before"], event["data"]["until_on"]) == ("2026-03-09", "2026-04-01")


def test_who_may_not_lift_may_lengthen_but_not_shorten():
    account = builders.account()
    hold = place(account)
    collector = builders.actor(builders.user(), "place holds")

    actions.move_hold(account_id=account.pk, hold_id=hold.pk, until_on=None, at=AT, by=collector)
    with pytest.raises(NotPermitted):
        actions.move_hold(account_id=account.pk, hold_id=hold.pk, until_on=date(2026, 3, 5), at=AT, by=collector)

    assert Hold.objects.get().until_on is None


def test_a_hold_ends_on_its_day_and_is_told_once():
    account = builders.account()
    place(account)
    last_minute, end = AT.replace(day=8, hour=23, minute=59), AT.replace(day=9, hour=0)

    assert actions.end_holds(at=last_minute, by=TEST) == 0
    assert actions.end_holds(at=end, by=TEST) == 1
    assert actions.end_holds(at=end, by=TEST) == 0

    (event,) = told(account, "HoldEnded")
    assert event["happened_on"] == date(2026, 3, 9)
    assert Hold.objects.get().ending == rules.Ending.EXPIRED


def test_a_hold_that_is_found_late_still_ended_on_its_day():
    account = builders.account()
    place(account)

    actions.end_holds(at=AT.replace(month=5), by=TEST)

    assert told(account, "HoldEnded")[0]["happened_on"] == date(2026, 3, 9)


def test_holds_are_ended_in_bounded_batches():
    for _ in range(3):
        place(builders.account())
    later = AT.replace(month=4)

    assert [actions.end_holds(limit=2, at=later, by=TEST) for _ in range(3)] == [2, 1, 0]


def test_where_no_hold_ends_no_item_is_touched():
    place(builders.account(), days=7)

    with CaptureQueriesContext(connection) as captured:
        assert actions.end_holds(at=AT, by=TEST) == 0

    assert not any("UPDATE accounts_item" in each["sql"] for each in captured)
