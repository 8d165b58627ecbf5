"""Work comes forward by scores that rank it: at once after an event, for the whole book after a night, back when none does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_trials import _pay

from tallystick.access.rules.rights import Role
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.outcome import Chosen
from tallystick.strategy import actions
from tallystick.strategy.queries import versions
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.worklists import actions as worklists
from tallystick.worklists import queries
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind

pytestmark = pytest.mark.django_db

WORTH = """
kind: scorecard
name: worth
title: Worth a call
ranks_work: true
components:
  - id: balance
    of: balance
    bands: {below £50: -20, £50 to £200: 30.4, £200 to £1000: 60, £1000 and above: 150, unknown: 0}
"""
SILENT = WORTH.replace("ranks_work: true\n", "")


def _working(*amounts):
    """Accounts that owe amounts, each with a call that is due."""
    accounts = []
    for amount in amounts:
        account = builders.account()
        builders.invoice(account, amount, due_on=DAY - timedelta(days=3))
        accounts.append(account)
    strategies.refresh(*(account.pk for account in accounts))
    ids = [account.pk for account in accounts]
    worklists.open_tasks(Chosen(ids, ids, "test"), kind=Kind.CALL, title="Call", due_on=DAY, at=at(DAY), by=BY)
    return accounts


def _points():
    return dict(WorkItem.objects.order_by("account_id").values_list("account_id", "points"))


def _order():
    return [row["account_id"] for row in queries.worklist(scope=Scope(), at=at(DAY), due_by=DAY)]


def test_the_order_after_a_night_is_the_one_that_the_rule_gives(db):
    small, middle, large, huge = _working("40.00", "100.00", "500.00", "5000.00")
    urgent = builders.account()
    worklists.open_task(account_id=urgent.pk, kind=Kind.CALL, title="Call", due_on=DAY, priority=90, at=at(DAY), by=BY)
    strategies.publish_policy(WORTH)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)

    # Points are whole, from 0 to 100; an account without a debt has those of its band.
    assert _points() == {small.pk: 0, middle.pk: 30, large.pk: 60, huge.pk: 100, urgent.pk: 0}
    by_rule = sql.rows(
        """
        SELECT account_id FROM worklists_work_item
        ORDER BY priority + points + (DATE '2100-01-01' - due_on) DESC, id
        """
    )
    assert _order() == [row["account_id"] for row in by_rule]
    assert _order()[:2] == [huge.pk, large.pk]


def test_a_payment_moves_the_account_when_it_is_answered(db, hearing):
    middle, large = _working("100.00", "500.00")
    strategies.publish_policy(WORTH)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    assert _order() == [large.pk, middle.pk]

    _pay(large, "470.00", DAY)
    strategies.answer()

    assert _points() == {middle.pk: 30, large.pk: 0}
    assert _order() == [middle.pk, large.pk]


def test_work_that_is_put_off_keeps_its_points(db):
    _working("500.00")
    strategies.publish_policy(WORTH)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    [work] = WorkItem.objects.all()
    due_on = DAY + timedelta(days=2)

    worklists.put_off(work_item_id=work.pk, due_on=due_on, reason="Away", today=DAY, at=at(DAY), by=BY)
    alone = WorkItem.objects.get().rank
    worklists.put_off_tasks(work_item_ids=[work.pk], due_on=due_on, reason="Away", today=DAY, at=at(DAY), by=BY)

    assert alone == WorkItem.objects.get().rank == work.priority + 60 - due_on.toordinal()


def test_points_go_with_the_scorecard_and_a_score_that_ranks_nothing_gives_none(db):
    [account] = _working("500.00")
    strategies.publish_policy(SILENT)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    assert _points() == {account.pk: 0}

    strategies.publish_policy(WORTH)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    assert _points() == {account.pk: 60}

    strategies.publish_policy(SILENT)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    assert _points() == {account.pk: 0}


def test_two_scorecards_add_up_to_a_hundred_at_most(db):
    [account] = _working("500.00")
    strategies.publish_policy(WORTH)
    strategies.publish_policy(WORTH.replace("name: worth", "name: again"))
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)

    assert _points() == {account.pk: 100}


def test_it_is_said_where_it_shows(db, signed_in):
    _working("500.00")
    strategies.publish_policy(WORTH)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    clock.travel_to(at(DAY))
    version = versions.published_version(versions.get_policy("worth"))

    browser = signed_in(Role.TEAM_LEADER)
    assert "+60 by score" in browser.get("/worklist?show=all").content.decode()
    assert "It ranks work" in browser.get(f"/strategy/versions/{version.pk}").content.decode()
    clock.travel_to(None)


def test_whether_it_ranks_work_is_yes_or_no(db):
    with pytest.raises(DocumentMistaken, match="ranks_work: true or false is expected"):
        actions.draft(document=WORTH.replace("ranks_work: true", "ranks_work: often"), at=at(DAY), by=BY)
