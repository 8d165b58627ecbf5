"""Set up the bank accounts that debtors pay into."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tallystick.accounts import queries as account_queries
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import decimals_of
from tallystick.kernel.refusals import NotFound
from tallystick.payments import queries
from tallystick.payments.models import BankAccount
from tallystick.payments.rules.bank_accounts import account_key
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.states import BankAccountExists


@transaction.atomic
def open_bank_account(
    *,
    client_id: int,
    name: str,
    currency: str,
    iban: str = "",
    sort_code: str = "",
    number: str = "",
    at: datetime,
    by: Actor,
) -> BankAccount:
    """Set up a bank account of a client.

    :raises NotFound: there is no such client in the actor's reach
    :raises BankAccountExists: one of this IBAN, or this sort code and number, is set up already
    :raises NoSuchBankAccount: there can be no such number at that sort code
    """
    by.must_be_allowed_to("import statements")
    jurisdictions.must_be_possible_account(sort_code, number)
    client = account_queries.clients(scope=by.scope).filter(pk=client_id).order_by("pk").first()
    if client is None:
        raise NotFound(what="client", reference=client_id)
    decimals_of(currency)
    keys = {"iban": account_key(iban), "sort_code": account_key(sort_code), "number": account_key(number)}
    same = Q(pk=None)
    if keys["iban"]:
        same |= Q(iban=keys["iban"])
    if keys["number"]:
        same |= Q(sort_code=keys["sort_code"], number=keys["number"])
    if BankAccount.objects.filter(same).exists():
        raise BankAccountExists(account=iban or f"{sort_code} {number}".strip())
    return BankAccount.objects.create(client=client, name=name, currency=currency, **keys)


@transaction.atomic
def settle_day_order(*, bank_account_id: int, order: DayOrder, at: datetime, by: Actor) -> BankAccount:
    """Remember which of two numbers is the day in the files of a bank, so that it is asked once."""
    by.must_be_allowed_to("import statements")
    account = queries.lock_bank_account(bank_account_id, scope=by.scope)
    account.day_order = order
    account.save(update_fields=["day_order"])
    return account
