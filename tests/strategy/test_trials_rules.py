"""The mathematics of trials: against published figures, by hand, and by playing many trials."""

from __future__ import annotations

import random
from math import sqrt
from statistics import fmean, variance

import pytest

from tallystick.strategy.rules.trials import estimates, judgement, sequential, sizes
from tallystick.strategy.rules.trials.estimates import Sums
from tallystick.strategy.rules.trials.judgement import Arms
from tallystick.strategy.rules.trials.terms import Measure, Outcome

_NOTHING = Arms(Sums(100, 0, 100, 0, 0, 100), Sums(100, 0, 100, 0, 0, 100))


def _shares(units: int, have: int) -> Sums:
    return Sums(units, have, units, have, have, units)


def test_bounds_are_those_published_for_five_looks():
    # R package ldbounds, five equal looks, 0.025 on each side, spending of the O'Brien–Fleming type.
    published = (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)

    assert sequential.bounds(0.05, sequential.fractions(5)) == pytest.approx(published, abs=2e-4)
    assert sequential.bounds(0.05, (1.0,)) == pytest.approx((1.95996,), abs=1e-5)


@pytest.mark.parametrize("looks", [1, 2, 4, 7])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_all_of_the_rate_is_spent_and_no_more(looks, alpha):
    at = sequential.fractions(looks)

    assert sequential.power(0.0, at, sequential.bounds(alpha, at)) == pytest.approx(alpha / 2, rel=1e-6)


@pytest.mark.parametrize("at", [(0.2, 0.4, 0.6, 0.8, 1.0), (0.5, 1.0), (0.31, 0.33, 0.9, 1.0)])
def test_whoever_looks_at_every_planned_look_is_deceived_no_more_often_than_was_said(at):
    draw = random.Random(20260302)  # noqa: S311
    limits = sequential.bounds(0.05, at)
    trials = 20_000
    deceived = sum(_is_stopped(draw, at, limits, drift=0.0) for _trial in range(trials))
    by_eye = sum(_is_stopped(draw, at, [1.96] * len(at), drift=0.0) for _trial in range(trials))

    # Four standard deviations of 20,000 trials at 5 %.
    assert abs(deceived / trials - 0.05) < 0.0062
    assert by_eye / trials > 0.07, "looking without bounds deceives, or this test would not see it"


def test_a_sample_that_allows_for_looks_finds_the_effect_as_often_as_was_said():
    at = sequential.fractions(4)
    limits = sequential.bounds(0.05, at)
    drift = (sequential.quantile(0.975) + sequential.quantile(0.8)) * sqrt(sequential.inflation(0.05, 0.8, 4))
    draw = random.Random(20260302)  # noqa: S311

    found = sum(_is_stopped(draw, at, limits, drift=drift) for _trial in range(20_000))

    assert abs(found / 20_000 - 0.8) < 0.0114
    assert 1.0 < sequential.inflation(0.05, 0.8, 4) < 1.05


def _is_stopped(draw, at, limits, *, drift):
    total, before = 0.0, 0.0
    for fraction, bound in zip(at, limits, strict=True):
        total += draw.gauss(drift * (fraction - before), sqrt(fraction - before))
        before = fraction
        if abs(total) / sqrt(fraction) >= bound:
            return True
    return False


def test_sample_sizes_are_those_of_the_books():
    # R, ?power.prop.test: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7.
    assert sizes.of_shares(before=0.5, effect=0.25, alpha=0.05, power=0.9) == pytest.approx(76.7, abs=0.05)
    # van Belle, Statistical Rules of Thumb: 16 / 0.25 by Lehr's rule, of which the exact factor is 15.7.
    assert sizes.of_means(variance=4, effect=1, alpha=0.05, power=0.8) == pytest.approx(15.7 * 4, abs=0.1)


def test_nine_champions_for_each_challenger_need_five_ninths_of_the_challengers():
    alike = sizes.of_means(variance=1, effect=0.1, alpha=0.05, power=0.8)

    assert sizes.of_means(variance=1, effect=0.1, alpha=0.05, power=0.8, per_challenger=9) == pytest.approx(
        alike * 5 / 9
    )


