"""What a collector does in one stroke and what belongs with it: one task, the rest happens by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.contact import actions as contact_actions
from tallystick.contact.models import Call
from tallystick.contact.rules import words
from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import add_business_days, local_day
from tallystick.kernel.money import Money
from tallystick.promises import actions as promise_actions
from tallystick.promises.models import Promise
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists import rules as worklist_rules

#: Outcomes after which the same number is tried again on the next business day.
_TRY_AGAIN = frozenset({words.CallOutcome.NO_ANSWER, words.CallOutcome.BUSY, words.CallOutcome.LEFT_MESSAGE})


def _next_business_day(account_id: int, *, at: datetime, by: Actor) -> date:
    client = account_queries.get_account(account_id, scope=by.scope).client
    today = local_day(at, client.time_zone)
    return add_business_days(today + timedelta(days=1), 0, jurisdiction_queries.holidays(client.calendar))


@transaction.atomic
def record_call(
    *,
    account_id: int,
    outcome: words.CallOutcome,
    number: str = "",
    note: str = "",
    callback_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Call:
    """Log a call; end the calls that were asked for, or put them off to the next business day; note a call back in the diary."""
    call = contact_actions.log_call(
        account_id=account_id, outcome=outcome, number=number, note=note, callback_at=callback_at, at=at, by=by
    )
    worklist_actions.answer_calls(
        account_id=account_id,
        is_settled=outcome not in _TRY_AGAIN,
        outcome=outcome,
        note=note,
        retry_on=_next_business_day(account_id, at=at, by=by),
        at=at,
        by=by,
    )
    if callback_at is not None:
        client = account_queries.get_account(account_id, scope=by.scope).client
        worklist_actions.open_task(
            account_id=account_id,
            kind=worklist_rules.Kind.CALLBACK,
            title=str(worklist_rules.Kind.CALLBACK.label),
            due_on=local_day(callback_at, client.time_zone),
            due_at=callback_at,
            assignee_id=by.user_id,
            at=at,
            by=by,
        )
    return call


@transaction.atomic
def take_promise(*, account_id: int, amount: Money, pay_on: date, at: datetime, by: Actor) -> Promise:
    """Record a promise; the calls that were asked for are answered by it.

    :raises AccountOnHold, PromiseAmountOutOfRange, PromiseDayOutOfRange: see `promises.actions.record_promise`
    """
    promise = promise_actions.record_promise(account_id=account_id, amount=amount, pay_on=pay_on, at=at, by=by)
    worklist_actions.answer_calls(
        account_id=account_id,
        is_settled=True,
        outcome=words.CallOutcome.PROMISE,
        retry_on=_next_business_day(account_id, at=at, by=by),
        at=at,
        by=by,
    )
    return promise
