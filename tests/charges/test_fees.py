"""Fees are charged once; late payment has its fixed sum; all of it in currencies of 0, 2 and 3 decimals."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.charges.building import day, rate

from tallystick.charges.queries import judgment_bears_interest, late_payment
from tallystick.charges.rules.fees import Fee, Occasion, Once, charges_due
from tallystick.charges.rules.late_payment import Debt, late
from tallystick.charges.rules.terms import Freeze, Terms
from tallystick.jurisdictions.rules.reading import Node
from tallystick.jurisdictions.rules.scales import read_scale
from tallystick.kernel.money import Money, decimals_of
from tallystick.kernel.refusals import NotFound

TEN = read_scale(Node({"bands": [{"amount": "10.00"}]}))
TENTH = read_scale(Node({"bands": [{"up_to": "100.00", "percent": "10"}, {"amount": "25.00"}]}))
LETTERS = [
    Occasion("7", item, name, day(number), Money.of("120.00", "GBP"))
    for item, name, number in [("A", "first", 5), ("A", "second", 12), ("B", "first", 5)]
]


def keys(fee, charged=(), on=20, **more):
    return [charge.key[1:] for charge in charges_due(fee, LETTERS, on=day(on), charged=charged, **more)]


@pytest.mark.parametrize(
    ("once", "expected"),
    [
        (Once.ACCOUNT, [("7",)]),
        (Once.ITEM, [("7", "A"), ("7", "B")]),
        (Once.OCCASION, [("7", "A", "first"), ("7", "B", "first"), ("7", "A", "second")]),
    ],
)
def test_a_fee_is_charged_once_for_what_it_is_for_and_never_again(once, expected):
    fee = Fee("letter", TEN, once)
    due = list(charges_due(fee, LETTERS, on=day(20), charged=()))

    assert [charge.key[1:] for charge in due] == expected
    assert keys(fee, [charge.key for charge in due]) == []


def test_grace_freezes_small_balances_and_the_cap_hold_a_fee_back():
    fee = Fee("letter", TEN, Once.OCCASION, grace_days=3)

    assert keys(fee, on=7) == []
    assert keys(fee, on=8) == [("7", "A", "first"), ("7", "B", "first")]
    assert keys(fee, freezes=[Freeze(day(1), day(11), "dispute")]) == [("7", "A", "second")]
    assert keys(Fee("letter", TEN, Once.OCCASION, smallest_balance=120_01)) == []
    capped = list(charges_due(Fee("letter", TEN, Once.OCCASION, most=15_00), LETTERS, on=day(20), charged=()))
    assert [(charge.amount.minor, charge.capped) for charge in capped] == [(10_00, False), (5_00, True)]
    assert keys(Fee("letter", TEN, Once.OCCASION, most=15_00), charged_minor=15_00) == []


@given(st.lists(st.integers(1, 30), max_size=6), st.sampled_from(Once))
def test_asking_day_by_day_charges_what_asking_once_does(days, once):
    fee = Fee("letter", TEN, once)
    occasions = [Occasion("7", "A", str(number), day(each), Money(1, "GBP")) for number, each in enumerate(days)]
    charged = []
    for number in range(1, 31):
        charged += [charge.key for charge in charges_due(fee, occasions, on=day(number), charged=charged)]

    assert sorted(charged) == sorted(charge.key for charge in charges_due(fee, occasions, on=day(30), charged=()))


def test_a_debt_paid_in_time_bears_neither_interest_nor_the_fixed_sum():
    due, owed = date(2026, 3, 31), Money.of(640, "GBP")

    in_time = Debt("A", owed, due, [(due, owed)])
    assert str(late_payment(in_time, jurisdiction="GB-EAW", as_at=date(2026, 6, 1)).owed) == "0.00 GBP"
    a_day_late = late_payment(
        Debt("A", owed, due, [(date(2026, 4, 1), owed)]), jurisdiction="GB-EAW", as_at=date(2026, 6, 1)
    )
    assert (a_day_late.interest.total, str(a_day_late.fixed_sum)) == (21, "40.00 GBP")


def test_the_fixed_sum_goes_by_what_was_owed_when_interest_began():
    debt = Debt("A", Money.of(1200, "GBP"), date(2026, 3, 31), [(date(2026, 3, 30), Money.of("200.01", "GBP"))])

    assert str(late_payment(debt, jurisdiction="GB-NIR", as_at=date(2026, 6, 1)).fixed_sum) == "40.00 GBP"


def test_the_rate_of_the_directive_follows_each_half_year_and_that_of_the_act_stays():
    owed, due, as_at = 10_000, date(2024, 5, 31), date(2024, 8, 31)

    europe = late_payment(Debt("A", Money.of(owed, "EUR"), due), jurisdiction="EU", as_at=as_at)
    britain = late_payment(Debt("A", Money.of(owed, "GBP"), due), jurisdiction="GB-SCT", as_at=as_at)
    assert [(line.days, str(line.percent)) for line in europe.interest.lines] == [(30, "12.50"), (62, "12.25")]
    assert [(line.days, str(line.percent)) for line in britain.interest.lines] == [(92, "13.25")]
    with pytest.raises(NotFound):
        late_payment(Debt("A", Money.of(owed, "USD"), due), jurisdiction="US", as_at=as_at)


@pytest.mark.parametrize(
    ("sum_", "court", "kind", "runs"),
    [
        ("4999.99", "county", "general", False),
        ("5000.00", "county", "general", True),
        ("100.00", "county", "late_payment", True),
        ("9000.00", "county", "cca_regulated", False),
        ("100.00", "high", "general", True),
    ],
)
def test_whether_interest_runs_on_a_judgment(sum_, court, kind, runs):
    asked = {"court": court, "debt_kind": kind, "jurisdiction": "GB-EAW", "on": date(2026, 1, 5)}

    assert judgment_bears_interest(Money.of(sum_, "GBP"), **asked) is runs


@given(st.sampled_from(["JPY", "GBP", "KWD"]), st.integers(1, 10**9), st.integers(1, 400))
def test_minor_units_of_0_2_and_3_decimals_are_exact_alike(currency, minor, days):
    debt = Debt("A", Money(minor, currency), day(0))
    found = late(debt, terms=Terms(), rates=[rate("8")], fixed_sum=TENTH, as_at=day(days))
    exact = minor * 8 * days / 36500

    assert abs(found.interest.total - exact) <= 0.5 + 1e-6
    assert found.fixed_sum.currency == currency
    flat = minor > 100 * 10 ** decimals_of(currency)
    expected = 25 * 10 ** decimals_of(currency) if flat else (minor + 5) // 10
    assert found.fixed_sum.minor == expected
    assert found.owed.minor == minor + found.interest.total + expected