def test_days_follow_from_the_arm_that_fills_last():
    size = sizes.Size(champion=901, challenger=100)

    assert sizes.days(size, per_day=10, champion_share=90, challenger_share=10, window=7) == 108
    assert sizes.days(size, per_day=0, champion_share=90, challenger_share=10, window=7) is None


def test_the_sums_of_accounts_give_the_mean_and_variance_of_the_accounts():
    values = [0, 3, 5, 5, 9, 1]
    sums = Sums(6, sum(values), 6, sum(v * v for v in values), sum(values), 6)

    assert sums.ratio == pytest.approx(fmean(values))
    assert sums.spread == pytest.approx(variance(values))


def test_a_ratio_is_worked_by_hand():
    # Paid 50 of 100, 0 of 100, 200 of 200: 250 of 400. Residuals 50-62.5, 0-62.5, 200-125 = -12.5, -62.5, 75.
    sums = Sums(3, 250, 400, 50**2 + 200**2, 50 * 100 + 200 * 200, 100**2 * 2 + 200**2)
    by_hand = (12.5**2 + 62.5**2 + 75**2) / 2 / (400 / 3) ** 2

    assert sums.ratio == 0.625
    assert sums.spread == pytest.approx(by_hand)


def test_large_amounts_lose_nothing():
    sums = Sums(1000, 10**12 * 1000, 10**12 * 1000, 10**24 * 1000, 10**24 * 1000, 10**24 * 1000)

    assert sums.spread == 0.0


def test_a_difference_and_its_interval_are_worked_by_hand():
    # 40 of 100 against 60 of 100: variances 0.24 / 99 each.
    found = estimates.difference(_shares(100, 40), _shares(100, 60))

    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.error == pytest.approx(sqrt(2 * 0.24 / 99))
    assert found.interval(1.96) == pytest.approx((0.2 - 1.96 * 0.069631, 0.2 + 1.96 * 0.069631), abs=1e-5)
    assert estimates.difference(_shares(1, 1), _shares(100, 60)) is None


def test_arms_that_are_filled_wrongly_are_seen():
    assert estimates.mismatch({"a": 9_000, "b": 1_000}, {"a": 90, "b": 10}) == 1.0
    # Chi-square 3.841 of one degree of freedom is 5 %.
    assert estimates.mismatch({"a": 5098, "b": 4902}, {"a": 1, "b": 1}) == pytest.approx(0.05, abs=0.0001)
    assert estimates.mismatch({"a": 8_700, "b": 1_300}, {"a": 90, "b": 10}) < estimates.MISMATCH


@pytest.mark.parametrize(
    ("measure", "challengers", "guard", "is_last", "mismatch", "outcome"),
    [
        (Measure.PAID_IN_FULL, 40, _NOTHING, False, 1.0, Outcome.GOES_ON),
        (Measure.PAID_IN_FULL, 40, _NOTHING, True, 1.0, Outcome.NOTHING),
        (Measure.PAID_IN_FULL, 70, _NOTHING, False, 1.0, Outcome.BETTER),
        (Measure.PAID_IN_FULL, 10, _NOTHING, False, 1.0, Outcome.WORSE),
        (Measure.CONTACTS, 70, _NOTHING, False, 1.0, Outcome.WORSE),
        (Measure.PAID_IN_FULL, 70, Arms(_shares(100, 5), _shares(100, 30)), False, 1.0, Outcome.HARM),
        (Measure.PAID_IN_FULL, 70, Arms(_shares(100, 30), _shares(100, 5)), False, 1.0, Outcome.BETTER),
        (Measure.PAID_IN_FULL, 70, _NOTHING, False, 0.0001, Outcome.MISMATCHED),
    ],
)
def test_a_look_is_judged(measure, challengers, guard, is_last, mismatch, outcome):
    arms = Arms(_shares(100, 40), _shares(100, challengers))

    found = judgement.judge(measure, arms, guard, bound=2.3, is_last=is_last, mismatch=mismatch)

    assert found is outcome
