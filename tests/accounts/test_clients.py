"""Clients through their doors: opened, changed, parted into portfolios, within the actor's reach."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions, rules
from tallystick.accounts.models import Client, Portfolio
from tallystick.kernel.refusals import NotFound

pytestmark = pytest.mark.django_db

FORM = {
    "code": "KF",
    "name": "Kestrel Fibre",
    "calendar": "GB-SCT",
    "time_zone": "Europe/London",
    "furthest_promise_days": "14",
    "promise_grace_days": "2",
    "promise_tolerance_percent": "2.5",
    "phone": "0113 496 0000",
    "lines": "1 Fibre Way\n\nLeeds LS1 1AA\n",
}


@pytest.fixture
def manager(client, settings):
    """Log a credit manager in; give the function that does so for a reach."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()

    def log_in(*reaches: Reach):
        user = builders.user()
        roles = [Role.CREDIT_MANAGER]
        access_actions.set_roles(user_id=user.pk, roles=roles, reaches=list(reaches or (EVERYTHING,)), at=AT, by=TEST)
        client.force_login(user)
        return client

    return log_in


def unit(code: str) -> int:
    return access_actions.open_business_unit(code=code, name=code.title(), at=AT, by=TEST).pk


def test_a_client_is_opened_with_its_terms_and_what_debtors_are_told(manager):
    answer = manager().post(reverse("accounts:new_client"), FORM)

    made = Client.objects.get(code="KF")
    assert answer["Location"] == reverse("accounts:client", args=[made.pk])
    assert (made.calendar, made.furthest_promise_days, made.promise_grace_days) == ("GB-SCT", 14, 2)
    assert str(made.promise_tolerance) == "0.025"
    assert made.details == {"phone": "0113 496 0000", "lines": ["1 Fibre Way", "Leeds LS1 1AA"]}
    assert "Kestrel Fibre" in manager().get(reverse("accounts:clients")).content.decode()


def test_a_client_is_changed_and_keeps_its_code_and_what_the_form_does_not_know(manager):
    found = builders.client(code="KF", details={"tier": 2, "phone": "1"})
    page = manager().get(reverse("accounts:client", args=[found.pk])).content.decode()
    assert 'value="1"' in page

    manager().post(
        reverse("accounts:client", args=[found.pk]), {**FORM, "code": "OTHER", "name": "Kestrel", "phone": ""}
    )

    found.refresh_from_db()
    assert (found.code, found.name) == ("KF", "Kestrel")
    assert found.details == {"tier": 2, "lines": ["1 Fibre Way", "Leeds LS1 1AA"]}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"code": "TAKEN"}, "There is a client TAKEN already.", id="taken"),
        pytest.param({"code": "kf 1"}, "Use capital letters, figures and hyphens", id="unfit code"),
        pytest.param({"promise_tolerance_percent": "100"}, "less than or equal to 99.9", id="tolerance"),
        pytest.param({"website": "fibre"}, "Enter a valid URL", id="web site"),
        pytest.param(
            {"sort_code": "20-20-15", "account_number": "55555556"}, "There can be no account 55555556", id="account"
        ),
        pytest.param({"calendar": "ZZ"}, "Select a valid choice", id="calendar"),
    ],
)
def test_a_client_that_cannot_be_opened_is_refused_on_the_form(manager, typed, said):
    builders.client(code="TAKEN")
    answer = manager().post(reverse("accounts:new_client"), {**FORM, **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Client.objects.count() == 1


def test_a_client_is_not_changed_to_an_account_that_there_cannot_be(manager):
    found = builders.client(code="KF", details={"sort_code": "20-20-15", "account_number": "55555555"})

    answer = manager().post(
        reverse("accounts:client", args=[found.pk]), {**FORM, "sort_code": "20-20-15", "account_number": "55555550"}
    )

    assert "a digit is wrong" in answer.content.decode()
    found.refresh_from_db()
    assert found.details["account_number"] == "55555555"


def test_a_portfolio_is_opened_once(manager):
    found = builders.client()
    address = reverse("accounts:new_portfolio", args=[found.pk])
    page = manager().post(address, {"code": "LATE", "name": "Late book"}, follow=True).content.decode()
    assert "Late book" in page
    assert (
        "already has a portfolio LATE"
        in manager().post(address, {"code": "LATE", "name": "x"}, follow=True).content.decode()
    )
    assert Portfolio.objects.get(client=found).name == "Late book"


def test_nobody_hands_themselves_a_client_outside_their_reach(manager):
    north, south = unit("NORTH"), unit("SOUTH")
    theirs = builders.client(business_unit_id=south)
    web = manager(Reach(business_unit_id=north))

    assert web.post(reverse("accounts:new_client"), {**FORM, "business_unit_id": south}).status_code == 422
    assert web.post(reverse("accounts:new_client"), FORM).status_code == 422
    assert web.get(reverse("accounts:client", args=[theirs.pk])).status_code == 404
    assert web.post(reverse("accounts:new_portfolio", args=[theirs.pk]), {"code": "A", "name": "A"}).status_code == 404
    assert web.post(reverse("accounts:new_client"), {**FORM, "business_unit_id": north}).status_code == 302
    assert "Kestrel Fibre" in web.get(reverse("accounts:clients")).content.decode()
    assert theirs.name not in web.get(reverse("accounts:clients")).content.decode()


def test_a_client_that_moves_is_seen_by_those_who_look_after_it(manager):
    north, south = unit("NORTH"), unit("SOUTH")
    found = builders.client(business_unit_id=north)
    actions.change_client(client_id=found.pk, business_unit_id=south, at=AT, by=TEST)
    assert manager(Reach(business_unit_id=north)).get(reverse("accounts:client", args=[found.pk])).status_code == 404
    assert manager(Reach(business_unit_id=south)).get(reverse("accounts:client", args=[found.pk])).status_code == 200


def test_collectors_do_not_open_clients(client):
    user = builders.user()
    access_actions.set_roles(user_id=user.pk, roles=[Role.COLLECTOR], reaches=[EVERYTHING], at=AT, by=TEST)
    client.force_login(user)
    assert client.get(reverse("accounts:clients")).status_code == 403
    assert client.post(reverse("accounts:new_client"), FORM).status_code == 403


def test_the_command_opens_clients_and_portfolios():
    unit("NORTH")
    call_command("client", "open", "KF", name="Kestrel Fibre", unit="NORTH")
    call_command("client", "portfolio", "KF", "MAIN", name="Main book")
    said = StringIO()
    call_command("client", "list", stdout=said)
    assert said.getvalue() == "KF\tKestrel Fibre\tGB-EAW\tMAIN\n"
    with pytest.raises(rules.ClientExists):
        call_command("client", "open", "KF", name="Again")
    with pytest.raises(NotFound):
        call_command("client", "open", "KF2", name="Other", unit="SOUTH")
