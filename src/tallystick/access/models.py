"""Tables of people, what they may do and see, and the trail of what they saw and did."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Make users with a hashed password; nothing here decides what they may do."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: object) -> User:
        """Create a user; without a password nobody can log in as them until one is set."""
        user = self.model(username=username.lower(), email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by name, in whatever case it was typed."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person who logs in.

    What they may do follows from their grants alone: Django's staff and superuser flags, groups and permissions do
    not exist here, so that no second system of rights can disagree with the first.
    """

    username = models.CharField(_("user name"), max_length=150, unique=True)
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    #: Empty: as the browser asks, else the language of the installation.
    language = models.CharField(_("language"), max_length=16, blank=True)
    #: IANA name; empty: the time zone of the installation.
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="access_user_username_is_lower_case_ascii", condition=Q(username__regex=r"^[a-z0-9@.+_-]+$")
            ),
            models.CheckConstraint(
                name="access_user_who_left_is_not_active", condition=Q(left_at__isnull=True) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """Give the name that other people read."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """Give the name the person logs in with."""
        return self.username


class BusinessUnit(models.Model):
    """A part of the organization that looks after some of the clients."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("business unit")
        verbose_name_plural = _("business units")

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of one business unit who share work."""

    business_unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [models.UniqueConstraint(fields=["business_unit", "name"], name="access_team_name_in_unit")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="access_membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class Grant(models.Model):
    """A role given to a person, for everything, for one business unit or for one client.

    A grant is ended, never deleted: who could do what on a day stays known.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=32)
    business_unit = models.ForeignKey(BusinessUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    #: A client of `accounts`, which stands on a higher floor: no foreign key.
    client_id = models.BigIntegerField(null=True, blank=True)
    given_at = models.DateTimeField()
    #: Null: the system gave it (the first administrator, from the command line).
    given_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(
                name="access_grant_has_one_scope", condition=Q(business_unit__isnull=True) | Q(client_id__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["user", "role", "business_unit", "client_id"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="access_grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} to {self.user_id}"


class ClientScope(models.Model):
    """Which business unit looks after a client: a lookup that `accounts` keeps when it opens or moves a client."""

    client_id = models.BigIntegerField(primary_key=True)
    business_unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("client of a business unit")
        verbose_name_plural = _("clients of business units")

    def __str__(self) -> str:
        return f"{self.client_id} in {self.business_unit_id}"


class AuditEvent(models.Model):
    """One thing a person saw or did. Only ever added: the database refuses UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField()
    #: Null when nobody was signed in: a failed log-in with a name that does not exist.
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: One of `rules.What`.
    what = models.CharField(max_length=24)
    #: Name of the URL ("accounts:cockpit"), never its parameters.
    route = models.CharField(max_length=100, blank=True)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    #: An account of `accounts`, which stands on a higher floor: no foreign key.
    account_id = models.BigIntegerField(null=True)
    client_address = models.GenericIPAddressField(null=True)
    method = models.CharField(max_length=8, blank=True)
    #: HTTP status of the answer; null for what did not come through HTTP.
    status = models.PositiveSmallIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["user", "at"], name="access_audit_by_user"),
            models.Index(fields=["account_id", "at"], name="access_audit_by_account"),
            models.Index(fields=["at"], name="access_audit_by_instant"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.route}"


class LogInThrottle(models.Model):
    """How far attempts to log in, counted under one key, have used up what is allowed: see `rules.throttling`.

    The key is a keyed digest of an account name or an address, so that the table names nobody.
    """

    key = models.CharField(max_length=64, primary_key=True)
    #: The instant at which the attempts made so far are forgotten.
    forgotten_at = models.DateTimeField()

    class Meta:
        verbose_name = _("log-in throttle")
        verbose_name_plural = _("log-in throttles")

    def __str__(self) -> str:
        return self.key
