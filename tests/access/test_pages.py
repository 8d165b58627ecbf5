"""The pages in a browser: by keyboard and by screen reader, light and dark, wide and narrow."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from tests.access.conftest import NOON
from tests.looking import look_at

from tallystick.access import actions, queries
from tallystick.access.models import User
from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.access.rules.trail import About, What


@pytest.fixture
def site(live, person, north, administrator):
    """A few people, and an administrator who is also an auditor and has a second factor."""
    ada = person("ada", Role.ADMINISTRATOR, Role.AUDITOR)
    TOTP.activate(ada, generate_totp_secret())
    team = actions.open_team(business_unit_id=north.pk, name="Days", at=NOON, by=administrator)
    bob = person("bob", Role.COLLECTOR, Role.CASH_APPLIER, reaches=[Reach(business_unit_id=north.pk)])
    actions.set_teams(user_id=bob.pk, team_ids=[team.pk], at=NOON, by=administrator)
    person("cat", Role.CREDIT_MANAGER)
    actions.set_roles(user_id=bob.pk, roles=[Role.COLLECTOR], reaches=[Reach(north.pk)], at=NOON, by=administrator)
    actions.record(user_id=bob.pk, what=What.VIEWED, route="desk:account", about=About("account", "7", 7), at=NOON)
    actions.record(
        user_id=None, what=What.FAILED_TO_LOG_IN, about=About("unknown user name", "9f1c"), status=200, at=NOON
    )
    live.log_in(ada)
    return live


PAGES = {
    "users": lambda: reverse("access:users"),
    "new person": lambda: reverse("access:new_user"),
    "person": lambda: reverse("access:user", args=[User.objects.get(username="bob").pk]),
    "units and teams": lambda: reverse("access:organization"),
    "audit trail": lambda: reverse("access:audit"),
    "oneself": lambda: reverse("access:profile"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_in_light_and_dark_and_fit_a_phone(site, name):
    assert look_at(site.open(PAGES[name]()), name) == []


@pytest.mark.django_db(transaction=True)
def test_an_administrator_adds_a_collector_for_one_unit(site):
    page = site.open(reverse("access:users"))
    page.keyboard.press("n")
    page.get_by_label("User name").fill("Dan")
    page.get_by_label("Full name").fill("Dan Dale")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Collector Works").check()
    page.get_by_label("These business units and clients").check()
    page.get_by_label("North", exact=True).check()
    page.get_by_role("button", name="Give these roles").click()
    page.get_by_role("button", name="Link to choose a password").click()

    assert "/account/password/reset/key/" in page.locator(".secret").inner_text()
    dan = User.objects.get(username="dan")
    assert queries.roles_of(dan.pk) == {Role.COLLECTOR}
    assert queries.actor_for(dan).scope.as_list() == [71, 72]
    page.get_by_role("button", name="Let go").click()
    page.get_by_role("dialog").get_by_role("button", name="Let go").click()
    page.get_by_text("left on").wait_for()
    dan.refresh_from_db()
    assert not dan.is_active
