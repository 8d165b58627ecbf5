"""What happens around every request: the trail is written outside, the gate stands inside."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tallystick.access import actions, queries
from tallystick.access.rules import rights
from tallystick.access.rules.trail import NOTHING, About, What, about_of, what_of
from tallystick.access.web import gate
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotPermitted, Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class TrailMiddleware:
    """Write one audit event for each request in which somebody who is signed in saw or did something.

    A request that cannot be recorded fails: there is no access without a trail. Views say more with `concerns` and
    `say`; what they say nothing about is told from the address.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = _request_id(request)  # type: ignore[attr-defined]
        request.trail = {}  # type: ignore[attr-defined]
        response = self.get_response(request)
        trail: dict[str, Any] = request.trail  # type: ignore[attr-defined]
        if "what" in trail or ("route" in trail and trail["user_id"] is not None):
            match = request.resolver_match
            actions.record(
                user_id=trail["user_id"],
                what=trail.get("what") or what_of(request.method or "", response.status_code),
                about=trail.get("about") or about_of(match.kwargs if match else {}),
                route=trail.get("route", ""),
                method=(request.method or "")[:8],
                status=response.status_code,
                client_address=client_address(request),
                request_id=request.request_id,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Note who asks, before a log-out forgets it."""
        if gate.is_audited(view) and request.resolver_match is not None:
            request.trail["route"] = request.resolver_match.view_name[:100]  # type: ignore[attr-defined]
            request.trail["user_id"] = request.user.pk  # type: ignore[attr-defined]


class ActorMiddleware:
    """Put the actor on the request, shut what is not open to them, and show a refusal as a page.

    The person's language and time zone hold while the request is answered.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        request.standing = queries.standing_of(user)  # type: ignore[attr-defined]
        request.actor = request.standing.actor  # type: ignore[attr-defined]
        if language := getattr(user, "language", ""):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        with timezone.override(getattr(user, "time_zone", "") or None):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Shut the page to those it is not for."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        access = gate.access_of(view, route)
        if access is None:
            if view.__module__.startswith("tallystick."):
                raise ImproperlyConfigured(f"the view of {route!r} declares no right: see access/web/gate.py")
            raise Http404
        if access.is_public:
            return None
        if not request.user.is_authenticated:
            return _problem(NotSignedIn()) if _is_for_programs(request) else _to_log_in(request)
        if _has_to_set_up(request) and route not in gate.FOR_SETTING_UP:
            messages.info(request, _("Your role asks for a second step when you log in. Set it up now."))
            return _redirect(request, reverse("mfa_activate_totp"))
        if access.right is not None and not request.actor.may(access.right):  # type: ignore[attr-defined]
            return self.process_exception(request, NotPermitted(right=access.right))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show a refusal that no view turned into a form error; everything else is a defect."""
        if not isinstance(exception, Refusal):
            return None
        if _is_for_programs(request):
            return _problem(exception)
        is_fragment = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
        template = "access/_refusal.html" if is_fragment else "access/refusal.html"
        return render(request, template, {"refusal": exception}, status=exception.status)


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    code = "access.not_signed_in"
    sentence = _lazy("Sign in first.")
    status = 401


def _is_for_programs(request: HttpRequest) -> bool:
    """Test if an answer is read by a program: its address says so by its ending."""
    return request.path.endswith(".json")


def _problem(refusal: Refusal) -> JsonResponse:
    """Give a refusal as RFC 9457 has it, with its stable code."""
    content = {"title": str(refusal), "status": refusal.status, "code": refusal.code}
    return JsonResponse(content, status=refusal.status, content_type="application/problem+json")


def concerns(request: HttpRequest, *, account_id: int | None = None, kind: str = "", thing_id: object = "") -> None:
    """Say in the audit trail what the request is about, where its address does not: the account a worklist gave out.

    For an account its id is enough; a thing of another kind names the account it belongs to, if it belongs to one.
    """
    if not kind:
        kind, thing_id = "account", account_id
    request.trail["about"] = About(kind, str(thing_id)[:64], account_id)  # type: ignore[attr-defined]


def say(request: HttpRequest, what: What, *, user_id: int | None, about: About = NOTHING) -> None:
    """Say in the audit trail what the request was, where its method and status do not: a log-in, an export."""
    request.trail |= {"what": what, "user_id": user_id, "about": about}  # type: ignore[attr-defined]


def client_address(request: HttpRequest) -> str | None:
    """Give the address a request comes from, through the proxies that settings trust; None on a local socket."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None


def _request_id(request: HttpRequest) -> str:
    """Give the id a proxy set, where it looks like one, or a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _has_to_set_up(request: HttpRequest) -> bool:
    standing = cast(queries.Standing, request.standing)  # type: ignore[attr-defined]
    asked = {rights.Role(role) for role in settings.ACCESS_SECOND_FACTOR_ROLES}
    return bool(standing.roles & asked) and not standing.has_second_factor


def _to_log_in(request: HttpRequest) -> HttpResponseBase:
    # A fragment sends the person back to the page it stands on, not to itself.
    page = request.headers.get("HX-Current-URL") if request.headers.get("HX-Request") else request.get_full_path()
    return _redirect(request, f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page or '/'})}")


def _redirect(request: HttpRequest, address: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
