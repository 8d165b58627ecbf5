"""Days as collectors type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.promises.rules import DayUnreadable, read_day

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 25)),
        ("Tomorrow", date(2026, 11, 26)),
        (" tmrw ", date(2026, 11, 26)),
        ("fri", date(2026, 11, 27)),
        ("FRIDAY", date(2026, 11, 27)),
        ("wed", date(2026, 12, 2)),
        ("thurs", date(2026, 11, 26)),
        ("next fri", date(2026, 12, 4)),
        ("next mon", date(2026, 11, 30)),
        ("+0", date(2026, 11, 25)),
        ("+7", date(2026, 12, 2)),
        ("+ 7d", date(2026, 12, 2)),
        ("in 10 days", date(2026, 12, 5)),
        ("+2w", date(2026, 12, 9)),
        ("in 1 week", date(2026, 12, 2)),
        ("+1m", date(2026, 12, 25)),
        ("+14 months", date(2028, 1, 25)),
        ("eom", date(2026, 11, 30)),
        ("end of month", date(2026, 11, 30)),
        ("eonm", date(2026, 12, 31)),
        ("5/12", date(2026, 12, 5)),
        ("5.12.", date(2026, 12, 5)),
        ("05-12-27", date(2027, 12, 5)),
        ("5/12/2027", date(2027, 12, 5)),
        ("24/11", date(2027, 11, 24)),
        ("25/11", date(2026, 11, 25)),
        ("5 dec", date(2026, 12, 5)),
        ("5dec", date(2026, 12, 5)),
        ("5th of December", date(2026, 12, 5)),
        ("dec 5", date(2026, 12, 5)),
        ("December 5th, 2027", date(2027, 12, 5)),
        ("1 sept", date(2027, 9, 1)),
        ("3rd", date(2026, 12, 3)),
        ("25", date(2026, 11, 25)),
        ("31", date(2026, 12, 31)),
        ("29 feb", date(2028, 2, 29)),
        ("2026-12-05", date(2026, 12, 5)),
        ("2020-01-01", date(2020, 1, 1)),
    ],
)
def test_a_day_is_read(text, day):
    assert read_day(text, WEDNESDAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31/11",
        "31/4/2027",
        "0",
        "32",
        "5/13",
        "2026-13-01",
        "29/2/2027",
        "5 foo",
        "fr",
        "next",
        "t",
        "-3",
        "1/2/3/4",
    ],
)
def test_what_is_no_day_is_refused_and_never_guessed(text):
    with pytest.raises(DayUnreadable):
        read_day(text, WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        pytest.param("12/5", "en_US", date(2026, 12, 5), id="month first in the United States"),
        pytest.param("12/5", "en_GB", date(2027, 5, 12), id="day first in Britain"),
        pytest.param("5. Dezember", "de", date(2026, 12, 5), id="a German month"),
        pytest.param("freitag", "de", date(2026, 11, 27), id="a German weekday"),
        pytest.param("fri", "de", date(2026, 11, 27), id="English is read everywhere"),
        pytest.param("gwener", "cy", date(2026, 11, 27), id="a Welsh weekday"),
    ],
)
def test_days_are_read_in_the_locale_of_the_person(text, locale, day):
    assert read_day(text, WEDNESDAY, locale=locale) == day


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        pytest.param(date(2026, 1, 31), "+1m", date(2026, 2, 28), id="a month from the 31st"),
        pytest.param(date(2026, 2, 28), "eom", date(2026, 2, 28), id="the last day itself"),
        pytest.param(date(2027, 2, 1), "30", date(2027, 3, 30), id="a month without that day"),
        pytest.param(date(2026, 12, 31), "1/1", date(2027, 1, 1), id="over the end of the year"),
        pytest.param(date(2026, 11, 27), "fri", date(2026, 12, 4), id="Friday said on a Friday"),
        pytest.param(date(2026, 11, 29), "next mon", date(2026, 11, 30), id="next Monday said on a Sunday"),
    ],
)
def test_edges_of_months_weeks_and_years(today, text, day):
    assert read_day(text, today) == day


@given(today=st.dates(date(2000, 1, 1), date(2090, 1, 1)), day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_written_in_full_is_read_whenever(today, day):
    assert read_day(day.isoformat(), today) == day
    assert read_day(f"{day.day}/{day.month}/{day.year}", today) == day
    assert read_day(f"{day:%d %B %Y}", today) == day


@given(
    today=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    weekday=st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
)
def test_a_weekday_is_always_within_the_next_seven_days(today, weekday):
    assert 1 <= (read_day(weekday, today) - today).days <= 7
