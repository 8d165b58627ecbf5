"""How a debtor can be reached: what somebody found out on an account, kept with the party and told to the account."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.desk import events
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.parties import actions as party_actions
from tallystick.parties import queries as party_queries
from tallystick.parties import rules as party_rules
from tallystick.parties.models import Address, ContactPoint
from tallystick.timeline import actions as timeline


@transaction.atomic
def add_contact_point(
    *, account_id: int, kind: party_rules.ContactKind, value: str, at: datetime, by: Actor
) -> ContactPoint:
    """Add a way to reach the debtor of an account; one that is known already is given as it stands.

    :raises ContactPointUnreadable: the text is no address or number of its kind
    """
    by.must_be_allowed_to("edit parties")
    account = account_queries.lock_account(account_id, scope=by.scope)
    known = set(party_queries.contact_points(account.party_id).values_list("pk", flat=True))
    country = account.party.country
    point = party_actions.add_contact_point(
        party_id=account.party_id, kind=kind, value=value, country=country, at=at, by=by
    )
    if point.pk not in known:
        added = events.ContactPointAdded(account_id, point.pk, point.kind, point.value)
        timeline.append(added, happened_on=local_day(at, account.client.time_zone), at=at, by=by)
    return point


@transaction.atomic
def change_contact_point(
    *,
    account_id: int,
    contact_point_id: int,
    state: party_rules.ContactState,
    consent: bool | None,
    preferred: bool,
    at: datetime,
    by: Actor,
) -> ContactPoint:
    """Write down what is known of a way to reach the debtor of an account.

    :raises NotFound: the debtor has no such contact point
    """
    by.must_be_allowed_to("edit parties")
    account = account_queries.lock_account(account_id, scope=by.scope)
    point = party_actions.change_contact_point(
        party_id=account.party_id,
        contact_point_id=contact_point_id,
        state=state,
        consent=consent,
        preferred=preferred,
        at=at,
        by=by,
    )
    changed = events.ContactPointChanged(
        account_id, point.pk, point.kind, point.value, point.state, point.consent, point.preferred
    )
    timeline.append(changed, happened_on=local_day(at, account.client.time_zone), at=at, by=by)
    return point


@transaction.atomic
def mark_contact_point(
    *, account_id: int, contact_point_id: int, state: party_rules.ContactState, at: datetime, by: Actor
) -> None:
    """Write down if a way to reach the debtor of an account works, and leave what else is known of it."""
    account = account_queries.get_account(account_id, scope=by.scope)
    point = party_queries.contact_points(account.party_id).get(pk=contact_point_id)
    if point.state != state:
        change_contact_point(
            account_id=account_id,
            contact_point_id=contact_point_id,
            state=state,
            consent=point.consent,
            preferred=point.preferred,
            at=at,
            by=by,
        )


@transaction.atomic
def set_address(
    *, account_id: int, lines: list[str], town: str, postcode: str, county: str = "", at: datetime, by: Actor
) -> Address:
    """Set the postal address of the debtor of an account from today on; the one before is kept."""
    by.must_be_allowed_to("edit parties")
    account = account_queries.lock_account(account_id, scope=by.scope)
    today = local_day(at, account.client.time_zone)
    address = party_actions.set_address(
        party_id=account.party_id,
        lines=lines,
        town=town,
        county=county,
        postcode=postcode,
        country=account.party.country,
        from_on=today,
        at=at,
        by=by,
    )
    written = ", ".join(part for part in (*lines, town, county, postcode) if part)
    timeline.append(events.AddressChanged(account_id, written), happened_on=today, at=at, by=by)
    return address
