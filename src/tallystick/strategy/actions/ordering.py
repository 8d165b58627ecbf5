"""Give the orders of decisions to the rooms below: each kind of order once, for the set of accounts that it concerns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.contact import actions as contact
from tallystick.holds import actions as holds
from tallystick.holds.rules import HoldEndsTooSoon, Reason
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import add_business_days
from tallystick.kernel.outcome import Chosen, Outcome
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.actions import speaking, telling
from tallystick.strategy.actions.deciding import Decided
from tallystick.strategy.rules.orders import (
    CancelTasks,
    Hold,
    LiftHold,
    Message,
    Note,
    Notice,
    Order,
    Overrun,
    Pause,
    Service,
    Task,
    Watch,
)
from tallystick.strategy.rules.statement import Statement
from tallystick.timeline import actions as timeline
from tallystick.worklists import actions as worklists
from tallystick.worklists import rules as worklist_rules

#: Why a message is not sent for an account: another of its debtor's speaks.
SPOKEN_FOR = "strategy.spoken_for"

#: What became of orders, by what they are.
Outcomes = dict[str, Outcome]


def give(decisions: Sequence[Decided], statement: Statement, *, at: datetime, by: Actor) -> Outcomes:
    """Give the orders of some decisions and say what became of them, by what they are.

    The decision and the place of the order in its step are the natural key of everything that follows: given twice, an order is
    carried out once.
    """
    alike: dict[tuple[Order, int, str], list[Decided]] = defaultdict(list)
    for decided in decisions:
        version, effect = statement.effect(decided.number)
        for place, order in enumerate(effect.orders):
            alike[order, place, version.program.document.calendar].append(decided)
    outcomes: Outcomes = {}
    for (order, place, calendar), those in alike.items():
        accounts = Chosen(
            [account_id for each in those for account_id in each.account_ids],
            [decision_id for each in those for decision_id in each.decision_ids],
            "decision",
        )
        try:
            outcome = _give(order, accounts, place, calendar, day=statement.day, at=at, by=by)
        except Refusal as refusal:
            # Said of the whole set, such as a template that is no longer live: decisions stand, and what was refused is told.
            outcome = Outcome(refused=Counter({refusal.code: len(accounts)}))
            telling.tell_refused(accounts, place, name_of(order), refusal, day=statement.day, at=at, by=by)
        outcomes[name_of(order)] = outcomes.get(name_of(order), Outcome()) + outcome
    return outcomes


def name_of(order: Order) -> str:
    """Say what an order is, in a word or two, the same for all accounts it is given for.

    >>> from tallystick.contact.rules.words import Channel
    >>> name_of(Message(Channel.EMAIL, "first-reminder"))
    'email first-reminder'
    """
    match order:
        case Message():
            return f"{order.channel.value} {order.template}"
        case Task():
            return f"task {order.kind.value}: {order.title}"
        case Overrun():
            return f"overrun {order.watch.mark}"
        case CancelTasks():
            return f"cancel_tasks {order.kind.value}"
        case Hold():
            return f"hold {order.reason.value}"
        case Pause():
            return "pause"
        case LiftHold():
            return f"lift_hold {order.reason.value}"
        case Service():
            return f"service {order.command.value}"
        case Notice():
            return f"notify {order.to} {order.template}"
        case Note():
            return "note"


def _give(order: Order, chosen: Chosen, place: int, calendar: str, *, day: date, at: datetime, by: Actor) -> Outcome:
    match order:
        case Message():
            return _send(order, chosen, place, day=day, at=at, by=by)
        case Service():
            return contact.queue_service_commands(chosen, command=order.command, action_no=place, at=at, by=by)
        case Notice():
            return contact.queue_notices(chosen, to=order.to, template=order.template, action_no=place, at=at, by=by)
        case Task():
            return worklists.open_tasks(
                chosen,
                kind=order.kind,
                title=order.title,
                due_on=add_business_days(day, order.due_business_days, jurisdictions.holidays(calendar)),
                priority=order.priority,
                team_id=_team_id(order.team),
                to_owner=order.to_owner,
                note=order.note,
                watch=_watch(order.watch, day=day, calendar=calendar),
                action_no=place,
                at=at,
                by=by,
            )
        case Overrun():
            return worklists.overrun_tasks(
                account_ids=chosen.account_ids,
                mark=order.watch.mark,
                on=day,
                priority=order.watch.priority,
                team_id=_team_id(order.watch.team),
                to_owner=order.watch.to_owner,
                at=at,
                by=by,
            )
        case CancelTasks():
            return worklists.cancel_tasks(
                account_ids=chosen.account_ids,
                reason=_("What it was for has happened."),
                kinds=[order.kind],
                at=at,
                by=by,
            )
        case Hold():
            return holds.place_holds(chosen, reason=order.reason, days=order.days, action_no=place, at=at, by=by)
        case Pause():
            days = order.days if order.until is None else (order.until - day).days
            if order.until is not None and order.until <= day:
                raise HoldEndsTooSoon(from_on=day.isoformat(), until_on=order.until.isoformat())
            return holds.place_holds(chosen, reason=Reason.PAUSE, days=days, action_no=place, at=at, by=by)
        case LiftHold():
            return holds.lift_holds(chosen, reasons=frozenset({order.reason}), at=at, by=by)
        case Note():
            return timeline.add_notes(chosen, text=order.text, happened_on=day, at=at, by=by)


def _send(order: Message, chosen: Chosen, place: int, *, day: date, at: datetime, by: Actor) -> Outcome:
    silent = 0
    if order.weighing.of_debtor:
        chosen, silent = speaking.leave_to_speakers(chosen, order_no=place, order=name_of(order), day=day, at=at, by=by)
    outcome = contact.queue_messages(
        chosen,
        template=order.template,
        channel=order.channel,
        weighing=order.weighing,
        action_no=place,
        at=at,
        by=by,
    )
    return outcome + Outcome(refused=Counter({SPOKEN_FOR: silent} if silent else {}))


def _watch(watch: Watch | None, *, day: date, calendar: str) -> worklist_rules.Watch | None:
    if watch is None:
        return None
    limit_on = add_business_days(day, watch.limit, jurisdictions.holidays(calendar))
    return worklist_rules.Watch(watch.mark, day, limit_on, watch.is_awaited)


def _team_id(name: str) -> int | None:
    """Give the team of a name; None, which is the client's own team, where there is not exactly one."""
    found = list(access_queries.teams().filter(name=name).values_list("pk", flat=True)[:2]) if name else []
    return found[0] if len(found) == 1 else None
