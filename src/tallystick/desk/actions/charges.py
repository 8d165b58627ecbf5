"""Undo a charge with everything that followed from it, in one step; and show beforehand what that is. The look is the deed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Item
from tallystick.accounts.rules import CHARGES
from tallystick.charges import actions as charge_actions
from tallystick.charges.queries.shown import ChargedByRule, charged_by_rule
from tallystick.desk.actions.undoing import take_orders_back
from tallystick.desk.queries import undoing as queries
from tallystick.desk.rules.undoing import ChargeChain, ChargedByHand, NotACharge, Way, must_be_as_seen
from tallystick.kernel.actor import Actor, system
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.promises import actions as promise_actions
from tallystick.strategy import actions as strategy_actions
from tallystick.strategy.queries.following import decisions_after


def look_at_charge(
    *, account_id: int, item_id: int, way: Way, since: date | None = None, at: datetime, by: Actor
) -> ChargeChain:
    """Give everything that follows if a charge is undone now; nothing is changed.

    :raises: see `undo_charge`
    """
    with transaction.atomic():
        chain = _undo(account_id, item_id, way=way, since=since, reason=_("Looked at"), at=at, by=by)
        transaction.set_rollback(True)
    return chain


@transaction.atomic
def undo_charge(
    *,
    account_id: int,
    item_id: int,
    way: Way,
    since: date | None = None,
    reason: str,
    seen: str,
    at: datetime,
    by: Actor,
) -> ChargeChain:
    """Undo a charge with everything that followed from it, once: exactly what was `seen`, or nothing.

    Let off, it is not charged again: what a rule charged stands, with an entry that lets it off, and the nights go on from there;
    what was charged by hand or by a file is reversed. Charged anew, it is what the rules say now, by the proof of the night.
    `since` lets off what was charged on that day and later.

    :raises ChainChanged: something else follows now than was looked at
    :raises NotFound, NothingChanges: there is no such item, or nothing of it is left
    :raises NotACharge, ChargedByHand: it is no charge, or no rule charges it
    """
    chain = _undo(account_id, item_id, way=way, since=since, reason=reason, at=at, by=by)
    must_be_as_seen(chain, seen)
    return chain


def _undo(
    account_id: int, item_id: int, *, way: Way, since: date | None, reason: str, at: datetime, by: Actor
) -> ChargeChain:
    by.must_be_allowed_to("adjust items")
    account = account_queries.get_account(account_id, scope=by.scope)
    today, house = local_day(at, account.client.time_zone), system("a charge undone")
    # The book before the account, as whoever answers events locks them.
    strategy_actions.answer_account(account_id=account_id, day=today, at=at, by=house)
    account_queries.lock_account(account_id, scope=by.scope)
    item = account_queries.lock_item(item_id, account_id=account_id)
    rule = charged_by_rule(account_id, item_id, since=since)
    if item.kind not in CHARGES:
        raise NotACharge(reference=item.reference)
    if rule is None and way is Way.ANEW:
        raise ChargedByHand(reference=item.reference)
    before = queries.stand(account_id, day=today)
    events, first = queries.events_of_charge(account_id, item_id, rule.on_item_id if rule else None)
    amount = _take(item, rule, way, reason=reason, at=at, by=by)
    account_actions.allocate_on_account([account_id], at=at, by=house)
    promise_actions.judge_promises(account_ids=[account_id], at=at, by=house)
    decisions = decisions_after(account_id, events, since=first) if first else []
    undone, stays = queries.effects(account_id, decisions)
    take_orders_back(
        account_id, decisions, reason=_("The charge that it followed from was taken back."), at=at, by=house
    )
    made = strategy_actions.answer_account(account_id=account_id, day=today, at=at, by=house)
    made_ids = {decision_id for each in made for decision_id in each.decision_ids}
    return ChargeChain(
        account_id=account_id,
        before=before,
        after=queries.stand(account_id, day=today),
        undone=tuple(undone),
        stays=tuple(stays),
        answers=tuple(queries.answers(account_id, made_ids, at=at)),
        item_id=item_id,
        amount=amount,
        way=way.value,
        since=since,
    )


def _take(item: Item, rule: ChargedByRule | None, way: Way, *, reason: str, at: datetime, by: Actor) -> Money:
    """Take the charge back in the way that was chosen, and give how much less it comes to."""
    terms: dict[str, Any] = {"account_id": item.account_id, "item_id": item.pk, "reason": reason, "at": at, "by": by}
    if way is Way.ANEW:
        house = system("a charge undone")
        charge_actions.prove_again(account_ids=[item.account_id], by=house)
        charge_actions.correct_interest(account_ids=[item.account_id], at=at, by=house)
        after = account_queries.lock_item(item.pk, account_id=item.account_id)
        return Money(item.amount_minor - after.amount_minor, item.currency)
    if rule is None:
        return account_actions.take_item_back(**terms)
    return account_actions.let_item_off(**terms, amount=Money(rule.minor, item.currency))
