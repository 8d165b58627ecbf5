"""Take a payment back with everything that followed from it, in one step; and show beforehand what that is.

The look is the deed, done and taken back before anything of it is kept: what is shown and what is done cannot differ.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import queries as account_queries
from tallystick.charges import actions as charge_actions
from tallystick.contact import actions as contact_actions
from tallystick.desk.queries import undoing as queries
from tallystick.desk.rules.undoing import Chain, must_be_as_seen
from tallystick.holds import actions as hold_actions
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.payments import actions as payment_actions
from tallystick.payments import queries as payment_queries
from tallystick.payments.rules.states import ReversalReason
from tallystick.promises import actions as promise_actions
from tallystick.strategy import actions as strategy_actions
from tallystick.strategy.queries.following import decisions_after
from tallystick.worklists import actions as worklist_actions


def look_at_reversal(
    *, payment_id: int, reason: ReversalReason, booked_on: date | None = None, at: datetime, by: Actor
) -> Chain:
    """Give everything that follows if a payment is taken back now; nothing is changed.

    :raises NotFound, PaymentReversed: see `payments.actions.reverse_payment`
    """
    with transaction.atomic():
        chain = _reverse(payment_id, reason=reason, note="", booked_on=booked_on, at=at, by=by)
        transaction.set_rollback(True)
    return chain


@transaction.atomic
def reverse_with_all(
    *,
    payment_id: int,
    reason: ReversalReason,
    note: str = "",
    booked_on: date | None = None,
    seen: str,
    at: datetime,
    by: Actor,
) -> Chain:
    """Take a payment back with everything that followed from it, once: exactly what was `seen`, or nothing.

    What it paid is open again, interest is charged as the next night would, promises are judged without it, what the strategy
    ordered because of it is taken back where it has not left, and the strategy answers.

    :raises ChainChanged: something else follows now than was looked at
    :raises NotFound, PaymentReversed: see `payments.actions.reverse_payment`
    """
    chain = _reverse(payment_id, reason=reason, note=note, booked_on=booked_on, at=at, by=by)
    must_be_as_seen(chain, seen)
    return chain


def _reverse(
    payment_id: int, *, reason: ReversalReason, note: str, booked_on: date | None, at: datetime, by: Actor
) -> Chain:
    by.must_be_allowed_to("allocate money")
    payment = payment_queries.get_payment(payment_id, scope=by.scope)
    account_id, house = payment.account_id, system("a payment taken back")
    account = account_queries.get_account(account_id, scope=by.scope)
    today = local_day(at, account.client.time_zone)
    # The book, the line, the account: whoever locks several of them does so in this order.
    strategy_actions.answer_account(account_id=account_id, day=today, at=at, by=house)
    if payment.line_id is not None:
        payment_queries.lock_line(payment.line_id, scope=by.scope)
    account_queries.lock_account(account_id, scope=by.scope)
    before = queries.stand(account_id, day=today)
    reversed_payment = payment_actions.reverse_payment(
        payment_id=payment_id, reason=reason, note=note, booked_on=booked_on, at=at, by=by
    )
    charge_actions.correct_interest(account_ids=[account_id], at=at, by=house)
    promise_actions.judge_promises(account_ids=[account_id], at=at, by=house)
    judged = {promise.promise_id: promise.state for promise in queries.stand(account_id, day=today).promises}
    turned = [each.promise_id for each in before.promises if judged[each.promise_id] != each.state]
    decisions = decisions_after(
        account_id, queries.events_of_payment(account_id, payment_id, turned), since=payment.received_at
    )
    undone, stays = queries.effects(account_id, decisions)
    take_orders_back(
        account_id, decisions, reason=_("The payment that it followed from was taken back."), at=at, by=house
    )
    made = strategy_actions.answer_account(account_id=account_id, day=today, at=at, by=house)
    made_ids = {decision_id for each in made for decision_id in each.decision_ids}
    return Chain(
        payment_id=payment_id,
        account_id=account_id,
        amount=Money(payment.amount_minor, payment.currency),
        reason=reason.value,
        booked_on=reversed_payment.reversed_on or today,
        before=before,
        after=queries.stand(account_id, day=today),
        line_waits=payment.line_id is not None and reason.money_stays,
        undone=tuple(undone),
        stays=tuple(stays),
        answers=tuple(queries.answers(account_id, made_ids, at=at)),
    )


def take_orders_back(account_id: int, decisions: list[int], *, reason: str, at: datetime, by: Actor) -> None:
    """Take back what decisions had ordered and has not left."""
    chosen = Chosen([account_id] * len(decisions), decisions, "decision")
    contact_actions.cancel_messages(chosen, at=at, by=by)
    worklist_actions.cancel_caused(chosen, reason=reason, at=at, by=by)
    hold_actions.lift_caused(chosen, note=reason, at=at, by=by)
