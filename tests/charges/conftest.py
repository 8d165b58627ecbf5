"""People who look at what is charged."""

import pytest
from django.test import Client
from tests import builders

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role


def _signed_in(client: Client, settings, username: str, role: Role) -> Client:
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    user = builders.user(username)
    access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST)
    client.force_login(user)
    return client


@pytest.fixture
def collector(client: Client, settings) -> Client:
    """Give the browser of a collector who works on every client."""
    return _signed_in(client, settings, "carla.collector", Role.COLLECTOR)


@pytest.fixture
def manager(client: Client, settings) -> Client:
    """Give the browser of a manager of every client."""
    return _signed_in(client, settings, "monica.manager", Role.CREDIT_MANAGER)
