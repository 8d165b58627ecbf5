"""Take promises, judge them by the money that comes, and withdraw them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.accounts import rules as account_rules
from tallystick.accounts.models import Account
from tallystick.holds import queries as hold_queries
from tallystick.holds.rules import Activity
from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Outcome
from tallystick.ledger import queries as ledger_queries
from tallystick.promises import events, queries, rules
from tallystick.promises.models import Promise
from tallystick.timeline import actions as timeline


@transaction.atomic
def record_promise(*, account_id: int, amount: Money, pay_on: date, note: str = "", at: datetime, by: Actor) -> Promise:
    """Record that the debtor undertook to pay an amount by a day.

    The account's open promise, if it has one, is replaced; one whose grace has run out is judged first.

    :raises AccountIsClosed, CurrencyDiffers: the account takes no promise, or none in this currency
    :raises AccountOnHold: a hold forbids agreements today
    :raises PromiseAmountOutOfRange, PromiseDayOutOfRange: see `rules.check_terms`
    """
    by.must_be_allowed_to("record promises")
    account = account_queries.lock_account(account_id, scope=by.scope)
    today = local_day(at, account.client.time_zone)
    account_rules.refuse_if_closed(account.state, account.reference)
    if amount.currency != account.currency:
        raise account_rules.CurrencyDiffers(account_currency=account.currency, currency=amount.currency)
    hold_queries.refuse_if_held(account_id, Activity.AGREE, on=today)
    owed = ledger_queries.balance(account_id, currency=account.currency)
    furthest = account.client.furthest_promise_days
    rules.check_terms(amount=amount, owed=owed, pay_on=pay_on, today=today, furthest_days=furthest)

    judge_promises(account_ids=[account_id], at=at, by=by)
    _replace_open(account_id, today=today, at=at, by=by)
    promise = _make(account, amount, pay_on, owed=owed, note=note, today=today, at=at, by=by)

    made = events.PromiseMade(account_id, promise.pk, amount, pay_on, promise.grace_until_on, owed)
    timeline.append(made, happened_on=today, at=at, by=by)
    return promise


def _make(
    account: Account, amount: Money, pay_on: date, *, owed: Money, note: str, today: date, at: datetime, by: Actor
) -> Promise:
    client = account.client
    return Promise.objects.create(
        account_id=account.pk,
        amount_minor=amount.minor,
        tolerance_minor=rules.tolerance(amount, client.promise_tolerance).minor,
        balance_minor=owed.minor,
        currency=amount.currency,
        made_on=today,
        pay_on=pay_on,
        grace_until_on=rules.grace_until(
            pay_on, grace_days=client.promise_grace_days, holidays=jurisdiction_queries.holidays(client.calendar)
        ),
        note=note.strip(),
        made_at=at,
        made_by=by.label,
        made_by_id=by.user_id,
    )


def _replace_open(account_id: int, *, today: date, at: datetime, by: Actor) -> None:
    before = queries.find_open_promise(account_id)
    if before is None:
        return
    before.state, before.ended_on, before.ended_at = rules.State.REPLACED, today, at
    before.save(update_fields=["state", "ended_on", "ended_at"])
    amount = Money(before.amount_minor, before.currency)
    replaced = events.PromiseReplaced(account_id, before.pk, amount, before.pay_on)
    timeline.append(replaced, happened_on=today, at=at, by=by)


@transaction.atomic
def judge_promises(*, account_ids: Collection[int], at: datetime, by: Actor) -> Outcome:
    """Judge the promises of some accounts afresh by the money booked in time, and tell what changed.

    A payment keeps the promise it fulfils; one that is taken back, or that becomes known late, changes a judgement that was
    made before.
    """
    locked = sql.rows(queries.judgement_query("lock_of_accounts"), {"account_ids": sorted(account_ids)})
    return _judge([row["id"] for row in locked], at=at, by=by)


@transaction.atomic
def break_overdue_promises(*, limit: int = 10_000, at: datetime, by: Actor) -> Outcome:
    """Judge open promises whose grace has run out where their creditor is, at most `limit` of them.

    Most are broken; one whose money came in time is kept. Each is judged once, however many workers do this at the same time.
    """
    locked = sql.rows(queries.judgement_query("lock_overdue"), {"at": at, "limit": limit})
    return _judge([row["id"] for row in locked], at=at, by=by)


def _judge(promise_ids: Sequence[int], *, at: datetime, by: Actor) -> Outcome:
    """Judge promises that are locked. The locks come first, so that this sees all money that was committed before them."""
    if not promise_ids:
        return Outcome()
    changed = sql.rows(queries.judgement_query("judge"), {"ids": list(promise_ids), "at": at})
    turned = [row for row in changed if row["state"] != row["was"]]
    counts: dict[int, int] = {}
    if turned:
        account_ids = sorted({row["account_id"] for row in turned})
        sql.execute(queries.judgement_query("count_in_a_row"), {"account_ids": account_ids})
        counts = dict(Promise.objects.filter(pk__in=[row["id"] for row in turned]).values_list("pk", "broken_in_a_row"))
    timeline.append_all([(_turn(row, counts[row["id"]]), _day_of(row)) for row in turned], at=at, by=by)
    return Outcome(done=len(turned), already=len(promise_ids) - len(turned))


def _day_of(row: dict[str, Any]) -> date:
    day: date = row["ended_on"] or row["today"]
    return day


def _turn(row: dict[str, Any], in_a_row: int) -> Any:
    """Make the event of a promise that turned from one state into another."""
    currency = row["currency"]
    amount, paid = Money(row["amount_minor"], currency), Money(row["paid_minor"], currency)
    account_id, promise_id, pay_on, was = row["account_id"], row["id"], row["pay_on"], row["was"]
    match row["state"]:
        case rules.State.KEPT:
            return events.PromiseKept(account_id, promise_id, amount, paid, pay_on, was)
        case rules.State.PARTLY_KEPT:
            return events.PromisePartlyKept(account_id, promise_id, amount, paid, pay_on, was)
        case rules.State.OPEN:
            return events.PromiseReopened(account_id, promise_id, amount, paid, pay_on, was)
        case rules.State.REPLACED:
            return events.PromiseReplaced(account_id, promise_id, amount, pay_on)
    when_made, balance = Money(row["balance_minor"], currency), Money(row["broken_balance_minor"], currency)
    return events.PromiseBroken(account_id, promise_id, amount, paid, pay_on, in_a_row, when_made, balance, was)


@transaction.atomic
def withdraw_promise(*, account_id: int, promise_id: int, reason: str, at: datetime, by: Actor) -> None:
    """Withdraw an open promise: it was recorded in error, or circumstances changed.

    :raises PromiseEnded: it is not open any more
    """
    by.must_be_allowed_to("cancel promises")
    account_queries.lock_account(account_id, scope=by.scope)
    promise = queries.lock_promise(promise_id, account_id=account_id)
    if promise.state != rules.State.OPEN:
        raise rules.PromiseEnded()
    _withdraw([account_id], reason=reason, at=at, by=by)


@transaction.atomic
def withdraw_promises(*, account_ids: Collection[int], reason: str, at: datetime, by: Actor) -> Outcome:
    """Withdraw the open promises of some accounts, such as those that were closed, after judging them by their money."""
    by.must_be_allowed_to("cancel promises")
    judge_promises(account_ids=account_ids, at=at, by=by)
    return Outcome(done=_withdraw(account_ids, reason=reason, at=at, by=by))


def _withdraw(account_ids: Collection[int], *, reason: str, at: datetime, by: Actor) -> int:
    withdrawn = sql.rows(queries.judgement_query("withdraw"), {"account_ids": sorted(account_ids), "at": at})
    told = [
        (
            events.PromiseWithdrawn(
                row["account_id"], row["id"], Money(row["amount_minor"], row["currency"]), row["pay_on"], reason.strip()
            ),
            row["ended_on"],
        )
        for row in withdrawn
    ]
    timeline.append_all(told, at=at, by=by)
    return len(withdrawn)
