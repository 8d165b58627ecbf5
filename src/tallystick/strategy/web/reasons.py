"""Why: where an account is in its strategy, what stops it from going on, and one decision with the values that decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound
from tallystick.strategy import forms
from tallystick.strategy.queries import runs as run_queries
from tallystick.strategy.queries import scores, standings
from tallystick.strategy.queries import why as why_queries
from tallystick.strategy.rules.program import EffectKind

_ICONS = {
    EffectKind.STEP: "route",
    EffectKind.SKIP: "skip-forward",
    EffectKind.RESULT: "list-checks",
    EffectKind.OVERRUN: "alarm-clock",
    EffectKind.LEAVE: "arrow-right",
    EffectKind.ANSWER: "zap",
}
_QUIET = frozenset({EffectKind.SKIP, EffectKind.RESULT, EffectKind.LEAVE})


@requires("see strategies")
@require_GET
def why(request: ActorRequest, account_id: int) -> HttpResponse:
    """Explain an account, with its actual values."""
    account = account_queries.get_account(account_id, scope=request.actor.scope)
    today = local_day(clock.now(), account.client.time_zone)
    explained = why_queries.why(account_id, day=today, past=100)
    past = [_line(account_id, each) for each in explained.past] if explained else []
    context: dict[str, Any] = {
        "account": account,
        "why": explained,
        "past": past,
        "today": today,
        "standings": standings.standings(account_id, day=today),
        "scores": scores.scores_of(account_id),
    }
    if explained and request.actor.may("publish strategies"):
        last = run_queries.last_day()
        day = max(today, explained.next_review_on or today, last + timedelta(days=1) if last else today)
        context["keep_form"] = forms.KeepGoldenForm(initial={"day": day.isoformat()})
    return render(request, "strategy/why.html", context)


def _line(account_id: int, past: why_queries.Past) -> dict[str, Any]:
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
    past = why_queries.find_decision(decision_id, account_id=account_id)
    if past is None:
        raise NotFound(what="decision", reference=decision_id)
    return render(request, "strategy/decision.html", {"account": account, "past": past})
