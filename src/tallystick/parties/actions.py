"""Write down who somebody is and how to reach them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.kernel.actor import Actor
from tallystick.parties import rules
from tallystick.parties.models import Address, ContactPoint, Party


@transaction.atomic
def add_party(
    *,
    kind: rules.PartyKind,
    name: str,
    company_number: str = "",
    born_on: date | None = None,
    language: str = "en",
    country: str = "GB",
    at: datetime,
    by: Actor,
) -> Party:
    """Write down a new person or company."""
    by.must_be_allowed_to("edit parties")
    return Party.objects.create(
        kind=kind,
        name=name.strip(),
        name_key=rules.name_key(name),
        company_number=company_number,
        born_on=born_on,
        language=language,
        country=country,
        created_at=at,
    )


@transaction.atomic
def add_contact_point(
    *, party_id: int, kind: rules.ContactKind, value: str, country: str = "GB", at: datetime, by: Actor
) -> ContactPoint:
    """Add a way to reach a party; one that stands already is given back as it is.

    :raises ContactPointUnreadable: the text is no address or number of its kind
    """
    by.must_be_allowed_to("edit parties")
    key = rules.contact_key(kind, value, country=country)
    point, _made = ContactPoint.objects.get_or_create(
        party_id=party_id, kind=kind, value_key=key, defaults={"value": value.strip(), "created_at": at}
    )
    return point


@transaction.atomic
def set_address(
    *,
    party_id: int,
    lines: list[str],
    town: str,
    postcode: str,
    county: str = "",
    country: str = "GB",
    from_on: date,
    at: datetime,
    by: Actor,
) -> Address:
    """Set a party's current postal address from a day on; the one before is kept and ends on that day."""
    by.must_be_allowed_to("edit parties")
    Address.objects.filter(party_id=party_id, until_on__isnull=True).update(until_on=from_on)
    return Address.objects.create(
        party_id=party_id,
        lines=lines,
        town=town,
        county=county,
        postcode=postcode,
        postcode_key=rules.postcode_key(postcode),
        country=country,
        from_on=from_on,
    )
