"""Who may open which page: every view says so, and a view that says nothing stays shut.

    @requires("see accounts")
    def cockpit(request: HttpRequest, account_id: int) -> HttpResponse: ...

`signed_in` is for pages of everybody who is logged in (their own profile), `public` for pages before the log-in.
A test walks every address and fails for a view that declares nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase

from tallystick.access.queries import Standing
from tallystick.access.rules import rights
from tallystick.kernel.actor import Actor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class ActorRequest(HttpRequest):
    """A request as rooms' views get it: with the actor behind it, and where that person stands."""

    actor: Actor
    standing: Standing


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a page."""

    #: Open before the log-in.
    is_public: bool = False
    #: The right it takes; None for everybody who is logged in.
    right: str | None = None


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()

#: Pages of the log-in library, by the names of their addresses. What is not listed does not exist: nobody signs up.
_LIBRARY: dict[str, Access] = {
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "account_logout": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
}

#: Pages that somebody who still has to set up a second factor may open: those for doing it, and the way out.
FOR_SETTING_UP = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def requires(right: str) -> Callable[[View], View]:
    """Let only those open the page who hold a right, such as "see accounts".

    The view finds the actor as `request.actor`. The right opens the page; what the page does is judged again, with
    the account at hand, by the action it calls.

    :raises ValueError: there is no right of that name, found when the module is loaded
    """
    if not rights.is_right(right):
        raise ValueError(f"there is no right {right!r}: see the table in access/rules/rights.py")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            cast(ActorRequest, request).actor.must_be_allowed_to(right)
            return view(request, *args, **kwargs)

        return cast(View, _declare(guarded, Access(right=right)))

    return decorate


def signed_in(view: View) -> View:
    """Let everybody open the page who is logged in."""
    return _declare(view, SIGNED_IN)


def public(view: View) -> View:
    """Let everybody open the page, logged in or not."""
    return _declare(view, PUBLIC)


def unaudited(view: View) -> View:
    """Leave the page out of the audit trail: a fragment that a browser asks for by itself, again and again."""
    view.is_audited = False  # type: ignore[attr-defined]
    return view


def access_of(view: Callable[..., Any], route: str) -> Access | None:
    """Give who may open a view, found under an address of a name; None when nobody said.

    The declaration may stand on the function or, for a decorator that keeps no attributes, on what it wraps.
    """
    while view is not None:
        declared = getattr(view, "access", None)
        if isinstance(declared, Access):
            return declared
        view = getattr(view, "__wrapped__", None)  # type: ignore[assignment]
    return _LIBRARY.get(route)


def is_audited(view: Callable[..., Any]) -> bool:
    """Test if requests of a view go into the audit trail."""
    return getattr(view, "is_audited", True)
