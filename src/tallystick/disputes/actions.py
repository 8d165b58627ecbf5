"""Raise disputes and resolve them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.accounts.models import Account, Item
from tallystick.disputes import events, queries, rules
from tallystick.disputes.models import Dispute
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Cause, Head
from tallystick.timeline import actions as timeline


@transaction.atomic
def raise_dispute(
    *,
    account_id: int,
    item_id: int | None = None,
    amount: Money | None = None,
    reason: rules.Reason,
    note: str = "",
    at: datetime,
    by: Actor,
) -> Dispute:
    """Record that the debtor does not accept a part of the debt: of one item, or of the account where none is named.

    Without an amount all that is open and not disputed yet is disputed. What is disputed of an item is not chased until it
    is decided; what is not disputed goes on being collected. Where the account as a whole is disputed, strategies read
    `disputes.open_amount`.

    :raises AccountIsClosed, CurrencyDiffers: the account takes no dispute, or none in this currency
    :raises DisputeAmountOutOfRange: nothing, or more than is open and not disputed yet
    """
    by.must_be_allowed_to("raise disputes")
    account = account_queries.lock_account(account_id, scope=by.scope)
    account_rules.refuse_if_closed(account.state, account.reference)
    item = None if item_id is None else account_queries.lock_item(item_id, account_id=account_id)
    undisputed = _undisputed(account, item)
    disputed = undisputed if amount is None else amount
    if disputed.currency != account.currency:
        raise account_rules.CurrencyDiffers(account_currency=account.currency, currency=disputed.currency)
    rules.check_amount(amount=disputed, undisputed=undisputed)

    today = local_day(at, account.client.time_zone)
    dispute = Dispute.objects.create(
        account_id=account_id,
        item_id=item_id,
        amount_minor=disputed.minor,
        currency=account.currency,
        reason=reason,
        note=note.strip(),
        raised_on=today,
        raised_at=at,
        raised_by=by.label,
        raised_by_id=by.user_id,
    )
    if item is not None:
        mark_items([(account_id, item.pk)], by=by)

    raised = events.DisputeRaised(
        account_id, dispute.pk, item_id, item.reference if item else "", disputed, str(reason), dispute.note
    )
    timeline.append(raised, happened_on=today, at=at, by=by)
    return dispute


def _undisputed(account: Account, item: Item | None) -> Money:
    """Give what is open and not disputed yet: on an item, or on the whole account, disputed items included."""
    if item is not None:
        return Money(item.open_minor - (item.disputed_minor or 0), account.currency)
    owed = ledger_queries.balance(account.pk, currency=account.currency)
    disputed = sum(dispute.amount_minor for dispute in queries.open_disputes([account.pk]))
    return owed - Money(disputed, account.currency)


@transaction.atomic
def resolve_dispute(
    *,
    account_id: int,
    dispute_id: int,
    outcome: rules.State,
    credit: Money | None = None,
    note: str = "",
    at: datetime,
    by: Actor,
) -> Dispute:
    """Decide a dispute: upheld with a credit (all that is disputed, unless one is named), rejected, or withdrawn.

    The credit lessens the disputed item, or the oldest due where the account as a whole was disputed. What was paid
    meanwhile is not credited twice: the rest stays on account.

    :raises DisputeResolved: it was decided already
    :raises CreditOutOfRange: the credit does not fit the outcome
    """
    by.must_be_allowed_to("resolve disputes")
    if outcome not in rules.OUTCOMES:
        raise ValueError(f"a dispute does not end as {outcome}")
    account = account_queries.lock_account(account_id, scope=by.scope)
    dispute = queries.lock_dispute(dispute_id, account_id=account_id)
    if dispute.state != rules.State.OPEN:
        raise rules.DisputeResolved()
    disputed = Money(dispute.amount_minor, dispute.currency)
    fallback = disputed if outcome is rules.State.UPHELD else Money.zero(dispute.currency)
    credited = fallback if credit is None else credit
    rules.check_credit(outcome=outcome, credit=credited, disputed=disputed)

    today = local_day(at, account.client.time_zone)
    item = None if dispute.item_id is None else account_queries.lock_item(dispute.item_id, account_id=account_id)
    dispute.state, dispute.credited_minor, dispute.resolution = outcome, credited.minor, note.strip()
    dispute.resolved_on, dispute.resolved_at, dispute.resolved_by = today, at, by.label
    dispute.save()
    if item is not None:
        mark_items([(account_id, item.pk)], by=by)
    resolved = events.DisputeResolved(
        account_id,
        dispute_id,
        dispute.item_id,
        item.reference if item else "",
        str(outcome),
        disputed,
        credited,
        dispute.resolution,
    )
    timeline.append(resolved, happened_on=today, at=at, by=by)
    if credited:
        _credit(dispute, credited, item, at=at, by=by)
    return dispute


@transaction.atomic
def withdraw_of_items(items: Collection[tuple[int, int]], *, note: str, at: datetime, by: Actor) -> int:
    """Withdraw the open disputes of items, by account and item, that are owed no longer; give how many they were.

    Their accounts are locked by the caller. A dispute of an account as a whole stays: it may be about something else.
    """
    by.must_be_allowed_to("resolve disputes")
    withdrawn = sql.rows(
        _WITHDRAW,
        {
            "accounts": [account_id for account_id, _ in items],
            "items": [item_id for _, item_id in items],
            "state": rules.State.WITHDRAWN,
            "note": note,
            "at": at,
            "by": by.label,
        },
    )
    mark_items({(row["account_id"], row["item_id"]) for row in withdrawn}, by=by)
    told = [
        (
            events.DisputeResolved(
                row["account_id"],
                row["id"],
                row["item_id"],
                row["reference"],
                str(rules.State.WITHDRAWN),
                Money(row["amount_minor"], row["currency"]),
                Money.zero(row["currency"]),
                note,
            ),
            row["resolved_on"],
        )
        for row in sorted(withdrawn, key=lambda row: row["id"])
    ]
    timeline.append_all(told, at=at, by=by)
    return len(told)


_WITHDRAW = """
UPDATE disputes_dispute AS dispute
SET state = %(state)s, credited_minor = 0, resolution = %(note)s, resolved_at = %(at)s, resolved_by = %(by)s,
    resolved_on = (%(at)s::timestamptz AT TIME ZONE client.time_zone)::date
