import pytest
from tests.builders import AT

from tallystick.contact.rules.may import Limits
from tallystick.kernel import clock


@pytest.fixture(autouse=True)
def _the_second_of_march(settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    settings.CONTACT_LIMITS = Limits(cap_messages=100, cap_days=7)
    clock.travel_to(AT)
    yield
    clock.travel_to(None)
