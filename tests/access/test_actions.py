from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from tests.access.conftest import NOON, PASSWORD

from tallystick.access import actions, queries
from tallystick.access.models import AuditEvent, ClientScope, Grant, LogInThrottle, Membership, User
from tallystick.access.rules import grants, organization, people, throttling
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.access.rules.throttling import Limit, TooManyAttempts
from tallystick.access.rules.trail import About, What
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, NotPermitted

COLLECTOR = Actor("Cole Collector", user_id=None, rights=frozenset({"see accounts", "log calls"}))


def test_a_person_is_added_without_a_role(db, administrator):
    user = actions.add_user(username="Ann.Archer", full_name=" Ann  Archer ", at=NOON, by=administrator)

    assert (user.username, user.full_name) == ("ann.archer", "Ann Archer")
    assert not user.has_usable_password()
    assert queries.actor_for(user).rights == frozenset()
    assert queries.actor_for(user).scope.as_list() == []


def test_a_user_name_is_given_once(db, person, administrator):
    person("ann")

    with pytest.raises(people.UserNameTaken):
        actions.add_user(username="ANN", at=NOON, by=administrator)

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "do",
    [
        pytest.param(lambda user, by: actions.add_user(username="eve", at=NOON, by=by), id="add"),
        pytest.param(
            lambda user, by: actions.change_user(user_id=user, full_name="E", email="", at=NOON, by=by), id="change"
        ),
        pytest.param(
            lambda user, by: actions.set_roles(
                user_id=user, roles=[Role.ADMINISTRATOR], reaches=[EVERYTHING], at=NOON, by=by
            ),
            id="roles",
        ),
        pytest.param(lambda user, by: actions.set_teams(user_id=user, team_ids=[], at=NOON, by=by), id="teams"),
        pytest.param(lambda user, by: actions.let_go(user_id=user, at=NOON, by=by), id="let go"),
        pytest.param(lambda user, by: actions.let_return(user_id=user, at=NOON, by=by), id="let return"),
        pytest.param(lambda user, by: actions.issue_password_link(user_id=user, at=NOON, by=by), id="link"),
        pytest.param(lambda user, by: actions.end_sessions(user_id=user, at=NOON, by=by), id="sessions"),
        pytest.param(lambda user, by: actions.remove_second_factor(user_id=user, at=NOON, by=by), id="factor"),
        pytest.param(lambda user, by: actions.unlock(user_id=user, at=NOON, by=by), id="unlock"),
        pytest.param(lambda user, by: actions.open_business_unit(code="X", name="X", at=NOON, by=by), id="unit"),
        pytest.param(lambda user, by: actions.open_team(business_unit_id=1, name="X", at=NOON, by=by), id="team"),
    ],
)
def test_only_who_manages_users_may(do, person):
    user = person("ann", Role.COLLECTOR)

    with pytest.raises(NotPermitted):
        do(user.pk, COLLECTOR)

    user.refresh_from_db()
    assert (user.is_active, user.full_name) == (True, "Ann")
    assert User.objects.count() == Grant.objects.count() == 1


def test_a_grant_that_ends_stays_on_record(person, administrator):
    user = person("ann", Role.COLLECTOR)

    later = NOON + timedelta(days=9)
    actions.set_roles(user_id=user.pk, roles=[Role.TEAM_LEADER], reaches=[EVERYTHING], at=later, by=administrator)

    ended, held = Grant.objects.filter(user=user).order_by("id")
    assert (ended.role, ended.given_at, ended.ended_at) == ("collector", NOON, later)
    assert (held.role, held.given_at, held.ended_at) == ("team leader", later, None)


def test_the_same_roles_again_change_nothing(person, administrator):
    user = person("ann", Role.COLLECTOR)
    before = list(Grant.objects.values())

    actions.set_roles(user_id=user.pk, roles=[Role.COLLECTOR], reaches=[EVERYTHING], at=NOON, by=administrator)

    assert list(Grant.objects.values()) == before


