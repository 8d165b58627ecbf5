"""Why as JSON: the same answer as the page's, with values that a program can read. Its shape is on docs/reference/why-json.md."""

from __future__ import annotations

from datetime import date
from typing import Any

from tallystick.accounts.models import Account
from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.queries.asking import Answer
from tallystick.strategy.queries.decided import Past
from tallystick.strategy.queries.why import Answered, Verdict, Why
from tallystick.strategy.rules.remedies import Part, Wait

#: The version of the shape. What is added keeps the number; what is taken away or means something else raises it.
FORMAT = 1


def as_json(answer: Answer, account: Account) -> dict[str, Any]:
    """Give an answer as values of JSON."""
    return {
        "format": FORMAT,
        "account": {"id": account.pk, "reference": account.reference, "client": account.client.code},
        "day": answer.day.isoformat(),
        "today": answer.today.isoformat(),
        "when": answer.when.value,
        "rests_on": answer.rests_on,
        "run": answer.run.pk if answer.run else None,
        **(_of_why(answer.why) if answer.why else {"strategy": None, "state": None, "sentence": "", "effects": []}),
        "coming": _coming(answer.why.coming if answer.why else None),
        "before": _coming(answer.before),
        "decided": [_of_past(each) for each in answer.decided],
        "decisions": [_of_past(each) for each in answer.past],
    }


def _of_why(why: Why) -> dict[str, Any]:
    strategy = why.version.paper
    return {
        "strategy": {"name": strategy.name, "title": strategy.title, "version": why.version.number},
        "state": {"id": why.place.state.id, "title": why.place.state.title, "since": why.entered_on.isoformat()},
        "sentence": why.sentence,
        "effects": [_of_verdict(each) for each in why.verdicts],
    }


def _coming(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"effect": verdict.effect.number, "title": verdict.effect.title, "on": _iso(verdict.comes_on)}


def _of_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "effect": verdict.effect.number,
        "kind": verdict.effect.kind.value,
        "step": verdict.effect.step.id if verdict.effect.step else None,
        "title": verdict.effect.title,
        "event": verdict.effect.event or None,
        "is_stopped": verdict.stopped_by is not None,
        "comes": verdict.comes,
        "comes_on": _iso(verdict.comes_on),
        "questions": [_of_answered(each) for each in verdict.answers],
    }


def _of_answered(answered: Answered) -> dict[str, Any]:
    standing = answered.standing
    return {
        "about": answered.question.about.value,
        "said": answered.question.said,
        "answer": answered.answer,
        "facts": {
            fact.name: _value(fact, standing.facts[fact.name], standing.currency) for fact in answered.question.facts
        },
        "comes": answered.comes,
        "comes_on": _iso(answered.comes_on),
        "changes": [[_of_part(part, standing.currency) for part in each] for each in answered.remedies],
    }


def _of_part(part: Part, currency: str | None) -> dict[str, Any]:
    if isinstance(part, Wait):
        return {"days": part.days, "until": part.until.isoformat()}
    return {
        "fact": part.fact.name,
        "from": _value(part.fact, part.was, currency),
        "to": _value(part.fact, part.to, currency),
    }


def _of_past(past: Past) -> dict[str, Any]:
    return {
        "id": past.decision_id,
        "due_on": past.due_on.isoformat(),
        "decided_at": past.decided_at.isoformat(),
        "strategy": past.version.paper.name,
        "version": past.version.number,
        "effect": past.effect.number,
        "kind": past.effect.kind.value,
        "title": past.title,
        "from_state": past.from_state,
        "to_state": past.to_state,
        "orders": list(past.orders),
        "facts": past.facts,
        "policies": {each.word: each.version.number for each in past.policies},
    }


def _value(fact: Fact, value: Any, currency: str | None) -> Any:
    """Give a fact for programs: an amount with its currency, a day as ISO 8601 writes it, a count as a number."""
    match fact.type:
        case _ if value is None:
            return None
        case FactType.MONEY:
            return {"minor": int(value), "currency": currency}
        case FactType.DATE:
            return (value if isinstance(value, date) else date.fromordinal(value)).isoformat()
        case FactType.NUMBER:
            return int(value) if value == int(value) else str(value)
        case _:
            return value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
