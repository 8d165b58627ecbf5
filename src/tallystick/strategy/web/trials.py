"""Trials: the list, registering one, what is seen of it, and what follows."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.accounts import queries as account_queries
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import trial_history_aloud, trial_report
from tallystick.strategy.queries import trials as trial_queries
from tallystick.strategy.rules.trials.terms import Measure


@requires("see strategies")
@require_GET
def trials(request: ActorRequest) -> HttpResponse:
    """List the trials, the latest first."""
    found = trial_queries.trials(scope=request.actor.scope)
    context = {
        "rows": [(trial, trial_queries.looks(trial).last()) for trial in found],
        "may_publish": request.actor.may("publish strategies"),
    }
    return render(request, "strategy/trials.html", context)


@requires("publish strategies")
@require_http_methods(["GET", "POST"])
def register(request: ActorRequest) -> HttpResponseBase:
    """Say what is tried before it starts, see what that takes, and register it."""
    form = forms.TrialForm(request.POST or None, candidates=_candidates(), clients=_clients(request))
    context: dict[str, object] = {"form": form, "refusal": None, "sized": None}
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            terms = _terms(form)
            if "size" in request.POST:
                today = local_day(at, settings.TIME_ZONE)
                sized = actions.size_trial(terms, today=today, by=request.actor)
                context |= {"sized": sized, "told": trial_history_aloud.said(sized.past)}
            else:
                made = actions.register_trial(terms, at=at, by=request.actor)
                said.success(request, _("Registered. Nothing of it can be changed any more."))
                return redirect("strategy:trial", made.pk)
        except NotPermitted:
            raise
        except Refusal as refusal:
            context["refusal"] = refusal
    is_wrong = request.method == "POST" and context["sized"] is None
    return render(request, "strategy/new_trial.html", context, status=422 if is_wrong else 200)


def _terms(form: forms.TrialForm) -> actions.TrialTerms:
    """Give what was typed; what was not, or wrongly, is none of what is asked of the past."""
    typed = form.cleaned_data
    measure = Measure(typed["measure"])
    effect, expected, alpha, power = (typed.get(name) for name in ("effect", "expected", "alpha", "power"))
    strategy, split, champion, challenger, state = typed["candidate"].split("|")
    return actions.TrialTerms(
        title=typed.get("title", ""),
        strategy=strategy,
        split=split,
        champion=champion,
        challenger=challenger,
        state=state,
        measure=measure,
        window_days=typed["window_days"],
        effect=(effect or Decimal()) / 100 if measure.is_share else effect or Decimal(),
        starts_on=typed.get("starts_on", date.min),
        client=typed["treats"],
        currency=typed["currency"].upper(),
        alpha=(alpha or Decimal()) / 100,
        power=(power or Decimal()) / 100,
        looks=typed.get("looks", 0),
        expected=expected / 100 if expected is not None else None,
    )


@requires("publish strategies")
@require_GET
def past(request: ActorRequest) -> HttpResponse:
    """Say what the book did until today of what is chosen in the form, so that nobody has to guess it."""
    form = forms.TrialForm(request.GET, candidates=_candidates(), clients=_clients(request))
    form.is_valid()
    asked = ("candidate", "treats", "measure", "currency", "window_days")
    context: dict[str, object] = {"said": [], "refusal": None}
    if all(name in form.cleaned_data for name in asked):
        today = local_day(clock.now(), settings.TIME_ZONE)
        try:
            found = actions.look_back(_terms(form), today=today, by=request.actor)
            context |= {"said": trial_history_aloud.said(found), "is_known": found.is_known}
        except NotPermitted:
            raise
        except Refusal as refusal:
            context["refusal"] = refusal
    return render(request, "strategy/_trial_past.html", context)


def _candidates() -> list[tuple[str, str]]:
    told = _("{strategy}: {challenger} against {champion}, from “{state}” on")
    return [
        (
            each.key,
            told.format(
                strategy=each.version.paper.title,
                challenger=each.challenger,
                champion=each.champion,
                state=each.state_title,
            ),
        )
        for each in trial_queries.candidates()
    ]


def _clients(request: ActorRequest) -> list[tuple[str, str]]:
    everybody = [("", _("everybody"))] if request.actor.scope.client_ids is None else []
    return everybody + [(each.code, each.name) for each in account_queries.clients(scope=request.actor.scope)]


@requires("see strategies")
@require_GET
def trial(request: ActorRequest, trial_id: int) -> HttpResponse:
    """Show a trial: what may be concluded, and all that was measured."""
    context = {
        "report": _report(request, trial_id),
        "may_publish": request.actor.may("publish strategies"),
        "form": forms.ReasonForm(),
    }
    return render(request, "strategy/trial.html", context)


@requires("see strategies")
@require_GET
def trial_json(request: ActorRequest, trial_id: int) -> HttpResponse:
    """Give a trial as machines read it."""
    return JsonResponse(trial_report.as_json(_report(request, trial_id)))


@requires("see strategies")
@require_GET
def trial_csv(request: ActorRequest, trial_id: int) -> HttpResponse:
    """Give the figures of a trial as a table."""
    rows = trial_report.rows(_report(request, trial_id))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trial-{trial_id}.csv"'
    writer = csv.DictWriter(response, list(rows[0]))
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return response


def _safe(value: object) -> object:
    """Have no spreadsheet take a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value


def _report(request: ActorRequest, trial_id: int) -> trial_report.Report:
    found = trial_queries.get_trial(trial_id, scope=request.actor.scope)
    return trial_report.report(found, day=local_day(clock.now(), settings.TIME_ZONE))


@requires("publish strategies")
@require_POST
def look(request: ActorRequest, trial_id: int) -> HttpResponseBase:
    """Take the planned look that is due."""
    return _do(
        request,
        trial_id,
        lambda: actions.take_look(trial_id=trial_id, at=clock.now(), by=request.actor),
        _("Looked, and kept."),
    )


@requires("publish strategies")
@require_POST
def end(request: ActorRequest, trial_id: int) -> HttpResponseBase:
    """End a trial for a reason."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        trial_id,
        lambda: actions.end_trial(trial_id=trial_id, reason=reason, at=clock.now(), by=request.actor),
        _("Ended."),
    )


@requires("publish strategies")
@require_POST
def draft(request: ActorRequest, trial_id: int) -> HttpResponseBase:
    """Keep a draft in which the better arm takes all, and show it."""
    try:
        made = actions.draft_winner(trial_id=trial_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:trial", trial_id)
    return redirect("strategy:version", made.pk)


def _do(request: ActorRequest, trial_id: int, act: Callable[[], object], done: str) -> HttpResponseBase:
    try:
        act()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, done)
    return redirect("strategy:trial", trial_id)
