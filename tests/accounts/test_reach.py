"""A way to reach a debtor counts while it works and we may use it."""

import pytest
from tests import builders
from tests.accounts.test_twins import source
from tests.builders import AT, TEST, TODAY

from tallystick.parties import actions as party_actions
from tallystick.parties.models import Address, ContactPoint
from tallystick.parties.rules import ContactKind, ContactState

pytestmark = pytest.mark.django_db


def reach(account, kind, value):
    party_actions.add_contact_point(party_id=account.party_id, kind=kind, value=value, at=AT, by=TEST)


def test_a_mobile_is_a_telephone_too():
    account = builders.account()
    reach(account, ContactKind.MOBILE, "07700 900123")

    row = source("party", account)

    assert (row["has_email"], row["has_mobile"], row["has_phone"]) == (False, True, True)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        pytest.param({}, True, id="nothing said"),
        pytest.param({"consent": True}, True, id="agreed"),
        pytest.param({"consent": False}, False, id="refused"),
        pytest.param({"state": ContactState.CONFIRMED}, True, id="confirmed"),
        pytest.param({"state": ContactState.BAD}, False, id="does not work"),
    ],
)
def test_an_address_counts_while_it_works_and_was_not_refused(change, counts):
    account = builders.account()
    reach(account, ContactKind.EMAIL, "ann@example.org")
    ContactPoint.objects.update(value_key="ann@example.org", **change)

    row = source("party", account)

    assert bool(row and row["has_email"]) is counts


def test_the_current_postal_address_counts_while_it_works():
    account = builders.account()
    party_actions.set_address(
        party_id=account.party_id, lines=["1"], town="Leeds", postcode="LS1 1AA", from_on=TODAY, at=AT, by=TEST
    )
    assert source("party", account)["has_address"]

    Address.objects.update(state=ContactState.BAD)

    assert not source("party", account)["has_address"]
