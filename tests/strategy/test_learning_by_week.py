"""Shares that are set week by week from what came of the arms, and what keeps them in bounds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import InternalError, ProgrammingError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.learned import DOCUMENT, EVEN, WITHIN, set_shares, split_of, synthetic

from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, LearnedShares, SplitAct
from tallystick.strategy.queries import (
    catalogue,
    learning,
    learning_report,
    trial_choices,
    versions,
)
from tallystick.strategy.rules import learning as rules
from tallystick.strategy.rules import narration, reading
from tallystick.strategy.rules.lifecycle import ReasonMissing
from tallystick.strategy.rules.trials import terms


@pytest.fixture
def published(db):
    return strategies.publish(DOCUMENT)


def test_a_planted_difference_is_learned_week_by_week_and_the_other_arm_keeps_its_least(published):
    for week in range(7):
        synthetic(published, week, 250, firm=40, soft=25)
        actions.learn(at=at(DAY + timedelta(days=7 * week)), by=BY)

    rows = list(LearnedShares.objects.order_by("since"))

    # The first week of which anything is known is the third: its windows are over.
    assert [row.since for row in rows] == [DAY + timedelta(days=7 * week + 1) for week in range(2, 7)]
    assert all(sum(row.shares.values()) == 100 and min(row.shares.values()) >= 10 for row in rows)
    assert rows[-1].shares["firm"] > 80
    # Who came in the fourth week was dealt out by what the third had set.
    chances = Decision.objects.filter(due_on=DAY + timedelta(days=21)).values_list("facts", flat=True)
    assert {tuple(facts["split.tone chances"].items()) for facts in chances} == {tuple(rows[0].shares.items())}
    found = learning_report.report(
        versions.get_strategy("test"), split_of(published), day=DAY + timedelta(days=56), scope=Scope(None)
    )
    soft, firm, written, learned = (line.value for line in found.lines)
    # Twice the interval of 95 %: the accounts are others in every run.
    assert abs(soft.ratio - 0.25) <= soft.high - soft.low
    assert abs(firm.ratio - 0.40) <= firm.high - firm.low
    assert written.ratio < learned.ratio < firm.ratio


def test_the_same_sums_give_the_same_shares_and_nobody_sets_them_twice_a_week(published):
    synthetic(published, 0, 400, firm=40, soft=25)
    day = DAY + WITHIN
    split, strategy = split_of(published), versions.get_strategy("test")
    seen = [learning.read(strategy, split, learning.alone(split), day=day).arms() for _twice in range(2)]
    assert rules.learn(seen[0], harmful=[], at_least=10) == rules.learn(seen[1], harmful=[], at_least=10)

    assert actions.learn(at=at(day), by=BY) == 1
    assert actions.learn(at=at(day), by=BY) == 0
    sunday = day + timedelta(days=6 - day.weekday())
    assert actions.learn(at=at(sunday), by=BY) == 0
    assert actions.learn(at=at(sunday + timedelta(days=1)), by=BY) == 1


def test_until_enough_was_watched_the_shares_written_stay(published):
    synthetic(published, 0, 40, firm=100, soft=0)
    assert actions.learn(at=at(DAY + timedelta(days=30)), by=BY) == 0
    assert learning.shares_on(versions.get_strategy("test"), split_of(published), DAY) == EVEN


def test_written_otherwise_it_begins_anew(published):
    set_shares(published, {"soft": 10, "firm": 90}, DAY)
    other = strategies.publish(DOCUMENT.replace("at_least: 10", "at_least: 20"), day=DAY + timedelta(days=1))
    strategy = versions.get_strategy("test")

    assert learning.shares_on(strategy, split_of(published), DAY)["firm"] == 90
    assert learning.shares_on(strategy, split_of(other), DAY) == EVEN
    same = strategies.publish(DOCUMENT.replace("title: Test", "title: Third"), day=DAY + timedelta(days=2))
    assert learning.shares_on(strategy, split_of(same), DAY)["firm"] == 90


def test_frozen_it_keeps_its_shares_until_somebody_thaws_it(published):
    synthetic(published, 0, 400, firm=40, soft=25)
    day = DAY + WITHIN
    said = {"strategy": "test", "split": "tone", "at": at(day), "by": BY}
    with pytest.raises(ReasonMissing):
        actions.freeze_split(**said, reason=" ")
    actions.freeze_split(**said, reason="Christmas.")
    with pytest.raises(rules.SplitFrozen):
        actions.freeze_split(**said, reason="Again.")

    assert actions.learn(at=at(day), by=BY) == 0
    actions.thaw_split(**said, reason="Over.")
    with pytest.raises(rules.SplitFrozen):
        actions.thaw_split(**said, reason="Again.")
    assert actions.learn(at=at(day), by=BY) == 1
    assert [(act.kind, act.reason) for act in SplitAct.objects.order_by("pk")] == [
        ("frozen", "Christmas."),
        ("thawed", "Over."),
    ]


def test_rights_and_scopes_hold(published):
    reader = builders.actor(builders.user(), "see strategies")
    some = builders.actor(builders.user(), "publish strategies", clients=frozenset({builders.client().pk}))
    said = {"strategy": "test", "split": "tone", "reason": "Because.", "at": at(DAY)}
    with pytest.raises(NotPermitted):
        actions.freeze_split(**said, by=reader)
    with pytest.raises(NotPermitted):
        actions.learn(at=at(DAY), by=reader)
    with pytest.raises(NotFound):
        actions.freeze_split(**said, by=some)
    with pytest.raises(NotFound):
        learning_report.report(versions.get_strategy("test"), split_of(published), day=DAY, scope=some.scope)
    with pytest.raises(rules.SplitDoesNotLearn):
        actions.freeze_split(**said | {"split": "other"}, by=BY)
    assert not SplitAct.objects.exists()


def test_what_was_set_is_never_changed(published):
    set_shares(published, EVEN, DAY)
    actions.freeze_split(strategy="test", split="tone", reason="Because.", at=at(DAY), by=BY)
    for change in (
        "UPDATE strategy_learned_shares SET since = since - 7",
        "DELETE FROM strategy_learned_shares",
        "DELETE FROM strategy_split_act",
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            sql.execute(change)


def test_a_split_that_learns_is_not_tried(published):
    said = actions.TrialTerms(
        title="Tone",
        strategy="test",
        split="tone",
        champion="soft",
        challenger="firm",
        state="reminding",
        measure=terms.Measure.PAID_IN_FULL,
        window_days=14,
        effect=Decimal("0.05"),
        starts_on=DAY + timedelta(days=1),
        expected=Decimal("0.30"),
    )
    with pytest.raises(terms.SplitLearns):
        actions.register_trial(said, at=at(DAY), by=BY)
    choices = trial_choices.choices()
    assert choices.offered == []
    assert "It learns" in choices.not_offered[0].why


def test_it_is_read_aloud():
    document = reading.read(DOCUMENT, catalogue.rooms_vocabulary())

    [told] = narration.narrate(document, catalogue.rooms_catalogue()).splits

    assert told.when == "by chance, each account by itself: 50 % soft, 50 % firm"
    assert told.orders == (
        "learns every week from “Reminding” on: accounts paid in full within 14 days; every arm keeps 10 %",
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("state: reminding", "state: waiting", "accounts begin in this state", id="start"),
        pytest.param("state: reminding", "state: remindin", "Did you mean “reminding”?", id="no such state"),
        pytest.param("paid_in_full", "collected", "is none of: paid_in_full, promise_kept", id="measure"),
        pytest.param("14 days", "a fortnight", "write a time like “14 days”", id="window"),
        pytest.param("14 days", "366 days", "write a time like “14 days”", id="long window"),
        pytest.param("at_least: 10", "at_least: 49", None, id="nearly nothing to learn"),
        pytest.param("at_least: 10", "at_least: 50", "from 1 to 49", id="nothing to learn"),
        pytest.param("at_least: 10", "at_leats: 10", "Did you mean “at_least”?", id="key"),
        pytest.param(", measure: paid_in_full", "", "“measure” is missing", id="missing"),
        pytest.param("overdue > 0", 'overdue > 0 and split.tone = "soft"', "one of “waiting” does", id="elsewhere"),
        pytest.param("holds.active", 'split.tone = "soft"', "one of “held” does", id="in a guard"),
    ],
)
def test_a_mistake_is_named(before, after, said):
    text = DOCUMENT.replace(before, after, 1)
    if said is None:
        reading.read(text, catalogue.rooms_vocabulary())
        return
    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(text, catalogue.rooms_vocabulary())
    assert any(said in problem.sentence for problem in refused.value.problems), refused.value.problems


def test_an_arm_with_more_disputes_is_held_back_and_the_people_concerned_are_told_once(published):
    synthetic(published, 0, 400, firm=60, soft=25)
    day = DAY + WITHIN
    complaining = Decision.objects.filter(facts__contains={"split.tone": "firm"}).order_by("pk")[:40]
    Dispute.objects.bulk_create(
        Dispute(
            account_id=decision.account_id,
            amount_minor=10_000,
            currency="GBP",
            reason=DisputeReason.QUALITY,
            raised_on=DAY + timedelta(days=3),
            raised_at=at(DAY + timedelta(days=3)),
            raised_by="test",
        )
        for decision in complaining
    )
    author = builders.user()
    author.email = "author@example.org"
    author.save()
    sql.execute("UPDATE strategy_version SET author_id = %s", [author.pk])

    actions.learn(at=at(day), by=BY)
    actions.learn(at=at(day + timedelta(days=7)), by=BY)

    rows = LearnedShares.objects.order_by("since")
    assert [(row.held_back, row.shares) for row in rows] == [(["firm"], {"soft": 90, "firm": 10})] * 2
    [job] = ProcrastinateJob.objects.filter(task_name="strategy.tell_of_held_back")
    assert job.args == {"shares_id": rows[0].pk}
    assert actions.tell_of_held_back(shares_id=rows[0].pk, by=BY) == 1
    [letter] = mail.outbox
    assert letter.to == ["author@example.org"]
    assert letter.subject == "More disputes: firm, Test"
    assert "/test/splits/tone" in letter.body


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_set_shares_once():
    version = strategies.publish(DOCUMENT)
    synthetic(version, 0, 400, firm=40, soft=25)
    day, found, together = DAY + WITHIN, [], Barrier(2)

    def work() -> None:
        together.wait()
        try:
            found.append(actions.learn(at=at(day), by=BY))
        finally:
            connection.close()

    workers = [Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(found) == [0, 1]
    assert LearnedShares.objects.count() == 1
