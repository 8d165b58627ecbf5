"""Splits that learn: the arm of a stay, the chances that are kept with it, and what follows from what came of the arms."""

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
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.reference import arm_of

from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.payments import actions as payment_actions
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, LearnedShares, SplitAct
from tallystick.strategy.queries import (
    asking,
    catalogue,
    learning,
    learning_report,
    trial_choices,
    trials,
    versions,
    why,
)
from tallystick.strategy.rules import learning as rules
from tallystick.strategy.rules import narration, own_words, reading
from tallystick.strategy.rules.lifecycle import ReasonMissing
from tallystick.strategy.rules.trials import terms

DOCUMENT = """
name: test
title: Test
start: waiting
splits:
  tone:
    shares: {soft: 50, firm: 50}
    learns: {state: reminding, measure: paid_in_full, within: 14 days, at_least: 10}
never_when:
  held: holds.active
states:
  waiting:
    leave:
      - when: overdue > 0
        go: reminding
  reminding:
    leave:
      - when: overdue <= 0
        go: waiting
    steps:
      - id: softly
        when: split.tone = "soft"
        otherwise: skip
        do: [note: softly]
      - id: firmly
        when: split.tone = "firm"
        otherwise: skip
        do: [note: firmly]
      - id: again
        after: 3 days
        when: split.tone = "firm"
        otherwise: skip
        do: [note: again]
"""
EVEN = {"soft": 50, "firm": 50}
WITHIN = timedelta(days=14)


@pytest.fixture
def published(db):
    return strategies.publish(DOCUMENT)


def _split(version):
    [split] = versions.program_of(version.document).document.splits
    return split


def _set(version, shares, since):
    """Set shares from a day on, as the nightly run would."""
    return LearnedShares.objects.create(
        strategy="test",
        split="tone",
        terms=_split(version).terms,
        week=since,
        since=since,
        shares=shares,
        found=[],
        set_at=at(since),
        set_by="test",
    )


def _owing(number, *, day=DAY):
    made = []
    for _number in range(number):
        account = builders.account()
        builders.invoice(account, "100.00", due_on=day - timedelta(days=40))
        made.append(account)
    strategies.refresh(*(account.pk for account in made), day=day)
    run(day)
    return made


def _kept(account):
    return [
        (decision.facts["split.tone"], decision.facts["split.tone chances"])
        for decision in Decision.objects.filter(account_id=account.pk).order_by("id")
    ]


def test_a_stay_keeps_its_arm_whatever_is_learned_meanwhile(published):
    accounts = _owing(24)
    before = {account.pk: arm_of("tone", EVEN, account.pk) for account in accounts}
    _set(published, {"soft": 10, "firm": 90}, DAY + timedelta(days=1))
    for day in strategies.days(DAY + timedelta(days=1), 4):
        run(day)

    assert set(before.values()) == {"soft", "firm"}
    for account in accounts:
        titles = [title for _day, title in strategies.happened(account.pk)]
        assert titles.count("Again") == 1
        assert [arm for arm, _chances in _kept(account)] == [before[account.pk]] * len(titles)
        assert all(chances == EVEN for _arm, chances in _kept(account))


def test_who_comes_later_is_dealt_out_by_the_shares_of_that_day_and_only_the_part_that_moved_changes(published):
    later = {"soft": 20, "firm": 80}
    _set(published, later, DAY + timedelta(days=7))
    early = _owing(10)
    late = _owing(14, day=DAY + timedelta(days=7))

    assert all(_kept(account)[0] == (arm_of("tone", EVEN, account.pk), EVEN) for account in early)
    assert all(_kept(account)[0] == (arm_of("tone", later, account.pk), later) for account in late)
    moved = [account for account in late if arm_of("tone", EVEN, account.pk) != arm_of("tone", later, account.pk)]
    assert all(arm_of("tone", EVEN, account.pk) == "soft" for account in moved)


def test_whoever_comes_is_dealt_out_by_the_day_of_coming_and_not_by_the_day_of_the_state_before(published):
    later = {"soft": 5, "firm": 95}
    accounts = [builders.account() for _number in range(28)]
    strategies.refresh(*(account.pk for account in accounts))
    run(DAY)
    _set(published, later, DAY + timedelta(days=2))
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=3))
    run(DAY + timedelta(days=3))

    for account in accounts:
        assert all(kept == (arm_of("tone", later, account.pk), later) for kept in _kept(account))
    assert any(arm_of("tone", EVEN, each.pk) != arm_of("tone", later, each.pk) for each in accounts)


