"""Words that a document makes for its own conditions, beside the catalogue: the arms of its splits, and the level of an account.

The arm of an account follows from a hash of the name of the split and the account, or its debtor. So it stays the same in every
version of a document, on every day and on every machine, and what one split chooses says nothing of what another does.

Where a split learns, its shares are those of the day on which the account entered the state it is in. They are rows that are
never changed, and hold from a day that is still to come when they are written: an account keeps its arm while it stays, and any
past day can be asked again. Only the part of the hash that moved from one arm to another changes arm with the next entering.
"""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.contact.rules.weighing import Weighing
from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.document import Document, Split
from tallystick.strategy.rules.program import Effect
from tallystick.strategy.rules.types import Catalogue

#: The fact behind the guard that every document has.
PAUSED = "holds.paused"
_SPLIT = "split."


@dataclass(frozen=True, slots=True)
class LearnedArm(Fact):
    """The arm of a split that learns. It has a meaning in one state only."""

    state: str = ""
    #: SQL of the chances of a hundred that all arms had when the account came to the state, as JSON by arm.
    chances: str = ""


def words(document: Document, catalogue: Catalogue) -> Catalogue:
    """Give the words that the conditions of a document may use."""
    return with_words(document.splits, document.weighing, catalogue)


def with_words(splits: tuple[Split, ...], weighing: Weighing, catalogue: Catalogue) -> Catalogue:
    """Give a catalogue with the words of some splits and levels; what it has of them already stays."""
    made = [*map(_of_split, splits), *([_of_levels(weighing)] if weighing.levels else [])]
    own = [fact for fact in made if fact.name not in catalogue.facts]
    return Catalogue.of([*catalogue.facts.values(), *own], catalogue.histories.values()) if own else catalogue


def always_kept(effect: Effect, catalogue: Catalogue) -> list[Fact]:
    """Give the words that are kept with a decision, whatever decided: what came of an arm can be worked out later.

    The arm of a split that learns is kept in its state, and when an account comes to it.
    """
    kept = [fact for fact in catalogue.facts.values() if fact.name.startswith(_SPLIT)]
    return [fact for fact in kept if not isinstance(fact, LearnedArm) or _belongs(fact, effect)]


def _belongs(fact: LearnedArm, effect: Effect) -> bool:
    return effect.comes_to(fact.state) or (effect.state is not None and effect.state.id == fact.state)


def is_of_new_state(fact: Fact, effect: Effect) -> bool:
    """Test if a fact is what it is by the state that an account comes to, and not by the one it was decided in."""
    return isinstance(fact, LearnedArm) and effect.comes_to(fact.state)


def name_of_split(split_id: str) -> str:
    """Give the word by which conditions speak of a split.

    >>> name_of_split("early-call")
    'split.early_call'
    """
    return _SPLIT + split_id.replace("-", "_")


def _of_levels(weighing: Weighing) -> Fact:
    """Make the word for the level of an account: as levels grow with the days, that of its oldest open item is the highest."""
    begun = [
        f"WHEN book.oldest_due_on <= {{day}} - {begins} THEN {level}"
        for level, begins in reversed(list(enumerate(weighing.levels, start=1)))
    ]
    return Fact(
        "levels.level",
        FactType.NUMBER,
        "",
        "The highest level of an open item; 0 below the first, and while nothing is open.",
        f"CASE {' '.join(begun)} ELSE 0 END",
    )


def _of_split(split: Split) -> Fact:
    shares = ", ".join(f"{arm} {share}" for arm, share in split.shares)
    choices = tuple(arm for arm, _share in split.shares)
    name, meaning = name_of_split(split.id), f"The arm of the split, of a hundred: {shares}."
    if split.learns is None:
        return Fact(name, FactType.TEXT, "arm", meaning, _arm(split), choices)
    pairs = ", ".join(f"{compiler.quote_text(arm)}, {_chance(split, arm, share)}" for arm, share in split.shares)
    return LearnedArm(
        name,
        FactType.TEXT,
        "arm",
        f"{meaning} They follow what came of each arm.",
        _arm(split),
        choices,
        state=split.learns.state,
        chances=f"jsonb_build_object({pairs})",
    )


def _chance(split: Split, arm: str, written: int) -> str:
    """Write the share of an arm on the day a row entered its state: the last one set until then, else the one written.

    The rows are gathered once for a statement, and the day is found among theirs by halving.
    """
    if split.learns is None:
        return str(written)
    key = {"strategy": split.learns.strategy, "split": split.id, "terms": split.terms}
    named = " AND ".join(f"learned.{column} = {compiler.quote_text(value)}" for column, value in key.items())
    rows = f"FROM strategy_learned_shares AS learned WHERE {named}"
    since = f"(SELECT array_agg(learned.since ORDER BY learned.since) {rows})"
    share = f"(learned.shares ->> {compiler.quote_text(arm)})::integer"
    shares = f"(SELECT array_agg({share} ORDER BY learned.since) {rows})"
    return f"coalesce(({shares})[width_bucket(book.state_entered_on, {since})], {written})"


def _arm(split: Split) -> str:
    """Write the arm of a row of the book: the first four bytes of a hash, as a number, fall into a hundred parts."""
    whom = "book.party_id" if split.by_debtor else "book.account_id"
    hashed = f"sha256(({compiler.quote_text(split.id + ':')} || {whom})::bytea)"
    part = f"mod(('x' || encode(substring({hashed} FROM 1 FOR 4), 'hex'))::bit(32)::bigint, 100)"
    cases, upto = [], ""
    for arm, share in split.shares:
        upto = f"{upto} + {_chance(split, arm, share)}" if upto else _chance(split, arm, share)
        cases.append(f"WHEN {part} < {upto} THEN {compiler.quote_text(arm)}")
    return f"CASE {' '.join(cases)} END"
