"""What is kept with a decision: the facts that decided it, as they were before it changed anything, and the arms of splits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date

from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import own_words
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.program import Effect, EffectKind
from tallystick.strategy.rules.types import Catalogue

#: Columns of the book that an effect changes, and where it keeps what they were, so that evidence can still be read.
_KEPT = {
    "book.state_entered_on": "book.prior_entered_on",
    "book.stepped_on": "book.prior_stepped_on",
    "book.place": "book.prior_place",
}

#: The fact that steps by the due day go by.
DUE_DAY = "accounts.oldest_due_on"
#: What stands behind the name of a policy's word in evidence, where its version is kept.
VERSION = " version"
#: Where the versions of those policies are kept that the policies of the condition speak of, by their words.
BENEATH = "policies beneath"
#: What stands behind the name of an arm in evidence, where the chances of all arms are kept.
CHANCES = " chances"


def facts_of(effect: Effect, catalogue: Catalogue) -> list[Fact]:
    """Give the facts that decide an effect, which are kept with every decision."""
    found = catalogue.of_tree(effect.condition.tree) if effect.condition else []
    read = {EffectKind.RESULT: "worklists.result", EffectKind.OVERRUN: "worklists.limit_on"}.get(effect.kind)
    if effect.step and effect.step.at and effect.kind in (EffectKind.STEP, EffectKind.SKIP):
        read = DUE_DAY
    if read:
        found = [*found, catalogue.facts[read]]
    return list(dict.fromkeys([*found, *own_words.always_kept(effect, catalogue)]))


def kept(effect: Effect, words: Catalogue, day: date) -> str:
    """Write what is kept with an effect, as JSON over a row of the book that it has changed already; nothing where nothing is."""
    facts = facts_of(effect, words)
    if any(fact.type is FactType.MONEY for fact in facts) and words.currency not in facts:
        facts = [*facts, words.currency]
    pairs = [pair for fact in facts for pair in _pairs(fact, effect, day)]
    named = {fact.name for fact in facts}
    if beneath := {word.name: word.version for word in _beneath(facts) if word.name not in named}:
        versions = json.dumps(beneath, sort_keys=True)
        pairs.append(f"{compiler.quote_text(BENEATH)}, {compiler.quote_text(versions)}::jsonb")
    return f"jsonb_build_object({', '.join(pairs)})" if pairs else ""


def _beneath(facts: Iterable[Fact]) -> Iterator[Word]:
    """Give the words that words among some facts stand on, whatever is between."""
    for fact in facts:
        if isinstance(fact, Word):
            yield from fact.uses
            yield from _beneath(fact.uses)


def _pairs(fact: Fact, effect: Effect, day: date) -> list[str]:
    pairs = [f"{compiler.quote_text(fact.name)}, {compiler.fact_sql(fact, day)}"]
    if isinstance(fact, own_words.LearnedArm):
        pairs.append(f"{compiler.quote_text(fact.name + CHANCES)}, {fact.chances}")
    if not own_words.is_of_new_state(fact, effect):
        pairs = [_before(pair) for pair in pairs]
    if fact.version:
        pairs.append(f"{compiler.quote_text(fact.name + VERSION)}, {fact.version}")
    return pairs


def _before(expression: str) -> str:
    """Have an expression read the row as it was before."""
    for changed, prior in _KEPT.items():
        expression = expression.replace(changed, prior)
    return expression