def test_the_arm_is_kept_where_it_means_something_and_nowhere_else(published):
    [account] = _owing(1)
    _pay(account, DAY)
    strategies.refresh(account.pk, day=DAY + timedelta(days=1))
    run(DAY + timedelta(days=1))
    program = versions.program_of(published.document)

    kept = Decision.objects.filter(account_id=account.pk).order_by("id")
    effects = [program.effect(decision.effect) for decision in kept]

    assert effects[0].comes_to("reminding")
    assert effects[-1].go == "waiting"
    # Coming there, in the state and leaving it: never of a state where the arm means nothing.
    assert all({"split.tone", "split.tone chances"} <= set(decision.facts) for decision in kept)
    builders.invoice(account, "50.00", due_on=DAY - timedelta(days=3))
    strategies.publish(
        DOCUMENT.replace("  waiting:", "  waiting:\n    steps:\n      - {id: note, do: [note: waits]}", 1)
    )
    other = builders.account()
    strategies.refresh(other.pk)
    run(DAY + timedelta(days=2))
    [decision] = Decision.objects.filter(account_id=other.pk)
    assert decision.facts == {}


def test_why_says_the_chance_and_what_it_might_have_been_instead(published):
    _set(published, {"soft": 37, "firm": 63}, DAY)
    accounts = _owing(16)
    firm = next(each for each in accounts if arm_of("tone", {"soft": 37, "firm": 63}, each.pk) == "firm")

    [*_later, first] = why.history(firm.pk)
    found = why.why(firm.pk, day=DAY)

    assert "tone: “firm” (by chance of 63 in 100; soft 37)" in first.said_values
    answered = [value for verdict in found.steps for each in verdict.answers for value in each.values]
    assert "“firm” (by chance of 63 in 100; soft 37)" in {value.said for value in answered}


def test_a_past_day_is_explained_by_the_arm_of_that_stay_and_a_day_ahead_by_that_of_this_one(published):
    later = {"soft": 10, "firm": 90}
    back = DAY + timedelta(days=5)
    _set(published, later, DAY + timedelta(days=2))
    accounts = _owing(30)
    moved = next(
        each for each in accounts if [arm_of("tone", shares, each.pk) for shares in (EVEN, later)] == ["soft", "firm"]
    )
    _pay(moved, DAY + timedelta(days=3))
    run(DAY + timedelta(days=4))
    builders.invoice(moved, "50.00", due_on=DAY - timedelta(days=3))
    run(back)

    def said(day):
        explained = asking.ask(moved.pk, day=day, today=back + timedelta(days=1)).why
        return {value.said for verdict in explained.steps for each in verdict.answers for value in each.values}

    assert strategies.state(moved.pk) == "reminding"
    assert "“soft” (by chance of 50 in 100; firm 50)" in said(DAY + timedelta(days=1))
    assert "“firm” (by chance of 90 in 100; soft 10)" in said(back)
    assert "“firm” (by chance of 90 in 100; soft 10)" in said(back + timedelta(days=2))


@pytest.mark.parametrize("reason", [Reason.MANUAL, Reason.VULNERABILITY])
def test_no_arm_passes_a_guard(published, reason):
    accounts = [builders.account() for _number in range(24)]
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=40))
        hold_actions.place_hold(
            account_id=account.pk, reason=reason, until_on=DAY + timedelta(days=30), at=at(DAY), by=BY
        )
    strategies.refresh(*(account.pk for account in accounts))
    for day in strategies.days(DAY, 6):
        run(day)

    assert {arm_of("tone", EVEN, account.pk) for account in accounts} == {"soft", "firm"}
    for account in accounts:
        assert strategies.happened(account.pk) == [(DAY, "→ Reminding")]


def _pay(account, day, amount="100.00"):
    payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=day,
        method="bank_transfer",
        source="test",
        source_key=f"{account.pk}-{day}-{amount}",
        at=at(day),
        by=BY,
    )


def _come(version, account, day, arm, chances):
    """Keep a decision by which an account came to the state, in an arm that it had by a chance."""
    [effect] = trials.entries(versions.program_of(version.document), "reminding")
    Decision.objects.create(
        id=sql.value("SELECT nextval('strategy_decision_id_seq')"),
        account_id=account.pk,
        cause_id=0,
        decided_at=at(day),
        version_id=version.pk,
        due_on=day,
        effect=effect,
        from_place=0,
        to_place=1,
        facts={"split.tone": arm, "split.tone chances": chances},
    )


