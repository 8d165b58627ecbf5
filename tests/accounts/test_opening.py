"""Clients, portfolios and accounts are opened once, and closed once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions, queries, rules
from tallystick.accounts.models import Account, Client
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties.rules import PartyKind
from tallystick.timeline import queries as timeline_queries


def told(account):
    return [event["kind"] for event in reversed(timeline_queries.of_account([account.pk]))]


@pytest.mark.django_db
def test_an_account_is_found_by_its_clients_own_reference():
    portfolio = builders.portfolio()
    account = builders.account(portfolio, reference="A-1")

    assert queries.find_account_id(client_id=portfolio.client_id, reference="A-1") == account.pk
    assert queries.find_account_id(client_id=portfolio.client_id, reference="A-2") is None
    assert told(account) == ["accounts.AccountOpened"]


@pytest.mark.django_db(transaction=True)
def test_a_reference_is_used_once_by_a_client_and_freely_by_another():
    portfolio = builders.portfolio()
    builders.account(portfolio, reference="A-1")

    with pytest.raises(rules.AccountExists, match="already has an account A-1"):
        builders.account(portfolio, reference="A-1")
    builders.account(builders.portfolio(), reference="A-1")

    assert Account.objects.filter(reference="A-1").count() == 2


@pytest.mark.django_db
def test_a_currency_that_is_none_opens_no_account():
    with pytest.raises(ValueError, match="ISO 4217"):
        builders.account(currency="XXQ")


@pytest.mark.django_db
def test_who_may_not_open_accounts_opens_none():
    stranger = builders.actor(builders.user(), "see accounts")

    with pytest.raises(NotPermitted):
        actions.open_client(code="X", name="X", at=AT, by=stranger)

    assert not Client.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("get", [queries.get_account, queries.lock_account], ids=["read", "locked"])
def test_an_account_outside_the_scope_is_as_if_there_were_none(get):
    account = builders.account()

    assert get(account.pk, scope=Scope(frozenset({account.client_id}))).pk == account.pk
    for scope in (Scope(frozenset()), Scope(frozenset({account.client_id + 1}))):
        with pytest.raises(NotFound):
            get(account.pk, scope=scope)
    with pytest.raises(NotFound):
        get(account.pk + 999)


@pytest.mark.django_db
def test_closing_tells_once_and_keeps_the_first_reason():
    account = builders.account()

    actions.close_account(account_id=account.pk, reason=rules.CloseReason.RECALLED, at=AT, by=TEST)
    actions.close_account(account_id=account.pk, reason=rules.CloseReason.PAID, at=AT, by=TEST)

    account.refresh_from_db()
    assert (account.state, account.close_reason, account.closed_on) == ("closed", "recalled", TODAY)
    assert told(account).count("accounts.AccountClosed") == 1


@pytest.mark.django_db
def test_the_house_account_of_a_currency_is_opened_once():
    client = builders.client()

    first = actions.house_account(client=client, currency="GBP", at=AT)
    again = actions.house_account(client=client, currency="GBP", at=AT)
    other = actions.house_account(client=client, currency="EUR", at=AT)

    assert first.pk == again.pk != other.pk
    assert first.is_house
    assert first.party.kind == PartyKind.COMPANY


@pytest.mark.django_db(transaction=True)
def test_two_who_need_the_house_account_at_once_open_it_once():
    client = builders.client()

    def need(_worker):
        try:
            return actions.house_account(client=client, currency="GBP", at=AT).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(need, range(4)))

    assert len(found) == 1


@pytest.mark.django_db
def test_another_party_is_tied_once_in_a_role_and_its_authority_can_change():
    account, adviser = builders.account(), builders.account(name="Advice Centre").party_id
    terms = {"account_id": account.pk, "party_id": adviser, "role": rules.PartyRole.ADVISER, "at": AT, "by": TEST}

    actions.relate_party(has_authority=False, **terms)
    actions.relate_party(has_authority=True, **terms)

    (related,) = account.related_parties.all()
    assert related.has_authority
