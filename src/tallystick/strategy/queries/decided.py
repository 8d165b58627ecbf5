"""What was decided for an account, with the values that decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money
from tallystick.strategy.models import Decision, Version
from tallystick.strategy.queries import details, meant, versions
from tallystick.strategy.rules import narration, own_words, plain
from tallystick.strategy.rules.evidence import CHANCES, VERSION, facts_of
from tallystick.strategy.rules.program import Effect, EffectKind
from tallystick.strategy.rules.types import Catalogue
from tallystick.timeline import queries as timeline


@dataclass(frozen=True, slots=True)
class Value:
    """A fact of an account, as it is read: "days past due", "29 days"."""

    name: str
    said: str
    meaning: str


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
    spoken_for_by: tuple[str, ...] = field(default=(), kw_only=True)
    #: The values as they were kept, by the full names of facts; amounts in minor units, beside the account's currency.
    facts: dict[str, Any]
    #: What the policies meant that it asked, and those that these speak of.
    policies: tuple[meant.Meant, ...] = field(default=(), kw_only=True)

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


def history(account_id: int, *, until: date | None = None, limit: int = 20) -> list[Past]:
    """Give the latest decisions of an account, newest first, with the values that decided; up to a day where one is named."""
    found = Decision.objects.filter(account_id=account_id)
    if until is not None:
        found = found.filter(due_on__lte=until)
    return _with_versions(list(found.order_by("-due_on", "-id")[:limit]))


def decided_on(account_id: int, day: date) -> tuple[Past, ...]:
    """Give the decisions of an account on a day, in the order they were made, with the values that decided."""
    return tuple(_with_versions(list(Decision.objects.filter(account_id=account_id, due_on=day).order_by("id"))))


def _with_versions(decisions: list[Decision]) -> list[Past]:
    found = Version.objects.select_related("paper").in_bulk({decision.version_id for decision in decisions})
    policies = meant.Policies(decisions)
    return [_past(decision, found[decision.version_id], policies) for decision in decisions]


def find_decision(decision_id: int, *, account_id: int) -> Past | None:
    """Give a decision of an account with the values that decided, or None."""
    decision = Decision.objects.filter(account_id=account_id, pk=decision_id).order_by("pk").first()
    if decision is None:
        return None
    past = _past(decision, versions.get_version(decision.version_id), meant.Policies([decision]))
    told = timeline.of_account([account_id], kinds=["strategy.SpokenFor"]) if past.effect.orders else []
    speakers = [event["data"]["speaker"] for event in told if event["data"]["decision_id"] == decision_id]
    return replace(past, spoken_for_by=tuple(dict.fromkeys(speakers)))


def _past(decision: Decision, version: Version, policies: meant.Policies) -> Past:
    program = versions.program_of(version.document)
    effect = program.effect(decision.effect)
    words = own_words.words(program.document, policies.words(decision))
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
        facts=decision.facts,
        policies=policies.of(decision),
    )


def _decided(decision: Decision, effect: Effect, words: Catalogue) -> Iterator[Value]:
    """Give the values that decided, in the order the condition names them."""
    currency = decision.facts.get(words.currency.name, "")
    for fact in facts_of(effect, words):
        value, version = decision.facts.get(fact.name), decision.facts.get(fact.name + VERSION)
        detail = _("version {number}").format(number=version) if version else ""
        if chances := decision.facts.get(fact.name + CHANCES):
            detail = details.said_chances(value, chances)
        yield said_value(fact, value, currency, detail=detail)


def said_value(fact: Fact, value: Any, currency: str, *, detail: str = "") -> Value:
    """Give a fact as it is read, with what else there is to say of it."""
    said = value_said(fact, value, currency)
    return Value(plain.fact_aloud(fact), f"{said} ({detail})" if detail else said, fact.meaning)


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
