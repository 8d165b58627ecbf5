"""Clients in a real browser: a client is opened by the keyboard, and the pages are accessible in both themes and sizes."""

from typing import Any

import pytest
from tests import builders
from tests.looking import look_at

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Client


@pytest.fixture
def desk(live: Any, settings: Any) -> Any:
    """The site in the browser of a credit manager."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    person = builders.user("mona.field")
    access_actions.set_roles(
        user_id=person.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST
    )
    live.log_in(person)
    return live


def test_a_client_is_opened_by_the_keyboard(desk: Any) -> None:
    page = desk.open("/clients/")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Code", exact=True).fill("KF")
    page.keyboard.press("Tab")
    page.keyboard.type("Kestrel Fibre")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Kestrel Fibre").wait_for()
    assert Client.objects.get(code="KF").name == "Kestrel Fibre"


@pytest.mark.parametrize("address", ["/clients/", "/clients/new", "/clients/{}"])
def test_the_pages_are_accessible(desk: Any, address: str) -> None:
    client = builders.client()
    builders.portfolio(client)

    assert look_at(desk.open(address.format(client.pk))) == []
