"""Reads of parties: how somebody can be reached."""

from __future__ import annotations

from django.db.models import QuerySet

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.parties.models import Address, ContactPoint

#: SQL that draws the id of a party to be; a bulk action writes it down.
NEW_PARTY_ID = "nextval('parties_party_id_seq')"


def contact_points(party_id: int) -> QuerySet[ContactPoint]:
    """Give the e-mail addresses and numbers of a party, the preferred ones first."""
    return ContactPoint.objects.filter(party_id=party_id).order_by("-preferred", "kind", "pk")


def find_address(party_id: int) -> Address | None:
    """Give the current postal address of a party, or None."""
    return Address.objects.filter(party_id=party_id, until_on__isnull=True).order_by("-pk").first()


INVARIANTS = (
    Invariant(
        name="profiles are what parties are",
        sentence="The profile of a party says what it is, and counts its contact points and addresses that may be used.",
        checked="SELECT count(*) FROM parties_profile",
        breaches=sql.load("tallystick.parties", "profile.sql", "said_otherwise"),
    ),
)
