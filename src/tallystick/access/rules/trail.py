"""The audit trail: what is written about a request, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class What(StrEnum):
    """What a person did, in the trail."""

    VIEWED = "viewed"
    DID = "did"
    WAS_REFUSED = "was refused"
    LOGGED_IN = "logged in"
    LOGGED_OUT = "logged out"
    FAILED_TO_LOG_IN = "failed to log in"
    FAILED_SECOND_FACTOR = "failed second factor"
    EXPORTED = "exported"


WHAT_NAMES: dict[What, Promise] = {
    What.VIEWED: _("Viewed"),
    What.DID: _("Did"),
    What.WAS_REFUSED: _("Was refused"),
    What.LOGGED_IN: _("Logged in"),
    What.LOGGED_OUT: _("Logged out"),
    What.FAILED_TO_LOG_IN: _("Failed to log in"),
    What.FAILED_SECOND_FACTOR: _("Failed second factor"),
    What.EXPORTED: _("Exported"),
}

_SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class About:
    """What a request was about: a kind of thing, its id, and the account it belongs to."""

    kind: str = ""
    id: str = ""
    account_id: int | None = None


#: About no particular thing: a list, a form, a log-in.
NOTHING = About()


def what_of(method: str, status: int) -> What:
    """Give the word for a request by its method and the status of its answer.

    >>> what_of("GET", 200), what_of("POST", 302), what_of("POST", 403)
    (<What.VIEWED: 'viewed'>, <What.DID: 'did'>, <What.WAS_REFUSED: 'was refused'>)
    """
    if status in {401, 403}:
        return What.WAS_REFUSED
    return What.VIEWED if method in _SAFE_METHODS else What.DID


def about_of(arguments: Mapping[str, Any]) -> About:
    """Give what a request is about from the arguments of its URL.

    `<kind>_id` names a thing; `account_id` names the account it belongs to, or the thing itself where there is no other.

    >>> about_of({"account_id": 7})
    About(kind='account', id='7', account_id=7)
    >>> about_of({"account_id": 7, "promise_id": 12})
    About(kind='promise', id='12', account_id=7)
    >>> about_of({})
    About(kind='', id='', account_id=None)
    """
    account_id = arguments.get("account_id")
    named = {key.removesuffix("_id"): value for key, value in arguments.items() if key.endswith("_id")}
    others = [(kind, value) for kind, value in named.items() if kind != "account"]
    kind, value = others[-1] if others else next(iter(named.items()), ("", ""))
    return About(kind=kind[:40], id=str(value)[:64], account_id=int(account_id) if account_id is not None else None)
