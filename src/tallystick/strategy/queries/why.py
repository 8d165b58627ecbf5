"""Why something was decided for an account, and what stopped everything else: asked of the database, in the document's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tallystick.accounts.models import Account
from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.strategy.models import Decision, Version
from tallystick.strategy.queries import catalogue, scores, versions
from tallystick.strategy.rules import narration, own_words, plain
from tallystick.strategy.rules.document import Otherwise
from tallystick.strategy.rules.own_words import PAUSED
from tallystick.strategy.rules.policies.document import Scorecard
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.program import Effect, EffectKind, Place, Program
from tallystick.strategy.rules.reasons import About, Option, Question, Reasoning
from tallystick.strategy.rules.statement import VERSION, facts_of
from tallystick.strategy.rules.types import Catalogue
from tallystick.timeline import queries as timeline


@dataclass(frozen=True, slots=True)
class Value:
    """A fact of an account, as it is read: "days past due", "29 days"."""

    name: str
    said: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer; None is unknown, which stops like no."""

    question: Question
    answer: bool | None
    values: tuple[Value, ...]

    @property
    def said_values(self) -> str:
        """The actual values, in one phrase."""
        return ", ".join(f"{value.name}: {value.said}" for value in self.values)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An effect within reach, with every question answered."""

    effect: Effect
    answers: tuple[Answered, ...]

    @property
    def stopped_by(self) -> Answered | None:
        """The first question that was not answered by yes; None where nothing stops it."""
        return next((each for each in self.answers if not each.answer), None)

    @property
    def is_paused(self) -> bool:
        """Whether it waits, among other things, because the account is paused."""
        return any(fact.name == PAUSED for each in self.answers if each.answer is False for fact in each.question.facts)

    @property
    def is_skippable(self) -> bool:
        """Whether it is a step that is passed over where its own condition is not true when its turn comes."""
        step = self.effect.step
        return step is not None and self.effect.kind is EffectKind.STEP and step.otherwise is Otherwise.SKIP

    @property
    def event(self) -> str:
        """The event that it answers, in words; nothing where it comes by time."""
        return plain.event_aloud(self.effect.event)


@dataclass(frozen=True, slots=True)
class Past:
    """A decision of the past, with the values that decided."""

    decision_id: int
    due_on: date
    decided_at: datetime
    version: Version
    effect: Effect
    from_state: str
    to_state: str
    condition: str
    values: tuple[Value, ...]
    cause_id: int
    #: References of the accounts that messages were left to.
    spoken_for_by: tuple[str, ...] = ()

    @property
    def orders(self) -> tuple[str, ...]:
        """What was ordered, in words."""
        return tuple(map(narration.said_order, self.effect.orders))

    @property
    def event(self) -> str:
        """The event that was answered, in words; nothing where time decided."""
        return plain.event_aloud(self.effect.event)

    @property
    def said_values(self) -> str:
        """The values that decided, in one phrase."""
        return ", ".join(f"{value.name}: {value.said}" for value in self.values)

    @property
    def title(self) -> str:
        """What happened, in a few words."""
        match self.effect.kind:
            case EffectKind.SKIP:
                return _("Passed over: {step}").format(step=self.effect.title)
            case EffectKind.RESULT:
                return _("Goes on after: {step}").format(step=self.effect.title)
            case EffectKind.OVERRUN:
                return _("Not done in time: {step}").format(step=self.effect.title)
        return self.effect.title


@dataclass(frozen=True, slots=True)
class Why:
    """Where an account is in its strategy on a day, what brought it there, and what stops it from going on."""

    account_id: int
    day: date
    version: Version
    program: Program
    place: Place
    entered_on: date
    next_review_on: date | None
    verdicts: tuple[Verdict, ...]
    past: tuple[Past, ...]

    @property
    def steps(self) -> list[Verdict]:
        """The steps within reach, the one that is waited for first."""
        return self._of(EffectKind.STEP)

    @property
    def leaves(self) -> list[Verdict]:
        """The ways out of the state."""
        return self._of(EffectKind.LEAVE)

    @property
    def answers(self) -> list[Verdict]:
        """What events would be answered by."""
        return self._of(EffectKind.ANSWER)

    @property
    def tasks(self) -> list[Verdict]:
        """What can come of tasks that have a time limit."""
        return self._of(EffectKind.RESULT, EffectKind.OVERRUN)

    def _of(self, *kinds: EffectKind) -> list[Verdict]:
        return [each for each in self.verdicts if each.effect.kind in kinds]

    @property
    def waiting_for(self) -> Verdict | None:
        """The step the account waits for; None where no step is left."""
        return next(iter(self.steps), None)

    @property
    def sentence(self) -> str:
        """Why the account is where it is, in one sentence."""
        leaving = next((each.effect for each in self.leaves if each.stopped_by is None), None)
        if leaving is not None and leaving.to_place is not None:
            return _("{state}: it goes on to “{next_state}” with the coming run.").format(
                state=self.place.state.title, next_state=self.program.places[leaving.to_place].state.title
            )
        if self.place.is_awaiting and self.place.step:
            return self._said_task(self.place.step.title)
        waiting = self.waiting_for
        if waiting is None:
            return _("{state}: nothing more happens by time.").format(state=self.place.state.title)
        stopped = waiting.stopped_by
        if waiting.is_paused:
            return _("{state}: the account is paused, and “{step}” waits.").format(
                state=self.place.state.title, step=waiting.effect.title
            )
        if stopped is None:
            return _("{state}: “{step}” is next, with the coming run.").format(
                state=self.place.state.title, step=waiting.effect.title
            )
        if stopped.question.about is About.DAY and self.next_review_on and self.next_review_on > self.day:
            return _("{state}: “{step}” is next, on {day} at the earliest.").format(
                state=self.place.state.title,
                step=waiting.effect.title,
                day=plain.value_aloud(self.next_review_on),
            )
        waits = _("{state}: “{step}” waits until {condition}.").format(
            state=self.place.state.title, step=waiting.effect.title, condition=stopped.question.said
        )
        return f"{waits} " + _("Now {values}.").format(values=stopped.said_values) if stopped.said_values else waits

    def _said_task(self, step: str) -> str:
        """Say what the task is waited for."""
        if any(each.stopped_by is None for each in self.tasks):
            return _("{state}: it goes on after “{step}” with the coming run.").format(
                state=self.place.state.title, step=step
            )
        if self.next_review_on is None:
            return _("{state}: “{step}” waits for a person, and is late.").format(
                state=self.place.state.title, step=step
            )
        return _("{state}: “{step}” waits for a person until {day}.").format(
            state=self.place.state.title, step=step, day=plain.value_aloud(self.next_review_on)
        )


def accounts_named(name: str) -> list[Account]:
    """Give the accounts of a reference, whichever client's, or the one of a number.

    :raises NotFound: there is none
    """
    found = list(Account.objects.select_related("client").filter(reference=name).order_by("pk"))
    if not found and name.isdecimal():
        found = list(Account.objects.select_related("client").filter(pk=int(name)))
    if not found:
        raise NotFound(what="account", reference=name)
    return found


def why(account_id: int, *, day: date, past: int = 20) -> Why | None:
    """Explain an account on a day by its facts as they stand; None where it is in no strategy."""
    rows = sql.rows(
        "SELECT version_id, place, state_entered_on, next_review_on FROM strategy_book WHERE account_id = %s",
        [account_id],
    )
    if not rows or rows[0]["version_id"] is None:
        return None
    row = rows[0]
    version = versions.get_version(row["version_id"])
    published = versions.published(version.pk, version.document, day)
    place = published.program.places[row["place"]]
    words = own_words.words(published.program.document, catalogue.catalogue())
    options = Reasoning(published, words, day).options(place)
    return Why(
        account_id=account_id,
        day=day,
        version=version,
        program=published.program,
        place=place,
        entered_on=row["state_entered_on"],
        next_review_on=row["next_review_on"],
        verdicts=tuple(_answered(account_id, options, day)),
        past=tuple(history(account_id, limit=past)),
    )


def _answered(account_id: int, options: list[Option], day: date) -> list[Verdict]:
    """Ask the questions of all options in one statement, with the facts they read."""
    facts = list(dict.fromkeys(fact for each in options for question in each.questions for fact in question.facts))
    asked = [question.sql for each in options for question in each.questions]
    currency_fact = catalogue.catalogue().currency
    read = [catalogue.expression(fact, day) for fact in facts]
    made = [fact.contributions(day) if isinstance(fact, Word) else "NULL::jsonb" for fact in facts]
    selected = ", ".join([*asked, *read, *made, catalogue.expression(currency_fact, day)])
    with sql.cursor() as cursor:
        cursor.execute(f"SELECT {selected} FROM strategy_book AS book WHERE account_id = {account_id:d}")  # noqa: S608
        found = cursor.fetchone()
    answers = iter(found[: len(asked)])
    currency = found[-1]
    of_facts = zip(facts, found[len(asked) :], found[len(asked) + len(facts) : -1], strict=False)
    values = {fact: _value(fact, value, currency, _parts(fact, parts)) for fact, value, parts in of_facts}
    return [
        Verdict(
            option.effect,
            tuple(
                Answered(question, next(answers), tuple(values[fact] for fact in question.facts))
                for question in option.questions
            ),
        )
        for option in options
    ]


def history(account_id: int, *, limit: int = 20) -> list[Past]:
    """Give the latest decisions of an account, newest first, with the values that decided."""
    decisions = list(Decision.objects.filter(account_id=account_id).order_by("-due_on", "-id")[:limit])
    found = Version.objects.select_related("strategy").in_bulk({decision.version_id for decision in decisions})
    return [_past(decision, found[decision.version_id]) for decision in decisions]


def find_decision(decision_id: int, *, account_id: int) -> Past | None:
    """Give a decision of an account with the values that decided, or None."""
    decision = Decision.objects.filter(account_id=account_id, pk=decision_id).order_by("pk").first()
    if decision is None:
        return None
    past = _past(decision, versions.get_version(decision.version_id))
    told = timeline.of_account([account_id], kinds=["strategy.SpokenFor"]) if past.effect.orders else []
    speakers = [event["data"]["speaker"] for event in told if event["data"]["decision_id"] == decision_id]
    return replace(past, spoken_for_by=tuple(dict.fromkeys(speakers)))


def _past(decision: Decision, version: Version) -> Past:
    program = versions.program_of(version.document)
    effect = program.effect(decision.effect)
    words = own_words.words(program.document, catalogue.catalogue())
    return Past(
        decision_id=decision.pk,
        due_on=decision.due_on,
        decided_at=decision.decided_at,
        version=version,
        effect=effect,
        from_state=program.places[decision.from_place].state.title,
        to_state=program.places[decision.to_place].state.title,
        condition=plain.read_aloud(effect.condition.tree, words) if effect.condition else "",
        values=tuple(_decided(decision, effect, words)),
        cause_id=decision.cause_id,
    )


def _decided(decision: Decision, effect: Effect, words: Catalogue) -> Iterator[Value]:
    """Give the values that decided, in the order the condition names them."""
    currency = decision.facts.get(words.currency.name, "")
    for fact in facts_of(effect, words):
        version = decision.facts.get(fact.name + VERSION)
        of_version = _("version {number}").format(number=version) if version else ""
        yield _value(fact, decision.facts.get(fact.name), currency, of_version)


def _value(fact: Fact, value: Any, currency: str, detail: str) -> Value:
    said = value_said(fact, value, currency)
    return Value(plain.fact_aloud(fact), f"{said} ({detail})" if detail else said, fact.meaning)


def _parts(fact: Fact, contributions: str | None) -> str:
    """Say what the components of a score added; nothing of another fact."""
    if contributions is None or not isinstance(fact, Word) or not isinstance(fact.policy, Scorecard):
        return ""
    parts = scores.parts(fact.policy, json.loads(contributions))
    return ", ".join(f"{part.title} {plain.value_aloud(part.contribution)}" for part in parts)


def value_said(fact: Fact, value: Any, currency: str) -> str:
    """Say the value of a fact as a person reads it; `currency` is the account's."""
    if value is None:
        return _("unknown")
    match fact.type:
        case FactType.MONEY:
            return plain.value_aloud(Money(int(value), currency))
        case FactType.NUMBER:
            return plain.value_aloud(Decimal(str(value)), fact.unit)
        case FactType.DATE:
            return plain.value_aloud(date.fromisoformat(value) if isinstance(value, str) else value)
        case FactType.TEXT | FactType.BOOLEAN:
            return plain.value_aloud(value)
