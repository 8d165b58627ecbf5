"""Why an account is held, since when and for how long."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account

from tallystick.accounts.models import Account
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason


def hold(of: Account, reason: Reason, *, on: date, until_on: date | None = None) -> None:
    """Hold an account from a day on."""
    hold_actions.place_hold(account_id=of.pk, reason=reason, until_on=until_on, at=at(on), by=TEST)
    live_until(on)


def held_twice() -> Account:
    """Hold an account by hand for a month, and as that of a vulnerable customer for a part of it."""
    made = account()
    hold(made, Reason.MANUAL, on=date(2026, 2, 20), until_on=date(2026, 3, 20))
    hold(made, Reason.VULNERABILITY, on=date(2026, 2, 25), until_on=date(2026, 3, 9))
    return made


@proves(
    {
        "holds.active": True,
        "holds.reason": "vulnerability",
        "holds.until_on": date(2026, 3, 20),
        "holds.days_left": 18,
        "holds.since_on": date(2026, 2, 20),
        "holds.days_held": 10,
        "holds.standing": 2,
        "holds.stops_contact": True,
        "holds.stops_enforcement": True,
        "holds.is_vulnerable": True,
        "holds.is_in_breathing_space": False,
        "holds.is_insolvent": False,
    }
)
def test_an_account_that_is_held_twice():
    return held_twice()


@proves(
    {
        "holds.reason": "manual",
        "holds.standing": 1,
        "holds.is_vulnerable": False,
        "holds.days_left": 11,
        "holds.days_held": 17,
    },
    on=date(2026, 3, 9),
)
def test_a_hold_that_ran_out_counts_no_more():
    return held_twice()


@proves(
    {
        "holds.active": False,
        "holds.standing": 0,
        "holds.since_on": None,
        "holds.days_held": None,
        "holds.days_left": None,
    },
    on=date(2026, 3, 20),
)
def test_an_account_is_free_on_the_day_its_last_hold_names():
    return held_twice()


@proves(
    {
        "holds.reason": "breathing_space",
        "holds.is_in_breathing_space": True,
        "holds.is_insolvent": False,
        "holds.is_vulnerable": True,
    }
)
def test_a_hold_behind_a_weightier_one():
    made = account()
    hold(made, Reason.INSOLVENCY, on=date(2026, 2, 20), until_on=date(2026, 2, 28))
    hold(made, Reason.VULNERABILITY, on=date(2026, 2, 25))
    hold(made, Reason.BREATHING_SPACE, on=date(2026, 2, 26), until_on=date(2026, 4, 30))
    return made


@proves({"holds.is_in_breathing_space": True, "holds.reason": "breathing_space", "holds.days_left": 59})
def test_a_breathing_space():
    made = account()
    hold(made, Reason.BREATHING_SPACE, on=date(2026, 3, 1), until_on=date(2026, 4, 30))
    return made


@proves(
    {
        "holds.is_insolvent": True,
        "holds.active": True,
        "holds.until_on": None,
        "holds.days_left": None,
        "holds.days_held": 3,
    }
)
def test_an_insolvency_has_no_end():
    made = account()
    hold(made, Reason.INSOLVENCY, on=date(2026, 2, 27))
    return made


@proves({"holds.paused": True, "holds.paused_days": 4})
def test_an_account_that_has_stood_still_since_thursday():
    made = account()
    hold(made, Reason.PAUSE, on=date(2026, 2, 26), until_on=date(2026, 3, 20))
    return made
