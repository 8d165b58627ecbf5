"""Open clients and their portfolios, and change the terms on which a client's accounts are treated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tallystick.access import actions as access_actions
from tallystick.access import queries as access_queries
from tallystick.accounts import queries, rules
from tallystick.accounts.models import Client, Portfolio
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotPermitted


@transaction.atomic
def open_client(*, code: str, name: str, at: datetime, by: Actor, **terms: Any) -> Client:
    """Open a client. `terms` are further fields of `Client`, such as its calendar and time zone.

    :raises ClientExists: there is a client of that code
    :raises NoSuchBankAccount: debtors would be told to pay to an account that there cannot be
    :raises NotPermitted: the actor's scope has bounds, and the business unit does not lie within them
    """
    by.must_be_allowed_to("open accounts")
    _must_look_after(terms.get("business_unit_id"), by)
    _must_be_payable(terms)
    try:
        with transaction.atomic():
            client = Client.objects.create(code=code, name=name, **terms)
    except IntegrityError as taken:
        raise rules.ClientExists(code=code) from taken
    access_actions.note_client(client_id=client.pk, business_unit_id=client.business_unit_id)
    return client


@transaction.atomic
def change_client(*, client_id: int, at: datetime, by: Actor, **terms: Any) -> Client:
    """Change a client's name or terms. Its code stays: files and strategies name the client by it.

    :raises NotFound: there is none within the actor's scope
    :raises NoSuchBankAccount: debtors would be told to pay to an account that there cannot be
    :raises NotPermitted: the client moves to a business unit outside the actor's scope
    """
    by.must_be_allowed_to("open accounts")
    client = queries.lock_client(client_id, scope=by.scope)
    _must_be_payable(terms)
    if "business_unit_id" in terms and terms["business_unit_id"] != client.business_unit_id:
        _must_look_after(terms["business_unit_id"], by)
        access_actions.note_client(client_id=client_id, business_unit_id=terms["business_unit_id"])
    for name, value in terms.items():
        setattr(client, name, value)
    client.save(update_fields=list(terms))
    return client


@transaction.atomic
def open_portfolio(*, client: Client, code: str, name: str, at: datetime, by: Actor) -> Portfolio:
    """Open a portfolio of a client.

    :raises PortfolioExists: the client has a portfolio of that code
    """
    by.must_be_allowed_to("open accounts")
    queries.must_reach(client.pk, scope=by.scope)
    try:
        with transaction.atomic():
            return Portfolio.objects.create(client=client, code=code, name=name)
    except IntegrityError as taken:
        raise rules.PortfolioExists(client=client.name, code=code) from taken


def _must_be_payable(terms: Mapping[str, Any]) -> None:
    details = terms.get("details", {})
    jurisdictions.must_be_possible_account(details.get("sort_code", ""), details.get("account_number", ""))


def _must_look_after(business_unit_id: int | None, by: Actor) -> None:
    """Refuse a business unit that an actor whose scope has bounds does not reach: nobody hands themselves a client."""
    if by.scope.client_ids is None:
        return
    reached = access_queries.reaches_of(by.user_id) if by.user_id is not None else frozenset()
    if business_unit_id is None or business_unit_id not in {reach.business_unit_id for reach in reached}:
        raise NotPermitted(right=_("open clients outside your business units"))
