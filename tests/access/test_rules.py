from datetime import UTC, datetime, timedelta

import pytest

from tallystick.access.rules import grants, passwords, people, rights, throttling, trail
from tallystick.access.rules.grants import EVERYTHING, Held, Reach
from tallystick.access.rules.passwords import Weakness
from tallystick.access.rules.rights import Role
from tallystick.access.rules.throttling import Limit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NORTH, SOUTH = Reach(business_unit_id=1), Reach(business_unit_id=2)


def test_every_right_has_a_name_of_its_own_and_a_role_that_holds_it():
    names = [right.name for right in rights.RIGHTS]

    assert len(names) == len(set(names))
    assert all(right.roles for right in rights.RIGHTS)


def test_every_role_has_a_name_a_meaning_and_a_right():
    assert set(rights.ROLE_NAMES) == set(rights.ROLE_MEANINGS) == set(Role)
    assert all(rights.rights_of([role]) for role in Role)


def test_an_auditor_sees_and_changes_nothing():
    assert all(name.startswith("see ") for name in rights.rights_of([Role.AUDITOR]))


def test_an_administrator_sees_no_account():
    assert not grants.touches_clients(Role.ADMINISTRATOR)


def test_a_team_leader_may_whatever_a_collector_may():
    assert rights.rights_of([Role.COLLECTOR]) <= rights.rights_of([Role.TEAM_LEADER])


def test_roles_hold_for_every_reach_so_that_no_right_spreads():
    given = grants.grants_for([Role.COLLECTOR, Role.TEAM_LEADER], [NORTH, SOUTH])

    assert given == {Held(role, reach) for role in (Role.COLLECTOR, Role.TEAM_LEADER) for reach in (NORTH, SOUTH)}


def test_everything_swallows_narrower_reaches():
    assert grants.grants_for([Role.COLLECTOR], [NORTH, EVERYTHING]) == {Held(Role.COLLECTOR, EVERYTHING)}


def test_a_role_without_accounts_needs_no_reach():
    assert grants.grants_for([Role.ADMINISTRATOR], []) == {Held(Role.ADMINISTRATOR, EVERYTHING)}


def test_a_role_over_accounts_needs_a_reach():
    with pytest.raises(grants.ReachMissing):
        grants.grants_for([Role.COLLECTOR, Role.ADMINISTRATOR], [])


def test_no_role_is_no_grant():
    assert grants.grants_for([], [EVERYTHING]) == frozenset()


def test_an_unknown_role_is_refused_by_name():
    with pytest.raises(grants.UnknownRole, match="“janitor”"):
        grants.read_role("janitor")


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("ann archer", id="a blank"),
        pytest.param("аnn", id="a Cyrillic letter that looks Latin"),
        pytest.param("ann/archer", id="a slash"),
        pytest.param("a" * 151, id="too long"),
    ],
)
def test_a_user_name_is_plain_ascii(typed):
    with pytest.raises(people.UserNameUnfit):
        people.read_user_name(typed)


@pytest.mark.parametrize(
    ("password", "found"),
    [
        pytest.param("a" * 11, Weakness.TOO_SHORT, id="one short of twelve"),
        pytest.param("correct horse", None, id="two words"),
        pytest.param("näive Ärger 💶", None, id="characters of any kind"),
        pytest.param("all lower case words", None, id="no digit, capital or sign is asked for"),
        pytest.param("x" + "lorem ipsum dolor" * 16, Weakness.TOO_LONG, id="too long to hash"),
        pytest.param("abababababab", Weakness.REPEATED, id="two letters"),
        pytest.param("wolfwolfwolfwolf", Weakness.REPEATED, id="one word over and over"),
        pytest.param("123456789012", Weakness.SEQUENCE, id="counting, past nine"),
        pytest.param("mnbvcxz mnbvcxz", None, id="two pieces are not one run"),
        pytest.param("zyxwvutsrqpo", Weakness.SEQUENCE, id="backwards"),
        pytest.param("Archer!2026!?", Weakness.KNOWN_WORD, id="a known word in capitals with decoration"),
        pytest.param("arrow archer bow", None, id="a known word among others"),
    ],
)
def test_a_password_is_long_and_not_predictable(password, found):
    assert passwords.weakness(password, known={"archer"}) == found


def test_no_more_than_the_burst_goes_at_once():
    limit = Limit(burst=3, interval=timedelta(minutes=15))

    forgotten_at = None
    for _attempt in range(3):
        forgotten_at = throttling.after_attempt(forgotten_at, limit, NOON)

    assert throttling.after_attempt(forgotten_at, limit, NOON) is None
    assert throttling.wait(forgotten_at, limit, NOON) == timedelta(minutes=15)
    assert throttling.wait(forgotten_at, limit, NOON + timedelta(minutes=15)) == timedelta()


def test_refused_attempts_never_lengthen_the_wait():
    limit = Limit(burst=1, interval=timedelta(minutes=1))
    full = throttling.after_attempt(None, limit, NOON)

    for second in range(60):
        assert throttling.after_attempt(full, limit, NOON + timedelta(seconds=second)) is None

    assert throttling.after_attempt(full, limit, NOON + timedelta(minutes=1)) is not None


def test_strangers_get_fewer_guesses_a_day_than_nist_allows_failures():
    per_day = timedelta(days=1) // throttling.ACCOUNT.interval

    assert per_day <= 100


@pytest.mark.parametrize(
    ("method", "status", "what"),
    [
        pytest.param("GET", 200, trail.What.VIEWED, id="looked"),
        pytest.param("HEAD", 200, trail.What.VIEWED, id="looked at the head"),
        pytest.param("GET", 404, trail.What.VIEWED, id="looked for nothing"),
        pytest.param("POST", 302, trail.What.DID, id="did"),
        pytest.param("DELETE", 200, trail.What.DID, id="any other method did"),
        pytest.param("POST", 409, trail.What.DID, id="tried, and the rules said no"),
        pytest.param("GET", 403, trail.What.WAS_REFUSED, id="may not look"),
        pytest.param("POST", 403, trail.What.WAS_REFUSED, id="may not do"),
    ],
)
def test_the_trail_says_what_a_request_was(method, status, what):
    assert trail.what_of(method, status) is what


def test_the_trail_keeps_within_its_columns():
    about = trail.about_of({"a_very_long_kind_of_thing_that_nobody_would_ever_name_so_id": "x" * 100})

    assert len(about.kind) == 40
    assert len(about.id) == 64
