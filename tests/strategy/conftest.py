"""Strategy hears of every event, as it does in the program, and answers when a test says so."""

import pytest
from tests.builders import AT, TEST
from tests.strategy import builders

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.kernel import clock


@pytest.fixture
def leaves(request):
    """Have the book be cut into leaves, and each account of the test be in one of its own."""
    request.getfixturevalue("transactional_db" if _is_committed(request) else "db")
    builders.cut_book()
    yield builders.LEAVES
    if _is_committed(request):
        builders.mend_book()


def _is_committed(request):
    marked = request.node.get_closest_marker("django_db")
    return bool(marked and marked.kwargs.get("transaction"))


@pytest.fixture
def signed_in(db, settings, client):
    """Sign somebody in with a role, and give their browser."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()

    def as_role(role, reach=EVERYTHING):
        user = access_actions.add_user(username=role.name.lower(), full_name=role.value.title(), at=AT, by=TEST)
        access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[reach], at=AT, by=TEST)
        client.force_login(user)
        return client

    return as_role


@pytest.fixture
def unrehearsed(settings):
    """Have a house that approves versions without a rehearsal: for tests that are about other things."""
    settings.STRATEGY_REHEARSAL_DAYS = 0


@pytest.fixture
def calendar():
    """Have doors see the day of the tests."""
    clock.travel_to(AT)
    yield
    clock.travel_to(None)
