"""People to test with. Builders mean one thing each."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime

import pytest

from tallystick.access import actions
from tallystick.access.models import BusinessUnit, User
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel.actor import Actor, system

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASSWORD = "seven green bicycles"


@pytest.fixture
def administrator() -> Actor:
    """Somebody who may manage users and is no user under test."""
    return Actor("Ada Administrator", rights=frozenset({"manage users"}))


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make a person who holds roles, for everything unless told otherwise."""

    def make(
        username: str, *roles: Role, reaches: Collection[Reach] = (EVERYTHING,), password: str | None = None
    ) -> User:
        by = system("test")
        user = actions.add_user(username=username, full_name=username.title(), password=password, at=NOON, by=by)
        if roles:
            actions.set_roles(user_id=user.pk, roles=roles, reaches=reaches, at=NOON, by=by)
        return user

    return make


@pytest.fixture
def north(db: None) -> BusinessUnit:
    """A business unit that looks after clients 71 and 72."""
    unit = BusinessUnit.objects.create(code="N", name="North")
    for client_id in (71, 72):
        actions.note_client(client_id=client_id, business_unit_id=unit.pk)
    return unit


@pytest.fixture
def south(db: None) -> BusinessUnit:
    """A business unit that looks after client 81."""
    unit = BusinessUnit.objects.create(code="S", name="South")
    actions.note_client(client_id=81, business_unit_id=unit.pk)
    return unit
