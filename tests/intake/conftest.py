"""People who import: one for a single client, and clients within and beyond their reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.intake.files import AT

from tallystick.access import actions as access_actions
from tallystick.access.models import User
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Client as Creditor
from tallystick.kernel import clock


@dataclass
class Clients:
    """A client within the reach of who imports, and one beyond it."""

    near: Creditor
    far: Creditor


@pytest.fixture
def clients(db: None) -> Clients:
    """Two clients, each with a portfolio."""
    near = builders.client(code="SVW", name="Severn Vale Water")
    far = builders.client(code="FAR", name="Farthing Finance")
    builders.portfolio(near)
    builders.portfolio(far)
    return Clients(near, far)


@pytest.fixture
def first_of_april(settings: Any) -> Iterator[None]:
    """Doors see the instant of `files.AT`; nobody is asked for a second step."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


@pytest.fixture
def person(clients: Clients, first_of_april: None) -> Callable[..., User]:
    """Make a person who holds a role, for the near client unless told otherwise."""

    def make(role: Role, *, everywhere: bool = False) -> User:
        user = access_actions.add_user(username=role.name.lower(), full_name="Ada Import", at=AT, by=builders.TEST)
        reach = EVERYTHING if everywhere else Reach(client_id=clients.near.pk)
        access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[reach], at=AT, by=builders.TEST)
        return user

    return make


@pytest.fixture
def manager(person: Callable[..., User]) -> Client:
    """The site, open to a credit manager of the near client."""
    browser = Client()
    browser.force_login(person(Role.CREDIT_MANAGER))
    return browser
