"""Business units, teams, and which unit looks after which client."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.access import queries
from tallystick.access.models import BusinessUnit, ClientScope, Membership, Team, User
from tallystick.access.rules.organization import NameTaken, read_code, read_name
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound


@transaction.atomic
def open_business_unit(*, code: str, name: str, at: datetime, by: Actor) -> BusinessUnit:
    """Open a business unit, under a code that files and other systems use.

    :raises NotPermitted: `by` may not manage users
    :raises NameMissing: code or name is empty
    :raises NameTaken: another unit has the code
    """
    by.must_be_allowed_to("manage users")
    unit, is_new = BusinessUnit.objects.get_or_create(code=read_code(code), defaults={"name": read_name(name)})
    if not is_new:
        raise NameTaken(name=unit.code)
    return unit


@transaction.atomic
def open_team(*, business_unit_id: int, name: str, at: datetime, by: Actor) -> Team:
    """Open a team in a business unit.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such unit
    :raises NameMissing: the name is empty
    :raises NameTaken: the unit has a team of this name
    """
    by.must_be_allowed_to("manage users")
    unit = BusinessUnit.objects.filter(pk=business_unit_id).first()
    if unit is None:
        raise NotFound(what=_("business unit"), reference=business_unit_id)
    team, is_new = Team.objects.get_or_create(business_unit=unit, name=read_name(name))
    if not is_new:
        raise NameTaken(name=team.name)
    return team


@transaction.atomic
def set_teams(*, user_id: int, team_ids: Collection[int], at: datetime, by: Actor) -> None:
    """Put a person into these teams and no others.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user or team
    """
    by.must_be_allowed_to("manage users")
    user = User.objects.select_for_update().get(pk=queries.get_user(user_id).pk)
    wanted = {team.pk: team for team in Team.objects.filter(pk__in=team_ids)}
    missing = sorted(set(team_ids) - wanted.keys())
    if missing:
        raise NotFound(what=_("team"), reference=missing[0])
    Membership.objects.filter(user=user).exclude(team__in=wanted).delete()
    Membership.objects.bulk_create(
        [Membership(user=user, team=team) for team in wanted.values()], ignore_conflicts=True
    )


def note_client(*, client_id: int, business_unit_id: int | None) -> None:
    """Note which business unit looks after a client, or that none does: grants for a unit cover its clients.

    `accounts` calls it whenever it opens or moves a client, in the same transaction; it judges who may.
    """
    if business_unit_id is None:
        ClientScope.objects.filter(client_id=client_id).delete()
    else:
        ClientScope.objects.update_or_create(client_id=client_id, defaults={"business_unit_id": business_unit_id})
