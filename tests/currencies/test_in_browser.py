"""The pages of several currencies in a browser: they can be read, they fit, and axe finds nothing."""

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.currencies import book as books
from tests.exchange.conftest import FIXTURES
from tests.looking import look_at

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.exchange import actions as exchange

ADDRESSES = [
    reverse("exchange:rates"),
    reverse("exchange:rates") + "?amount=1500&given=JPY&wanted=GBP",
    reverse("exchange:rates") + "?amount=1500&given=KWD&wanted=GBP",
    reverse("exchange:rates") + "?given=EUR&wanted=GBP&amount=1&on=2026-03-02",
    reverse("desk:ageing") + "?into=GBP",
    reverse("desk:ageing") + "?into=EUR",
]


@pytest.fixture
def seen(live, tmp_path):
    """The browser of a manager in front of the book, with the rates of the central bank and one of the house."""
    books.make(tmp_path)
    for name in ("eurofxref-hist.csv", "eurofxref-daily.xml"):
        exchange.load_rates(content=(FIXTURES / name).read_bytes(), name=name, at=AT, by=TEST)
    correction = b"base,quote,day,rate\nEUR,GBP,2026-02-27,0.87336\nKWD,EUR,2026-02-20,2.8004"
    exchange.load_rates(content=correction, name="fix.csv", source="treasury", at=AT, by=TEST)
    user = builders.user("manager")
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=TEST)
    live.log_in(user)
    return live


def test_rates_and_totals_in_one_currency_can_be_read_and_fit(seen):
    wrong = [found for address in ADDRESSES for found in look_at(seen.open(address))]

    assert wrong == []
