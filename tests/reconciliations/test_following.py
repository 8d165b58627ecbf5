"""What becomes of differences: explained, given, carried on, solved; and statements that did not come."""

from datetime import UTC, datetime, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.reconciliations.ledgers import EVENING, book, day, named, owing, reconcile

from tallystick.kernel.money import Money
from tallystick.reconciliations import actions, queries, rules
from tallystick.reconciliations.models import Difference
from tallystick.reconciliations.rules import Level
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

LINES = [("C1", "C1-1", "90.00", "GBP"), ("C1", "X-1", "3.00", "GBP")]


@pytest.fixture
def portfolio():
    """A client of whom one account owes a hundred pounds."""
    portfolio = book()
    owing(portfolio, "C1", "100.00")
    return portfolio


def of(made, item):
    return Difference.objects.get(reconciliation=made, item_ref=item)


def explain(made, item, note="Their discount"):
    found = of(made, item)
    return actions.explain_differences(
        reconciliation_id=made.pk, difference_ids=[found.pk], note=note, at=EVENING, by=TEST
    )


def test_what_is_explained_stays_so_while_its_amount_is_the_same(portfolio):
    first = reconcile(portfolio, *LINES)
    assert explain(first, "C1-1") == 1
    second = reconcile(portfolio, *LINES, on=day(1), at=AT + timedelta(days=2))
    kept = of(second, "C1-1")
    assert (kept.state, kept.note, kept.since_on) == ("explained", "Their discount", TODAY)
    assert (of(second, "X-1").state, of(second, "X-1").since_on) == ("open", TODAY)

    third = reconcile(portfolio, ("C1", "C1-1", "80.00", "GBP"), on=day(2), at=AT + timedelta(days=3))
    assert (of(third, "C1-1").state, of(third, "C1-1").note) == ("open", "Their discount")
    assert of(second, "X-1").state == "solved" and of(first, "X-1").state == "open", (
        "each run solves what the one before found"
    )


def test_a_day_compared_afterwards_solves_nothing(portfolio):
    latest = reconcile(portfolio, *LINES, on=TODAY)
    reconcile(portfolio, ("C1", "C1-1", "1.00", "GBP"), on=day(-1))

    assert {each.state for each in queries.differences(latest.pk)} == {"open"}


def test_an_explanation_says_something_and_what_is_solved_needs_none(portfolio):
    first = reconcile(portfolio, *LINES)
    with pytest.raises(rules.NoteMissing):
        explain(first, "C1-1", note="  ")
    reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"))
    with pytest.raises(rules.AlreadySolved):
        explain(first, "C1-1")


def test_given_to_somebody_it_is_open_again(portfolio):
    made = reconcile(portfolio, *LINES)
    explain(made, "C1-1")
    ann = builders.user("ann")
    actions.give_differences(
        reconciliation_id=made.pk, difference_ids=[of(made, "C1-1").pk], owner_id=ann.pk, at=EVENING, by=TEST
    )
    assert (of(made, "C1-1").state, of(made, "C1-1").owner_id) == ("open", ann.pk)


def test_whoever_is_named_is_asked_once_and_nobody_where_both_agree(portfolio):
    ann = builders.user("ann")
    terms = {"client_id": portfolio.client_id, "level": Level.ITEMS, "owner_id": ann.pk, "from_on": TODAY}
    actions.arrange(**terms, is_daily=True, at=AT, by=TEST)

    made = reconcile(portfolio, *LINES)
    [task] = WorkItem.objects.all()
    assert (task.assignee_id, task.cause_kind, task.cause_id) == (ann.pk, "reconciliation", made.pk)
    assert task.account.is_house and task.title == "Reconcile open items.csv of 2026-03-02"
    reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"))
    assert WorkItem.objects.count() == 1


def test_a_statement_that_did_not_come_is_asked_for_once(portfolio):
    terms = {"client_id": portfolio.client_id, "level": Level.CONTROL, "owner_id": None, "from_on": TODAY}
    actions.arrange(**terms, is_daily=True, at=AT, by=TEST)
    monday_morning = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert actions.note_missing(at=monday_morning, by=TEST) == 0, "it is expected from Monday on"

    tuesday = monday_morning + timedelta(days=1)
    assert actions.note_missing(at=tuesday, by=TEST) == 1
    assert actions.note_missing(at=tuesday + timedelta(hours=1), by=TEST) == 1
    [task] = WorkItem.objects.all()
    assert task.title == "The finance ledger has not come for 2026-03-02"

    reconcile(portfolio, total=Money(10000, "GBP"), on=day(1), at=tuesday + timedelta(hours=9))
    assert actions.note_missing(at=tuesday + timedelta(days=1), by=TEST) == 0
    # Nothing comes on Saturday and Sunday: on Monday it is Friday that is missing.
    [(_arranged, missing)] = queries.late(queries.arrangements(), at=monday_morning + timedelta(days=7))
    assert missing == day(4)
    actions.arrange(**terms, is_daily=False, at=AT, by=TEST)
    assert queries.late(queries.arrangements(), at=tuesday) == []


def test_runs_of_one_currency_and_of_all_are_followed_apart(portfolio):
    first = reconcile(portfolio, *LINES)
    reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"), currency="GBP")

    assert {each.state for each in queries.differences(first.pk)} == {"open"}
    assert named(first)
