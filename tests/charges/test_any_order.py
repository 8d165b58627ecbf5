"""Whatever comes late, in whatever order and between whatever nights, ends in one proof, and the differences add up to it."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import TEST
from tests.charges.book import DUE, EIGHT, accrue, at, charged, debt, is_sound, lines, pay, told
from tests.charges.building import START, day, rate

from tallystick.accounts import actions as account_actions
from tallystick.charges import actions
from tallystick.charges.rules.accruing import Held, Recorded, bearing_of
from tallystick.charges.rules.interest import interest, interest_between
from tallystick.charges.rules.terms import Compounding, Grace, Rounding, Terms
from tallystick.jurisdictions.rules.rates import DayCount
from tallystick.kernel.money import Money

pytestmark = pytest.mark.django_db

_LAST = 40
#: What is booked: on which day, and how much it adds to what is owed or pays of it. Less than what is owed, all together.
_BOOKED = st.lists(st.tuples(st.integers(1, 30), st.integers(-90, 90).filter(bool)), min_size=1, max_size=5)
_DOCUMENTS = st.sampled_from(
    [
        EIGHT,
        {**EIGHT, "rate": {"rule": "interest.late_payment"}},
        {**EIGHT, "compounding": "monthly"},
        {**EIGHT, "most": "5.00"},
        {**EIGHT, "grace": {"days": 9, "forgiven": False}, "least": "4.00"},
        {**EIGHT, "rate": {"percent": "7.25", "day_count": "30/360"}, "rounding": "total"},
    ]
)


def _book(account, item, booked_on, major, known):
    if major < 0:
        pay(account, str(-major), on=booked_on, known=known, items={item.pk: -major * 100})
    else:
        account_actions.adjust_item(
            account_id=account.pk, item_id=item.pk, change=Money.of(str(major), "GBP"), booked_on=booked_on, reason="More",
            at=at(known), by=TEST,
        )  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(document=_DOCUMENTS, booked=_BOOKED, data=st.data())
def test_any_order_of_arrival_ends_in_the_proof_of_the_order_in_which_it_was(document, booked, data):
    in_order, item = debt(document=document)
    late, other = debt(document=document)
    for days, major in sorted(booked):
        _book(in_order, item, DUE + timedelta(days=days), major, DUE + timedelta(days=days))
    arrived = data.draw(st.permutations(booked))
    nights = sorted(data.draw(st.lists(st.integers(1, _LAST), min_size=len(booked), max_size=len(booked))))

    for (days, major), night in zip(arrived, nights, strict=True):
        accrue(DUE + timedelta(days=night))
        _book(
            late, other, DUE + timedelta(days=days), major, max(DUE + timedelta(days=night), DUE + timedelta(days=days))
        )
    accrue(DUE + timedelta(days=_LAST))
    # What is written of a proof may end on another day than it grew to: written down afresh, both are the same.
    assert charged(in_order) == charged(late)
    known = [line[:3] for line in _afresh(in_order, item)]
    assert known == [line[:3] for line in _afresh(late, other)]
    assert lines(item) == lines(other)
    differences = sum(each["difference"]["minor"] for each in told(late, "InterestCorrected"))
    assert differences + sum(each["amount"]["minor"] for each in told(late, "InterestCharged")) == charged(late)
    assert is_sound() == []


def _afresh(account, item):
    actions.prove_again(account_ids=[account.pk], by=TEST)
    accrue(DUE + timedelta(days=_LAST))
    return lines(item)


_TERMS = st.builds(
    Terms,
    day_count=st.sampled_from(DayCount),
    compounding=st.sampled_from(Compounding),
    rounding=st.sampled_from(Rounding),
    grace=st.builds(Grace, st.integers(0, 12), forgiven=st.booleans()),
    smallest_balance=st.sampled_from([0, 5_00]),
    most=st.sampled_from([None, 3_00]),
)


@given(
    terms=_TERMS,
    movements=st.lists(st.tuples(st.integers(0, 90), st.integers(-200_00, 200_00)), max_size=5),
    held=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20), st.sampled_from([None, 50_00])), max_size=2),
    cuts=st.sets(st.integers(2, 100), max_size=5),
)
def test_interest_over_a_range_is_the_sum_over_its_parts(terms, movements, held, cuts):
    recorded = Recorded(
        day(1),
        [(START, 1000_00), *((day(number), minor) for number, minor in movements)],
        [Held(day(first), day(first + days), "dispute", minor) for first, days, minor in held],
    )
    bearing = bearing_of(recorded, [rate("8"), rate("11.5", 31)], {"dispute"})
    ends = [*sorted(cuts), 101]

    parts = [
        interest_between(terms, bearing, since=day(first), until=day(following - 1))
        for first, following in zip([1, *ends], ends, strict=False)
    ]

    assert sum(parts) == interest(terms, bearing, until=day(100)).total


def test_a_day_that_is_known_late_is_itemised_to_the_penny():
    account, item = debt()
    accrue(date(2026, 1, 31))
    _book(account, item, date(2026, 1, 12), -400, date(2026, 2, 1))
    _book(account, item, date(2026, 1, 22), 100, date(2026, 2, 1))

    accrue(date(2026, 1, 31))

    # Eleven days on 1,000.00: 241. Ten on 600.00: 132. Nine on 700.00: 138.
    assert [minor for *_days, minor in lines(item)] == [241, 132, 138]
    [corrected] = told(account, "InterestCorrected")
    assert [corrected[name]["minor"] for name in ("was_charged", "is_now", "difference")] == [658, 511, -147]
