import pytest
from babel import Locale

from tallystick.kernel.currencies import UnknownCurrency, currency, nearest, table
from tallystick.kernel.money import Money, decimals_of, written


@pytest.mark.parametrize(
    ("code", "number", "decimals"),
    [
        # Examples of ISO 4217 list one, 2026-01-01, looked up by hand.
        ("JPY", "392", 0),
        ("KRW", "410", 0),
        ("ISK", "352", 0),
        ("UYI", "940", 0),
        ("GBP", "826", 2),
        ("EUR", "978", 2),
        ("MGA", "969", 2),
        ("XCG", "532", 2),
        ("BHD", "048", 3),
        ("KWD", "414", 3),
        ("IQD", "368", 3),
        ("TND", "788", 3),
        ("CLF", "990", 4),
        ("UYW", "927", 4),
    ],
)
def test_the_table_holds_what_the_standard_says(code, number, decimals):
    assert (currency(code).number, currency(code).decimals) == (number, decimals)


def test_the_table_is_whole():
    decimals = {each.decimals for each in table().values()}

    assert decimals == {0, 2, 3, 4}
    assert sum(each.status != "withdrawn" for each in table().values()) == 165
    assert all(len(code) == 3 and code.isupper() and each.number.isdigit() for code, each in table().items())
    assert {each.code for each in table().values() if each.withdrawn} == {
        each.code for each in table().values() if each.status == "withdrawn"
    }


@pytest.mark.parametrize("code", ["XAU", "XXX", "XTS", "DEM", "gbp", "", "£"])
def test_what_is_no_currency_of_today_is_an_error(code):
    with pytest.raises(UnknownCurrency):
        decimals_of(code)


@pytest.mark.parametrize(
    ("written_so", "meant"),
    [("GPB", "GBP"), ("UDS", "USD"), ("eur", "EUR"), ("EUO", "EUR"), ("KVD", "KWD"), ("jpy ", "JPY"), ("QQQ", None)],
)
def test_an_unknown_code_is_answered_with_the_nearest_that_exists(written_so, meant):
    assert nearest(written_so) == meant


def test_the_error_says_the_nearest_code():
    with pytest.raises(ValueError, match="“GPB” is no currency of ISO 4217: did you mean GBP\\?"):
        Money(1, "GPB")


@pytest.mark.parametrize("code", sorted(table()))
@pytest.mark.parametrize("language", ["en_GB", "de", "ar", "ja", "sv"])
def test_an_amount_is_written_with_every_decimal_it_has(code, language):
    locale = Locale.parse(language)
    minor = Money(1, code)

    assert written(minor, locale) != written(Money.zero(code), locale)
    assert written(minor, locale) != written(-minor, locale)


@pytest.mark.parametrize("code", ["JPY", "GBP", "KWD", "CLF"])
def test_the_smallest_part_of_every_currency_is_one(code):
    smallest = Money(1, code)

    assert smallest.amount.as_tuple().exponent == -decimals_of(code)
    assert Money.of(str(smallest.amount), code) == smallest
    with pytest.raises(ValueError, match="not an exact amount"):
        Money.of(smallest.amount / 10, code)
