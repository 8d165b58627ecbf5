"""Pages in the sidebar: in which order, who sees them, and the key that goes there after g."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Page:
    """A place in the sidebar."""

    name: str | Promise
    #: Name of its URL, with the room's namespace. A page whose room is not installed is left out.
    url_name: str
    #: Name of a Lucide icon.
    icon: str
    #: Any one of these rights shows the page; no right at all shows it to everybody who is logged in.
    rights: frozenset[str]
    #: Pressed after g.
    key: str


def _page(name: Promise, url_name: str, icon: str, key: str, *rights: str) -> Page:
    return Page(name, url_name, icon, frozenset(rights), key)


#: The sidebar, top to bottom. A new page is registered by a line here.
PAGES: tuple[Page, ...] = (
    _page(_("Worklist"), "desk:worklist", "inbox", "w", "work accounts"),
    _page(_("Team"), "desk:team", "users-round", "l", "assign work"),
    _page(_("Accounts"), "desk:accounts", "users", "a", "see accounts"),
    _page(_("Clients"), "accounts:clients", "building-2", "c", "open accounts"),
    _page(_("Ageing"), "desk:ageing", "chart-column", "e", "see reports"),
    _page(_("Months"), "insight:months", "calendar-check", "d", "see reports"),
    _page(_("Payments"), "payments:payments", "banknote", "p", "import statements", "allocate money"),
    _page(_("Reconciliation"), "reconciliations:reconciliations", "scale", "r", "see reports"),
    _page(_("Intake"), "intake:intake", "file-up", "i", "import receivables"),
    _page(_("Messages"), "contact:outbox", "send", "m", "send messages", "edit templates"),
    _page(_("Templates"), "contact:templates", "layout-template", "x", "edit templates"),
    _page(_("Strategies"), "strategy:strategies", "route", "s", "see strategies"),
    _page(_("Law"), "charges:law", "scale", "j", "see reports"),
    _page(_("Exchange rates"), "exchange:rates", "arrow-left-right", "f", "see reports"),
    _page(_("People"), "access:users", "shield-check", "u", "manage users"),
    _page(_("Audit trail"), "access:audit", "scroll-text", "t", "see audit"),
)


def pages_for(actor: Actor | None) -> list[Page]:
    """Give the pages an actor sees in the sidebar, top to bottom; nobody sees none.

    >>> [page.key for page in pages_for(Actor("ann", rights=frozenset({"see accounts", "see audit"})))]
    ['a', 't']
    >>> pages_for(None)
    []
    """
    if actor is None:
        return []
    return [page for page in PAGES if not page.rights or any(actor.may(right) for right in page.rights)]


#: Where a person begins, the first of these that they see: those who work accounts at the worklist, and so on.
_HOMES = ("desk:worklist", "payments:payments", "access:users", "access:audit", "desk:ageing")


def homes_of(actor: Actor | None) -> list[Page]:
    """Give the pages where an actor's day may begin, the best first.

    >>> [page.url_name for page in homes_of(Actor("ada", rights=frozenset({"see accounts", "see audit"})))]
    ['access:audit', 'desk:accounts']
    """
    seen = pages_for(actor)
    return sorted(seen, key=lambda page: _HOMES.index(page.url_name) if page.url_name in _HOMES else len(_HOMES))


def current_path(path: str, addresses: list[str]) -> str | None:
    """Give the address that `path` lies under: the longest that it begins with, whole segments only.

    >>> current_path("/accounts/17/items", ["/", "/accounts", "/accounting"])
    '/accounts'
    >>> current_path("/people", ["/", "/accounts/"])
    """
    under = [
        address
        for address in addresses
        if path.rstrip("/") == address.rstrip("/") or (address != "/" and path.startswith(address.rstrip("/") + "/"))
    ]
    return max(under, key=len, default=None)
