"""How a split learns: who is the best, what that deals out, and intervals that hold what they promise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import comb
from random import Random

import pytest

from tallystick.strategy.rules import learning, shares_picture
from tallystick.strategy.rules.learning import Arm
from tallystick.strategy.rules.trials.estimates import Sums

EVEN = {"soft": 50, "firm": 50}
MILLION = 1_000_000


def _beats(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Give the probability that a Beta share is larger than another, by the closed form for whole parameters."""
    (a1, b1), (a2, b2) = b, a
    # Evan Miller, Formulas for Bayesian A/B Testing (2015).
    return float(sum(_beta(a1 + i, b1 + b2) / ((b2 + i) * _beta(1 + i, b2) * _beta(a1, b1)) for i in range(a2)))


def _beta(a: int, b: int) -> Fraction:
    return Fraction(1, a * comb(a + b - 1, a))


@pytest.mark.parametrize(
    ("one", "other"),
    [((1, 1), (1, 1)), ((8, 4), (5, 9)), ((41, 61), (26, 76)), ((2, 60), (4, 50)), ((400, 600), (410, 590))],
)
def test_the_probability_of_being_the_best_is_that_of_the_closed_form(one, other):
    found = learning.chances([one, other])

    assert found[0] == pytest.approx(_beats(one, other), abs=1e-4)
    assert sum(found) == pytest.approx(1)


def test_alike_arms_are_the_best_as_often_and_large_numbers_are_no_trouble():
    assert learning.chances([(3, 9)] * 4) == pytest.approx([0.25] * 4)
    far, near = learning.chances([(2_500_000, 7_500_000), (2_510_000, 7_490_000)])
    assert (far, near) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=1e-6))
    assert learning.chances([(1, 1_000_000), (1_000_000, 1)])[1] == pytest.approx(1)


