import csv
import io

import pytest
from django.test import RequestFactory
from django.urls import reverse
from tests.access.conftest import NOON

from tallystick.access import actions, queries
from tallystick.access.models import AuditEvent, BusinessUnit, Grant, Team, User
from tallystick.access.rules.grants import EVERYTHING, Reach
from tallystick.access.rules.rights import Role
from tallystick.access.rules.trail import What
from tallystick.access.web import context, gate, middleware
from tallystick.kernel import clock


@pytest.fixture(autouse=True)
def standing_clock(settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(NOON)
    yield
    clock.travel_to(None)


@pytest.fixture
def ada(person, client):
    """The administrator who is logged in."""
    user = person("ada", Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def test_an_administrator_adds_a_person_and_gives_a_role(client, ada, north):
    added = client.post(reverse("access:new_user"), {"username": "Bob", "full_name": "Bob Baker", "email": ""})
    bob = User.objects.get(username="bob")
    assert added["Location"] == reverse("access:user", args=[bob.pk])

    roles = {"roles": ["collector", "cash applier"], "covers": "some", "units": [north.pk]}
    client.post(reverse("access:change_roles", args=[bob.pk]), roles)

    assert queries.actor_for(bob).scope.as_list() == [71, 72]
    assert queries.roles_of(bob.pk) == {Role.COLLECTOR, Role.CASH_APPLIER}
    assert set(Grant.objects.filter(user=bob).values_list("given_by_id", flat=True)) == {ada.pk}
    page = client.get(reverse("access:user", args=[bob.pk])).content.decode()
    assert "Bob Baker" in page
    assert "North" in client.get(reverse("access:users")).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"username": "ada"}, "is taken", id="taken"),
        pytest.param({"username": "b b"}, "is no user name", id="unfit"),
        pytest.param({"username": ""}, "This field is required", id="empty"),
        pytest.param({"username": "bob", "email": "bob"}, "is no e-mail address", id="e-mail"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_on_the_form(client, ada, typed, said):
    answer = client.post(reverse("access:new_user"), typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"roles": ["collector"], "covers": "some"}, "Say for which business units", id="no reach"),
        pytest.param({"roles": ["janitor"], "covers": "everything"}, "Select a valid choice", id="no such role"),
        pytest.param({"roles": ["collector"]}, "This field is required", id="no answer"),
    ],
)
def test_roles_that_cannot_be_given_are_refused_on_the_page(client, ada, person, typed, said):
    bob = person("bob")

    answer = client.post(reverse("access:change_roles", args=[bob.pk]), typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not queries.roles_of(bob.pk)


def test_the_form_of_roles_shows_what_a_person_holds(client, ada, person, north):
    bob = person("bob", Role.COLLECTOR, reaches=[Reach(business_unit_id=north.pk), Reach(client_id=81)])

    form = client.get(reverse("access:user", args=[bob.pk])).context["roles_form"]

    assert form.initial == {"roles": [Role.COLLECTOR], "covers": "some", "units": [north.pk], "clients": [81]}


def test_one_button_lets_a_leaver_go_and_another_back(client, ada, person):
    bob = person("bob", Role.COLLECTOR)

    client.post(reverse("access:let_go", args=[bob.pk]))
    bob.refresh_from_db()
    assert not bob.is_active
    assert "Roles of before" in client.get(reverse("access:user", args=[bob.pk])).content.decode()
    assert b">Bob<" not in client.get(reverse("access:users")).content
    assert b">Bob<" in client.get(reverse("access:users"), {"leavers": "on"}).content

    client.post(reverse("access:let_return", args=[bob.pk]))
    bob.refresh_from_db()
    assert bob.is_active


def test_what_a_button_may_not_do_is_said_and_not_done(client, ada):
    answer = client.post(reverse("access:let_go", args=[ada.pk]), follow=True)

    assert "You cannot let yourself go" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.is_active


@pytest.mark.parametrize("button", ["end_sessions", "remove_second_factor", "unlock"])
def test_other_buttons_work(client, ada, person, button):
    bob = person("bob", Role.COLLECTOR)

    answer = client.post(reverse(f"access:{button}", args=[bob.pk]), follow=True)

    assert answer.redirect_chain == [(reverse("access:user", args=[bob.pk]), 302)]
    assert b'class="toast ok"' in answer.content


def test_buttons_are_not_pressed_by_following_a_link(client, ada, person):
    bob = person("bob")

    assert client.get(reverse("access:let_go", args=[bob.pk])).status_code == 405


def test_a_link_to_choose_a_password_is_shown_once(client, ada, person):
    bob = person("bob")

    answer = client.post(reverse("access:make_link", args=[bob.pk]))

    assert "http://testserver/account/password/reset/key/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "reset/key" not in client.get(reverse("access:user", args=[bob.pk])).content.decode()


def test_details_and_teams_are_changed(client, ada, person, north):
    bob = person("bob")
    team = Team.objects.create(business_unit=north, name="Days")

    client.post(reverse("access:change_details", args=[bob.pk]), {"full_name": "Robert", "email": "r@example.org"})
    client.post(reverse("access:change_teams", args=[bob.pk]), {"teams": [team.pk]})

    bob.refresh_from_db()
    assert (bob.full_name, bob.email) == ("Robert", "r@example.org")
    assert [membership.team for membership in bob.memberships.all()] == [team]
    wrong = client.post(reverse("access:change_details", args=[bob.pk]), {"full_name": "R", "email": "no"})
    assert (wrong.status_code, "is no e-mail address" in wrong.content.decode()) == (422, True)


def test_units_and_teams_are_opened(client, ada):
    client.post(reverse("access:open_unit"), {"code": "w", "name": "West"})
    unit = BusinessUnit.objects.get(code="W")
    client.post(reverse("access:open_team"), {"business_unit": unit.pk, "name": "Days"})

    page = client.get(reverse("access:organization")).content.decode()
    assert "West" in page
    assert "Days" in page
    again = client.post(reverse("access:open_unit"), {"code": "W", "name": "Wild West"})
    assert (again.status_code, "exists already" in again.content.decode()) == (422, True)
    again = client.post(reverse("access:open_team"), {"business_unit": unit.pk, "name": "Days"})
    assert (again.status_code, "exists already" in again.content.decode()) == (422, True)


def test_a_person_who_does_not_exist_is_not_found(client, ada):
    assert client.get(reverse("access:user", args=[4711])).status_code == 404


def test_people_read_in_their_language_and_time_zone(client, person):
    ann = person("ann", Role.AUDITOR)
    client.force_login(ann)
    actions.record(user_id=ann.pk, what=What.LOGGED_IN, at=NOON)
    saved = client.post(reverse("access:profile"), {"language": "cy", "time_zone": "Asia/Tokyo"})
    assert saved.status_code == 302

    page = client.get(reverse("access:audit"))

    assert page.headers["Content-Language"] == "cy"
    assert "21:00" in page.content.decode()


def test_a_time_zone_that_nobody_keeps_is_refused(client, person):
    client.force_login(person("ann", Role.COLLECTOR))

    answer = client.post(reverse("access:profile"), {"language": "", "time_zone": "Europe/Atlantis"})

    assert answer.status_code == 422


def test_a_refusal_is_a_page_or_for_a_fragment_a_notice(client, person):
    client.force_login(person("ann", Role.COLLECTOR))

    page = client.get(reverse("access:users"))
    fragment = client.get(reverse("access:users"), headers={"HX-Request": "true"})

    assert page.status_code == fragment.status_code == 403
    assert b"<html" in page.content
    assert b"<html" not in fragment.content
    assert b"kernel.not_permitted" in fragment.content


def test_a_stranger_comes_back_to_the_page_after_the_log_in(client, db):
    page = client.get(reverse("access:users"), {"q": "ann"})
    fragment = client.get(
        reverse("access:users"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/me/"}
    )

    assert page["Location"] == "/account/login/?next=%2Fpeople%2F%3Fq%3Dann"
    assert fragment["HX-Redirect"] == "/account/login/?next=http%3A%2F%2Ftestserver%2Fpeople%2Fme%2F"


def test_each_request_of_somebody_signed_in_leaves_one_event(client, ada, person):
    bob = person("bob")

    client.get(reverse("access:user", args=[bob.pk]), headers={"X-Request-ID": "abc-123"})
    client.post(reverse("access:change_details", args=[bob.pk]), {"full_name": "B", "email": ""})
    client.get("/people/nowhere/")
    client.logout()
    client.get(reverse("access:users"))

    columns = ("user_id", "what", "route", "object_kind", "object_id", "method", "status", "request_id")
    viewed, did = AuditEvent.objects.order_by("id").values_list(*columns)
    assert viewed == (ada.pk, "viewed", "access:user", "user", str(bob.pk), "GET", 200, "abc-123")
    assert did[:-1] == (ada.pk, "did", "access:change_details", "user", str(bob.pk), "POST", 302)
    assert len(did[-1]) == 32


def test_what_was_refused_is_on_the_trail(client, person):
    client.force_login(person("ann", Role.COLLECTOR))

    client.get(reverse("access:audit"))

    event = AuditEvent.objects.get()
    assert (event.what, event.route, event.status) == ("was refused", "access:audit", 403)


def test_a_made_up_request_id_is_not_believed(client, ada):
    answer = client.get(reverse("access:profile"), headers={"X-Request-ID": "<script>"})

    assert len(answer["X-Request-ID"]) == 32


def test_a_view_says_which_account_it_was_about():
    request = RequestFactory().get("/")
    request.trail = {}

    middleware.concerns(request, account_id=7)
    assert (request.trail["about"].kind, request.trail["about"].id, request.trail["about"].account_id) == (
        "account",
        "7",
        7,
    )
    middleware.concerns(request, kind="promise", thing_id=12, account_id=7)
    assert (request.trail["about"].kind, request.trail["about"].id, request.trail["about"].account_id) == (
        "promise",
        "12",
        7,
    )


def test_a_fragment_that_polls_can_stay_off_the_trail():
    @gate.unaudited
    @gate.signed_in
    def poll(request): ...

    assert not gate.is_audited(poll)
    assert gate.access_of(poll, "") == gate.SIGNED_IN


def test_a_right_that_does_not_exist_is_found_when_the_page_is_loaded():
    with pytest.raises(ValueError, match="fly"):
        gate.requires("fly")


def test_templates_ask_for_rights_that_exist(person):
    may = context.May(queries.actor_for(person("ann", Role.COLLECTOR)))

    assert may["log_calls"]
    assert not may["lift_holds"]
    with pytest.raises(KeyError):
        may["lift_hold"]


@pytest.fixture
def trail(person, client):
    """An auditor who is logged in, and what Bob did."""
    bob = person("bob", Role.COLLECTOR)
    client.force_login(person("uma", Role.AUDITOR))
    for number in range(3):
        actions.record(
            user_id=bob.pk, what=What.VIEWED, about=middleware.About("account", "7", 7), route=f"r{number}", at=NOON
        )
    actions.record(user_id=None, what=What.FAILED_TO_LOG_IN, route="=cmd|'/c calc'!A0", at=NOON)
    return bob


def test_an_auditor_searches_the_trail(client, trail):
    rows = client.get(reverse("access:audit"), {"who": "bob", "account": "7", "first_on": "2026-03-02"}).context["rows"]

    assert [row["event"].route for row in rows] == ["r2", "r1", "r0"]


def test_days_of_a_search_are_both_included(client, trail):
    def found(**asked):
        return len(client.get(reverse("access:audit"), {"who": "bob", **asked}).context["rows"])

    assert found(first_on="2026-03-02", last_on="2026-03-02") == 3
    assert found(last_on="2026-03-01") == 0
    assert found(first_on="2026-03-03") == 0
    assert found(last_on="9999-12-31") == 3


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"who": "nobody"}, id="a person who does not exist"),
        pytest.param({"account": "seven"}, id="no number"),
        pytest.param({"account": str(2**63)}, id="more than a number can be"),
        pytest.param({"first_on": "yesterday"}, id="no day"),
        pytest.param({"what": "flew"}, id="no such thing"),
        pytest.param({"who": "a\0b"}, id="a zero byte"),
    ],
)
def test_a_search_that_cannot_be_read_finds_nothing_and_says_so(client, trail, asked):
    page = client.get(reverse("access:audit"), asked)

    assert page.status_code == 422
    assert page.context["rows"] == []
    assert client.get(reverse("access:audit_csv"), asked).status_code == 422


