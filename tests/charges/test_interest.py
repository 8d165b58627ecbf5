"""Interest on a daily balance: each thing that can change it, worked out by hand, and what holds for all of them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.charges.building import START, bearing, day, rate

from tallystick.charges.queries import interest_by_law
from tallystick.charges.rules.day_counts import part_of_year
from tallystick.charges.rules.interest import GRACE, SMALL, Bearing, balances_of, interest, interest_between
from tallystick.charges.rules.terms import Balance, Compounding, Freeze, Grace, Rounding, Terms
from tallystick.jurisdictions.rules.rates import DayCount
from tallystick.kernel.money import Money


def shown(proof):
    """Give the lines as days, balance, percent, amount and what stopped them."""
    return [(line.days, line.base, str(line.percent), line.amount, line.stopped_by) for line in proof.lines]


def test_a_part_payment_and_a_change_of_rate_make_a_line_each():
    # 100.00, 40.00 paid on day 10, rate 8 to 10 percent from day 20: as a spreadsheet has it.
    debt = bearing((0, 100_00), rates=[rate("8"), rate("10", 20)])
    debt = replace(debt, balances=balances_of(Balance(day(0), 100_00), [(day(10), -40_00)]))

    proof = interest(Terms(), debt, until=day(30))

    assert shown(proof) == [(10, 100_00, "8", 22, ""), (9, 60_00, "8", 12, ""), (11, 60_00, "10", 18, "")]
    assert [(line.first_day, line.last_day) for line in proof.lines] == [
        (day(1), day(10)),
        (day(11), day(19)),
        (day(20), day(30)),
    ]
    assert proof.lines[2].exact == Fraction(60_00) * 10 / 100 * 11 / 365
    assert proof.lines[2].rate.source == "rate 10"


def test_a_payment_that_is_corrected_bears_as_if_the_right_one_had_been_booked():
    opening = Balance(day(0), 100_00)
    wrong_and_reversed = balances_of(opening, [(day(10), -50_00), (day(10), 50_00), (day(10), -40_00)])
    right = balances_of(opening, [(day(10), -40_00)])

    assert wrong_and_reversed == right
    assert interest(Terms(), Bearing(day(1), right, [rate("8")]), until=day(30)).total == 22 + 26


def test_sixty_days_of_breathing_space_bear_nothing_and_do_not_change_how_the_rest_is_rounded():
    pause = Freeze(date(2026, 2, 3), date(2026, 4, 3), "breathing space")
    proof = interest_by_law(
        Money.of("6000.00", "GBP"),
        rule="interest.before_judgment.county",
        jurisdiction="GB-EAW",
        first_day=date(2026, 1, 2),
        until=date(2026, 6, 1),
        freezes=[pause],
    )

    assert (proof.days, proof.total) == (91, 119_67)
    assert [line.stopped_by for line in proof.lines] == ["", "breathing space", ""]


def test_a_rate_over_an_index_follows_it_by_day():
    rates = [rate("8.25"), rate("8.00", 23)]
    proof = interest(Terms(), bearing((0, 20_000_00), rates=rates), until=day(62))

    assert [(line.days, line.amount) for line in proof.lines] == [(22, 99_45), (40, 175_34)]
    assert proof.total == 274_79


@pytest.mark.parametrize(
    ("terms", "until", "total"),
    [
        pytest.param(Terms(), day(365), 8_00, id="a year"),
        pytest.param(Terms(day_count=DayCount.ACTUAL_360), day(360), 8_00, id="a year of 360 days"),
        pytest.param(Terms(day_count=DayCount.THIRTY_360), date(2027, 1, 1), 8_00, id="a year of thirty-day months"),
        pytest.param(Terms(day_count=DayCount.MONTHS), date(2026, 4, 1), 2_00, id="three months"),
        pytest.param(Terms(most=5_00), day(365), 5_00, id="a cap"),
        pytest.param(Terms(least=3_00), day(1), 3_00, id="the least there is"),
        pytest.param(Terms(least=3_00), day(0), 0, id="no interest has no least"),
        pytest.param(Terms(least=9_00, most=5_00), day(1), 5_00, id="the cap holds for the least too"),
        pytest.param(Terms(most_percent=Decimal(6)), day(365), 6_00, id="a cap of the rate"),
        pytest.param(Terms(least_percent=Decimal(12)), day(365), 12_00, id="a floor of the rate"),
        pytest.param(Terms(smallest_balance=100_01), day(365), 0, id="a small balance"),
        pytest.param(Terms(grace=Grace(10, forgiven=True)), day(375), 8_00, id="days of grace are forgiven"),
        pytest.param(Terms(grace=Grace(10, forgiven=False)), day(10), 0, id="within the grace nothing"),
        pytest.param(
            Terms(grace=Grace(10, forgiven=False)), day(365), 8_00, id="after it everything from the first day"
        ),
        pytest.param(
            Terms(compounding=Compounding.YEARLY), date(2028, 1, 1), 16_64, id="interest on interest by the year"
        ),
        pytest.param(Terms(rounding=Rounding.DAY), day(50), 1_00, id="the day rounded first"),
    ],
)
def test_terms_change_what_a_hundred_pounds_bear_at_eight_percent(terms, until, total):
    assert interest(terms, bearing((0, 100_00)), until=until).total == total


def test_why_days_bear_nothing_stands_in_the_proof():
    assert [
        line.stopped_by for line in interest(Terms(smallest_balance=200_00), bearing((0, 100_00)), until=day(9)).lines
    ] == [SMALL]
    proof = interest(Terms(grace=Grace(3, forgiven=True)), bearing((0, 100_00)), until=day(9))
    assert [line.stopped_by for line in proof.lines] == [GRACE, ""]
    assert interest(Terms(most=1), bearing((0, 100_00)), until=day(9)).lines[0].capped


def test_who_pays_within_the_grace_bears_nothing_and_who_pays_later_bears_it_all():
    terms = Terms(grace=Grace(10, forgiven=False))
    in_time, too_late = bearing((0, 1000_00), (11, 0)), bearing((0, 1000_00), (12, 0))

    assert interest(terms, in_time, until=day(60)).total == 0
    assert interest(terms, too_late, until=day(60)).days == 60
    assert interest(terms, too_late, until=day(60)).total == round(1000_00 * 8 * 11 / 36500)


def test_compound_interest_grows_at_each_rest_and_payments_of_interest_lessen_what_was_added():
    terms = Terms(compounding=Compounding.MONTHLY, day_count=DayCount.MONTHS)
    rates = [rate("18")]

    assert [
        line.amount for line in interest(terms, bearing((0, 3600_00), rates=rates), until=date(2026, 4, 1)).lines
    ] == [
        54_00,
        54_81,
        55_63,
    ]
    paid = bearing((0, 3600_00), rates=rates, paid=[(32, 54_00)])
    assert [line.base for line in interest(terms, paid, until=date(2026, 4, 1)).lines] == [3600_00, 3600_00, 3654_00]


MONEY = st.integers(0, 10_000_000_00)
ROUNDINGS = st.sampled_from(Rounding)
SIMPLE = st.builds(Terms, day_count=st.sampled_from(DayCount), rounding=ROUNDINGS)
ANY = st.builds(
    Terms,
    day_count=st.sampled_from(DayCount),
    compounding=st.sampled_from([Compounding.NONE, Compounding.MONTHLY, Compounding.QUARTERLY, Compounding.YEARLY]),
    rounding=ROUNDINGS,
    grace=st.builds(Grace, st.integers(0, 20), forgiven=st.booleans()),
    smallest_balance=st.integers(0, 1000),
    least=st.integers(0, 5000),
    most=st.none() | st.integers(0, 100_000),
)
PERCENTS = st.decimals(0, 40, places=2)


@st.composite
def debts(draw):
    """Give a debt whose balance, rate and freezes change on some of 400 days."""
    days = st.integers(2, 400)
    balances = sorted({0: draw(MONEY), **draw(st.dictionaries(days, MONEY, max_size=4))}.items())
    rates = sorted({1: draw(PERCENTS), **draw(st.dictionaries(days, PERCENTS, max_size=3))}.items())
    begins = draw(st.lists(days, max_size=2))
    freezes = [Freeze(day(each), day(each + draw(st.integers(0, 90))), "dispute") for each in begins]
    return bearing(*balances, rates=[rate(percent, number) for number, percent in rates], freezes=freezes)


@given(ANY, debts(), st.integers(1, 399), st.integers(1, 399))
def test_interest_over_a_range_is_the_sum_over_its_parts_whatever_the_terms(terms, debt, one, other):
    middle, until = sorted((one, other))
    whole = interest_between(terms, debt, since=day(1), until=day(until + 1))
    parts = [
        interest_between(terms, debt, since=day(1), until=day(middle)),
        interest_between(terms, debt, since=day(middle + 1), until=day(until + 1)),
    ]

    assert whole == sum(parts) == interest(terms, debt, until=day(until + 1)).total
    assert all(each >= 0 for each in parts)


@given(
    st.sampled_from([each for each in DayCount if each is not DayCount.MONTHS]),
    st.integers(0, 800),
    st.integers(0, 800),
)
def test_parts_of_a_year_add_up_exactly_but_for_whole_months(day_count, one, other):
    middle, last = sorted((one, other))

    assert part_of_year(START, day(last), day_count) == part_of_year(START, day(middle), day_count) + part_of_year(
        day(middle), day(last), day_count
    )


@given(SIMPLE, debts())
def test_the_lines_cover_every_day_once_and_add_up(terms, debt):
    proof = interest(terms, debt, until=day(400))

    reached = day(0)
    for line in proof.lines:
        assert line.first_day == reached + timedelta(days=1)
        reached = line.last_day
    assert reached == day(400)
    assert proof.total == sum(line.amount for line in proof.lines)
    assert all(line.amount == 0 for line in proof.lines if line.stopped_by)


@given(st.sampled_from([each for each in DayCount if each is not DayCount.MONTHS]), debts())
def test_simple_interest_before_rounding_is_that_of_its_days(day_count, debt):
    one_by_one = sum(
        interest(Terms(day_count=day_count), replace_first(debt, number), until=day(number)).exact
        for number in range(1, 60)
    )

    assert interest(Terms(day_count=day_count), debt, until=day(59)).exact == one_by_one


def replace_first(debt, number):
    """Give the same debt as if interest began on a later day."""
    return replace(debt, first_day=day(number))


@given(debts(), st.sampled_from(Rounding))
def test_a_rounded_figure_is_within_half_a_minor_unit_of_the_exact_one_where_it_is_rounded(debt, rounding):
    proof = interest(Terms(rounding=rounding), debt, until=day(300))

    if rounding is Rounding.TOTAL:
        assert abs(proof.total - proof.exact) <= Fraction(1, 2)
    elif rounding is Rounding.LINE:
        assert abs(proof.total - proof.exact) <= Fraction(len(proof.lines), 2)
    else:
        assert proof.total == proof.exact
