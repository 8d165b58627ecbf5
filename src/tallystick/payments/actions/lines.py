"""What people decide about lines that wait: whose they are, or why they are nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.accounts.queries import orders as account_orders
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.payments import events, queries
from tallystick.payments.actions.matching import Portion, receive
from tallystick.payments.models import Payment, StatementLine
from tallystick.payments.rules.states import (
    IgnoreReason,
    LineChanged,
    LineIsMoneyOut,
    LineNotWaiting,
    LinePartlyApplied,
    LineState,
    MoreThanLine,
    OtherClient,
    ReasonMissing,
)
from tallystick.timeline import actions as timeline


@transaction.atomic
def allocate_line(
    *,
    line_id: int,
    account_id: int,
    amount: Money | None = None,
    items: Mapping[int, Money] | None = None,
    keep_on_account: bool = False,
    seen: Money | None = None,
    at: datetime,
    by: Actor,
) -> Payment:
    """Say that a line, or `amount` of it, is a payment on an account.

    `items` says what of it is paid on which items; without it the order that holds does. What pays no item stays on the
    account unallocated, as all of it does with `keep_on_account`. `seen` is what was left of the line when it was looked at.

    :raises LineNotWaiting, LineIsMoneyOut, MoreThanLine: the line has no such money to give
    :raises LineChanged: something else is left of it than was seen
    :raises OtherClient: the bank account is another client's
    :raises CurrencyDiffers: the account is in another currency
    :raises MoreThanOpen: the items add up to more than the amount, or one is paid more than is open on it
    :raises OrderIsFixed: the order that holds for the account lets nobody choose items
    """
    by.must_be_allowed_to("allocate money")
    line = _lock_undecided(line_id, by=by)
    account = account_queries.lock_account(account_id, scope=by.scope)
    left = Money(line.open_minor, line.currency)
    if seen is not None and seen != left:
        raise LineChanged(open=left)
    amount = left if amount is None else amount
    _check_amount(line, amount)
    if account.client_id != line.bank_account.client_id or account.is_house:
        raise OtherClient(client=line.bank_account.client.name)
    if account.currency != line.currency:
        raise account_rules.CurrencyDiffers(account_currency=account.currency, currency=line.currency)
    if items:
        account_orders.must_let_choose(account_id, account.client_id, line.booked_on)
    chosen = _checked_items(account_id, items or {}, amount)
    made = receive([Portion(line.pk, account_id, amount.minor, chosen, keep_on_account or bool(chosen))], at=at, by=by)
    return Payment.objects.get(pk=made[0]["id"])


def _check_amount(line: StatementLine, amount: Money) -> None:
    if line.amount_minor <= 0:
        raise LineIsMoneyOut
    if amount.currency != line.currency:
        raise account_rules.CurrencyDiffers(account_currency=line.currency, currency=amount.currency)
    if amount.minor <= 0:
        raise account_rules.AmountNotPositive
    if amount.minor > line.open_minor:
        raise MoreThanLine(amount=amount, open=Money(line.open_minor, line.currency))


def _checked_items(account_id: int, items: Mapping[int, Money], amount: Money) -> dict[int, int]:
    chosen: dict[int, int] = {}
    for item_id, part in items.items():
        item = account_queries.lock_item(item_id, account_id=account_id)
        if part.minor <= 0:
            raise account_rules.AmountNotPositive
        if part.minor > item.open_minor:
            raise account_rules.MoreThanOpen(amount=part, open=Money(item.open_minor, item.currency))
        chosen[item_id] = part.minor
    if sum(chosen.values()) > amount.minor:
        raise account_rules.MoreThanOpen(amount=Money(sum(chosen.values()), amount.currency), open=amount)
    return chosen


@transaction.atomic
def park_line(*, line_id: int, note: str, at: datetime, by: Actor) -> None:
    """Set a line aside for now, with a note for whoever takes it up again.

    :raises LineNotWaiting: it is done already
    :raises ReasonMissing: there is no note
    """
    by.must_be_allowed_to("allocate money")
    line = _lock_undecided(line_id, by=by)
    if not note.strip():
        raise ReasonMissing
    _decide(line, LineState.PARKED, reason="", note=note, at=at, by=by)


@transaction.atomic
def ignore_line(*, line_id: int, reason: IgnoreReason, note: str = "", at: datetime, by: Actor) -> None:
    """Say that a line is no debtor's payment. Its money stays in suspense, where the ledger shows it.

    :raises LineNotWaiting: it is done already
    :raises LinePartlyApplied: part of it has paid something
    :raises ReasonMissing: "other" without a note
    """
    by.must_be_allowed_to("allocate money")
    line = _lock_undecided(line_id, by=by)
    if line.open_minor != line.amount_minor:
        raise LinePartlyApplied
    if reason is IgnoreReason.OTHER and not note.strip():
        raise ReasonMissing
    _decide(line, LineState.IGNORED, reason=reason, note=note, at=at, by=by)


@transaction.atomic
def take_line_up(*, line_id: int, at: datetime, by: Actor) -> None:
    """Let a line wait again that was parked or ignored.

    :raises LineNotWaiting: it is applied, and payments have to be taken back instead
    """
    by.must_be_allowed_to("allocate money")
    line = queries.lock_line(line_id, scope=by.scope)
    if line.state not in (LineState.PARKED, LineState.IGNORED):
        raise LineNotWaiting(state=LineState(line.state).label)
    _decide(line, LineState.WAITING, reason="", note="", at=at, by=by)


def _lock_undecided(line_id: int, *, by: Actor) -> StatementLine:
    line = queries.lock_line(line_id, scope=by.scope)
    if line.state not in (LineState.WAITING, LineState.PARKED):
        raise LineNotWaiting(state=LineState(line.state).label)
    return line


def _decide(line: StatementLine, state: LineState, *, reason: str, note: str, at: datetime, by: Actor) -> None:
    line.state, line.reason, line.note = state, reason, note.strip()
    line.decided_at, line.decided_by = at, by.label
    line.save(update_fields=["state", "reason", "note", "decided_at", "decided_by"])
    timeline.append(events.LineDecided(line.account_id, line.pk, state, reason, line.note), at=at, by=by)
