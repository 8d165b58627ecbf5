"""Words that a document makes for its own conditions, beside the catalogue: the arms of its splits, and the level of an account.

The arm of an account follows from a hash of the name of the split and the account, or its debtor. So it stays the same in every
version of a document, on every day and on every machine, and what one split chooses says nothing of what another does.
"""

from __future__ import annotations

from tallystick.contact.rules.weighing import Weighing
from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.document import Document, Split
from tallystick.strategy.rules.types import Catalogue

#: The fact behind the guard that every document has.
PAUSED = "holds.paused"
_SPLIT = "split."


def words(document: Document, catalogue: Catalogue) -> Catalogue:
    """Give the words that the conditions of a document may use."""
    return with_words(document.splits, document.weighing, catalogue)


def with_words(splits: tuple[Split, ...], weighing: Weighing, catalogue: Catalogue) -> Catalogue:
    """Give a catalogue with the words of some splits and levels; what it has of them already stays."""
    made = [*map(_of_split, splits), *([_of_levels(weighing)] if weighing.levels else [])]
    own = [fact for fact in made if fact.name not in catalogue.facts]
    return Catalogue.of([*catalogue.facts.values(), *own], catalogue.histories.values()) if own else catalogue


def always_kept(catalogue: Catalogue) -> list[Fact]:
    """Give the words that are kept with every decision, whatever decided: what came of an arm can be worked out later."""
    return [fact for fact in catalogue.facts.values() if fact.name.startswith(_SPLIT)]


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
    return Fact(
        name_of_split(split.id),
        FactType.TEXT,
        "arm",
        f"The arm of the split, of a hundred: {shares}.",
        _arm(split),
        choices=tuple(arm for arm, _share in split.shares),
    )


def _arm(split: Split) -> str:
    """Write the arm of a row of the book: the first four bytes of a hash, as a number, fall into a hundred parts."""
    whom = "book.party_id" if split.by_debtor else "book.account_id"
    hashed = f"sha256(({compiler.quote_text(split.id + ':')} || {whom})::bytea)"
    part = f"mod(('x' || encode(substring({hashed} FROM 1 FOR 4), 'hex'))::bit(32)::bigint, 100)"
    cases, upto = [], 0
    for arm, share in split.shares:
        upto += share
        cases.append(f"WHEN {part} < {upto} THEN {compiler.quote_text(arm)}")
    return f"CASE {' '.join(cases)} END"
