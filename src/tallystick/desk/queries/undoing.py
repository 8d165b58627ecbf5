"""How an account stands, and what was done because of a payment: what undoing it is told by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from tallystick.accounts import queries as account_queries
from tallystick.charges.queries import shown as charge_queries
from tallystick.contact.queries import outbox
from tallystick.contact.rules.words import Channel, MessageState
from tallystick.desk.rules.undoing import Answer, Effect, Interest, InterestLine, Owed, Place, Promised, Stand
from tallystick.holds import queries as hold_queries
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.promises import queries as promise_queries
from tallystick.strategy.queries import decided
from tallystick.strategy.queries import why as strategy_queries
from tallystick.worklists import queries as worklist_queries


def stand(account_id: int, *, day: date) -> Stand:
    """Give how an account stands on a day: every item, its interest, every promise, its place in its strategy."""
    account, items = account_queries.get_account(account_id), account_queries.items(account_id)
    why = strategy_queries.why(account_id, day=day, past=0, is_brief=True)
    return Stand(
        items=tuple(
            Owed(item.pk, item.reference, item.due_on, Money(item.open_minor, item.currency)) for item in items
        ),
        on_account=Money(account.on_account_minor, account.currency),
        promises=tuple(
            Promised(
                promise.pk,
                Money(promise.amount_minor, promise.currency),
                promise.pay_on,
                promise.state,
                Money(promise.paid_minor, promise.currency),
            )
            for promise in promise_queries.promises(account_id)
        ),
        place=Place(why.version.pk, why.place.number, why.place.state.title, why.next_review_on, why.sentence)
        if why
        else None,
        interest=tuple(_interest(each) for each in charge_queries.charged_on(account_id)),
    )


def _interest(charged: charge_queries.Charged) -> Interest:
    currency = charged.total.currency
    return Interest(
        charged.item_id,
        charged.reference,
        charged.total,
        tuple(
            InterestLine(
                line.first_day, line.last_day, Money(line.base, currency), line.percent, Money(line.amount, currency)
            )
            for line in charged.lines
        ),
    )


def events_of_payment(account_id: int, payment_id: int, promise_ids: Collection[int]) -> list[int]:
    """Give the events that a payment caused: it came, what it paid, that nothing was owed then, and promises that it kept."""
    asked = {"account": account_id, "payment": payment_id, "promises": list(promise_ids)}
    return [row["id"] for row in sql.rows(sql.load("tallystick.desk", "undoing.sql", "events_of_payment"), asked)]


def events_of_charge(account_id: int, item_id: int, on_item_id: int | None) -> tuple[list[int], datetime | None]:
    """Give the events by which a charge was told, and when the first of them was; interest is told for an account as a whole."""
    asked = {"account": account_id, "item": item_id, "on_item": on_item_id}
    rows = sql.rows(sql.load("tallystick.desk", "undoing.sql", "events_of_charge"), asked)
    return [row["id"] for row in rows], rows[0]["recorded_at"] if rows else None


def effects(account_id: int, decision_ids: Sequence[int]) -> tuple[list[Effect], list[Effect]]:
    """Give what was done because of decisions: what can still be taken back, and what has left."""
    undone, stays = [], []
    for message in outbox.of_causes(account_id, decision_ids, cause_kind="decision"):
        name = message.template.name if message.template else message.command
        said = Effect("message", message.pk, Channel(message.channel).label, name)
        if message.state == MessageState.QUEUED:
            undone.append(said)
        elif message.state in (MessageState.SENDING, MessageState.SENT):
            stays.append(said)
    for work in worklist_queries.of_causes(account_id, decision_ids, cause_kind="decision"):
        undone.append(Effect("task", work.pk, work.get_kind_display(), work.title))
    for hold in hold_queries.of_causes(account_id, decision_ids, cause_kind="decision"):
        undone.append(Effect("hold", hold.pk, hold.get_reason_display()))
    return undone, stays


def answers(account_id: int, decision_ids: Collection[int], *, at: datetime) -> list[Answer]:
    """Give what was decided just now, in its order, and what it ordered."""
    return [
        Answer(past.version.pk, past.effect.number, past.title, past.from_state, past.to_state, past.orders)
        for past in reversed(decided.history(account_id, limit=max(len(decision_ids), 1)))
        if past.decision_id in decision_ids and past.decided_at == at
    ]
