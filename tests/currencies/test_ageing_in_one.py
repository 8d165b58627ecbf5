"""Totals in one currency stand beside those of each, with the rates they went by; where one is missing there is no total."""

import pytest
from django.test import Client
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Client as Creditor
from tallystick.exchange import actions as exchange

pytestmark = pytest.mark.django_db
PAGE, JSON = reverse("desk:ageing"), reverse("desk:ageing_json")


def rates(*lines):
    content = "\n".join(["base,quote,day,rate", *lines]).encode()
    exchange.load_rates(content=content, name="rates.csv", source="treasury", at=AT, by=TEST)


@pytest.fixture
def manager(db):
    user = builders.user("manager")
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=TEST)
    client = Client()
    client.force_login(user)
    portfolio = builders.portfolio()
    for currency, amount in (("GBP", "100.00"), ("JPY", "15000"), ("KWD", "10.500")):
        builders.invoice(builders.account(portfolio, currency=currency), amount, due_on=TODAY.replace(month=1))
    return client


def test_without_a_currency_asked_for_nothing_is_converted(manager):
    rates("EUR,GBP,2026-02-27,0.87335")

    assert "All currencies, in" not in manager.get(PAGE).content.decode()
    assert manager.get(JSON).json()["in_one"] is None


def test_each_book_is_told_with_its_rate_day_and_source_and_all_add_up(manager):
    rates("EUR,GBP,2026-02-27,0.87335", "EUR,JPY,2026-02-26,182.35", "KWD,GBP,2026-02-27,2.5731")

    text = manager.get(PAGE, {"into": "gbp"}).content.decode()
    told = manager.get(JSON, {"into": "GBP"}).json()["in_one"]["owed"]

    # 15000 / 182.35 × 0.87335 = 71.841…; 10.5 × 2.5731 = 27.017…
    assert [part["into"]["amount"] for part in told["parts"]] == ["100.00", "71.84", "27.02"]
    assert told["amount"] == "198.86"
    for words in ("£198.86", "EUR/JPY 182.35, the other way round · 26 Feb 2026 · treasury", "KWD/GBP 2.5731"):
        assert words in text
    assert "KWD\N{NO-BREAK SPACE}10.500" in text


def test_where_a_rate_is_missing_there_is_no_total(manager):
    rates("EUR,GBP,2026-02-27,0.87335", "EUR,JPY,2026-02-26,182.35")

    text = manager.get(PAGE, {"into": "GBP"}).content.decode()
    told = manager.get(JSON, {"into": "GBP"}).json()["in_one"]["owed"]

    assert "There is no rate of KWD in GBP for 2026-03-02" in text
    assert "All, converted" not in text
    assert told["amount"] is None
    assert [part["amount"]["currency"] for part in told["parts"]] == ["GBP", "JPY"]


def test_rates_are_those_of_the_day_that_is_looked_at(manager):
    rates("JPY,GBP,2026-02-20,0.005", "JPY,GBP,2026-02-27,0.006", "KWD,GBP,2026-02-20,2", "KWD,GBP,2026-02-27,3")

    def total(on):
        return manager.get(JSON, {"into": "GBP", "on": on}).json()["in_one"]["overdue"]["amount"]

    assert total("2026-03-02") == "221.50"
    assert total("2026-02-20") == "196.00"


def test_the_reporting_currency_of_the_house_is_told_without_being_asked(manager, settings):
    settings.REPORTING_CURRENCY = "GBP"
    rates("JPY,GBP,2026-02-27,0.006", "KWD,GBP,2026-02-27,3")

    assert "All currencies, in GBP" in manager.get(PAGE).content.decode()


def test_a_client_has_a_reporting_currency_of_its_own(manager, settings):
    settings.REPORTING_CURRENCY = "GBP"
    rates("EUR,JPY,2026-02-27,182.35", "EUR,KWD,2026-02-27,0.36", "EUR,GBP,2026-02-27,0.87")
    client = Creditor.objects.get()
    answer = manager.get(reverse("accounts:client", args=[client.pk]))
    values = {name: answer.context["form"][name].value() for name in answer.context["form"].fields}
    given = {name: "" if value is None else value for name, value in values.items()}

    saved = manager.post(reverse("accounts:client", args=[client.pk]), {**given, "reporting_currency": "jpy"})

    assert saved.status_code == 302
    assert manager.get(JSON, {"client": client.pk}).json()["in_one"]["owed"]["currency"] == "JPY"
    assert manager.get(JSON, {"client": client.pk, "into": "KWD"}).json()["in_one"]["owed"]["currency"] == "KWD"
    assert manager.get(JSON).json()["in_one"]["owed"]["currency"] == "GBP"


def test_a_currency_that_does_not_exist_is_answered_with_the_nearest(manager):
    assert "did you mean GBP?" in manager.get(PAGE, {"into": "GPB"}).content.decode()
    assert manager.get(JSON, {"into": "GPB"}).status_code == 400
