"""Write down who somebody is and how to reach them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound
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
    """Write down a new person or company.

    :raises NameMissing: the name is blank
    """
    by.must_be_allowed_to("edit parties")
    if not name.strip():
        raise rules.NameMissing()
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
def change_contact_point(
    *,
    party_id: int,
    contact_point_id: int,
    state: rules.ContactState,
    consent: bool | None,
    preferred: bool,
    at: datetime,
    by: Actor,
) -> ContactPoint:
    """Write down what is known of a way to reach a party: if it works, if it may be used, if it is the preferred one of its kind.

    :raises NotFound: the party has no such contact point
    """
    by.must_be_allowed_to("edit parties")
    points = ContactPoint.objects.select_for_update().filter(party_id=party_id)
    point = points.filter(pk=contact_point_id).order_by("pk").first()
    if point is None:
        raise NotFound(what="contact point", reference=contact_point_id)
    if preferred:
        ContactPoint.objects.filter(party_id=party_id, kind=point.kind).exclude(pk=point.pk).update(preferred=False)
    point.state, point.consent, point.preferred = state, consent, preferred
    point.save(update_fields=["state", "consent", "preferred"])
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


def _bulk(name: str) -> str:
    return sql.load("tallystick.parties", "bulk.sql", name)


@transaction.atomic
def add_parties(rows: sql.Rows, *, at: datetime, by: Actor) -> int:
    """Write down new people and companies, and give how many. The bulk twin of `add_party`.

    The rows have the columns party_id (drawn from `queries.NEW_PARTY_ID`), kind, name, name_key (`rules.name_key`),
    company_number, born_on, language and country; the last four may be null.
    """
    by.must_be_allowed_to("edit parties")
    return sql.execute(*rows.into(_bulk("add_parties"), {"at": at}))


@transaction.atomic
def correct_parties(rows: sql.Rows, *, at: datetime, by: Actor) -> list[int]:
    """Correct names and particulars, and give the ids of the parties that changed. Rows as of `add_parties`, without kind.

    What a row leaves null is not known there, and stays as it is.
    """
    by.must_be_allowed_to("edit parties")
    return [row["id"] for row in sql.rows(*rows.into(_bulk("correct_parties"), {}))]


@transaction.atomic
def add_contact_points(rows: sql.Rows, *, at: datetime, by: Actor) -> list[int]:
    """Add ways to reach parties, and give the ids of the parties that got one. The bulk twin of `add_contact_point`.

    The rows have the columns party_id, kind, value and value_key (`rules.contact_key`).
    """
    by.must_be_allowed_to("edit parties")
    added = sql.rows(*rows.into(_bulk("add_contact_points"), {"at": at, "state": rules.ContactState.UNVERIFIED}))
    return [row["party_id"] for row in added]


@transaction.atomic
def set_addresses(rows: sql.Rows, *, from_on: date, at: datetime, by: Actor) -> list[int]:
    """Set the current address of parties from a day on, and give the ids of those that changed. The bulk twin of `set_address`.

    The rows have the columns party_id, lines (jsonb), town, county, postcode and country (may be null). An address that says the
    same as the current one changes nothing.
    """
    by.must_be_allowed_to("edit parties")
    sql.execute(*rows.into(_bulk("end_addresses"), {"from_on": from_on}))
    params = {"from_on": from_on, "state": rules.ContactState.UNVERIFIED}
    return [row["party_id"] for row in sql.rows(*rows.into(_bulk("add_addresses"), params))]


@transaction.atomic
def join_groups(rows: sql.Rows, *, at: datetime, by: Actor) -> list[int]:
    """Put parties into commercial groups, making those there are not, and give the ids of the parties that moved.

    The rows have the columns party_id and name.
    """
    by.must_be_allowed_to("edit parties")
    sql.execute(*rows.into(_bulk("add_groups"), {}))
    return [row["id"] for row in sql.rows(*rows.into(_bulk("join_groups"), {}))]