def test_what_a_way_would_have_brought_by_hand(published):
    accounts = [builders.account() for _number in range(5)]
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=40))
    one, two, three, four, late = accounts
    _come(published, one, DAY, "soft", {"soft": 50, "firm": 50})
    _come(published, two, DAY, "soft", {"soft": 20, "firm": 80})
    _come(published, three, DAY, "firm", {"soft": 20, "firm": 80})
    _come(published, four, DAY, "firm", {"soft": 50, "firm": 50})
    _come(published, late, DAY + timedelta(days=1), "firm", EVEN)
    # It came back within the window: still the account that came on the first day.
    _come(published, one, DAY + timedelta(days=9), "firm", {"soft": 20, "firm": 80})
    _pay(one, DAY + timedelta(days=13))
    _pay(three, DAY + timedelta(days=14))
    _pay(four, DAY + timedelta(days=2), "40.00")
    _pay(four, DAY + timedelta(days=5), "60.00")
    split = _split(published)

    seen = learning.read(
        versions.get_strategy("test"), split, [*learning.alone(split), {"soft": 10, "firm": 90}], day=DAY + WITHIN
    )

    assert seen.counts == {
        "soft": learning.Count(came=2, over=2, reached=1, disputed=0),
        "firm": learning.Count(came=3, over=2, reached=1, disputed=0),
    }
    # Soft: (1/0.5) of 1/0.5 + 1/0.2. Firm: (1/0.5) of 1/0.8 + 1/0.5, three a day late.
    soft, firm, mixed = (sums.ratio for sums in seen.reached)
    assert soft == pytest.approx(2 / 7)
    assert firm == pytest.approx(2 / 3.25)
    assert mixed == pytest.approx((0.1 * 2 + 0.9 * 2) / (0.1 * 7 + 0.9 * 3.25))
    assert seen.reached[0].units == 2


@pytest.mark.django_db
def test_accounts_of_a_debtor_are_dealt_out_together_and_count_as_one():
    one = builders.account()
    other = strategies.sibling(one)
    version = strategies.publish(DOCUMENT.replace("    shares", "    by: debtor\n    shares"))
    for account in (one, other):
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=40))
    strategies.refresh(one.pk, other.pk)
    run(DAY)
    arm = arm_of("tone", EVEN, one.party_id)
    assert {kept[0] for account in (one, other) for kept in _kept(account)} == {arm}
    _pay(one, DAY + timedelta(days=1))

    split = _split(version)
    seen = learning.read(versions.get_strategy("test"), split, [{arm: 100}], day=DAY + WITHIN)

    assert (seen.counts[arm].over, seen.reached[0].units, seen.reached[0].ratio) == (2, 1, 0.5)
    # One debtor says as much as one account.
    assert rules.worth(seen.reached[0]) == 1


def test_the_measures_are_those_of_trials(published):
    _synthetic(published, 0, 600, firm=40, soft=25)
    split, strategy = _split(published), versions.get_strategy("test")
    day = DAY + WITHIN

    seen = learning.read(strategy, split, learning.alone(split), day=day)
    tried = trials.Reading(
        strategy, split, "reminding", ("soft", "firm"), None, "", split.learns.measure, split.learns.within
    )
    standing = trials.read(tried, starts_on=DAY, day=day)

    for arm, count in seen.counts.items():
        sums = standing.sums["paid_in_full", trials.ALL, arm]
        assert (count.over, count.reached) == (sums.units, sums.y)
        assert count.reached > 0


_WEEK = """
WITH account AS (
    INSERT INTO accounts_account
        (client_id, portfolio_id, party_id, reference, currency, state, close_reason, opened_on, is_house)
    SELECT %(client)s, %(portfolio)s, %(party)s, 'S' || %(week)s || '-' || number, 'GBP', 'open', '', %(day)s::date - 60, false
    FROM generate_series(1, %(count)s) AS number RETURNING id
), owed AS (
    INSERT INTO ledger_entry
        (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
    SELECT id, 10000, id, %(at)s, %(day)s::date - 50, 0, 1, 1, 20, 'GBP' FROM account
), dealt AS (
    SELECT book.account_id, {arm} AS arm, {chances} AS chances
    FROM (SELECT id AS account_id, id AS party_id, %(day)s::date AS state_entered_on FROM account) AS book
), decided AS (
    INSERT INTO strategy_decision (account_id, decided_at, version_id, due_on, effect, from_place, to_place, facts)
    SELECT account_id, %(at)s, %(version)s, %(day)s, %(effect)s, 0, 1,
        jsonb_build_object('split.tone', arm, 'split.tone chances', chances)
    FROM dealt
)
INSERT INTO ledger_entry (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
SELECT account_id, 10000, account_id, %(at)s, %(day)s::date + 2, 0, 2, 30, 9, 'GBP' FROM dealt
WHERE mod(('x' || substring(md5(%(seed)s || account_id) FROM 1 FOR 7))::bit(28)::bigint, 100)
    < CASE arm WHEN 'firm' THEN %(firm)s ELSE %(soft)s END
"""


