"""People who reconcile, and those who may not."""

import pytest
from django.test import Client
from tests import builders

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role


def person(username: str, role: Role):
    """Give a person of a role who reaches every client."""
    user = builders.user(username)
    access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[EVERYTHING], at=builders.AT, by=builders.TEST)
    return user


def _signed_in(settings, username: str, role: Role) -> Client:
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    browser = Client()
    browser.force_login(person(username, role))
    return browser


@pytest.fixture
def manager(settings) -> Client:
    """Give the browser of a credit manager."""
    return _signed_in(settings, "monica.manager", Role.CREDIT_MANAGER)


@pytest.fixture
def auditor(settings) -> Client:
    """Give the browser of an auditor, who sees everything and changes nothing."""
    return _signed_in(settings, "ada.auditor", Role.AUDITOR)
