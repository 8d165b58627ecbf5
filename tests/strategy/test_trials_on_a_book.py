"""Trials played on books through the database: how often they deceive, how often they find, and who counts as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import trial_book
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.reference import arm_of
from tests.strategy.trial_book import BY_DEBTOR, DOCUMENT, SHARES, START, TERMS

from tallystick.kernel.money import Money
from tallystick.payments import actions as payment_actions
from tallystick.strategy import actions
from tallystick.strategy.models import TrialLook
from tallystick.strategy.queries import trials
from tallystick.strategy.rules.trials import estimates
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.judgement import Arms
from tallystick.strategy.rules.trials.terms import Measure, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _register(**changed):
    return actions.register_trial(replace(TERMS, **changed), at=at(DAY), by=BY)


def _two_accounts_each(debtors: int):
    """Have debtors with two accounts, each of which owes £100, come to the state of the trial on the day it starts."""
    made = []
    for _number in range(debtors):
        account = builders.account()
        both = [account, strategies.sibling(account)]
        for each in both:
            builders.invoice(each, "100.00", due_on=START - timedelta(days=40))
        made.append(both)
    strategies.refresh(*(each.pk for both in made for each in both), day=START)
    run(START)
    return made


def _pay(account):
    payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of("100.00", "GBP"),
        booked_on=START + timedelta(days=2),
        method="bank_transfer",
        source="test",
        source_key=str(account.pk),
        at=at(START + timedelta(days=2)),
        by=BY,
    )


def test_two_accounts_of_one_debtor_are_one_unit():
    strategies.publish(BY_DEBTOR)
    trial = _register()
    debtors = _two_accounts_each(40)
    champions = [both for both in debtors if arm_of("early-call", SHARES, both[0].party_id) == "champion"]
    assert 3 <= len(champions) < 40
    _pay(champions[0][0])
    _pay(champions[0][1])
    _pay(champions[1][0])

    seen = trials.standing(trial, day=START + timedelta(days=10))

    assert trial.by_debtor
    assert seen.entered == {"champion": len(champions), "challenger": 40 - len(champions)}
    units = len(champions)
    found = seen.arms(Measure.PAID_IN_FULL, trial).champion
    # Two, one and none of the two accounts of each: squares 4 + 1, products 2 × 2 + 1 × 2.
    assert found == Sums(units=units, y=3, x=2 * units, yy=5, xy=6, xx=4 * units)
    shares = [1.0, 0.5, *[0.0] * (units - 2)]
    mean = sum(shares) / units
    assert found.spread == pytest.approx(sum((share - mean) ** 2 for share in shares) / (units - 1))


def _z(trial) -> tuple[float, float]:
    """Give how many standard errors the arms differ by, and what that would be if accounts were taken for independent."""
    arms = trials.standing(trial, day=START + timedelta(days=10)).arms(Measure.PAID_IN_FULL, trial)
    alone = [Sums(each.x, each.y, each.x, each.y, each.y, each.x) for each in (arms.champion, arms.challenger)]
    return arms.difference.z, Arms(*alone).difference.z


def test_big_debtors_deceive_nobody_where_debtors_count_and_would_where_accounts_do():
    version = strategies.publish(BY_DEBTOR)
    trial = _register()
    trial_book.come(version, 600, big=16)
    seen = trials.standing(trial, day=START + timedelta(days=10))
    arms = seen.arms(Measure.PAID_IN_FULL, trial)
    assert (arms.units, arms.champion.x + arms.challenger.x) == (600, 540 + 60 * 16)
    assert seen.mismatch(trial) > estimates.MISMATCH

    found = []
    for seed in range(40):
        with trial_book.taken_back():
            trial_book.pay(champion=3_000, challenger=3_000, seed=seed)
            found.append(_z(trial))

    # Of 40 at 5 % two are expected, and more than six are as rare as one in two hundred.
    assert sum(abs(by_debtor) >= 1.96 for by_debtor, _alone in found) <= 6
    assert sum(abs(alone) >= 1.96 for _by_debtor, alone in found) >= 12, "or this book could not show the difference"


def test_a_planted_effect_on_debtors_is_found():
    version = strategies.publish(BY_DEBTOR)
    trial = _register()
    trial_book.come(version, 900, big=4)

    with trial_book.taken_back():
        trial_book.pay(champion=3_000, challenger=4_500)
        assert _z(trial)[0] >= 3
    with trial_book.taken_back():
        trial_book.pay(champion=4_500, challenger=3_000)
        assert _z(trial)[0] <= -3


#: 30 % against 50 %: two hundred accounts, looked at three times while they come over ten days.
_SMALL = {"effect": Decimal("0.2"), "looks": 3}
_DAYS_OF_LOOKS = (14, 17, 20)


def _played(*, seed: int, champion: int, challenger: int) -> tuple[list[TrialLook], bool]:
    """Play a trial through its planned looks; give what they kept, and whether somebody who just looks would have stopped."""
    with trial_book.taken_back():
        trial_book.pay(champion=champion, challenger=challenger, seed=seed)
        for days in _DAYS_OF_LOOKS:
            actions.take_looks(at=at(START + timedelta(days=days)), by=BY)
        looks = list(TrialLook.objects.order_by("number"))
    seen = [trials.Standing.kept(look).arms(Measure.PAID_IN_FULL, looks[0].trial).difference for look in looks]
    return looks, any(abs(each.z) >= 1.96 for each in seen)


def test_planned_looks_deceive_at_the_stated_rate_and_find_at_the_stated_power():
    version = strategies.publish(DOCUMENT)
    trial = _register(**_SMALL)
    assert 186 <= trials.units_needed(trial) <= 200
    trial_book.come(version, 240, over_days=10)

    alike = [_played(seed=seed, champion=3_000, challenger=3_000) for seed in range(80)]
    planted = [_played(seed=1_000 + seed, champion=3_000, challenger=5_000) for seed in range(40)]

    assert max(len(looks) for looks, _by_eye in alike) == 3
    assert min(len(looks) for looks, _by_eye in planted) < 3, "what is large is found before the end"
    ends = [Outcome(looks[-1].outcome) for looks, _by_eye in alike]
    assert Outcome.GOES_ON not in ends
    deceived = sum(end is not Outcome.NOTHING for end in ends)
    # Of 80 at 5 % four are expected, and more than ten are as rare as one in three hundred; whoever stops by eye: 10 %.
    assert 1 <= deceived <= 10
    assert deceived < sum(by_eye for _looks, by_eye in alike)
    # Of 40 at 80 % 32 are expected, and fewer than 25 are as rare as one in a hundred.
    assert sum(looks[-1].outcome == Outcome.BETTER for looks, _by_eye in planted) >= 25
