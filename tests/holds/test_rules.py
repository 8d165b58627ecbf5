"""What each reason stops."""

from datetime import date

import pytest

from tallystick.holds import rules
from tallystick.holds.rules import Activity, Reason


def test_every_reason_stands_in_the_table_and_stops_something():
    assert set(rules.STOPS) == set(Reason)
    assert all(rules.STOPS.values())


@pytest.mark.parametrize("reason", [Reason.BREATHING_SPACE, Reason.INSOLVENCY])
def test_what_the_law_protects_stops_everything(reason):
    assert rules.STOPS[reason] == set(Activity)


@pytest.mark.parametrize("reason", [Reason.MANUAL, Reason.PROMISE, Reason.DISPUTE, Reason.VULNERABILITY])
def test_an_agreement_may_be_made_while_other_reasons_hold(reason):
    assert Activity.AGREE not in rules.STOPS[reason]


def test_the_weightiest_of_several_reasons_is_named():
    assert rules.weightiest({Reason.PROMISE, Reason.MANUAL}) is Reason.MANUAL
    assert rules.weightiest({Reason.MANUAL, Reason.BREATHING_SPACE, Reason.DISPUTE}) is Reason.BREATHING_SPACE
    assert rules.weightiest(set()) is None


@pytest.mark.parametrize(
    ("until_on", "ended", "on", "in_force"),
    [
        pytest.param(date(2026, 3, 9), False, date(2026, 3, 1), False, id="the day before it begins"),
        pytest.param(date(2026, 3, 9), False, date(2026, 3, 2), True, id="the day it begins"),
        pytest.param(date(2026, 3, 9), False, date(2026, 3, 8), True, id="its last day"),
        pytest.param(date(2026, 3, 9), False, date(2026, 3, 9), False, id="the exclusive end"),
        pytest.param(None, False, date(2099, 1, 1), True, id="without an end"),
        pytest.param(None, True, date(2026, 3, 2), False, id="lifted"),
    ],
)
def test_a_hold_is_in_force_from_its_first_day_until_its_end(until_on, ended, on, in_force):
    assert rules.is_in_force(from_on=date(2026, 3, 2), until_on=until_on, ended=ended, on=on) is in_force
