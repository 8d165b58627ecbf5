"""People: joining, roles, leaving, and help for those who are locked out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from tallystick.access import queries
from tallystick.access.actions.attempts import forget_account
from tallystick.access.models import Grant, Membership, User
from tallystick.access.rules import grants, people
from tallystick.access.rules.grants import Held, Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """The two parts of the address where a person chooses a password; it works once, for some days."""

    uid: str
    token: str


@transaction.atomic
def add_user(
    *,
    username: str,
    full_name: str = "",
    email: str = "",
    password: str | None = None,
    language: str = "",
    time_zone: str = "",
    at: datetime,
    by: Actor,
) -> User:
    """Add a person who can log in, without any role yet.

    Without a password nobody can log in as them until they follow a link from `issue_password_link`.

    :raises NotPermitted: `by` may not manage users
    :raises UserNameUnfit, UserNameTaken, EmailUnfit, ChoiceUnknown: see `rules.people`
    """
    by.must_be_allowed_to("manage users")
    name = people.read_user_name(username)
    _check_choices(language, time_zone)
    if User.objects.filter(username=name).exists():
        raise people.UserNameTaken(username=name)
    return User.objects.create_user(
        name,
        people.read_email(email),
        password,
        full_name=" ".join(full_name.split()),
        language=language,
        time_zone=time_zone,
        created_at=at,
    )


@transaction.atomic
def change_user(*, user_id: int, full_name: str, email: str, at: datetime, by: Actor) -> None:
    """Change the name and e-mail address of a person.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    :raises EmailUnfit: see `rules.people`
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    user.full_name = " ".join(full_name.split())
    user.email = people.read_email(email)
    user.save(update_fields=["full_name", "email"])


@transaction.atomic
def change_own_settings(*, language: str, time_zone: str, at: datetime, by: Actor) -> None:
    """Choose the language and the time zone one reads; empty for those of the browser and the installation.

    :raises NotFound: `by` is no person
    :raises ChoiceUnknown: see `rules.people`
    """
    _check_choices(language, time_zone)
    user = _lock(by.user_id or 0)
    user.language, user.time_zone = language, time_zone
    user.save(update_fields=["language", "time_zone"])


@transaction.atomic
def set_roles(*, user_id: int, roles: Collection[Role], reaches: Collection[Reach], at: datetime, by: Actor) -> None:
    """Give a person these roles for all of these clients, and no others. Grants that no longer hold are ended.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    :raises UserHasLeft: a role is given to somebody who left
    :raises OwnRoles: `by` is the person
    :raises ReachMissing: see `rules.grants.grants_for`
    :raises LastAdministrator: nobody would be left to manage users
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    if by.user_id == user.pk:
        raise grants.OwnRoles
    if not user.is_active:
        raise people.UserHasLeft(username=user.username)
    _replace_grants(user, grants.grants_for(roles, reaches), at=at, by=by)


@transaction.atomic
def let_go(*, user_id: int, at: datetime, by: Actor) -> None:
    """Let a person go: from this instant they are logged out everywhere, hold no role and cannot log in.

    What they did stays theirs on the timeline and in the audit trail; their user name is never given out again.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    :raises OwnDeparture: `by` is the person
    :raises LastAdministrator: nobody would be left to manage users
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    if by.user_id == user.pk:
        raise people.OwnDeparture
    _replace_grants(user, frozenset(), at=at, by=by)
    Membership.objects.filter(user=user).delete()
    user.is_active, user.left_at = False, at
    user.set_unusable_password()
    user.save(update_fields=["is_active", "left_at", "password"])
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)


@transaction.atomic
def let_return(*, user_id: int, at: datetime, by: Actor) -> None:
    """Let a person who left come back, without roles, teams or password: these are given anew.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    user.is_active, user.left_at = True, None
    user.save(update_fields=["is_active", "left_at"])


@transaction.atomic
def issue_password_link(*, user_id: int, at: datetime, by: Actor) -> PasswordLink:
    """Make a link by which a person chooses a password, for the administrator to hand over.

    It stops working once it is used, the person logs in, or the days of PASSWORD_RESET_TIMEOUT are over.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    :raises UserHasLeft: the person has left
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    if not user.is_active:
        raise people.UserHasLeft(username=user.username)
    return PasswordLink(uid=user_pk_to_url_str(user), token=default_token_generator.make_token(user))


@transaction.atomic
def end_sessions(*, user_id: int, at: datetime, by: Actor) -> None:
    """Log a person out in every browser.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    """
    by.must_be_allowed_to("manage users")
    _end_sessions(_lock(user_id))


@transaction.atomic
def remove_second_factor(*, user_id: int, at: datetime, by: Actor) -> None:
    """Take away a person's authenticator apps, keys and recovery codes: the telephone is lost.

    They are logged out, and set up a new one at the next log-in if a role of theirs asks for it.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    :raises OwnRoles: `by` is the person: one's own are changed on the security page, after the password
    """
    by.must_be_allowed_to("manage users")
    user = _lock(user_id)
    if by.user_id == user.pk:
        raise grants.OwnRoles
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)


@transaction.atomic
def unlock(*, user_id: int, at: datetime, by: Actor) -> None:
    """Forget the failed attempts to log in as a person, so that they can try again at once.

    :raises NotPermitted: `by` may not manage users
    :raises NotFound: there is no such user
    """
    by.must_be_allowed_to("manage users")
    forget_account(username=_lock(user_id).username)


def _check_choices(language: str, time_zone: str) -> None:
    people.check_choices(language=language, time_zone=time_zone, languages=dict(settings.LANGUAGES))


def _lock(user_id: int) -> User:
    queries.get_user(user_id)
    return User.objects.select_for_update().get(pk=user_id)


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def _replace_grants(user: User, wanted: frozenset[Held], *, at: datetime, by: Actor) -> None:
    administrators = queries.open_grants().filter(role=Role.ADMINISTRATOR)
    # Two administrators who let each other go wait for each other here.
    list(administrators.select_for_update(of=("self",)))
    open_now = {
        Held(Role(grant.role), Reach(grant.business_unit_id, grant.client_id)): grant
        for grant in Grant.objects.filter(user=user, ended_at=None)
    }
    ended = [grant.pk for held, grant in open_now.items() if held not in wanted]
    Grant.objects.filter(pk__in=ended).update(ended_at=at, ended_by_id=by.user_id)
    Grant.objects.bulk_create(
        Grant(
            user=user,
            role=held.role,
            business_unit_id=held.reach.business_unit_id,
            client_id=held.reach.client_id,
            given_at=at,
            given_by_id=by.user_id,
        )
        for held in wanted - open_now.keys()
    )
    was_administrator = any(held.role is Role.ADMINISTRATOR for held in open_now)
    if was_administrator and not administrators.exists():
        raise grants.LastAdministrator