def test_nobody_changes_their_own_roles(person):
    user = person("ada", Role.ADMINISTRATOR)
    by = queries.actor_for(user)

    with pytest.raises(grants.OwnRoles):
        actions.set_roles(
            user_id=user.pk, roles=[Role.ADMINISTRATOR, Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=NOON, by=by
        )

    assert queries.roles_of(user.pk) == {Role.ADMINISTRATOR}


def test_the_last_administrator_stays(person, administrator):
    last = person("ada", Role.ADMINISTRATOR)

    with pytest.raises(grants.LastAdministrator):
        actions.let_go(user_id=last.pk, at=NOON, by=administrator)
    with pytest.raises(grants.LastAdministrator):
        actions.set_roles(user_id=last.pk, roles=[], reaches=[], at=NOON, by=administrator)

    last.refresh_from_db()
    assert last.is_active
    assert queries.roles_of(last.pk) == {Role.ADMINISTRATOR}


def test_one_of_two_administrators_may_go(person, administrator):
    person("ada", Role.ADMINISTRATOR)
    second = person("bob", Role.ADMINISTRATOR)

    actions.let_go(user_id=second.pk, at=NOON, by=administrator)

    assert queries.roles_of(second.pk) == frozenset()


def test_a_leaver_is_out_at_once_and_for_good(person, administrator, client, north):
    user = person("ann", Role.COLLECTOR, reaches=[Reach(business_unit_id=north.pk)], password=PASSWORD)
    team = actions.open_team(business_unit_id=north.pk, name="Days", at=NOON, by=administrator)
    actions.set_teams(user_id=user.pk, team_ids=[team.pk], at=NOON, by=administrator)
    client.force_login(user)
    assert client.get("/people/me/").status_code == 200

    actions.let_go(user_id=user.pk, at=NOON, by=administrator)

    user.refresh_from_db()
    assert (user.is_active, user.left_at) == (False, NOON)
    assert not user.check_password(PASSWORD)
    assert queries.actor_for(user) == queries.NOBODY
    assert not Membership.objects.exists()
    assert client.get("/people/me/").status_code == 302
    with pytest.raises(people.UserHasLeft):
        actions.issue_password_link(user_id=user.pk, at=NOON, by=administrator)
    with pytest.raises(people.UserHasLeft):
        actions.set_roles(user_id=user.pk, roles=[Role.COLLECTOR], reaches=[EVERYTHING], at=NOON, by=administrator)


def test_who_returns_starts_without_roles_or_password(person, administrator):
    user = person("ann", Role.COLLECTOR, password=PASSWORD)
    actions.let_go(user_id=user.pk, at=NOON, by=administrator)

    actions.let_return(user_id=user.pk, at=NOON, by=administrator)

    user.refresh_from_db()
    assert user.is_active
    assert not user.has_usable_password()
    assert queries.actor_for(user).rights == frozenset()


def test_nobody_lets_themselves_go(person):
    person("ada", Role.ADMINISTRATOR)
    user = person("bob", Role.ADMINISTRATOR)

    with pytest.raises(people.OwnDeparture):
        actions.let_go(user_id=user.pk, at=NOON, by=queries.actor_for(user))


def test_who_does_not_exist_is_not_found(db, administrator):
    with pytest.raises(NotFound):
        actions.let_go(user_id=4711, at=NOON, by=administrator)


def test_teams_are_replaced_as_a_set(person, administrator, north):
    user = person("ann")
    days, nights, late = (
        actions.open_team(business_unit_id=north.pk, name=name, at=NOON, by=administrator).pk
        for name in ("Days", "Nights", "Late")
    )
    actions.set_teams(user_id=user.pk, team_ids=[days, nights], at=NOON, by=administrator)

    actions.set_teams(user_id=user.pk, team_ids=[nights, late], at=NOON, by=administrator)

    assert set(Membership.objects.values_list("team_id", flat=True)) == {nights, late}
    with pytest.raises(NotFound):
        actions.set_teams(user_id=user.pk, team_ids=[nights, 4711], at=NOON, by=administrator)


def test_names_of_units_and_teams_are_given_once(db, administrator):
    unit = actions.open_business_unit(code="n", name="North", at=NOON, by=administrator)
    actions.open_team(business_unit_id=unit.pk, name="Days", at=NOON, by=administrator)

    with pytest.raises(organization.NameTaken):
        actions.open_business_unit(code="N", name="Another", at=NOON, by=administrator)
    with pytest.raises(organization.NameTaken):
        actions.open_team(business_unit_id=unit.pk, name=" Days ", at=NOON, by=administrator)
    with pytest.raises(organization.NameMissing):
        actions.open_team(business_unit_id=unit.pk, name=" ", at=NOON, by=administrator)
    with pytest.raises(NotFound):
        actions.open_team(business_unit_id=4711, name="Days", at=NOON, by=administrator)


def test_a_client_moves_between_units(north, south):
    actions.note_client(client_id=71, business_unit_id=south.pk)
    actions.note_client(client_id=72, business_unit_id=None)

    assert set(ClientScope.objects.values_list("client_id", "business_unit_id")) == {(71, south.pk), (81, south.pk)}


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE access_auditevent SET what = 'viewed'", id="update"),
        pytest.param("DELETE FROM access_auditevent", id="delete"),
        pytest.param("TRUNCATE access_auditevent", id="truncate"),
    ],
)
def test_the_audit_trail_is_only_ever_added_to(db, statement):
    actions.record(user_id=None, what=What.FAILED_TO_LOG_IN, about=About("user", "1"), at=NOON)

    with pytest.raises((InternalError, IntegrityError, ProgrammingError)), transaction.atomic():
        connection.cursor().execute(statement)

    assert AuditEvent.objects.get().what == "failed to log in"