def test_every_arm_keeps_its_least_and_a_hundred_is_dealt_out_whatever_the_chances_are():
    random = Random(7)  # noqa: S311
    for _round in range(500):
        weights = [random.random() ** 4 for _arm in range(random.randrange(2, 7))]
        best = {f"arm-{number}": weight / sum(weights) for number, weight in enumerate(weights)}
        at_least = random.randrange(1, 99 // len(weights))
        dealt = learning.shares(best, at_least=at_least)
        assert sum(dealt.values()) == 100
        assert min(dealt.values()) >= at_least
        assert all(abs(dealt[arm] - at_least - (100 - at_least * len(best)) * best[arm]) < 1 for arm in best)


def _sums(units: int, reached: int, weight: int = MILLION) -> Sums:
    """Give the sums of units that each weigh the same."""
    return Sums(units, reached * weight, units * weight, reached * weight**2, reached * weight**2, units * weight**2)


def test_an_arm_with_more_disputes_is_held_back_at_its_least_however_much_it_brings():
    arms = [Arm("soft", 1_000, 200, 0.2, 1_000), Arm("firm", 1_000, 600, 0.6, 1_000)]

    harmful = learning.held_back({"soft": _sums(1_000, 20), "firm": _sums(1_000, 60)})
    known, shares = learning.learn(arms, harmful=harmful, at_least=15)

    assert harmful == ["firm"]
    assert shares == {"soft": 85, "firm": 15}
    assert [arm.best for arm in known] == [1, 0]
    # 2 % against 3 % of a thousand is z = 1.4: chance.
    assert learning.held_back({"soft": _sums(1_000, 20), "firm": _sums(1_000, 30)}) == []
    assert learning.held_back({"soft": _sums(0, 0), "firm": _sums(0, 0)}) == []


def test_arms_that_are_alike_are_held_back_as_rarely_as_is_stated():
    random = Random(11)  # noqa: S311
    rounds = 4_000
    held = sum(
        bool(learning.held_back({arm: _sums(500, sum(random.random() < 0.1 for _unit in range(500))) for arm in EVEN}))
        for _round in range(rounds)
    )

    # Either of two arms may be the one: 0.2 % of 4,000 are 8, and more than 20 are rare.
    assert held <= 20


@dataclass
class _Book:
    """A book that is played week by week: who came, by which chance, and what came of it."""

    rates: dict[str, float]
    random: Random
    shares: dict[str, int] = field(default_factory=lambda: dict(EVEN))
    #: (arm, chance, reached)
    entries: list[tuple[str, int, bool]] = field(default_factory=list)
    weeks: list[dict[str, int]] = field(default_factory=list)

    def week(self, accounts: int) -> None:
        for _account in range(accounts):
            [arm] = self.random.choices(list(self.shares), weights=list(self.shares.values()))
            self.entries.append((arm, self.shares[arm], self.random.random() < self.rates[arm]))
        arms = []
        for arm in self.shares:
            sums = self.sums({arm: 100})
            counted = [reached for each, _chance, reached in self.entries if each == arm]
            arms.append(Arm(arm, len(counted), sum(counted), sums.ratio or 0.0, learning.worth(sums)))
        _known, self.shares = learning.learn(arms, harmful=[], at_least=10)
        self.weeks.append(self.shares)

    def sums(self, policy: dict[str, int]) -> Sums:
        """Weigh the entries as the query does."""
        parts: Counter[str] = Counter()
        for arm, chance, reached in self.entries:
            weight = round(MILLION * policy.get(arm, 0) / chance)
            if weight:
                y = weight * reached
                parts.update(units=1, y=y, x=weight, yy=y * y, xy=y * weight, xx=weight * weight)
        return Sums(**parts)


def test_the_better_arm_gets_nearly_all_and_the_other_keeps_its_least():
    for seed in range(10):
        book = _Book({"soft": 0.25, "firm": 0.40}, Random(seed))  # noqa: S311
        for _week in range(8):
            book.week(150)
        assert book.weeks[-1]["firm"] > 80, seed
        assert all(min(shares.values()) >= 10 and sum(shares.values()) == 100 for shares in book.weeks)


def test_while_nothing_tells_arms_apart_their_shares_wander_around_even():
    last = []
    for seed in range(30):
        book = _Book({"soft": 0.30, "firm": 0.30}, Random(seed))  # noqa: S311
        for _week in range(5):
            book.week(150)
        assert all(min(shares.values()) >= 10 for shares in book.weeks)
        last.append(book.weeks[-1]["firm"])

    # The probability of being the best is spread evenly then: 23 around 50, and 4.2 of thirty.
    assert 37 <= sum(last) / len(last) <= 63


def test_intervals_hold_the_truth_as_often_as_they_say_although_the_shares_were_learned():
    rates = {"soft": 0.25, "firm": 0.32}
    policies = [{"soft": 100}, {"firm": 100}, dict(EVEN), {"soft": 10, "firm": 90}]
    rounds, held = 100, Counter()
    for seed in range(rounds):
        book = _Book(rates, Random(1_000 + seed))  # noqa: S311
        for _week in range(4):
            book.week(200)
        for place, policy in enumerate(policies):
            found = learning.value(book.sums(policy))
            truth = sum(share * rates[arm] for arm, share in policy.items()) / 100
            held[place] += found is not None and found.low <= truth <= found.high

    # 95 % of 100, less three standard deviations.
    assert all(held[place] >= 88 for place in range(len(policies))), held


def test_an_arm_gains_nothing_by_having_been_dealt_out_more_when_everybody_paid_better():
    # A bad season by halves, then a good one in which nine of ten are dealt "firm": alike within each.
    entries = [("soft", 50, n < 40) for n in range(200)] + [("firm", 50, n < 40) for n in range(200)]
    entries += [("soft", 10, n < 24) for n in range(40)] + [("firm", 90, n < 216) for n in range(360)]
    book = _Book({}, Random(0), entries=entries)  # noqa: S311
    plainly = {arm: sum(e[2] for e in entries if e[0] == arm) / sum(e[0] == arm for e in entries) for arm in EVEN}
    assert plainly["firm"] - plainly["soft"] > 0.15

    values = [learning.value(book.sums({arm: 100})) for arm in EVEN]

    assert values[0].ratio == pytest.approx(values[1].ratio, abs=1e-6)
    # Kish: 240 accounts of which forty weigh five times as much as the others are worth 114.
    assert learning.worth(book.sums({"soft": 100})) == pytest.approx(800**2 / (200 * 4 + 40 * 100))


def test_of_nothing_nothing_is_said():
    assert learning.value(Sums(0, 0, 0, 0, 0, 0)) is None
    assert learning.worth(Sums(0, 0, 0, 0, 0, 0)) == 0


def test_shares_are_drawn_as_columns_of_a_hundred():
    columns = [(date(2026, 3, 2), {"soft": 50, "firm": 50}), (date(2026, 3, 9), {"soft": 20, "firm": 80})]

    drawn = shares_picture.draw(columns)

    assert [(part.arm, part.share, part.top, part.height) for part in drawn.parts] == [
        ("soft", 50, 70.0, 70.0),
        ("firm", 50, 0.0, 70.0),
        ("soft", 20, 112.0, 28.0),
        ("firm", 80, 0.0, 112.0),
    ]
    assert [part.is_dated for part in drawn.parts] == [True, False] * 2
    assert shares_picture.draw([]).parts == ()
    assert len(shares_picture.draw(columns[:1] * 60).parts) == 2 * shares_picture.WEEKS
