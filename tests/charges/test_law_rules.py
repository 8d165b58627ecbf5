"""Where two laws give different rates: day by day, whatever the rows are."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tallystick.charges.rules.law_changes import differing
from tallystick.jurisdictions.rules.rates import RateStep

START = date(2026, 12, 1)


def steps(changes):
    """Give rates that begin on the start and change after so many days."""
    days = {0: 8, **dict(changes)}
    return [
        RateStep(START + timedelta(days=day), Decimal(percent), "rule", START, "source")
        for day, percent in sorted(days.items())
    ]


def percent_on(rates, day):
    return next(rate.percent for rate in reversed(rates) if rate.first_day <= day)


RATES = st.dictionaries(st.integers(0, 40), st.integers(0, 3), max_size=6)


@given(RATES, RATES, st.integers(0, 50))
def test_each_day_on_which_the_rates_differ_is_told_once_and_no_other(was, now, days):
    before, after = steps(was), steps(now)
    last_day = START + timedelta(days=days)

    found = list(differing(before, after, last_day=last_day))

    told = {
        each.first_day + timedelta(days=number): (each.was, each.now)
        for each in found
        for number in range((each.until - each.first_day).days)
    }
    assert sum((each.until - each.first_day).days for each in found) == len(told)
    every = [START + timedelta(days=number) for number in range(days + 1)]
    assert told == {
        day: (percent_on(before, day), percent_on(after, day))
        for day in every
        if percent_on(before, day) != percent_on(after, day)
    }
