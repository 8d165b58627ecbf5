"""Grants: which roles a person holds, for everything, for business units or for single clients."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.access.rules.rights import RIGHTS, Role
from tallystick.kernel.refusals import Refusal


class UnknownRole(Refusal):
    """The role does not exist."""

    code = "access.unknown_role"
    sentence = _("There is no role “{role}”.")


class ReachMissing(Refusal):
    """A role over accounts was given for no client at all."""

    code = "access.reach_missing"
    sentence = _("Say for which business units or clients the roles hold, or that they hold for everything.")


class OwnRoles(Refusal):
    """Nobody gives roles to themselves, or takes their own away."""

    code = "access.own_roles"
    sentence = _("You cannot change your own roles. Ask another administrator.")


class LastAdministrator(Refusal):
    """Without an administrator nobody could let anybody in again."""

    code = "access.last_administrator"
    sentence = _("This is the last administrator. Make another one first.")


@dataclass(frozen=True, slots=True, order=True)
class Reach:
    """What a role covers: everything, the clients of one business unit, or one client."""

    business_unit_id: int | None = None
    client_id: int | None = None

    def __post_init__(self) -> None:
        if self.business_unit_id is not None and self.client_id is not None:
            raise ValueError("a role covers a business unit or a client, not both at once")


EVERYTHING = Reach()


@dataclass(frozen=True, slots=True)
class Held:
    """A role that a person holds, and what it covers."""

    role: Role
    reach: Reach


def read_role(name: str) -> Role:
    """Give the role of a name.

    :raises UnknownRole: there is none
    """
    try:
        return Role(name)
    except ValueError:
        raise UnknownRole(role=name) from None


def touches_clients(role: Role) -> bool:
    """Test if a role holds any right over accounts, so that its reach matters.

    >>> touches_clients(Role.COLLECTOR), touches_clients(Role.ADMINISTRATOR)
    (True, False)
    """
    return any(right.within_clients and role in right.roles for right in RIGHTS)


def grants_for(roles: Collection[Role], reaches: Collection[Reach]) -> frozenset[Held]:
    """Give the grants of a person who holds all the roles for all the reaches.

    An actor has one set of rights and one scope, so a person's roles all cover the same clients: no right ever
    spreads to a client for which nobody gave it. A role without any right over accounts covers everything.

    :raises ReachMissing: a role over accounts is given without a reach

    >>> north = Reach(business_unit_id=1)
    >>> sorted(held.role for held in grants_for([Role.COLLECTOR, Role.ADMINISTRATOR], [north]))
    [<Role.ADMINISTRATOR: 'administrator'>, <Role.COLLECTOR: 'collector'>]
    >>> grants_for([Role.COLLECTOR], [])
    Traceback (most recent call last):
    ...
    tallystick.access.rules.grants.ReachMissing: Say for which business units or clients the roles hold,
    or that they hold for everything.
    """
    over_accounts = {role for role in roles if touches_clients(role)}
    if over_accounts and not reaches:
        raise ReachMissing
    covered = {EVERYTHING} if EVERYTHING in reaches else set(reaches)
    return frozenset(
        {Held(role, reach) for role in over_accounts for reach in covered}
        | {Held(role, EVERYTHING) for role in roles if role not in over_accounts}
    )
