"""The six ways of counting days, each with and without weekends and holidays in the way."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.rules.counting import CannotCount, Convention, LeftOut, Unit, add_months, count, roll

ENGLAND = queries.holidays("GB-EAW")
DAYS = st.dates(date(2001, 1, 1), date(2034, 12, 31))
SUNDAYS_AND_HOLIDAYS = {LeftOut.SUNDAYS, LeftOut.HOLIDAYS}


@pytest.mark.parametrize(
    ("start", "number", "convention", "more", "expected"),
    [
        pytest.param(date(2026, 1, 5), 30, "cal", {}, date(2026, 2, 4), id="30 days after"),
        pytest.param(date(2026, 1, 5), 8, "cal", {"unit": "weeks"}, date(2026, 3, 2), id="8 weeks after"),
        pytest.param(date(2026, 4, 10), 14, "begin", {}, date(2026, 4, 23), id="14 days beginning with"),
        pytest.param(date(2026, 4, 10), 1, "begin", {}, date(2026, 4, 10), id="one day beginning with is that day"),
        pytest.param(
            date(2026, 2, 11), 12, "begin", {"unit": "months"}, date(2027, 2, 10), id="12 months beginning with"
        ),
        pytest.param(date(2023, 10, 20), 3, "clear", {"back": True}, date(2023, 10, 16), id="3 clear days before"),
        pytest.param(date(2025, 10, 1), 28, "clear", {}, date(2025, 10, 30), id="28 clear days after"),
        pytest.param(
            date(2025, 10, 20), 3, "cpr5", {"back": True}, date(2025, 10, 14), id="3 days before, a weekend between"
        ),
        pytest.param(
            date(2026, 4, 8), 3, "cpr5", {"back": True}, date(2026, 3, 31), id="3 days before, Easter between"
        ),
        pytest.param(date(2026, 4, 8), 6, "cpr5", {"back": True}, date(2026, 4, 1), id="6 days leave nothing out"),
        pytest.param(
            date(2026, 3, 27), 7, "clear", {"left_out": SUNDAYS_AND_HOLIDAYS}, date(2026, 4, 8), id="Saturdays count"
        ),
        pytest.param(date(2026, 4, 3), 2, "bd", {}, date(2026, 4, 8), id="business days after Good Friday"),
        pytest.param(date(2026, 4, 7), 2, "bd", {"back": True}, date(2026, 4, 1), id="business days before"),
        pytest.param(date(2026, 1, 31), 1, "month", {"unit": "months"}, date(2026, 2, 28), id="no 31st of February"),
        pytest.param(date(2020, 2, 29), 6, "month", {"unit": "years"}, date(2026, 2, 28), id="no 29th either"),
        pytest.param(
            date(2026, 3, 31), 1, "month", {"unit": "months", "back": True}, date(2026, 2, 28), id="a month before"
        ),
    ],
)
def test_a_count_leads_to_its_day(start, number, convention, more, expected):
    more = {**more, "unit": Unit(more.get("unit", "days"))}

    assert count(start, number, Convention(convention), holidays=ENGLAND, **more) == expected


@pytest.mark.parametrize(
    ("convention", "unit", "number"),
    [("cal", "months", 1), ("bd", "years", 1), ("clear", "months", 1), ("month", "days", 1), ("cal", "days", 0)],
)
def test_what_a_convention_does_not_count_is_refused(convention, unit, number):
    with pytest.raises(CannotCount):
        count(date(2026, 1, 1), number, Convention(convention), unit=Unit(unit))


@given(DAYS, st.integers(1, 60), st.sampled_from(["cal", "clear", "bd", "begin"]))
def test_more_days_lead_further_and_back_is_the_other_way(start, number, convention):
    counted = [count(start, each, Convention(convention), holidays=ENGLAND) for each in (number, number + 1)]
    back = [count(start, each, Convention(convention), holidays=ENGLAND, back=True) for each in (number, number + 1)]

    assert start <= counted[0] < counted[1]
    assert start >= back[0] > back[1]


@given(DAYS, st.integers(1, 40))
def test_between_clear_days_lie_exactly_as_many_as_were_asked_for(start, number):
    assert (count(start, number, Convention.CLEAR) - start).days - 1 == number


@given(DAYS, st.integers(1, 5))
def test_few_days_of_the_court_are_business_days_and_more_are_not(start, number):
    there = count(start, number, Convention.CPR5, holidays=ENGLAND)
    between = [start + timedelta(days=each) for each in range(1, (there - start).days)]

    assert sum(day == roll(day, ENGLAND) for day in between) == number


@given(DAYS, st.integers(-240, 240))
def test_a_corresponding_day_is_the_same_or_the_last_of_its_month(day, months):
    there = add_months(day, months)

    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or (there + timedelta(days=1)).day == 1
