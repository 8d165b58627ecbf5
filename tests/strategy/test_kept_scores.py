"""Scores that are kept: when they are new, when what they are made of changes, and never otherwise."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_policy_actions import GROUPS, RISK, STRATEGY, account, publish

from tallystick.config import invariants
from tallystick.kernel import sql
from tallystick.strategy import actions, tasks
from tallystick.strategy.models import Score
from tallystick.strategy.queries import scores

pytestmark = pytest.mark.django_db


def kept_scores(account):
    return list(
        Score.objects.filter(account_id=account.pk)
        .order_by("scored_on", "version_id")
        .values_list("scored_on", "score", "contributions", "inputs")
    )


def test_a_score_is_kept_when_it_is_new_and_when_what_it_is_made_of_changes():
    publish(RISK)
    made = account("60.00", 9)
    days = strategies.days(DAY, 30)

    kept = [actions.keep_scores(day=day, at=at(day), by=BY) for day in days]

    # 9 days past due on the first day, 10 on the second, 31 on the 23rd day
    assert [day for day, count in zip(days, kept, strict=True) if count] == [days[0], days[1], days[22]]
    assert kept_scores(made) == [
        (days[0], Decimal(70), {"age": 60, "owed": 10}, {"age": 9, "owed": 6000}),
        (days[1], Decimal(50), {"age": 40, "owed": 10}, {"age": 10, "owed": 6000}),
        (days[22], Decimal(10), {"age": 0, "owed": 10}, {"age": 31, "owed": 6000}),
    ]
    assert actions.keep_scores(day=days[-1], at=at(days[-1]), by=BY) == 0
    assert next((each.score, each.parts[0].title) for each in scores.scores_of(made.pk)) == (10, "Age of the debt")


def test_another_version_is_kept_only_where_it_says_something_else():
    publish(RISK)
    held = account("60.00", 9)
    moved = account("60.00", 12)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    publish(RISK.replace("10 to 31: 20", "10 to 31: 21"))

    assert actions.keep_scores(day=DAY, at=at(DAY), by=BY) == 1
    assert [row[1] for row in kept_scores(held)] == [70]
    assert [row[1] for row in kept_scores(moved)] == [50, 52]


def test_closed_accounts_and_accounts_of_the_house_are_not_scored():
    publish(RISK)
    closed, house = account("60.00", 9), account("60.00", 9)
    sql.execute("UPDATE strategy_book SET is_open = false WHERE account_id = %s", [closed.pk])
    sql.execute("UPDATE strategy_book SET is_house = true WHERE account_id = %s", [house.pk])

    assert actions.keep_scores(day=DAY, at=at(DAY), by=BY) == 0


def test_scores_are_kept_after_a_night_and_by_command():
    actions.defer_scoring(day=DAY)
    publish(RISK)
    made = account("60.00", 9)

    actions.defer_scoring(day=DAY)
    jobs = sql.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'strategy.keep_scores'")
    assert [row["args"] for row in jobs] == [{"day": DAY.isoformat()}]
    tasks.keep_scores.func(**jobs[0]["args"])
    assert len(kept_scores(made)) == 1

    out = StringIO()
    call_command("score", day=DAY + timedelta(days=1), stdout=out)
    assert out.getvalue() == "Scores kept: 1.\n"


def test_kept_scores_are_never_changed():
    publish(RISK)
    account("60.00", 9)
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)

    for statement in ("UPDATE strategy_score SET score = 1", "DELETE FROM strategy_score", "TRUNCATE strategy_score"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), connection.cursor() as cursor:
            sql.execute("SAVEPOINT before")
            try:
                cursor.execute(statement)
            finally:
                sql.execute("ROLLBACK TO SAVEPOINT before")


def _findings():
    names = {"every policy is understood", "scores are what their inputs give"}
    chosen = [invariant for _room, invariant in invariants.all_invariants() if invariant.name in names]
    return {finding.invariant.name: finding for finding in invariants.check(chosen, at=at(DAY))}


def test_kept_scores_are_worked_out_again_from_what_is_stored_with_them():
    publish(RISK)
    account("60.00", 9), account("60.00", 9, currency="EUR")
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)
    publish(RISK.replace("10 to 31: 20", "10 to 31: 21").replace("below £100: 10", "below £100: 11"))
    actions.keep_scores(day=DAY, at=at(DAY), by=BY)

    found = _findings()["scores are what their inputs give"]

    assert (found.checked, found.breaches) == (3, 0)


def test_a_policy_may_have_the_name_of_a_fact_and_no_condition_means_it_by_that():
    publish(GROUPS.replace("name: groups", "name: balance"))
    split = "splits:\n  letters:\n    shares: {a: 50, b: 50}\nstates:"
    document = STRATEGY.replace("states:", split).replace("segment.groups in", "segment.balance in")
    strategies.publish(document.replace('table.choice = "call" and score.risk < 10', "balance > 0"))
    made = account("60.00", 20)

    assert strategies.run(DAY) == 1
    assert strategies.happened(made.pk) == [(DAY, "Call")]
