"""Calls and what comes of them: a promise, a dispute, another call, a number that is of no use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.contact import actions as contact_actions
from tallystick.contact.models import Call
from tallystick.contact.rules import words
from tallystick.desk.actions import reach
from tallystick.desk.rules import calls as call_rules
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes import rules as dispute_rules
from tallystick.disputes.models import Dispute
from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import add_business_days, local_day
from tallystick.kernel.money import Money
from tallystick.parties.rules import ContactState
from tallystick.promises import actions as promise_actions
from tallystick.promises.models import Promise
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists import rules as worklist_rules


@dataclass(frozen=True, slots=True)
class Spoken:
    """The call in which something was said: who called, on which number, and what was noted."""

    contact_point_id: int | None = None
    number: str = ""
    note: str = ""
    direction: words.Direction = words.Direction.OUT


def _next_business_day(account: Account, *, at: datetime) -> date:
    today = local_day(at, account.client.time_zone)
    return add_business_days(today + timedelta(days=1), 0, jurisdiction_queries.holidays(account.client.calendar))


@transaction.atomic
def record_call(
    *,
    account_id: int,
    outcome: words.CallOutcome,
    number: str = "",
    note: str = "",
    callback_at: datetime | None = None,
    contact_point_id: int | None = None,
    direction: words.Direction = words.Direction.OUT,
    at: datetime,
    by: Actor,
) -> Call:
    """Log a call, and do what follows from its outcome.

    Calls that were asked for are ended, or put off to the next business day where nobody was reached. A call back goes into the
    diary of whoever took it; a contact point that is of no use is marked as such.

    :raises CallBackNeedsTime: the outcome is a call back, and nobody said when
    """
    if outcome is words.CallOutcome.CALLBACK and callback_at is None:
        raise call_rules.CallBackNeedsTime()
    call = contact_actions.log_call(
        account_id=account_id,
        outcome=outcome,
        direction=direction,
        contact_point_id=contact_point_id,
        number=number,
        note=note,
        callback_at=callback_at,
        at=at,
        by=by,
    )
    account = account_queries.get_account(account_id, scope=by.scope)
    worklist_actions.answer_calls(
        account_id=account_id,
        is_settled=outcome not in words.TRY_AGAIN,
        outcome=outcome,
        note=note,
        retry_on=_next_business_day(account, at=at),
        at=at,
        by=by,
    )
    if outcome in call_rules.NUMBER_IS_BAD and call.contact_point_id is not None and by.may("edit parties"):
        reach.mark_contact_point(
            account_id=account_id, contact_point_id=call.contact_point_id, state=ContactState.BAD, at=at, by=by
        )
    if callback_at is not None:
        _open_call_back(account, callback_at, at=at, by=by)
    return call


def _open_call_back(account: Account, callback_at: datetime, *, at: datetime, by: Actor) -> None:
    worklist_actions.open_task(
        account_id=account.pk,
        kind=worklist_rules.Kind.CALLBACK,
        title=str(worklist_rules.Kind.CALLBACK.label),
        due_on=local_day(callback_at, account.client.time_zone),
        due_at=callback_at,
        assignee_id=by.user_id,
        at=at,
        by=by,
    )


@transaction.atomic
def take_promise(
    *, account_id: int, amount: Money, pay_on: date, spoken: Spoken | None = None, at: datetime, by: Actor
) -> Promise:
    """Record a promise, with the call in which it was made if there was one; calls that were asked for are answered by it.

    :raises AccountOnHold, PromiseAmountOutOfRange, PromiseDayOutOfRange: see `promises.actions.record_promise`
    """
    promise = promise_actions.record_promise(account_id=account_id, amount=amount, pay_on=pay_on, at=at, by=by)
    _answered_by(account_id, words.CallOutcome.PROMISE, spoken, at=at, by=by)
    return promise


@transaction.atomic
def hear_dispute(
    *,
    account_id: int,
    item_id: int | None,
    amount: Money | None,
    reason: dispute_rules.Reason,
    note: str = "",
    spoken: Spoken | None = None,
    at: datetime,
    by: Actor,
) -> Dispute:
    """Record a dispute, with the call in which it was raised if there was one; such a call answers those that were asked for.

    :raises DisputeAmountOutOfRange: see `disputes.actions.raise_dispute`
    """
    dispute = dispute_actions.raise_dispute(
        account_id=account_id, item_id=item_id, amount=amount, reason=reason, note=note, at=at, by=by
    )
    if spoken is not None:
        _answered_by(account_id, words.CallOutcome.DISPUTE, spoken, at=at, by=by)
    return dispute


def _answered_by(
    account_id: int, outcome: words.CallOutcome, spoken: Spoken | None, *, at: datetime, by: Actor
) -> None:
    if spoken is not None:
        record_call(
            account_id=account_id,
            outcome=outcome,
            number=spoken.number,
            note=spoken.note,
            contact_point_id=spoken.contact_point_id,
            direction=spoken.direction,
            at=at,
            by=by,
        )
        return
    account = account_queries.get_account(account_id, scope=by.scope)
    worklist_actions.answer_calls(
        account_id=account_id,
        is_settled=True,
        outcome=outcome,
        retry_on=_next_business_day(account, at=at),
        at=at,
        by=by,
    )
