"""Open accounts, tie people to them, and close them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.models import Account, Client, Portfolio, RelatedParty
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.actor import system as system_actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import decimals_of
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import PartyKind
from tallystick.timeline import actions as timeline


@transaction.atomic
def open_account(
    *,
    portfolio: Portfolio,
    party_id: int,
    reference: str,
    currency: str,
    opened_on: date,
    is_house: bool = False,
    at: datetime,
    by: Actor,
) -> Account:
    """Open an account for a debtor in a client's portfolio.

    :raises AccountExists: the client has an account of that reference
    """
    by.must_be_allowed_to("open accounts")
    decimals_of(currency)
    client = portfolio.client
    account = Account.objects.create(
        client=client,
        portfolio=portfolio,
        party_id=party_id,
        reference=reference,
        currency=currency,
        opened_on=opened_on,
        is_house=is_house,
    )
    claimed = sql.execute(
        "INSERT INTO accounts_account_lookup (client_id, reference, account_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [client.pk, reference, account.pk],
    )
    if not claimed:
        raise rules.AccountExists(client=client.name, reference=reference)
    timeline.append(events.AccountOpened(account.pk, reference), happened_on=opened_on, at=at, by=by)
    return account


@transaction.atomic
def house_account(*, client: Client, currency: str, at: datetime) -> Account:
    """Give the client's house account of a currency, opening it when money first needs it.

    Money that belongs to no debtor yet is booked there.
    """
    reference = f"HOUSE-{currency}"
    account_id = queries.find_account_id(client_id=client.pk, reference=reference)
    if account_id is None:
        # Two who need it at once open it once.
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        account_id = queries.find_account_id(client_id=client.pk, reference=reference)
    if account_id is not None:
        return Account.objects.get(pk=account_id)
    by = system_actor("house account")
    portfolio, _made = Portfolio.objects.get_or_create(client=client, code="HOUSE", defaults={"name": "House"})
    party = party_actions.add_party(kind=PartyKind.COMPANY, name=client.name, at=at, by=by)
    return open_account(
        portfolio=portfolio,
        party_id=party.pk,
        reference=reference,
        currency=currency,
        opened_on=local_day(at, client.time_zone),
        is_house=True,
        at=at,
        by=by,
    )


@transaction.atomic
def relate_party(
    *, account_id: int, party_id: int, role: rules.PartyRole, has_authority: bool, at: datetime, by: Actor
) -> RelatedParty:
    """Tie another party to an account, and say whether we may speak to it about the debt."""
    by.must_be_allowed_to("edit parties")
    queries.lock_account(account_id, scope=by.scope)
    related, _made = RelatedParty.objects.update_or_create(
        account_id=account_id, party_id=party_id, role=role, defaults={"has_authority": has_authority}
    )
    return related


@transaction.atomic
def close_account(*, account_id: int, reason: rules.CloseReason, at: datetime, by: Actor) -> None:
    """Close an account; closing a closed one changes nothing."""
    by.must_be_allowed_to("open accounts")
    account = queries.lock_account(account_id, scope=by.scope)
    if account.state == rules.AccountState.CLOSED:
        return
    today = local_day(at, account.client.time_zone)
    Account.objects.filter(pk=account_id).update(state=rules.AccountState.CLOSED, close_reason=reason, closed_on=today)
    timeline.append(events.AccountClosed(account_id, reason), happened_on=today, at=at, by=by)
