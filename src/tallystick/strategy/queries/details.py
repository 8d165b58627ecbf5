"""What else there is to say of a value: what the components of a score added, and by which chance an account has its arm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact
from tallystick.strategy.queries import scores
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.own_words import LearnedArm
from tallystick.strategy.rules.policies.document import Scorecard
from tallystick.strategy.rules.policies.words import Word


def expression(fact: Fact, day: date) -> str:
    """Write what there is to say of a fact, as JSON over a row of `book`; null of most."""
    match fact:
        case Word():
            return fact.contributions(day)
        case LearnedArm():
            return fact.chances
    return "NULL::jsonb"


def said(fact: Fact, value: object, found: str | None) -> str:
    """Say what was found of a fact by its expression."""
    if found is None:
        return ""
    if isinstance(fact, LearnedArm):
        return said_chances(value, json.loads(found))
    if isinstance(fact, Word) and isinstance(fact.policy, Scorecard):
        parts = scores.parts(fact.policy, json.loads(found))
        return ", ".join(f"{part.title} {plain.value_aloud(part.contribution)}" for part in parts)
    return ""


def said_chances(arm: object, chances: Mapping[str, int]) -> str:
    """Say by which chance an account has its arm, and what it might have had instead: "by chance of 63 in 100; firm 37"."""
    others = ", ".join(f"{plain.name_aloud(other)} {chance}" for other, chance in chances.items() if other != arm)
    return _("by chance of {chance} in 100; {others}").format(chance=chances.get(str(arm), 0), others=others)