def test_the_trail_is_paged(client, trail, monkeypatch):
    monkeypatch.setattr("tallystick.access.web.audit._PAGE", 2)
    seen, address = [], "?who=bob"

    while address:
        page = client.get(reverse("access:audit") + address)
        seen += [row["event"].route for row in page.context["rows"]]
        address = page.context["next"]

    assert seen == ["r2", "r1", "r0"]
    assert client.get(reverse("access:audit"), {"who": "bob", "after": "nonsense"}).status_code == 200


def test_the_trail_is_exported_as_csv_that_no_spreadsheet_runs(client, trail):
    answer = client.get(reverse("access:audit_csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert {row["at"] for row in rows} == {"2026-03-02T12:00:00+00:00"}
    assert [row["user_name"] for row in rows if row["account_id"] == "7"] == ["bob"] * 3
    assert "'=cmd|'/c calc'!A0" in {row["route"] for row in rows}
    assert AuditEvent.objects.latest("id").what == "exported"


def test_who_asks_and_the_trail_take_four_statements(client, ada, django_assert_num_queries):
    with django_assert_num_queries(4):  # session, user, standing, event
        client.get(reverse("access:new_user"))


def test_a_person_with_every_role_has_every_right(person):
    actor = queries.actor_for(person("all", *Role, reaches=[EVERYTHING]))

    assert actor.may("log calls")
    assert actor.may("manage users")
