"""Logging in and out: what the log-in library asks its adapter."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from tallystick.access import actions, queries
from tallystick.access.rules import throttling
from tallystick.access.rules.trail import About, What
from tallystick.access.web import middleware
from tallystick.kernel import clock

KNOWN_BROWSER_COOKIE = "known_browser"
_KNOWN_FOR_SECONDS = 90 * 24 * 60 * 60
_MOST_ACCOUNTS = 5
_LOGGED_IN_AT = "logged_in_at"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; guessing is slow; log-ins, log-outs and failures go into the audit trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: an administrator adds people."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, or refuse it."""
        username = _username(credentials)
        self._counted = throttling.first_factor(
            username=username,
            address=middleware.client_address(request),
            browser=browser_known_to(request, username),
        )
        try:
            actions.take_attempt(counted=self._counted, at=clock.now())
        except throttling.TooManyAttempts as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def _rollback_login_failed_rl_usage(self) -> None:
        """Give the attempt back: the library calls this when the password was right."""
        actions.give_back_attempt(counted=self._counted)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure: whom it named if there is such a person, else only a digest, for people type passwords."""
        username = _username(credentials)
        user = queries.find_user(username)
        digest = salted_hmac("tallystick.access.unknown", username, algorithm="sha256").hexdigest()[:16]
        middleware.say(
            request,
            What.FAILED_TO_LOG_IN,
            user_id=user.pk if user else None,
            about=About("user", str(user.pk)) if user else About("unknown user name", digest),
        )

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Start the session, and record it."""
        super().login(request, user)
        request.session[_LOGGED_IN_AT] = clock.now().timestamp()
        middleware.say(request, What.LOGGED_IN, user_id=user.pk, about=About("user", str(user.pk)))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Remember that the browser belongs to the person."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user.get_username())
        return response

    def logout(self, request: HttpRequest) -> None:
        """End the session, and record it."""
        user_id = request.user.pk
        super().logout(request)
        middleware.say(request, What.LOGGED_OUT, user_id=user_id, about=About("user", str(user_id)))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for the password again only where it was not typed just now, to log in or since.

        The library asks even then; somebody sent straight from the log-in to set up a second factor would type it twice.
        """
        logged_in_at = context.request.session.get(_LOGGED_IN_AT, 0)
        if clock.now().timestamp() - logged_in_at < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def is_safe_url(self, url: str) -> bool:
        """Follow only addresses of this site that name no host: nothing else is ever sent along as `next`."""
        parts = urlsplit(url or "")
        return bool(super().is_safe_url(url)) and not parts.netloc


def browser_known_to(request: HttpRequest, username: str) -> str | None:
    """Give the mark of the browser if it has logged in to the account before; None for a stranger."""
    mark, accounts = _read_cookie(request)
    return mark if _account(username) in accounts else None


def remember_browser(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Set the cookie that marks the browser as known to the account, beside the last few others."""
    mark, accounts = _read_cookie(request)
    account = _account(username)
    kept = [account, *(other for other in accounts if other != account)][:_MOST_ACCOUNTS]
    response.set_cookie(
        KNOWN_BROWSER_COOKIE,
        _signer().sign_object([mark, kept]),
        max_age=_KNOWN_FOR_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _read_cookie(request: HttpRequest) -> tuple[str, list[str]]:
    """Give the mark and the accounts of a known browser; a new mark and no account for a stranger."""
    try:
        mark, accounts = _signer().unsign_object(
            request.COOKIES.get(KNOWN_BROWSER_COOKIE, ""), max_age=_KNOWN_FOR_SECONDS
        )
    except BadSignature:
        return secrets.token_hex(16), []
    return mark, accounts


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="tallystick.access.known_browser")


def _account(username: str) -> str:
    return salted_hmac("tallystick.access.known_browser", username.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _username(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or "")
