from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel.money import CurrencyMismatch, Money, decimals_of

CURRENCIES = st.sampled_from(["GBP", "EUR", "JPY", "KWD"])
#: What a bigint column holds.
MINOR = st.integers(min_value=-(2**63 - 1), max_value=2**63 - 1)


@given(minor=MINOR, currency=CURRENCIES)
def test_money_comes_back_from_its_decimal_amount(minor, currency):
    money = Money(minor, currency)

    assert Money.of(money.amount, currency) == money
    assert Money.of(str(money.amount), currency) == money


@given(first=MINOR, second=MINOR, currency=CURRENCIES)
def test_adding_and_taking_away_are_exact(first, second, currency):
    assert Money(first, currency) + Money(second, currency) - Money(second, currency) == Money(first, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        pytest.param("0", "GBP", 0, id="nothing"),
        pytest.param("0.01", "GBP", 1, id="a penny"),
        pytest.param("-0.01", "GBP", -1, id="a penny less"),
        pytest.param("12.5", "GBP", 1250, id="one decimal written"),
        pytest.param("1e2", "GBP", 10000, id="with an exponent"),
        pytest.param("12", "JPY", 12, id="a currency without decimals"),
        pytest.param("1.234", "KWD", 1234, id="a currency with three"),
        pytest.param("92233720368547758.07", "GBP", 2**63 - 1, id="the most that a column holds"),
    ],
)
def test_an_amount_is_read_exactly(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        pytest.param("0.001", "GBP", id="a tenth of a penny"),
        pytest.param("0.1", "JPY", id="a tenth of a yen"),
        pytest.param("twelve", "GBP", id="a word"),
        pytest.param("", "GBP", id="nothing at all"),
        pytest.param("NaN", "GBP", id="not a number"),
        pytest.param("Infinity", "GBP", id="no end"),
        pytest.param("9" * 40 + ".01", "GBP", id="more digits than are kept"),
        pytest.param("1e400", "GBP", id="an enormous exponent"),
        pytest.param("12.50", "XYZ", id="no currency"),
        pytest.param("12.50", "gbp", id="a currency in small letters"),
    ],
)
def test_an_amount_that_cannot_be_exact_is_an_error_and_never_another_amount(text, currency):
    with pytest.raises(ValueError):
        Money.of(text, currency)


@pytest.mark.parametrize("minor", [1.0, "1", Decimal(1), True, None])
def test_minor_units_are_whole_numbers_and_nothing_else(minor):
    with pytest.raises(TypeError):
        Money(minor, "GBP")


def test_money_is_not_made_from_a_float():
    with pytest.raises(TypeError):
        Money.of(0.1, "GBP")


@pytest.mark.parametrize(
    "meet",
    [
        pytest.param(lambda a, b: a + b, id="+"),
        pytest.param(lambda a, b: a - b, id="-"),
        pytest.param(lambda a, b: a < b, id="<"),
        pytest.param(lambda a, b: a <= b, id="<="),
        pytest.param(lambda a, b: a > b, id=">"),
        pytest.param(lambda a, b: a >= b, id=">="),
    ],
)
def test_two_currencies_never_meet(meet):
    with pytest.raises(CurrencyMismatch, match="cannot be added, subtracted or compared"):
        meet(Money(1, "GBP"), Money(1, "EUR"))


def test_the_same_number_of_another_currency_is_not_equal():
    assert Money(1, "GBP") != Money(1, "EUR")


def test_money_is_true_when_there_is_some():
    assert Money(1, "GBP")
    assert Money(-1, "GBP")
    assert not Money.zero("GBP")


def test_money_is_shown_with_its_decimals():
    assert str(Money(1200, "GBP")) == "12.00 GBP"


@pytest.mark.parametrize(
    ("currency", "decimals"), [("GBP", 2), ("EUR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("RSD", 2)]
)
def test_a_currency_has_its_decimals(currency, decimals):
    assert decimals_of(currency) == decimals
