"""Rights and roles: who may do what, in one table. What is not written here is not allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """A set of rights with the name of a job."""

    COLLECTOR = "collector"
    TEAM_LEADER = "team leader"
    CREDIT_MANAGER = "credit manager"
    CASH_APPLIER = "cash applier"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: dict[Role, Promise] = {
    Role.COLLECTOR: _("Collector"),
    Role.TEAM_LEADER: _("Team leader"),
    Role.CREDIT_MANAGER: _("Credit manager"),
    Role.CASH_APPLIER: _("Cash applier"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}

#: What each job is there for, one sentence a role.
ROLE_MEANINGS: dict[Role, Promise] = {
    Role.COLLECTOR: _("Works the accounts of a worklist: calls, records promises, places holds."),
    Role.TEAM_LEADER: _("Does what a collector does, and lifts holds, settles disputes and shares out work."),
    Role.CREDIT_MANAGER: _("Runs the book: opens clients, imports receivables, publishes strategies, reads reports."),
    Role.CASH_APPLIER: _("Brings in statements and applies the money."),
    Role.AUDITOR: _("Sees everything, the audit trail included, and changes nothing."),
    Role.ADMINISTRATOR: _("Makes users, gives and ends roles, keeps the system. Sees no account."),
}


@dataclass(frozen=True, slots=True)
class Right:
    """Something a person may do: its name in code, who holds it, and what it allows in words."""

    name: str
    meaning: Promise
    roles: frozenset[Role]
    #: False for what concerns the installation and no client: the reach of a grant says nothing about it.
    within_clients: bool = True


_C, _L, _M = Role.COLLECTOR, Role.TEAM_LEADER, Role.CREDIT_MANAGER
_P, _U, _A = Role.CASH_APPLIER, Role.AUDITOR, Role.ADMINISTRATOR


def _right(name: str, meaning: Promise, *roles: Role) -> Right:
    return Right(name, meaning, frozenset(roles))


def _installation(name: str, meaning: Promise, *roles: Role) -> Right:
    return Right(name, meaning, frozenset(roles), within_clients=False)


#: The table. One right a line; behind it the roles that hold it.
RIGHTS: tuple[Right, ...] = (
    # The record
    _right("see accounts", _("See accounts, their people, items, money and timeline."), _C, _L, _M, _P, _U),
    _right("open accounts", _("Open clients, portfolios and accounts, and change their particulars."), _M),
    _right("add items", _("Add invoices and other items to an account."), _M),
    _right("adjust items", _("Correct the amount of an item, with a reason."), _M),
    _right("edit parties", _("Change names, groups and contact points."), _C, _L, _M),
    _right("apply credits", _("Apply credits and payments that a client's own books have booked."), _M),
    _right("import receivables", _("Import files of invoices, customers and placements."), _M),
    _right("take uploads back", _("Take a loaded file back with everything that followed from it."), _M),
    # Work on an account
    _right("work accounts", _("Take the next account and finish tasks of the diary."), _C, _L, _M),
    _right("assign work", _("Give work to others and take it back."), _L, _M),
    _right("log calls", _("Record calls and what came of them."), _C, _L, _M),
    _right("send messages", _("Send e-mails and letters from a template."), _C, _L, _M),
    _right("record promises", _("Record promises to pay."), _C, _L, _M),
    _right("cancel promises", _("Cancel promises to pay."), _L, _M),
    _right("place holds", _("Place a hold on an account."), _C, _L, _M),
    _right("lift holds", _("Lift a hold before it ends."), _L, _M),
    _right("raise disputes", _("Record that a debt is disputed."), _C, _L, _M, _P),
    _right("resolve disputes", _("Decide a dispute."), _L, _M),
    # Money
    _right("import statements", _("Import bank statements."), _P, _M),
    _right("allocate money", _("Say which items a payment pays, and take that back."), _P, _M),
    _right("set charges", _("Say what interest a client's debtors are charged, and charge it."), _M),
    _right("reconcile ledgers", _("Hold the book against a client's finance ledger, and explain what differs."), _M),
    # How the book is run
    _right("edit templates", _("Change the texts of messages and letters."), _M),
    _right("see strategies", _("See strategies, their runs and the reasons of decisions."), _C, _L, _M, _U),
    _right("publish strategies", _("Draft strategies, try them out, publish and roll back what was approved."), _M),
    _right("approve strategies", _("Approve a version that somebody else wrote, or send it back."), _M),
    _right("run strategies", _("Start a run of the strategies."), _M),
    _installation("keep law", _("Bring law packs in, and put in force those that somebody else brought in."), _M),
    _installation("load rates", _("Load exchange rates, and correct them."), _M),
    _right("see reports", _("See ageing, measures and reports, and export them."), _L, _M, _U),
    _right("close months", _("Close the figures of a month before the night does."), _M),
    # Who may do what, and who did
    _installation("manage users", _("Make users, give and end roles, let leavers go."), _A),
    _installation("see audit", _("Search and export who saw and did what."), _U, _A),
    _installation("see system", _("See background jobs and checks of the system."), _A),
)

_BY_NAME = {right.name: right for right in RIGHTS}


def is_right(name: str) -> bool:
    """Test if a right of this name exists.

    >>> is_right("see accounts"), is_right("see acounts")
    (True, False)
    """
    return name in _BY_NAME


def rights_of(roles: Iterable[Role]) -> frozenset[str]:
    """Give the names of all rights that come with any of the roles; no role, no right.

    >>> "lift holds" in rights_of([Role.COLLECTOR]), "lift holds" in rights_of([Role.COLLECTOR, Role.TEAM_LEADER])
    (False, True)
    >>> rights_of([])
    frozenset()
    """
    held = frozenset(roles)
    return frozenset(right.name for right in RIGHTS if right.roles & held)


def roles_with(right: str) -> frozenset[Role]:
    """Give the roles that hold a right.

    :raises KeyError: there is no right of that name
    """
    return _BY_NAME[right].roles


def as_page() -> str:
    """Write the table as the page `docs/reference/rights.md`."""
    heads = " | ".join(str(ROLE_NAMES[role]) for role in Role)
    lines = [
        "# Rights and roles",
        "",
        "A person may do what the roles granted to them allow, for the clients those grants cover, and nothing else.",
        "This page is made from the table in `src/tallystick/access/rules/rights.py` by `tallystick rights`; a test",
        "fails when the two differ. How to give a role: [Administer people](../how-to/administer.md).",
        "",
        "## Roles",
        "",
        *(f"- **{ROLE_NAMES[role]}** (`{role}`). {ROLE_MEANINGS[role]}" for role in Role),
        "",
        "## Rights",
        "",
        f"| right | what it allows | {heads} |",
        f"|---|---|{'|'.join(':-:' for _role in Role)}|",
    ]
    for right in RIGHTS:
        marks = " | ".join("✓" if role in right.roles else "" for role in Role)
        lines.append(f"| {right.name} | {right.meaning} | {marks} |")
    return "\n".join([*lines, ""])
