"""No query adds up money of two currencies: a first look at its text. `tests/currencies` walks what comes of it."""

import pytest
from tests.architecture import house, money

#: Queries that add up money beyond one account without a currency, each with why none is mixed.
ONE_CURRENCY = {
    "payments/sql/lines.sql:count": "a statement is of one bank account; a line of another currency is refused",
}


def _files():
    files = [*house.HOUSE.rglob("*.sql"), *house.modules()]
    return sorted(file for file in files if "migrations" not in file.parts)


def _found():
    return {
        f"{file.relative_to(house.HOUSE).as_posix()}:{name}": sums
        for file in _files()
        for name, query in money.queries_of(file)
        if (sums := money.mixed_sums(query))
    }


@pytest.mark.once
def test_every_sum_of_money_is_of_one_currency():
    found = _found()

    assert {name: sums for name, sums in found.items() if name not in ONE_CURRENCY} == {}
    assert ONE_CURRENCY.keys() <= found.keys(), "it is gone: take it out of the list"
