"""Splits that learn: the arm of a stay, the chances that are kept with it, and what follows from what came of the arms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.learned import (
    DOCUMENT,
    EVEN,
    WITHIN,
    come,
    kept,
    owing,
    pay,
    set_shares,
    split_of,
    synthetic,
)
from tests.strategy.reference import arm_of

from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import (
    asking,
    learning,
    trials,
    versions,
    why,
)
from tallystick.strategy.rules import learning as rules


@pytest.fixture
def published(db):
    return strategies.publish(DOCUMENT)


def test_a_stay_keeps_its_arm_whatever_is_learned_meanwhile(published):
    accounts = owing(24)
    before = {account.pk: arm_of("tone", EVEN, account.pk) for account in accounts}
    set_shares(published, {"soft": 10, "firm": 90}, DAY + timedelta(days=1))
    for day in strategies.days(DAY + timedelta(days=1), 4):
        run(day)

    assert set(before.values()) == {"soft", "firm"}
    for account in accounts:
        titles = [title for _day, title in strategies.happened(account.pk)]
        assert titles.count("Again") == 1
        assert [arm for arm, _chances in kept(account)] == [before[account.pk]] * len(titles)
        assert all(chances == EVEN for _arm, chances in kept(account))


def test_who_comes_later_is_dealt_out_by_the_shares_of_that_day_and_only_the_part_that_moved_changes(published):
    later = {"soft": 20, "firm": 80}
    set_shares(published, later, DAY + timedelta(days=7))
    early = owing(10)
    late = owing(14, day=DAY + timedelta(days=7))

    assert all(kept(account)[0] == (arm_of("tone", EVEN, account.pk), EVEN) for account in early)
    assert all(kept(account)[0] == (arm_of("tone", later, account.pk), later) for account in late)
    moved = [account for account in late if arm_of("tone", EVEN, account.pk) != arm_of("tone", later, account.pk)]
    assert all(arm_of("tone", EVEN, account.pk) == "soft" for account in moved)


def test_whoever_comes_is_dealt_out_by_the_day_of_coming_and_not_by_the_day_of_the_state_before(published):
    later = {"soft": 5, "firm": 95}
    accounts = [builders.account() for _number in range(28)]
    strategies.refresh(*(account.pk for account in accounts))
    run(DAY)
    set_shares(published, later, DAY + timedelta(days=2))
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=3))
    run(DAY + timedelta(days=3))

    for account in accounts:
        assert all(kept == (arm_of("tone", later, account.pk), later) for kept in kept(account))
    assert any(arm_of("tone", EVEN, each.pk) != arm_of("tone", later, each.pk) for each in accounts)


def test_the_arm_is_kept_where_it_means_something_and_nowhere_else(published):
    [account] = owing(1)
    pay(account, DAY)
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
    set_shares(published, {"soft": 37, "firm": 63}, DAY)
    accounts = owing(16)
    firm = next(each for each in accounts if arm_of("tone", {"soft": 37, "firm": 63}, each.pk) == "firm")

    [*_later, first] = why.history(firm.pk)
    found = why.why(firm.pk, day=DAY)

    assert "tone: “firm” (by chance of 63 in 100; soft 37)" in first.said_values
    answered = [value for verdict in found.steps for each in verdict.answers for value in each.values]
    assert "“firm” (by chance of 63 in 100; soft 37)" in {value.said for value in answered}


def test_a_past_day_is_explained_by_the_arm_of_that_stay_and_a_day_ahead_by_that_of_this_one(published):
    later = {"soft": 10, "firm": 90}
    back = DAY + timedelta(days=5)
    set_shares(published, later, DAY + timedelta(days=2))
    accounts = owing(30)
    moved = next(
        each for each in accounts if [arm_of("tone", shares, each.pk) for shares in (EVEN, later)] == ["soft", "firm"]
    )
    pay(moved, DAY + timedelta(days=3))
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


def test_what_a_way_would_have_brought_by_hand(published):
    accounts = [builders.account() for _number in range(5)]
    for account in accounts:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=40))
    one, two, three, four, late = accounts
    come(published, one, DAY, "soft", {"soft": 50, "firm": 50})
    come(published, two, DAY, "soft", {"soft": 20, "firm": 80})
    come(published, three, DAY, "firm", {"soft": 20, "firm": 80})
    come(published, four, DAY, "firm", {"soft": 50, "firm": 50})
    come(published, late, DAY + timedelta(days=1), "firm", EVEN)
    # It came back within the window: still the account that came on the first day.
    come(published, one, DAY + timedelta(days=9), "firm", {"soft": 20, "firm": 80})
    pay(one, DAY + timedelta(days=13))
    pay(three, DAY + timedelta(days=14))
    pay(four, DAY + timedelta(days=2), "40.00")
    pay(four, DAY + timedelta(days=5), "60.00")
    split = split_of(published)

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
    assert {given for account in (one, other) for given, _chances in kept(account)} == {arm}
    pay(one, DAY + timedelta(days=1))

    split = split_of(version)
    seen = learning.read(versions.get_strategy("test"), split, [{arm: 100}], day=DAY + WITHIN)

    assert (seen.counts[arm].over, seen.reached[0].units, seen.reached[0].ratio) == (2, 1, 0.5)
    # One debtor says as much as one account.
    assert rules.worth(seen.reached[0]) == 1


def test_the_measures_are_those_of_trials(published):
    synthetic(published, 0, 600, firm=40, soft=25)
    split, strategy = split_of(published), versions.get_strategy("test")
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
