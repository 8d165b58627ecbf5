"""How interest goes on: what is steady grows by one line, what has to be charged adds up, and differences begin on their day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.charges.rules import accruing
from tallystick.charges.rules.accruing import Held, Recorded
from tallystick.charges.rules.agreements import Charged
from tallystick.charges.rules.day_counts import counted_days
from tallystick.charges.rules.interest import interest
from tallystick.charges.rules.terms import Balance, Compounding, Grace, Rounding, Terms
from tallystick.jurisdictions.rules.rates import DayCount, RateStep

FIRST = date(2026, 1, 2)
NEVER = date(2030, 1, 1)


def rate(percent, *, from_=date(2020, 1, 1), row=date(2020, 1, 1)):
    return RateStep(from_, Decimal(percent), "contract", row, "terms 1")


def day(number):
    return FIRST + timedelta(days=number)


_DAYS = st.integers(-3, 120).map(day)
_HELD = st.builds(
    lambda first, length, minor: Held(
        first, None if length is None else first + timedelta(days=length), "dispute", minor
    ),
    _DAYS,
    st.none() | st.integers(0, 40),
    st.none() | st.integers(1, 900_00),
)
_RECORDED = st.builds(
    Recorded,
    st.just(FIRST),
    st.lists(st.tuples(_DAYS, st.integers(-400_00, 600_00)), max_size=4).map(
        lambda moved: [(day(-20), 1000_00), *moved]
    ),
    st.lists(_HELD, max_size=2),
)
_RATES = st.lists(st.tuples(_DAYS, st.decimals(0, 30, places=2)), max_size=2).map(
    lambda steps: [rate("8"), *(rate(percent, from_=first, row=first) for first, percent in sorted(steps))]
)
_TERMS = st.builds(
    Terms,
    day_count=st.sampled_from(DayCount),
    compounding=st.sampled_from([Compounding.NONE, Compounding.NONE, Compounding.MONTHLY]),
    rounding=st.sampled_from(Rounding),
    grace=st.builds(Grace, st.integers(0, 30), st.booleans()),
    smallest_balance=st.sampled_from([0, 500_00]),
    least=st.sampled_from([0, 3_00]),
    most=st.sampled_from([None, None, 9_00]),
)


_ONE_LINE = st.builds(
    Terms,
    day_count=st.sampled_from(sorted(accruing.YEAR_DAYS)),
    grace=st.builds(Grace, st.integers(0, 9), st.booleans()),
    smallest_balance=st.sampled_from([0, 500_00]),
    least=st.sampled_from([0, 1_00]),
    most=st.sampled_from([None, None, 9_00]),
)


@given(terms=_ONE_LINE, recorded=_RECORDED, rates=_RATES, until=st.integers(0, 110), more=st.integers(1, 30))
def test_what_is_steady_grows_as_a_proof_afresh_says(terms, recorded, rates, until, more):
    bearing = accruing.bearing_of(recorded, rates, {"dispute"})
    proof = interest(terms, bearing, until=day(until))
    steady = accruing.steady_until(terms, bearing, proof, known_until=NEVER)
    if steady is None:
        return
    more = min(more, (steady - day(until)).days)
    days = counted_days(day(until), day(until + more), terms.day_count)
    last = accruing.last_of(terms, proof)
    grown = last.grown(days) if last.base else 0

    afresh = interest(terms, bearing, until=day(until + more))

    if terms.most is None or proof.total + grown <= terms.most:
        assert afresh.total == proof.total + grown
        assert len(afresh.lines) == len(proof.lines)
        assert afresh.lines[-1].days == proof.lines[-1].days + days


@given(terms=_TERMS, recorded=_RECORDED, rates=_RATES, cuts=st.lists(st.integers(0, 140), min_size=1, max_size=5))
def test_what_is_charged_night_after_night_adds_up(terms, recorded, rates, cuts):
    bearing = accruing.bearing_of(recorded, rates, {"dispute"})
    charged = 0
    for until in sorted(set(cuts)):
        proof = interest(terms, bearing, until=day(until))
        new = list(accruing.entries(terms, proof, charged=charged))
        charged += sum(entry.minor for entry in new)
        assert charged == proof.total
        assert all(entry.minor > 0 and entry.booked_on <= day(until) for entry in new)


@given(
    recorded=_RECORDED,
    rates=_RATES,
    until=st.integers(0, 120),
    late=st.tuples(st.integers(0, 120), st.integers(1, 900_00)),
)
def test_a_proof_differs_from_the_day_after_a_late_booking_on(recorded, rates, until, late):
    terms = Terms()
    before = interest(terms, accruing.bearing_of(recorded, rates, {"dispute"}), until=day(until))
    moved = Recorded(FIRST, [*recorded.movements, (day(late[0]), -late[1])], recorded.held)
    after = interest(terms, accruing.bearing_of(moved, rates, {"dispute"}), until=day(until))

    differs = accruing.first_difference(before.lines, after.lines)

    assert differs is None or differs > day(late[0])
    if differs is None:
        assert before.total == after.total
    else:
        kept = interest(terms, accruing.bearing_of(recorded, rates, {"dispute"}), until=differs - timedelta(days=1))
        same = interest(terms, accruing.bearing_of(moved, rates, {"dispute"}), until=differs - timedelta(days=1))
        assert kept.total == same.total


def test_an_amount_on_hold_lessens_the_balance_while_it_is_held():
    recorded = Recorded(FIRST, [(day(-5), 1000_00)], [Held(day(10), day(19), "dispute", 400_00)])

    bearing = accruing.bearing_of(recorded, [rate("8")], {"dispute"})

    assert list(bearing.balances) == [
        Balance(FIRST, 1000_00), Balance(day(10), 600_00, 400_00, "dispute"), Balance(day(20), 1000_00)
    ]  # fmt: skip
    assert list(accruing.bearing_of(recorded, [rate("8")], {"insolvency"}).balances) == [Balance(FIRST, 1000_00)]


@pytest.mark.parametrize(
    ("terms", "known"),
    [
        pytest.param(Terms(compounding=Compounding.DAILY), NEVER, id="rests"),
        pytest.param(Terms(rounding=Rounding.TOTAL), NEVER, id="rounded as a whole"),
        pytest.param(Terms(day_count=DayCount.MONTHS), NEVER, id="months"),
        pytest.param(Terms(grace=Grace(99, forgiven=False)), NEVER, id="in grace"),
        pytest.param(Terms(least=500_00), NEVER, id="less than the least"),
    ],
)
def test_what_is_not_one_line_that_grows_is_never_steady(terms, known):
    bearing = accruing.bearing_of(Recorded(FIRST, [(day(-5), 1000_00)]), [rate("8")], set())

    assert accruing.steady_until(terms, bearing, interest(terms, bearing, until=day(20)), known_until=known) is None


def test_it_is_steady_until_the_day_before_something_changes_by_itself():
    recorded = Recorded(FIRST, [(day(-5), 1000_00)], [Held(day(30), day(39), "dispute")])
    bearing = accruing.bearing_of(recorded, [rate("8"), rate("9", from_=day(60), row=day(60))], {"dispute"})

    def steady(number):
        return accruing.steady_until(
            Terms(), bearing, interest(Terms(), bearing, until=day(number)), known_until=day(90)
        )

    assert [steady(number) for number in (0, 29, 35, 50, 70)] == [day(29), day(29), day(39), day(59), day(90)]


@pytest.mark.parametrize(
    ("charged", "on", "through"),
    [
        (Charged.DAILY, date(2026, 2, 14), date(2026, 2, 14)),
        (Charged.MONTHLY, date(2026, 2, 14), date(2026, 1, 31)),
        (Charged.MONTHLY, date(2026, 2, 28), date(2026, 2, 28)),
        (Charged.MONTHLY, date(2024, 2, 28), date(2024, 1, 31)),
        (Charged.MONTHLY, date(2026, 1, 1), date(2025, 12, 31)),
    ],
)
def test_interest_is_charged_through(charged, on, through):
    assert charged.through(on) == through
