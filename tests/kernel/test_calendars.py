from datetime import UTC, date, datetime

import pytest

from tallystick.kernel.calendars import add_business_days, is_business_day, local_day

CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        pytest.param(datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30), id="before midnight in summer"),
        pytest.param(datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1), id="midnight in summer"),
        pytest.param(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31), id="before midnight in winter"),
        pytest.param(
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29), id="the hour before clocks go forward"
        ),
        pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25), id="the hour that comes twice"),
    ],
)
def test_a_day_begins_at_the_creditors_midnight(at, day):
    assert local_day(at, "Europe/London") == day


@pytest.mark.parametrize(
    ("day", "open_for_business"),
    [
        pytest.param(date(2026, 12, 24), True, id="Thursday"),
        pytest.param(date(2026, 12, 25), False, id="holiday"),
        pytest.param(date(2026, 12, 26), False, id="Saturday"),
        pytest.param(date(2026, 12, 27), False, id="Sunday"),
        pytest.param(date(2026, 12, 29), True, id="Tuesday"),
    ],
)
def test_weekends_and_holidays_are_no_business_days(day, open_for_business):
    assert is_business_day(day, CHRISTMAS) is open_for_business


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        pytest.param(date(2026, 12, 24), 0, date(2026, 12, 24), id="none from a business day is that day"),
        pytest.param(date(2026, 12, 25), 0, date(2026, 12, 29), id="none from a holiday is the next business day"),
        pytest.param(date(2026, 12, 24), 1, date(2026, 12, 29), id="over Christmas and the weekend"),
        pytest.param(
            date(2026, 12, 26), 1, date(2026, 12, 30), id="from a Saturday: counted from the next business day"
        ),
        pytest.param(date(2026, 12, 31), 1, date(2027, 1, 4), id="over the new year"),
        pytest.param(date(2028, 2, 28), 1, date(2028, 2, 29), id="onto a leap day"),
    ],
)
def test_business_days_are_counted_forward(day, count, end):
    assert add_business_days(day, count, CHRISTMAS) == end


def test_business_days_are_not_counted_backward():
    with pytest.raises(ValueError):
        add_business_days(date(2026, 12, 24), -1, CHRISTMAS)
