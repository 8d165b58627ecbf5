"""The page of rates and its JSON."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST
from tests.exchange.conftest import FIXTURES

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.exchange.models import Load

pytestmark = pytest.mark.django_db
PAGE, JSON = reverse("exchange:rates"), reverse("exchange:rates_json")


@pytest.fixture
def log_in():
    def make(role):
        user = builders.user(role.value.replace(" ", "."))
        access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[EVERYTHING], at=AT, by=TEST)
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def manager(log_in):
    return log_in(Role.CREDIT_MANAGER)


def send(client, name):
    with (FIXTURES / name).open("rb") as file:
        return client.post(reverse("exchange:load"), {"file": file, "source": ""}, follow=True)


def test_a_file_is_loaded_on_the_page_and_its_rates_are_shown(manager):
    answer = send(manager, "eurofxref-hist.csv")

    text = answer.content.decode()
    assert "12 rates are new." in text
    assert "Left out, for they are currencies no more: CYP, SIT." in text
    assert "EUR/GBP" in text
    assert "0.87335" in text


def test_an_amount_is_shown_with_each_rate_its_day_and_its_source(manager):
    send(manager, "eurofxref-hist.csv")

    text = manager.get(PAGE, {"amount": "1500", "given": "jpy", "wanted": "GBP"}).content.decode()

    assert "JP¥1,500 = £7.18" in text
    assert "EUR/JPY 182.35, the other way round · 27 Feb 2026 · ECB euro reference rates" in text
    assert "EUR/GBP 0.87335 · 27 Feb 2026 · ECB euro reference rates" in text


def test_json_gives_the_same_with_every_decimal(manager):
    send(manager, "eurofxref-hist.csv")

    found = manager.get(JSON, {"amount": "1500", "given": "JPY", "wanted": "GBP", "on": "2026-02-26"}).json()

    assert found["converted"]["into"] == {"minor": 719, "currency": "GBP", "amount": "7.19"}
    assert [(step["rate"], step["day"], step["is_inverse"]) for step in found["converted"]["steps"]] == [
        ("182.1", "2026-02-26", True),
        ("0.8729", "2026-02-26", False),
    ]
    assert len(found["rates"]) == 4


def test_a_missing_rate_says_which(manager):
    given = {"amount": "1.500", "given": "KWD", "wanted": "GBP"}

    assert "There is no rate of KWD in GBP" in manager.get(PAGE, given).content.decode()
    answer = manager.get(JSON, given)
    assert (answer.status_code, answer.json()["code"]) == (422, "exchange.rate_missing")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"amount": "1", "given": "GPB", "wanted": "EUR"}, "did you mean GBP"),
        ({"amount": "1.5", "given": "JPY", "wanted": "EUR"}, "not an exact amount of JPY"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field(manager, given, problem):
    answer = manager.get(PAGE, given)

    assert answer.status_code == 400
    assert problem in answer.content.decode()
    assert manager.get(JSON, given).status_code == 400


def test_a_faulty_file_is_refused_whole(manager):
    answer = send(manager, "eurofxref-daily.xml")
    assert answer.status_code == 200
    answer = manager.post(reverse("exchange:load"), {"file": ContentFile(b"base,quote\n", "rates.csv"), "source": ""})

    assert answer.status_code == 422
    assert "Nothing of the file was loaded." in answer.content.decode()
    assert Load.objects.count() == 1


def test_who_reads_reports_sees_rates_and_loads_none(log_in):
    auditor = log_in(Role.AUDITOR)

    assert auditor.get(PAGE).status_code == 200
    assert "Load a file" not in auditor.get(PAGE).content.decode()
    assert send(auditor, "eurofxref-daily.xml").status_code == 403
    assert log_in(Role.COLLECTOR).get(PAGE).status_code == 403
