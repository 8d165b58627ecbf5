"""An account is found by whatever the caller says."""

from __future__ import annotations

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import queries
from tallystick.kernel.actor import Scope
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind


@pytest.fixture
def obrien():
    account = builders.account(name="Niamh O’Brien", reference="SVW-100-417")
    builders.account(name="Somebody Else", reference="SVW-100-418")
    builders.invoice(account, reference="INV/2026/0841")
    party_actions.set_address(
        party_id=account.party_id,
        lines=["1 High Street"],
        town="Leeds",
        postcode="LS6 2AB",
        from_on=TODAY,
        at=AT,
        by=TEST,
    )
    for kind, value in ((ContactKind.MOBILE, "07700 900123"), (ContactKind.EMAIL, "niamh@mail.example")):
        party_actions.add_contact_point(party_id=account.party_id, kind=kind, value=value, at=AT, by=TEST)
    return account


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("svw 100417", id="the reference, written otherwise"),
        pytest.param("INV-2026-0841", id="an invoice, written otherwise"),
        pytest.param("ls6", id="the beginning of the postcode"),
        pytest.param("LS62AB", id="the whole postcode"),
        pytest.param("+44 7700 900123", id="the number, with the country"),
        pytest.param("07700900123", id="the number, as dialled here"),
        pytest.param("Niamh@mail.example", id="the e-mail address"),
        pytest.param("niamh o", id="the beginning of the name"),
        pytest.param("brien", id="the end of the name"),
        pytest.param("niam obrian", id="the name, misspelt"),
    ],
)
def test_an_account_is_found(obrien, text):
    assert [row["account_id"] for row in queries.search(text)] == [obrien.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "%", "_", "zz99", "nobody@mail.example", "' OR 1=1 --"])
def test_nothing_is_found_by_what_nobody_has(obrien, text):
    assert queries.search(text) == []


@pytest.mark.django_db
def test_an_account_outside_the_scope_is_not_found(obrien):
    assert queries.search("brien", scope=Scope(frozenset({obrien.client_id + 1_000}))) == []
    assert queries.search("SVW-100-417", scope=Scope(frozenset())) == []


@pytest.mark.django_db
def test_a_statement_as_of_a_day_ends_with_the_balance_of_that_day():
    account = builders.account()
    builders.invoice(account, "100.00")
    lines = queries.statement(account.pk, on=TODAY)

    assert [(line["charged_minor"], line["balance_minor"]) for line in lines] == [(10_000, 10_000)]
