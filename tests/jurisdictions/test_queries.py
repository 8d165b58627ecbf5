"""The packs that ship: well formed, and right about days that are known."""

from datetime import date, timedelta

import pytest

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.rules.refusals import DayNotKnown
from tallystick.kernel.calendars import add_business_days, is_business_day, subtract_business_days
from tallystick.kernel.refusals import NotFound

NAMES = ["GB-EAW", "GB-NIR", "GB-SCT"]


def test_the_three_calendars_of_the_united_kingdom_ship():
    assert [name for name in queries.calendar_names() if name.startswith("GB-")] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_calendar_covers_2000_to_2035_and_every_year_has_seven_holidays_at_least(name):
    calendar = queries.get_calendar(name)

    assert calendar.covers(date(2000, 1, 1))
    assert calendar.covers(date(2035, 12, 31))
    for year in range(2000, 2036):
        assert sum(day.year == year for day in calendar.days) >= 7, year


@pytest.mark.parametrize("name", NAMES)
def test_every_example_of_a_calendar_holds(name):
    calendar = queries.get_calendar(name)

    for year, days in calendar.examples.items():
        assert sorted(day for day in calendar.days if day.year == year) == list(days)


@pytest.mark.parametrize(
    ("calendar", "day", "holiday"),
    [
        pytest.param("GB-EAW", date(2011, 4, 29), True, id="royal wedding"),
        pytest.param("GB-EAW", date(2020, 5, 4), False, id="early May was moved in 2020"),
        pytest.param("GB-EAW", date(2020, 5, 8), True, id="to the 75th VE day"),
        pytest.param("GB-EAW", date(2022, 5, 30), False, id="spring was moved in 2022"),
        pytest.param("GB-EAW", date(2022, 9, 19), True, id="state funeral"),
        pytest.param("GB-EAW", date(2023, 5, 8), True, id="coronation"),
        pytest.param("GB-EAW", date(2024, 1, 2), False, id="2 January in England"),
        pytest.param("GB-SCT", date(2024, 1, 2), True, id="2 January in Scotland"),
        pytest.param("GB-SCT", date(2024, 4, 1), False, id="Easter Monday in Scotland"),
        pytest.param("GB-SCT", date(2006, 11, 30), False, id="St Andrew’s Day before the Act of 2007"),
        pytest.param("GB-SCT", date(2024, 12, 2), True, id="St Andrew’s Day on a Saturday"),
        pytest.param("GB-NIR", date(2025, 3, 17), True, id="St Patrick’s Day"),
        pytest.param("GB-NIR", date(2026, 7, 13), True, id="Battle of the Boyne on a Sunday"),
    ],
)
def test_known_days(calendar, day, holiday):
    assert (day in queries.holidays(calendar)) is holiday


@pytest.mark.parametrize("name", NAMES)
def test_no_stretch_without_a_business_day_is_longer_than_five_days(name):
    holidays, day, closed = queries.holidays(name), date(2000, 1, 1), 0

    while day < date(2036, 1, 1):
        closed = 0 if is_business_day(day, holidays) else closed + 1
        assert closed <= 5, day
        day += timedelta(days=1)


def test_a_calendar_nobody_knows_is_not_found():
    with pytest.raises(NotFound):
        queries.holidays("GB-ATLANTIS")


def test_a_calendar_past_its_review_is_named():
    assert queries.reviews_due(today=date(2026, 11, 26)) == []
    assert len(queries.reviews_due(today=date(2035, 6, 1))) == len(queries.calendars())


@pytest.mark.parametrize("name", queries.calendar_names())
def test_a_calendar_says_nothing_of_days_that_it_does_not_know(name):
    calendar = queries.get_calendar(name)
    last = calendar.effective_until - timedelta(days=1)
    while last.isoweekday() > 5:
        last -= timedelta(days=1)

    assert isinstance(is_business_day(last, queries.holidays(name)), bool)
    with pytest.raises(DayNotKnown, match=f"{calendar.title}.*before {calendar.effective_until}"):
        add_business_days(last, 1, queries.holidays(name))
    with pytest.raises(DayNotKnown):
        subtract_business_days(calendar.effective_from, 5, queries.holidays(name))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        pytest.param(date(2026, 4, 3), False, id="Good Friday"),
        pytest.param(date(2026, 4, 6), False, id="Easter Monday"),
        pytest.param(date(2026, 5, 1), False, id="Labour Day"),
        pytest.param(date(2026, 5, 4), True, id="no bank holiday of England"),
        pytest.param(date(2025, 12, 24), True, id="Christmas Eve"),
        pytest.param(date(2025, 12, 26), False, id="the second day of Christmas"),
        pytest.param(date(2027, 12, 27), True, id="nothing is moved from a weekend"),
    ],
)
def test_target_is_closed_on_its_six_days(day, is_open):
    assert is_business_day(day, queries.holidays("EU")) is is_open
