"""Who somebody is, and how to reach them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests import builders
from tests.builders import AT, TEST

from tallystick.kernel.refusals import NotPermitted
from tallystick.parties import actions, queries, rules
from tallystick.parties.models import Address, ContactPoint, Party
from tallystick.parties.rules import ContactKind, PartyKind

pytestmark = pytest.mark.django_db


def add(name="Amelia Hughes", **terms):
    return actions.add_party(kind=PartyKind.PERSON, name=name, **{"at": AT, "by": TEST, **terms})


def move(party, postcode, *, from_on):
    return actions.set_address(
        party_id=party.pk, lines=["1 High St"], town="Leeds", postcode=postcode, from_on=from_on, at=AT, by=TEST
    )


def test_a_party_is_found_by_the_key_of_its_name():
    party = add("  Zoë O’Brien ")

    assert (party.name, party.name_key) == ("Zoë O’Brien", "zoe o brien")


@pytest.mark.parametrize("name", ["", "   "])
def test_nobody_is_without_a_name(name):
    with pytest.raises(rules.NameMissing):
        add(name)

    assert not Party.objects.exists()


def test_who_may_not_edit_parties_writes_nothing():
    party = add()
    stranger = builders.actor(builders.user(), "see accounts")

    with pytest.raises(NotPermitted):
        add(by=stranger)
    with pytest.raises(NotPermitted):
        actions.add_contact_point(party_id=party.pk, kind=ContactKind.EMAIL, value="a@b.org", at=AT, by=stranger)

    assert Party.objects.count() == 1
    assert not ContactPoint.objects.exists()


def test_a_contact_point_written_in_two_ways_is_one():
    party = add()
    terms = {"party_id": party.pk, "kind": ContactKind.MOBILE, "at": AT, "by": TEST}

    first = actions.add_contact_point(value="07700 900123", **terms)
    second = actions.add_contact_point(value="+44 7700 900 123", **terms)

    assert first.pk == second.pk
    assert first.value == "07700 900123"
    assert first.state == rules.ContactState.UNVERIFIED


def test_two_people_may_share_a_telephone():
    for party in (add(), add("Ben Hughes")):
        actions.add_contact_point(party_id=party.pk, kind=ContactKind.PHONE, value="020 7946 0000", at=AT, by=TEST)

    assert ContactPoint.objects.count() == 2


def test_an_unreadable_contact_point_is_refused_and_not_kept():
    with pytest.raises(rules.ContactPointUnreadable):
        actions.add_contact_point(party_id=add().pk, kind=ContactKind.EMAIL, value="ann", at=AT, by=TEST)

    assert not ContactPoint.objects.exists()


def test_preferred_contact_points_come_first():
    party = add()
    for value in ("a@example.org", "b@example.org"):
        actions.add_contact_point(party_id=party.pk, kind=ContactKind.EMAIL, value=value, at=AT, by=TEST)
    ContactPoint.objects.filter(value="b@example.org").update(preferred=True)

    assert [point.value for point in queries.contact_points(party.pk)] == ["b@example.org", "a@example.org"]


def test_an_address_ends_where_the_next_begins_and_is_kept():
    party = add()
    assert queries.find_address(party.pk) is None

    move(party, "LS1 1AA", from_on=date(2025, 1, 1))
    move(party, "ls2 2bb", from_on=date(2026, 3, 1))

    assert queries.find_address(party.pk).postcode_key == "LS22BB"
    assert list(Address.objects.order_by("pk").values_list("from_on", "until_on")) == [
        (date(2025, 1, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), None),
    ]


def test_the_database_refuses_a_second_current_address():
    address = move(add(), "LS1 1AA", from_on=date(2025, 1, 1))
    address.pk = None

    with pytest.raises(IntegrityError, match="parties_address_one_current"), transaction.atomic():
        address.save(force_insert=True)