FROM unnest(%(accounts)s::bigint[], %(items)s::bigint[]) AS gone(account_id, item_id)
JOIN accounts_item AS item ON item.id = gone.item_id AND item.account_id = gone.account_id
JOIN accounts_client AS client ON client.id = item.client_id
WHERE dispute.account_id = gone.account_id AND dispute.item_id = gone.item_id AND dispute.state = 'open'
RETURNING dispute.id, dispute.account_id, dispute.item_id, dispute.amount_minor, dispute.currency, dispute.resolved_on,
          item.reference
"""


def mark_items(items: Collection[tuple[int, int]], *, by: Actor) -> None:
    """Have some items, by account and item, say how much of them is disputed now: who raises or decides disputes may do so.

    It is worked out anew, so that doing it twice changes nothing. Their accounts are locked by the caller.
    """
    disputed = queries.disputed_of_items(items)
    account_actions.dispute_items(disputed, by=replace(by, rights=by.rights | {"raise disputes"}))


def _credit(dispute: Dispute, credited: Money, item: Item | None, *, at: datetime, by: Actor) -> None:
    payable = min(credited.minor, item.open_minor) if item else 0
    account_actions.apply_credits(
        [
            account_actions.Credit(
                account_id=dispute.account_id,
                cause_id=dispute.pk,
                amount=credited,
                booked_on=dispute.resolved_on or at.date(),
                debit=Head.CREDIT_NOTES,
                items={item.pk: payable} if item and payable else {},
                keep_on_account=item is not None,
            )
        ],
        cause_kind=Cause.DISPUTE,
        at=at,
        # Who may decide a dispute may have its credit applied.
        by=replace(by, rights=by.rights | {"allocate money"}),
    )
