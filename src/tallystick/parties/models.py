"""Tables of parties: who they are and how they can be reached."""

from django.db import models
from django.db.models import Q

from tallystick.parties import rules


class Group(models.Model):
    """A commercial group, branch or household that parties belong to; groups nest."""

    name = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """A person or a company."""

    kind = models.TextField(choices=rules.PartyKind.choices())
    name = models.TextField()
    #: `rules.name_key(name)`, what searches compare.
    name_key = models.TextField()
    company_number = models.TextField(blank=True, default="")
    born_on = models.DateField(null=True)
    language = models.TextField(default="en")
    country = models.CharField(max_length=2, default="GB")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "parties_party"
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="parties_party_is_named")]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """One e-mail address or telephone number of a party, and what is known of it."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contact_points", db_constraint=False)
    kind = models.TextField(choices=rules.ContactKind.choices())
    #: As a person reads it.
    value = models.TextField()
    #: `rules.contact_key(kind, value)`: lower-case e-mail, E.164 number.
    value_key = models.TextField()
    label = models.TextField(blank=True, default="")
    state = models.TextField(choices=rules.ContactState.choices(), default=rules.ContactState.UNVERIFIED)
    #: True: agreed to be reached here; False: refused; None: nothing said.
    consent = models.BooleanField(null=True)
    preferred = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "parties_contact_point"
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "value_key"], name="parties_contact_point_once")
        ]
        indexes = [models.Index(fields=["value_key"], name="parties_contact_point_key")]


class Address(models.Model):
    """A postal address of a party. The current one has no `until_on`; older ones are kept."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="addresses", db_constraint=False)
    lines = models.JSONField(default=list)
    town = models.TextField(blank=True, default="")
    county = models.TextField(blank=True, default="")
    postcode = models.TextField(blank=True, default="")
    #: `rules.postcode_key(postcode)`: upper case without blanks.
    postcode_key = models.TextField(blank=True, default="")
    country = models.CharField(max_length=2, default="GB")
    state = models.TextField(choices=rules.ContactState.choices(), default=rules.ContactState.UNVERIFIED)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "parties_address"
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(until_on__isnull=True), name="parties_address_one_current"
            )
        ]


class Profile(models.Model):
    """What is asked of every debtor of a book: what a party is, and how many ways to reach it may be used. Triggers write it."""

    party_id = models.BigIntegerField(primary_key=True)
    is_company = models.BooleanField(null=True)
    emails = models.IntegerField(default=0, db_default=0)
    mobiles = models.IntegerField(default=0, db_default=0)
    phones = models.IntegerField(default=0, db_default=0)
    addresses = models.IntegerField(default=0, db_default=0)
    country = models.TextField(null=True)
    language = models.TextField(null=True)

    class Meta:
        db_table = "parties_profile"

    def __str__(self) -> str:
        return f"party {self.party_id}"
