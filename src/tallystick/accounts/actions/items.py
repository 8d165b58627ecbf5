"""Add what is owed, and correct it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.accounts import events, queries, rules
from tallystick.accounts.actions.credits import tell_cleared
from tallystick.accounts.models import Item
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline


@transaction.atomic
def add_item(
    *,
    account_id: int,
    kind: rules.ItemKind,
    reference: str,
    amount: Money,
    issued_on: date,
    due_on: date,
    description: str = "",
    at: datetime,
    by: Actor,
) -> Item:
    """Add something that is owed, and charge it to the account in the ledger from its day of issue.

    :raises AccountIsClosed: nothing is added to a closed account
    :raises ItemExists: the account has an item of that kind and reference
    :raises AmountNotPositive: nothing, or less than nothing, is no debt
    :raises CurrencyDiffers: the account is in another currency
    """
    by.must_be_allowed_to("open accounts")
    account = queries.lock_account(account_id, scope=by.scope)
    rules.refuse_if_closed(account.state, account.reference)
    if queries.items(account_id).filter(kind=kind, reference=reference).exists():
        raise rules.ItemExists(reference=reference)
    if amount.minor <= 0:
        raise rules.AmountNotPositive()
    if amount.currency != account.currency:
        raise rules.CurrencyDiffers(account_currency=account.currency, currency=amount.currency)
    head = rules.HEAD_OF[kind]
    item = Item.objects.create(
        account_id=account_id,
        client_id=account.client_id,
        kind=kind,
        head=head,
        reference=reference,
        description=description,
        currency=amount.currency,
        amount_minor=amount.minor,
        open_minor=amount.minor,
        issued_on=issued_on,
        due_on=due_on,
    )
    ledger.post(
        [
            ledger.Posting(
                account_id=account_id,
                debit=head,
                credit=CHARGED_AGAINST[head],
                amount_minor=amount.minor,
                currency=amount.currency,
                booked_on=issued_on,
                cause_kind=Cause.ITEM,
                cause_id=item.pk,
                item_id=item.pk,
            )
        ],
        at=at,
    )
    timeline.append(
        events.ItemAdded(account_id, item.pk, kind, reference, amount, due_on), happened_on=issued_on, at=at, by=by
    )
    return item


@transaction.atomic
def adjust_item(
    *,
    account_id: int,
    item_id: int,
    change: Money,
    booked_on: date | None = None,
    reason: str,
    at: datetime,
    by: Actor,
) -> None:
    """Correct what an item amounts to, up or down to what is open, by an entry of its own.

    :raises NothingChanges: the change is nothing
    :raises CurrencyDiffers: the item is in another currency
    :raises MoreThanOpen: it would take more away than is open
    """
    by.must_be_allowed_to("open accounts")
    account = queries.lock_account(account_id, scope=by.scope)
    item = queries.lock_item(item_id, account_id=account_id)
    if not change:
        raise rules.NothingChanges()
    if change.currency != item.currency:
        raise rules.CurrencyDiffers(account_currency=item.currency, currency=change.currency)
    if item.open_minor + change.minor < 0:
        raise rules.MoreThanOpen(amount=-change, open=Money(item.open_minor, item.currency))
    today = local_day(at, account.client.time_zone)
    number = int(
        sql.value(
            "SELECT count(*) FROM ledger_entry WHERE account_id = %s AND cause_kind = %s AND cause_id = %s",
            [account_id, Cause.ADJUSTMENT, item_id],
        )
    )
    head, far = Head(item.head), CHARGED_AGAINST[Head(item.head)]
    ledger.post(
        [
            ledger.Posting(
                account_id=account_id,
                debit=head if change.minor > 0 else far,
                credit=far if change.minor > 0 else head,
                amount_minor=abs(change.minor),
                currency=change.currency,
                booked_on=booked_on or today,
                cause_kind=Cause.ADJUSTMENT,
                cause_id=item_id,
                cause_no=number,
                item_id=item_id,
            )
        ],
        at=at,
    )
    item.amount_minor += change.minor
    item.open_minor += change.minor
    day = booked_on or today
    item.settled_on = day if item.open_minor == 0 else None
    item.save(update_fields=["amount_minor", "open_minor", "settled_on"])
    timeline.append(
        events.ItemAdjusted(account_id, item_id, item.reference, change, reason), happened_on=day, at=at, by=by
    )
    if item.open_minor == 0:
        tell_cleared({account_id: day}, at=at, by=by)
