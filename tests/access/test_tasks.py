from tests.access.conftest import NOON

from tallystick.access import actions, tasks
from tallystick.access.models import LogInThrottle
from tallystick.access.rules import throttling
from tallystick.kernel import clock


def test_what_is_over_is_cleared_away_and_what_counts_stays(db):
    actions.take_attempt(counted=throttling.strangers("ann"), at=NOON)
    actions.take_attempt(counted=throttling.strangers("bob"), at=NOON + throttling.ACCOUNT.interval)
    clock.travel_to(NOON + throttling.ACCOUNT.interval)
    try:
        tasks.clear_away(0)
    finally:
        clock.travel_to(None)

    assert LogInThrottle.objects.count() == 1