def test_the_owner_has_no_privilege_to_rewrite_the_trail(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relacl::text FROM pg_class WHERE relname = 'access_auditevent'")
        (privileges,) = cursor.fetchone()

    granted = privileges.split("=")[1].split("/")[0]
    assert not set("wdD") & set(granted)  # w: UPDATE, d: DELETE, D: TRUNCATE


@pytest.mark.parametrize(
    "seconds",
    [pytest.param([0] * 8, id="all at once"), pytest.param([0, 0, 61, 61, 100, 300, 300, 300, 300], id="with pauses")],
)
def test_the_database_counts_attempts_as_the_rule_does(db, seconds):
    limit = Limit(burst=3, interval=timedelta(minutes=1))
    forgotten_at = None

    for second in seconds:
        at = NOON + timedelta(seconds=second)
        by_rule = throttling.after_attempt(forgotten_at, limit, at)
        try:
            actions.take_attempt(counted={"account ann": limit}, at=at)
        except TooManyAttempts:
            assert by_rule is None
        else:
            assert by_rule is not None
        forgotten_at = by_rule or forgotten_at
        assert LogInThrottle.objects.get().forgotten_at == forgotten_at


def test_a_refused_attempt_is_counted_nowhere_and_says_how_long_to_wait(db):
    wide, full = Limit(10, timedelta(minutes=1)), Limit(1, timedelta(minutes=7))
    actions.take_attempt(counted={"account ann": full}, at=NOON)

    with pytest.raises(TooManyAttempts) as refused:
        actions.take_attempt(counted={"address 203.0.113.7": wide, "account ann": full}, at=NOON)

    assert refused.value.fields == {"minutes": 7}
    assert set(LogInThrottle.objects.values_list("forgotten_at", flat=True)) == {NOON, NOON + timedelta(minutes=7)}


def test_what_succeeded_is_given_back(db):
    counted = {"account ann": Limit(1, timedelta(minutes=7))}

    for _log_in in range(5):
        actions.take_attempt(counted=counted, at=NOON)
        actions.give_back_attempt(counted=counted)

    assert actions.forget_attempts(at=NOON) == 1


def test_the_table_of_attempts_names_nobody(db):
    actions.take_attempt(counted=throttling.strangers("ann"), at=NOON)

    assert "ann" not in LogInThrottle.objects.get().key


def test_an_administrator_unlocks_an_account(person, administrator):
    user = person("ann")
    for _attempt in range(throttling.ACCOUNT.burst):
        actions.take_attempt(counted=throttling.strangers("ann"), at=NOON)
    with pytest.raises(TooManyAttempts):
        actions.take_attempt(counted=throttling.strangers("ann"), at=NOON)

    actions.unlock(user_id=user.pk, at=NOON, by=administrator)

    actions.take_attempt(counted=throttling.strangers("ann"), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_are_counted_one_by_one():
    counted = {"account ann": Limit(burst=3, interval=timedelta(minutes=15))}

    def attempt(_number: int) -> bool:
        try:
            actions.take_attempt(counted=counted, at=NOON)
        except TooManyAttempts:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        allowed = list(pool.map(attempt, range(16)))

    assert sum(allowed) == 3
