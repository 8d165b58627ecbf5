"""Tell the timeline what was decided, a set at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.outcome import Chosen
from tallystick.kernel.refusals import Refusal
from tallystick.strategy import events
from tallystick.strategy.actions.deciding import Decided
from tallystick.strategy.rules.program import Effect, EffectKind, Program
from tallystick.strategy.rules.statement import Statement
from tallystick.timeline import actions as timeline

_EVENTS = {
    EffectKind.STEP: events.StepTaken,
    EffectKind.SKIP: events.StepSkipped,
    EffectKind.RESULT: events.WaitEnded,
    EffectKind.OVERRUN: events.LimitCame,
    EffectKind.LEAVE: events.StateLeft,
    EffectKind.ANSWER: events.EventAnswered,
}


#: What was decided alike is said alike, and is sent once: `said` are the events' kinds and fields, by number.
_TOLD_EACH = """
SELECT account_id, (%(kinds)s::text[])[said_no] AS kind,
       (%(said)s::jsonb -> said_no - 1) || jsonb_build_object('decision_id', decision_id) AS data, %(day)s::date AS happened_on
FROM unnest(%(account_ids)s::bigint[], %(decision_ids)s::bigint[], %(said_nos)s::integer[])
    WITH ORDINALITY AS decided(account_id, decision_id, said_no, position)
ORDER BY position
"""

_TOLD = """
SELECT account_id, %(said)s::jsonb || jsonb_build_object('decision_id', decision_id) AS data, %(day)s::date AS happened_on
FROM unnest(%(account_ids)s::bigint[], %(decision_ids)s::bigint[]) AS decided(account_id, decision_id)
"""


def tell(decisions: Sequence[Decided], statement: Statement, *, at: datetime, by: Actor) -> None:
    """Append an event for each decision, in their order: one statement, however many things were decided."""
    kinds: list[str] = []
    said: list[dict[str, Any]] = []
    said_nos: list[int] = []
    for number, decided in enumerate(decisions, start=1):
        version, effect = statement.effect(decided.number)
        kinds.append(f"strategy.{_EVENTS[effect.kind].__name__}")
        said.append(said_of(version.program, effect, decided.from_place))
        said_nos += [number] * len(decided.account_ids)
    if not said_nos:
        return
    params = {
        "kinds": kinds,
        "said": json.dumps(said),
        "day": statement.day,
        "account_ids": [account_id for decided in decisions for account_id in decided.account_ids],
        "decision_ids": [decision_id for decided in decisions for decision_id in decided.decision_ids],
        "said_nos": said_nos,
    }
    timeline.append_rows(sql.Rows(_TOLD_EACH, params), kind=frozenset(kinds), at=at, by=by)


def tell_refused(
    accounts: Chosen, order_no: int, order: str, refusal: Refusal, *, day: date, at: datetime, by: Actor
) -> None:
    """Append to each account that an order of its decision was refused, and why."""
    said = {"order_no": order_no, "order": order, "code": refusal.code, "reason": str(refusal)}
    params = {
        "said": json.dumps(said),
        "day": day,
        "account_ids": list(accounts.account_ids),
        "decision_ids": list(accounts.cause_ids),
    }
    kind = f"strategy.{events.OrderRefused.__name__}"
    timeline.append_rows(sql.Rows(_TOLD, params), kind=kind, at=at, by=by)


def said_of(program: Program, effect: Effect, from_place: int) -> dict[str, Any]:
    """Give the fields of an effect's event, all but the account and the decision."""
    state = program.places[from_place].state
    said: dict[str, Any] = {"strategy": program.document.name, "state": state.title}
    match effect.kind:
        case EffectKind.STEP | EffectKind.SKIP | EffectKind.OVERRUN:
            said["step"] = effect.title
        case EffectKind.RESULT:
            said |= {"step": effect.title, "result": effect.result}
        case EffectKind.LEAVE:
            said["entered"] = program.places[effect.to_place or 0].state.title
        case EffectKind.ANSWER:
            said |= {"answered": effect.event, "answer": effect.title}
    return said
