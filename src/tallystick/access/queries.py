"""Reads: the actor behind a user, people and their roles, and the audit trail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tallystick.access.models import AuditEvent, BusinessUnit, Grant, Membership, Team, User
from tallystick.access.rules import grants, rights
from tallystick.access.rules.trail import What
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.refusals import NotFound

#: Somebody who is not signed in: no right, no client.
NOBODY = Actor(label="nobody", scope=Scope(frozenset()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: what they may do and see, by which roles, and if they have a second factor."""

    actor: Actor
    roles: frozenset[rights.Role]
    has_second_factor: bool


def standing_of(user: User | AnonymousUser) -> Standing:
    """Give where a user stands, in one statement.

    A person's roles all cover the same clients (`rules.grants.grants_for`), so the union of rights over the union of
    clients is exact. A person without a role, or who has left, may do nothing and sees no client.
    """
    if not isinstance(user, User) or not user.is_active:
        return Standing(NOBODY, frozenset(), has_second_factor=False)
    rows = sql.rows(sql.load("tallystick.access", "standing.sql", "standing"), {"user_id": user.pk})
    held = [row for row in rows if row["role"] is not None]
    roles = [rights.Role(grant["role"]) for grant in held]
    covered = [grant["client_ids"] for grant, role in zip(held, roles, strict=True) if grants.touches_clients(role)]
    everything = any(client_ids is None for client_ids in covered)
    scope = Scope() if everything else Scope(frozenset().union(*covered))
    actor = Actor(label=user.get_full_name(), user_id=user.pk, rights=rights.rights_of(roles), scope=scope)
    return Standing(actor, frozenset(roles), has_second_factor=any(row["has_second_factor"] for row in rows))


def actor_for(user: User | AnonymousUser) -> Actor:
    """Give the actor behind a user: the rights of all their roles, and the clients those cover."""
    return standing_of(user).actor


def get_user(user_id: int) -> User:
    """Give one user.

    :raises NotFound: there is none of this id
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(what=_("user"), reference=user_id)
    return user


def get_user_with_roles(user_id: int) -> User:
    """Give one user with open grants (`open_grants`) and teams.

    :raises NotFound: there is none of this id
    """
    get_user(user_id)
    return users(with_leavers=True).get(pk=user_id)


def sessions_of(user_id: int) -> list[UserSession]:
    """Give where a person is logged in, latest first."""
    return [session for session in UserSession.objects.filter(user_id=user_id).order_by("-pk") if session.exists()]


def find_user(username: str) -> User | None:
    """Give the user who logs in with a name, typed in whatever case; None when there is none."""
    return User.objects.filter(username=username.strip().lower()).order_by("pk").first()


def users(*, text: str = "", with_leavers: bool = False) -> QuerySet[User]:
    """Give users by name, each with open grants (`open_grants`) and teams, for a list.

    `text` is looked for in user name, full name and e-mail.
    """
    found = User.objects.all() if with_leavers else User.objects.filter(is_active=True)
    if text:
        found = found.filter(Q(username__icontains=text) | Q(full_name__icontains=text) | Q(email__icontains=text))
    return found.order_by("full_name", "username").prefetch_related(
        Prefetch("grants", open_grants(), to_attr="open_grants"), "memberships__team"
    )


def held_by(user: User) -> list[Grant]:
    """Give the open grants of a user that `users` listed, without asking again."""
    held: list[Grant] = user.open_grants  # type: ignore[attr-defined]
    return held


def open_grants() -> QuerySet[Grant]:
    """Give the grants that hold now."""
    return Grant.objects.filter(ended_at=None).select_related("business_unit").order_by("role", "id")


def past_grants(user_id: int) -> QuerySet[Grant]:
    """Give the grants of a person that have ended, latest first."""
    return (
        Grant.objects.filter(user_id=user_id, ended_at__isnull=False)
        .select_related("business_unit", "given_by", "ended_by")
        .order_by("-ended_at", "-id")
    )


def roles_of(user_id: int) -> frozenset[rights.Role]:
    """Give the roles a person holds now, for whatever clients."""
    return frozenset(rights.Role(role) for role in open_grants().filter(user_id=user_id).values_list("role", flat=True))


def reaches_of(user_id: int) -> frozenset[grants.Reach]:
    """Give what the roles of a person over accounts cover now."""
    return frozenset(
        grants.Reach(grant.business_unit_id, grant.client_id)
        for grant in open_grants().filter(user_id=user_id)
        if grants.touches_clients(rights.Role(grant.role))
    )


def business_units() -> QuerySet[BusinessUnit]:
    """Give the business units by name, each with its teams."""
    return BusinessUnit.objects.order_by("name").prefetch_related("teams__memberships__user")


def teams() -> QuerySet[Team]:
    """Give the teams by business unit and name."""
    return Team.objects.select_related("business_unit").order_by("business_unit__name", "name")


@dataclass(frozen=True, slots=True)
class TeamSize:
    """How many people who may log in a team has, and how many of them by their time: whoever is in two teams is half in each."""

    people: int
    by_time: Fraction


def team_sizes() -> dict[int, TeamSize]:
    """Give the size of each team that anybody is in who may log in, by the team's id."""
    members = Membership.objects.filter(user__is_active=True).order_by("pk").values_list("user_id", "team_id")
    teams_of = Counter(user_id for user_id, _team_id in members)
    shares: dict[int, list[Fraction]] = defaultdict(list)
    for user_id, team_id in members:
        shares[team_id].append(Fraction(1, teams_of[user_id]))
    return {team_id: TeamSize(len(each), sum(each, Fraction())) for team_id, each in shares.items()}


def unit_choices() -> list[tuple[int, str]]:
    """Give the id and name of each business unit, by name."""
    return list(BusinessUnit.objects.order_by("name").values_list("id", "name"))


def team_choices() -> list[tuple[int, str]]:
    """Give the id of each team, and its name behind that of its business unit."""
    return [(team.pk, f"{team.business_unit.name}: {team.name}") for team in teams()]


def team_ids_of(user_id: int) -> list[int]:
    """Give the teams a person is in."""
    return list(Membership.objects.filter(user_id=user_id).values_list("team_id", flat=True))


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """Give the names that people read, by user id."""
    return {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=user_ids)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch:
    """What to look for in the audit trail; what is None is not asked for."""

    user_id: int | None = None
    account_id: int | None = None
    what: What | None = None
    #: Both instants; the first included, the second not.
    from_at: datetime | None = None
    until_at: datetime | None = None
    #: Instant and id of the last event of the page before: events are listed latest first.
    after: tuple[datetime, int] | None = None


def audit_events(search: AuditSearch) -> QuerySet[AuditEvent]:
    """Give the events of the audit trail that a search asks for, latest first."""
    asked: dict[str, Any] = {
        "user_id": search.user_id,
        "account_id": search.account_id,
        "what": search.what,
        "at__gte": search.from_at,
        "at__lt": search.until_at,
    }
    found = AuditEvent.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    if search.after is not None:
        at, event_id = search.after
        found = found.filter(Q(at__lt=at) | Q(at=at, id__lt=event_id))
    return found.select_related("user").order_by("-at", "-id")


def stream_audit_events(search: AuditSearch) -> Iterator[AuditEvent]:
    """Give the events of a search one after the other without holding them all in memory."""
    return audit_events(search).iterator(chunk_size=2000)
