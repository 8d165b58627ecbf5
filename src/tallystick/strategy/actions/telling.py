"""Tell the timeline what was decided, a set at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tallystick.kernel.actor import Actor
from tallystick.strategy import events
from tallystick.strategy.actions.deciding import Decided
from tallystick.strategy.rules.program import Effect, EffectKind, Program
from tallystick.strategy.rules.statement import Statement
from tallystick.timeline import actions as timeline

_EVENTS = {
    EffectKind.STEP: events.StepTaken,
    EffectKind.SKIP: events.StepSkipped,
    EffectKind.LEAVE: events.StateLeft,
    EffectKind.ANSWER: events.EventAnswered,
}


def tell(decisions: Sequence[Decided], statement: Statement, *, at: datetime, by: Actor) -> None:
    """Append an event for each decision."""
    alike: dict[tuple[int, int], list[Decided]] = defaultdict(list)
    for decided in decisions:
        alike[decided.number, decided.from_place].append(decided)
    for (number, from_place), those in alike.items():
        version, effect = statement.effect(number)
        said = said_of(version.program, effect, from_place)
        timeline.append_bulk(
            kind=f"strategy.{_EVENTS[effect.kind].__name__}",
            account_ids=[each.account_id for each in those],
            data=[{"decision_id": each.decision_id, **said} for each in those],
            happened_on=statement.day,
            at=at,
            by=by,
        )


def said_of(program: Program, effect: Effect, from_place: int) -> dict[str, Any]:
    """Give the fields of an effect's event, all but the account and the decision."""
    state = program.places[from_place].state
    said: dict[str, Any] = {"strategy": program.document.name, "state": state.title}
    match effect.kind:
        case EffectKind.STEP | EffectKind.SKIP:
            said["step"] = effect.title
        case EffectKind.LEAVE:
            said["entered"] = program.places[effect.to_place or 0].state.title
        case EffectKind.ANSWER:
            said |= {"answered": effect.event, "answer": effect.title}
    return said
