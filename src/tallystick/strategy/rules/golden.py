"""Golden accounts: cases with facts, a place and a day, and what must come of them; written and read as YAML.

Facts are pinned where the compiler reads them: a condition is judged by the text that it is always compiled to, in which the
expression of each fact is the value that the case states. Nothing here evaluates a condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money, decimals_of
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import grammar
from tallystick.strategy.rules.own_words import PAUSED
from tallystick.strategy.rules.program import Effect, EffectKind, Place, Program
from tallystick.strategy.rules.tree import Literal, LookBack, Name, Negative
from tallystick.strategy.rules.types import Catalogue

#: A value as it is kept and written: a word, yes or no, or unknown.
Written: TypeAlias = str | bool | None
#: Facts that follow from the place of an account, and are not stated.
OF_PLACE = "strategy."
#: The fact that says if an account is open, and its value when it is not.
STATE_FACT, CLOSED = "accounts.state", "closed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of an account, one thing after the other, and what is ordered."""

    happens: tuple[str, ...]
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One golden account. It has no name of a person and no number of an account."""

    name: str
    title: str
    day: date
    state: str
    #: The step it waits for, or whose task, as `step_of` writes it; empty at the end of the state.
    step: str
    entered_on: date
    stepped_on: date | None
    review_on: date | None
    #: Kind of the event that is answered; empty where time decides.
    event: str
    facts: Mapping[str, Written]
    expected: Outcome

    @property
    def is_open(self) -> bool:
        """Whether the account is open."""
        return self.facts.get(STATE_FACT) != CLOSED


class GoldenDiffers(Refusal):
    """A golden account would be treated otherwise than expected."""

    code = "strategy.golden_differs"
    sentence = _("Golden account “{title}”: {expected} was expected, {found} comes of it. {why}")


class GoldenOfStrategyDiffers(Refusal):
    """A policy would have a published strategy treat a golden account otherwise than expected."""

    code = "strategy.golden_of_strategy_differs"
    sentence = _("Golden account “{title}” of “{strategy}”: {expected} was expected, {found} comes of it. {why}")


class GoldenFrozen(Refusal):
    """Golden accounts are changed in a draft only: they are approved with it."""

    code = "strategy.golden_frozen"
    sentence = _("Golden accounts of version {number} cannot be changed: it is no draft. Write another version.")


class NoStrategyTreats(Refusal):
    """An account that is in no strategy has no place to be kept with."""

    code = "strategy.no_strategy_treats"
    sentence = _("No strategy treats this account.")


class DayPassed(Refusal):
    """What came of an account on a day that has been decided is no question any more."""

    code = "strategy.day_passed"
    sentence = _("The account has been decided for {day} already. Choose a later day.")
    status = 422


class ValueUnreadable(ValueError):
    """A value of a fact that is none of its type; the message is for people."""


def word_of(effect: Effect, program: Program) -> str:
    """Write what happens by ids, so that it means the same in the next version.

    A step is "step reminding.first", one passed over "skip reminding.first", a transition "leave reminding for paid", and an
    answer "answer promises.PromiseMade", with its title where it has one.
    """
    state = effect.state.id if effect.state else ""
    if effect.kind is EffectKind.LEAVE and effect.to_place is not None:
        return f"leave {state} for {program.places[effect.to_place].state.id}"
    if effect.kind is EffectKind.ANSWER:
        return f"answer {effect.event}" + (f": {effect.title}" if effect.title != effect.event else "")
    word = f"{effect.kind.value} {state}.{effect.step.id if effect.step else ''}"
    return f"{word}: {effect.result}" if effect.result else word


def effect_of(word: str, program: Program) -> Effect | None:
    """Give the first effect of a program that a word means, or None where it has none any more."""
    return next((effect for effect in program.effects if word_of(effect, program) == word), None)


def said_word(word: str, program: Program) -> str:
    """Say what happens, by its title where the program has it."""
    effect = effect_of(word, program)
    if effect is None:
        return f"“{word}”"
    return f"{effect.kind.label} “{effect.title}”"


def said_outcome(outcome: Outcome, program: Program) -> str:
    """Say what comes of an account."""
    return ", ".join(said_word(word, program) for word in outcome.happens) or _("nothing")


def step_of(place: Place) -> str:
    """Write what is waited for in a place: a step by its id, or its task; nothing at the end of the state."""
    if place.step is None:
        return ""
    return f"task of {place.step.id}" if place.is_awaiting else place.step.id


def place_of(case: Case, program: Program) -> Place:
    """Give the place of a case in a program: by the rule by which accounts move over where its state or step is gone."""
    places = [place for place in program.places if place.state.id == case.state]
    if not places:
        return program.start
    return next((place for place in places if step_of(place) == case.step), places[-1])


# --------------------------------------------------------------------------------------------------------------- values


def read_value(fact: Fact, written: str | int | bool | None) -> Written:
    """Read the value of a fact as a person writes it, and give it as it is kept.

    :raises ValueUnreadable: it is no value of the fact's type

    >>> dpd = Fact("a.days_past_due", FactType.NUMBER, "days", "Days.", "1")
    >>> read_value(dpd, "14 days"), read_value(dpd, None)
    ('14', None)
    """
    if written is None:
        return None
    if fact.type is FactType.BOOLEAN:
        if not isinstance(written, bool):
            raise ValueUnreadable(_("true or false is expected here."))
        return written
    text = str(written)
    if fact.type is FactType.TEXT:
        if fact.choices and text not in fact.choices:
            raise ValueUnreadable(
                _("one of these is expected here: {choices}.").format(choices=", ".join(fact.choices))
            )
        return text
    value = _literal(text)
    match fact.type, value:
        case FactType.NUMBER, Decimal():
            return format(value, "f")
        case FactType.MONEY, Money():
            return _written_money(value)
        case FactType.DATE, date():
            return value.isoformat()
    expected = {
        FactType.NUMBER: _("a number is expected here."),
        FactType.MONEY: _("an amount with its currency is expected here, such as 640.00 GBP."),
        FactType.DATE: _("a day is expected here, such as 2026-03-02."),
    }
    raise ValueUnreadable(expected[fact.type])


def _literal(text: str) -> Decimal | Money | date | str | bool | None:
    try:
        node = grammar.read(text)
    except Refusal:
        return None
    if isinstance(node, Negative) and isinstance(node.operand, Literal):
        value = node.operand.value
        if isinstance(value, Decimal):
            return -value
        return Money(-value.minor, value.currency) if isinstance(value, Money) else None
    return node.value if isinstance(node, Literal) else None


def _written_money(money: Money) -> str:
    return f"{money.amount:f} {money.currency}"


def written_value(fact: Fact, value: object, currency: str) -> Written:
    """Give a value of the book as it is kept: an amount with its currency, a day as ISO writes it."""
    if value is None or isinstance(value, bool):
        return value
    match fact.type:
        case FactType.MONEY:
            return _written_money(Money(int(str(value)), currency))
        case FactType.NUMBER:
            return format(Decimal(str(value)), "f")
        case FactType.DATE | FactType.TEXT | FactType.BOOLEAN:
            return value.isoformat() if isinstance(value, date) else str(value)


def _sql(fact: Fact, written: Written) -> str:
    if written is None:
        return "NULL"
    if isinstance(written, bool):
        return "TRUE" if written else "FALSE"
    match fact.type:
        case FactType.MONEY:
            amount, _space, currency = written.partition(" ")
            return compiler.quote_number(Decimal(amount).scaleb(decimals_of(currency)))
        case FactType.NUMBER:
            return compiler.quote_number(Decimal(written))
        case FactType.DATE:
            return compiler.quote_day(date.fromisoformat(written))
        case FactType.TEXT | FactType.BOOLEAN:
            return compiler.quote_text(written)


@dataclass(frozen=True, slots=True)
class _Pinned(Catalogue):
    """A catalogue in which what looks back is pinned too, window by window."""

    cases: Mapping[int, Case] = field(default_factory=dict)

    def fact(self, word: Name | LookBack) -> Fact:
        """Give the fact that a condition names, or the one that it makes by looking back."""
        found = Catalogue.fact(self, word)
        return _pinned(found, self.cases) if isinstance(word, LookBack) else found


def pinned(catalogue: Catalogue, cases: Mapping[int, Case]) -> Catalogue:
    """Give the catalogue in which each fact is what the cases state, by the number of the account that stands for each.

    What a case does not state is what it is of an account of which nothing is known, and to which nothing ever happened.
    """
    facts = {name: _pinned(fact, cases) for name, fact in catalogue.facts.items()}
    return _Pinned(facts, catalogue.short, catalogue.histories, catalogue.short_histories, cases)


def fact_named(name: str, catalogue: Catalogue) -> Fact | None:
    """Give the fact of a name, in full or in short, or one that looks back, such as "count(promises.broken, 90 days)"."""
    try:
        node = grammar.read(name)
        return catalogue.fact(node) if isinstance(node, Name | LookBack) else None
    except Refusal:
        return None


def looked_back(program: Program, catalogue: Catalogue) -> list[Fact]:
    """Give the facts that a program makes by looking back, each window once."""
    return [fact for fact in read_by(program, catalogue) if fact.name not in catalogue.facts]


def read_by(program: Program, catalogue: Catalogue) -> list[Fact]:
    """Give the facts and words that a program reads."""
    trees = [effect.condition.tree for effect in program.effects if effect.condition]
    trees += [guard.when.tree for guard in program.document.guards]
    return list(dict.fromkeys(fact for tree in trees for fact in catalogue.of_tree(tree)))


def _pinned(fact: Fact, cases: Mapping[int, Case]) -> Fact:
    stated = [
        f"WHEN {account_id} THEN {_sql(fact, case.facts[fact.name])}"
        for account_id, case in cases.items()
        if fact.name in case.facts
    ]
    if not stated:
        return fact
    if fact.version:
        # The word of a policy is made of other words; stated, it is only what the case says.
        sql = f"CASE book.account_id {' '.join(stated)} END"
        return Fact(fact.name, fact.type, fact.unit, fact.meaning, sql, fact.choices, version=fact.version)
    return replace(fact, sql=f"CASE book.account_id {' '.join(stated)} ELSE {fact.sql} END")


def with_currency(facts: Mapping[str, Written], catalogue: Catalogue) -> dict[str, Written]:
    """Give facts with the currency of their amounts, where it is not stated.

    :raises ValueUnreadable: amounts of two currencies, or of another than the one stated
    """
    named = {
        str(written).rpartition(" ")[2]
        for name, written in facts.items()
        if written is not None and (fact := fact_named(name, catalogue)) and fact.type is FactType.MONEY
    }
    stated = facts.get(catalogue.currency.name)
    found = named | ({str(stated)} if stated else set())
    if len(found) > 1:
        raise ValueUnreadable(_("an account has one currency: {found}.").format(found=", ".join(sorted(found))))
    return {**facts, catalogue.currency.name: found.pop()} if found else dict(facts)


def unstated(case: Case, program: Program, catalogue: Catalogue) -> Sequence[str]:
    """Give the facts that a program reads and a case does not state, by name."""
    names = {fact.name for fact in read_by(program, catalogue)}
    stated = {*case.facts, catalogue.currency.name}
    # Every version asks whether an account is paused; whoever says nothing of it means that it is not.
    return sorted(name for name in names - stated - {PAUSED} if not name.startswith(OF_PLACE))
