from pathlib import Path

import pytest
from tests.builders import AT, TEST

from tallystick.exchange import actions
from tallystick.kernel import clock

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture(autouse=True)
def _the_second_of_march(settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(AT)
    yield
    clock.travel_to(None)


@pytest.fixture
def say(db):
    """Load rates of our own CSV, written as lines of base, quote, day and rate."""

    def load(*lines, at=AT, source="treasury"):
        content = "\n".join(["base,quote,day,rate", *lines]).encode()
        return actions.load_rates(content=content, name="rates.csv", source=source, at=at, by=TEST).load

    return load
