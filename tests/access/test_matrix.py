"""Every address of the site and every role: nobody gets in where the table of rights says no."""

from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tallystick.access import queries
from tallystick.access.rules import rights
from tallystick.access.rules.rights import Role
from tallystick.access.web import gate, middleware


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with the name of its route, namespaces before it."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from _patterns(entry, inner)
        else:
            yield ":".join(part for part in (namespace, entry.name or "") if part), entry


PATTERNS = list(_patterns(get_resolver()))
OWN = [(route, pattern) for route, pattern in PATTERNS if pattern.callback.__module__.startswith("tallystick.")]
#: Addresses of the log-in library that stay shut: nobody signs up, and addresses of e-mail are kept by administrators.
SHUT = {
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
}


@pytest.mark.parametrize(("route", "pattern"), OWN, ids=[route for route, _pattern in OWN])
def test_every_page_of_ours_declares_who_may_open_it(route, pattern):
    assert gate.access_of(pattern.callback, route) is not None


def test_every_page_of_ours_has_a_name_that_the_audit_trail_can_say():
    assert [str(pattern.pattern) for _route, pattern in OWN if not pattern.name] == []


def test_the_log_in_library_opens_only_what_is_listed():
    theirs = {route for route, pattern in PATTERNS if not pattern.callback.__module__.startswith("tallystick.")}
    listed = {route for route in theirs if gate.access_of(lambda: None, route) is not None}

    assert theirs - listed == SHUT


def test_only_pages_on_the_way_in_are_open_before_the_log_in():
    public = {
        route
        for route, pattern in PATTERNS
        if (access := gate.access_of(pattern.callback, route)) is not None and access.is_public
    }

    assert {route for route in public if not route.startswith(("account_", "mfa_", "portals:"))} <= {"desk:health"}


@pytest.fixture(scope="module")
def shut() -> middleware.ActorMiddleware:
    """The gate, in front of nothing."""
    return middleware.ActorMiddleware(lambda request: pytest.fail("the gate alone decides"))


def _ask(shut, user, route, pattern):
    request = RequestFactory().get("/")
    request.user = user
    request.standing = queries.standing_of(user)
    request.actor = request.standing.actor
    request.resolver_match = resolve(reverse("account_login"))
    request.resolver_match.view_name = route
    return shut.process_view(request, pattern.callback, [], {})


@pytest.mark.once
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_each_role_opens_the_pages_of_its_rights_and_no_others(role, person, shut, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    user = person("ann", *([role] if role else []))
    held = rights.rights_of([role] if role else [])
    wrong = []

    for route, pattern in OWN:
        access = gate.access_of(pattern.callback, route)
        may = access.is_public or access.right is None or access.right in held
        answer = _ask(shut, user, route, pattern)
        if (answer is None) != may or (answer is not None and answer.status_code != 403):
            wrong.append((route, answer))

    assert wrong == []


def test_strangers_are_sent_to_the_log_in_by_every_page_that_is_not_public(client, db):
    for route, pattern in OWN:
        access = gate.access_of(pattern.callback, route)
        if access.is_public or pattern.pattern.converters:
            continue
        answer = client.get(reverse(route))
        if reverse(route).endswith(".json"):
            assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), route
            continue
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/"), route
