from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from tests.access.conftest import NOON

from tallystick.access import actions, queries
from tallystick.access.models import AuditEvent
from tallystick.access.queries import AuditSearch
from tallystick.access.rules import rights
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.access.rules.trail import About, What


def test_nobody_may_do_nothing_and_sees_no_client():
    actor = queries.actor_for(AnonymousUser())

    assert (actor.rights, actor.scope.as_list(), actor.is_system) == (frozenset(), [], False)


def test_a_role_for_everything_sees_every_client(person):
    actor = queries.actor_for(person("ann", Role.COLLECTOR))

    assert actor.scope.as_list() is None
    assert actor.rights == rights.rights_of([Role.COLLECTOR])
    assert actor.label == "Ann"


def test_a_role_for_units_and_clients_sees_those_clients(person, north, south):
    reaches = [Reach(business_unit_id=north.pk), Reach(client_id=99)]

    actor = queries.actor_for(person("ann", Role.COLLECTOR, reaches=reaches))

    assert actor.scope.as_list() == [71, 72, 99]


def test_a_unit_without_clients_covers_none(person, north):
    actions.note_client(client_id=71, business_unit_id=None)
    actions.note_client(client_id=72, business_unit_id=None)

    actor = queries.actor_for(person("ann", Role.COLLECTOR, reaches=[Reach(business_unit_id=north.pk)]))

    assert actor.scope.as_list() == []
    assert actor.may("log calls")


def test_administering_opens_no_client_to_a_collector(person, north):
    reaches = [Reach(business_unit_id=north.pk)]

    actor = queries.actor_for(person("ann", Role.COLLECTOR, Role.ADMINISTRATOR, reaches=reaches))

    assert actor.scope.as_list() == [71, 72]
    assert actor.may("manage users")


def test_an_administrator_sees_no_client(person):
    assert queries.actor_for(person("ada", Role.ADMINISTRATOR)).scope.as_list() == []


def test_standing_takes_one_statement(person, django_assert_num_queries):
    user = person("ann", Role.COLLECTOR, Role.ADMINISTRATOR)

    with django_assert_num_queries(1):
        standing = queries.standing_of(user)

    assert standing.roles == {Role.COLLECTOR, Role.ADMINISTRATOR}
    assert not standing.has_second_factor


def test_a_second_factor_counts_without_a_role_and_recovery_codes_alone_do_not(person):
    ann = person("ann")
    codes = Authenticator.objects.create(user=ann, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert not queries.standing_of(ann).has_second_factor

    Authenticator.objects.create(user=ann, type=Authenticator.Type.TOTP, data={})
    codes.delete()

    assert queries.standing_of(ann).has_second_factor


def test_people_are_found_by_any_of_their_names(person, administrator):
    ann = person("ann.archer", Role.COLLECTOR)
    person("bob")
    actions.change_user(user_id=ann.pk, full_name="Annabel Archer", email="a@example.org", at=NOON, by=administrator)

    for text in ("ARCH", "annabel", "@example"):
        assert [user.username for user in queries.users(text=text)] == ["ann.archer"]
    assert queries.find_user(" Ann.Archer ") == ann
    assert queries.find_user("nobody") is None
    assert queries.names_of([ann.pk]) == {ann.pk: "Annabel Archer"}


def test_leavers_are_listed_only_when_asked_for(person, administrator):
    user = person("ann", Role.COLLECTOR)
    actions.let_go(user_id=user.pk, at=NOON, by=administrator)

    assert not queries.users().exists()
    assert [found.username for found in queries.users(with_leavers=True)] == ["ann"]
    assert [grant.role for grant in queries.past_grants(user.pk)] == ["collector"]


def test_a_list_of_people_takes_a_fixed_number_of_statements(person, django_assert_num_queries):
    for name in ("ann", "bob", "cat", "dan"):
        person(name, Role.COLLECTOR, Role.CASH_APPLIER)

    with django_assert_num_queries(3):
        listed = [[grant.role for grant in user.open_grants] for user in queries.users()]

    assert listed == [["cash applier", "collector"]] * 4


def test_reaches_leave_out_roles_that_have_none(person, north):
    user = person("ann", Role.COLLECTOR, Role.ADMINISTRATOR, reaches=[Reach(business_unit_id=north.pk)])

    assert queries.reaches_of(user.pk) == {Reach(business_unit_id=north.pk)}
    assert queries.reaches_of(person("bob", Role.COLLECTOR).pk) == {EVERYTHING}


@pytest.fixture
def trail(person):
    ann, bob = person("ann"), person("bob")
    for minute, (user, what, account_id) in enumerate(
        [
            (ann, What.LOGGED_IN, None),
            (ann, What.VIEWED, 7),
            (bob, What.VIEWED, 7),
            (bob, What.DID, 8),
        ]
    ):
        actions.record(
            user_id=user.pk,
            what=what,
            about=About("account", str(account_id or ""), account_id),
            at=NOON + timedelta(minutes=minute),
        )
    return ann


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, [3, 2, 1, 0], id="everything, latest first"),
        pytest.param({"account_id": 7}, [2, 1], id="of one account"),
        pytest.param({"what": What.DID}, [3], id="of one kind"),
        pytest.param({"from_at": NOON + timedelta(minutes=2)}, [3, 2], id="from an instant, included"),
        pytest.param({"until_at": NOON + timedelta(minutes=2)}, [1, 0], id="until an instant, not included"),
        pytest.param({"account_id": 9}, [], id="nothing"),
    ],
)
def test_the_trail_is_searched(trail, asked, found):
    events = queries.audit_events(AuditSearch(**asked))

    assert [round((event.at - NOON).total_seconds() / 60) for event in events] == found


def test_the_trail_is_searched_by_person(trail):
    assert {event.user_id for event in queries.audit_events(AuditSearch(user_id=trail.pk))} == {trail.pk}


def test_the_trail_is_paged_without_gap_or_repeat(trail):
    actions.record(user_id=trail.pk, what=What.VIEWED, at=NOON)  # at the same instant as another
    seen: list[int] = []
    search = AuditSearch()

    while page := list(queries.audit_events(search)[:2]):
        seen += [event.pk for event in page]
        search = AuditSearch(after=(page[-1].at, page[-1].pk))

    assert len(seen) == len(set(seen)) == AuditEvent.objects.count() == 5
    assert next(queries.stream_audit_events(AuditSearch())).what == "did"
