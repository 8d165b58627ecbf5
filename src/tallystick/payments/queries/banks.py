"""Bank accounts, and how fresh what is known of them is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound
from tallystick.payments.models import BankAccount
from tallystick.payments.rules import csv_saved, formats
from tallystick.payments.rules.bank_accounts import is_same_account
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.statement import Opening
from tallystick.payments.rules.states import BankAccountDiffers, BankAccountNeeded, BankAccountUnknown

EVERYTHING = Scope()


def bank_accounts(*, scope: Scope = EVERYTHING) -> QuerySet[BankAccount]:
    """Give the bank accounts of the clients within a scope."""
    found = BankAccount.objects.select_related("client").order_by("client__name", "name", "pk")
    return found if scope.client_ids is None else found.filter(client_id__in=scope.client_ids)


def get_bank_account(reference: str, *, scope: Scope = EVERYTHING) -> BankAccount:
    """Give a bank account by its name, IBAN, account number or id.

    :raises NotFound: there is none within the scope, or several
    """
    by_id = Q(pk=int(reference)) if reference.isascii() and reference.isdigit() and len(reference) < 18 else Q(pk=None)
    for condition in (Q(name=reference), Q(iban=reference), Q(number=reference), by_id):
        found = list(bank_accounts(scope=scope).filter(condition)[:2])
        if len(found) == 1:
            return found[0]
    raise NotFound(what="bank account", reference=reference)


def lock_bank_account(bank_account_id: int, *, scope: Scope = EVERYTHING) -> BankAccount:
    """Lock a bank account for the transaction and give it, with its client.

    :raises NotFound: there is none within the scope
    """
    found = bank_accounts(scope=scope).select_for_update(of=("self",)).filter(pk=bank_account_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="bank account", reference=bank_account_id)
    return found


def freshness(*, scope: Scope = EVERYTHING) -> list[dict[str, Any]]:
    """Give for each bank account the last day its statements reach, what they closed at, and what waits on it."""
    return sql.rows(sql.load("tallystick.payments", "waiting.sql", "freshness"), {"clients": scope.as_list()})


def known_of(
    chosen: BankAccount | None,
    ours: Sequence[BankAccount],
    *,
    order: DayOrder | None = None,
    columns: SavedColumns | None = None,
) -> formats.Known:
    """Give what is known of the bank account before its file is opened; what is said of this file goes before what is kept."""
    account = chosen or (ours[0] if len(ours) == 1 else None)
    kept = [csv_saved.from_document(each.csv_columns) for each in ([chosen] if chosen else ours)]
    return formats.Known(
        currency=account.currency if account else None,
        order=order or (DayOrder(account.day_order) if account and account.day_order else None),
        encoding=account.encoding or None if account else None,
        columns=(columns,) if columns else tuple(each for each in kept if each is not None),
    )


def account_of(opening: Opening, chosen: BankAccount | None, ours: Sequence[BankAccount]) -> BankAccount:
    """Give the bank account that a statement is of: the chosen one, or the one of ours that it names.

    :raises BankAccountDiffers: it names another account than the chosen one
    :raises BankAccountUnknown: it names none of ours
    :raises BankAccountNeeded: it may be of several of ours
    """
    currency = opening.currency or (chosen.currency if chosen else None)
    fitting = [
        account
        for account in ([chosen] if chosen else ours)
        if currency in (None, account.currency)
        and is_same_account(opening.account, iban=account.iban, sort_code=account.sort_code, number=account.number)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BankAccountNeeded
    named = " ".join(filter(None, (opening.account, currency)))
    if chosen:
        raise BankAccountDiffers(account=named, chosen=chosen.name)
    raise BankAccountUnknown(account=named)
