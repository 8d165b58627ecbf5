"""Why: where an account is in its strategy, what stops it from going on, and one decision with the values that decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.strategy import forms
from tallystick.strategy.queries import asking, decided, scores, standings
from tallystick.strategy.queries import runs as run_queries
from tallystick.strategy.queries.why_json import as_json
from tallystick.strategy.rules.program import EffectKind

if TYPE_CHECKING:
    from tallystick.accounts.models import Account
    from tallystick.strategy.queries.why import Why

_ICONS = {
    EffectKind.STEP: "route",
    EffectKind.SKIP: "skip-forward",
    EffectKind.RESULT: "list-checks",
    EffectKind.OVERRUN: "alarm-clock",
    EffectKind.LEAVE: "arrow-right",
    EffectKind.ANSWER: "zap",
}
_QUIET = frozenset({EffectKind.SKIP, EffectKind.RESULT, EffectKind.LEAVE})


class NoSuchDay(Refusal):
    """The day of the address is none."""

    code = "strategy.no_such_day"
    sentence = _("“{text}” is no day. Write it as 2026-12-03.")
    status = 400


@requires("see strategies")
@require_GET
def why(request: ActorRequest, account_id: int) -> HttpResponse:
    """Explain an account, with its actual values, on the day that is asked for."""
    account = account_queries.get_account(account_id, scope=request.actor.scope)
    answer = _answer(request, account)
    context: dict[str, Any] = {
        "account": account,
        "answer": answer,
        "why": answer.why,
        "today": answer.today,
        "decided": [_line(account_id, each) for each in reversed(answer.decided)],
        "past": [_line(account_id, each) for each in answer.past],
        "day_before": answer.day - timedelta(days=1),
        "day_after": answer.day + timedelta(days=1),
    }
    if answer.day == answer.today:
        context["standings"] = standings.standings(account_id, day=answer.today)
        context["scores"] = scores.scores_of(account_id)
    elif answer.day < answer.today:
        context["scores_then"] = scores.scores_on(account_id, answer.day)
    if answer.why and answer.day == answer.today and request.actor.may("publish strategies"):
        context["keep_form"] = forms.KeepGoldenForm(initial={"day": _day_to_keep(answer.why, answer.today).isoformat()})
    return render(request, "strategy/why.html", context)


def _day_to_keep(explained: Why, today: date) -> date:
    """Give the day for which a golden account is kept at best: the next one on which something can come of the account."""
    last = run_queries.last_day()
    return max(today, explained.next_review_on or today, last + timedelta(days=1) if last else today)


@requires("see strategies")
@require_GET
def why_json(request: ActorRequest, account_id: int) -> JsonResponse:
    """Give the same to a program."""
    account = account_queries.get_account(account_id, scope=request.actor.scope)
    return JsonResponse(as_json(_answer(request, account), account))


def _answer(request: ActorRequest, account: Account) -> asking.Answer:
    today = local_day(clock.now(), account.client.time_zone)
    return asking.ask(account.pk, day=_day(request.GET.get("on", "")) or today, today=today)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise NoSuchDay(text=text[:20]) from None
    if found is not None and not date.min < found < date.max:
        raise NoSuchDay(text=text)
    return found


def _line(account_id: int, past: decided.Past) -> dict[str, Any]:
    """Make a decision a line of a timeline."""
    return {
        "at": past.decided_at,
        "text": past.title,
        "detail": past.said_values,
        "icon": _ICONS[past.effect.kind],
        "tone": "quiet" if past.effect.kind in _QUIET else "",
        "href": reverse("strategy:decision", args=[account_id, past.decision_id]),
    }


@requires("see strategies")
@require_GET
def decision(request: ActorRequest, account_id: int, decision_id: int) -> HttpResponse:
    """Show one decision: what happened, by which rule, and the values that decided, as they were."""
    account = account_queries.get_account(account_id, scope=request.actor.scope)
    past = decided.find_decision(decision_id, account_id=account_id)
    if past is None:
        raise NotFound(what="decision", reference=decision_id)
    return render(request, "strategy/decision.html", {"account": account, "past": past})
