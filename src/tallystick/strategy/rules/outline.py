"""What a state says of an account by time, whatever numbers a version gives its places and effects.

Two states with the same outline do alike to an account that stands in the same place of each, so that it need not be asked twice.
"""

from __future__ import annotations

from dataclasses import replace

from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.document import State
from tallystick.strategy.rules.program import EffectKind
from tallystick.strategy.rules.statement import Numbered, Statement, not_passed_over, rested

#: What is not the same by two versions, or need not be.
_ASKED = ("strategy_decision", "book.version_id")


def outline(statement: Statement, numbered: Numbered, state: State) -> str | None:
    """Write what happens by time in a state, for an account that came to it before the day; None where it asks what was decided.

    Places and effects are counted from the first of the state. What was decided on the day matters only to who entered on it.
    """
    program, day = numbered.version.program, compiler.quote_day(statement.day)
    counted = replace(
        numbered,
        base=1 - first_effect(numbered, state),
        first_place=program.first_place(state.id).number,
    )
    text = statement.timed_of(counted, state)
    text = text.replace(rested(program, state, day=day), f"(book.stepped_on IS NULL OR book.stepped_on < {day})")
    for effect in program.of_state(state, EffectKind.SKIP, EffectKind.RESULT):
        text = text.replace(not_passed_over(effect, day=day), "TRUE")
    if any(asked in text for asked in _ASKED) or text.count("book.place") > text.count("CASE book.place WHEN"):
        return None
    return text


def first_effect(numbered: Numbered, state: State) -> int:
    """Give the number in its program of the first effect of a state; a state may have none."""
    return next((each.number for each in numbered.version.program.effects if each.state is state), 1)