def _synthetic(version, week, count, *, firm, soft, seed=""):
    """Have hundreds of accounts that owe £100 come in a week, dealt out by the very SQL that decides; a part of each arm pays."""
    account = builders.account()
    program = versions.program_of(version.document)
    [effect] = trials.entries(program, "reminding")
    fact = own_words.words(program.document, catalogue.rooms_catalogue()).facts["split.tone"]
    day = DAY + timedelta(days=7 * week)
    text = _WEEK.replace("{arm}", fact.sql).replace("{chances}", fact.chances)
    sql.execute(
        text,
        {
            "client": account.client_id,
            "portfolio": account.portfolio_id,
            "party": account.party_id,
            "count": count,
            "week": week,
            "day": day,
            "at": at(day),
            "version": version.pk,
            "effect": effect,
            "seed": seed,
            "firm": firm,
            "soft": soft,
        },
    )
    # Nobody has counted what was filled in just now, and a plan for empty tables takes minutes.
    sql.execute("ANALYZE accounts_account, ledger_entry, strategy_decision")


def test_a_planted_difference_is_learned_week_by_week_and_the_other_arm_keeps_its_least(published):
    for week in range(7):
        _synthetic(published, week, 250, firm=40, soft=25)
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
        versions.get_strategy("test"), _split(published), day=DAY + timedelta(days=56), scope=Scope(None)
    )
    soft, firm, written, learned = (line.value for line in found.lines)
    # Twice the interval of 95 %: the accounts are others in every run.
    assert abs(soft.ratio - 0.25) <= soft.high - soft.low
    assert abs(firm.ratio - 0.40) <= firm.high - firm.low
    assert written.ratio < learned.ratio < firm.ratio


def test_the_same_sums_give_the_same_shares_and_nobody_sets_them_twice_a_week(published):
    _synthetic(published, 0, 400, firm=40, soft=25)
    day = DAY + WITHIN
    split, strategy = _split(published), versions.get_strategy("test")
    seen = [learning.read(strategy, split, learning.alone(split), day=day).arms() for _twice in range(2)]
    assert rules.learn(seen[0], harmful=[], at_least=10) == rules.learn(seen[1], harmful=[], at_least=10)

    assert actions.learn(at=at(day), by=BY) == 1
    assert actions.learn(at=at(day), by=BY) == 0
    sunday = day + timedelta(days=6 - day.weekday())
    assert actions.learn(at=at(sunday), by=BY) == 0
    assert actions.learn(at=at(sunday + timedelta(days=1)), by=BY) == 1


def test_until_enough_was_watched_the_shares_written_stay(published):
    _synthetic(published, 0, 40, firm=100, soft=0)
    assert actions.learn(at=at(DAY + timedelta(days=30)), by=BY) == 0
    assert learning.shares_on(versions.get_strategy("test"), _split(published), DAY) == EVEN


def test_written_otherwise_it_begins_anew(published):
    _set(published, {"soft": 10, "firm": 90}, DAY)
    other = strategies.publish(DOCUMENT.replace("at_least: 10", "at_least: 20"), day=DAY + timedelta(days=1))
    strategy = versions.get_strategy("test")

    assert learning.shares_on(strategy, _split(published), DAY)["firm"] == 90
    assert learning.shares_on(strategy, _split(other), DAY) == EVEN
    same = strategies.publish(DOCUMENT.replace("title: Test", "title: Third"), day=DAY + timedelta(days=2))
    assert learning.shares_on(strategy, _split(same), DAY)["firm"] == 90


def test_frozen_it_keeps_its_shares_until_somebody_thaws_it(published):
    _synthetic(published, 0, 400, firm=40, soft=25)
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
        learning_report.report(versions.get_strategy("test"), _split(published), day=DAY, scope=some.scope)
    with pytest.raises(rules.SplitDoesNotLearn):
        actions.freeze_split(**said | {"split": "other"}, by=BY)
    assert not SplitAct.objects.exists()


def test_what_was_set_is_never_changed(published):
    _set(published, EVEN, DAY)
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
    _synthetic(published, 0, 400, firm=60, soft=25)
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
    _synthetic(version, 0, 400, firm=40, soft=25)
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
