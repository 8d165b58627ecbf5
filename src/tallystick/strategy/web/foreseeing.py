"""Days ahead: begun from a version, watched while they are lived through, and read by week and day, with what is assumed."""

from __future__ import annotations

import csv
from datetime import date
from itertools import accumulate

from django.conf import settings
from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.kernel import clock
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal
from tallystick.strategy import actions, forms
from tallystick.strategy.queries import foresights
from tallystick.strategy.queries.foreseen import Result, telling
from tallystick.strategy.queries.foreseen.parts import Sums, TeamAhead
from tallystick.strategy.rules.foresight import chart
from tallystick.strategy.rules.foresight.assumptions import AssumptionWrong

#: Before the name of a field that asks what if.
_ASKED = "assume."


@requires("see strategies")
@require_POST
def foresee(request: ActorRequest, version_id: int) -> HttpResponseBase:
    """Begin to look ahead by a version; workers in the background live through the days."""
    at = clock.now()
    form = forms.ForeseeForm(request.POST)
    try:
        begun = actions.start_foresight(
            version_id=version_id,
            today=local_day(at, settings.TIME_ZONE),
            days=form.days(),
            asked=_asked(request),
            at=at,
            by=request.actor,
        )
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
        return redirect("strategy:version", version_id)
    actions.defer_foresight(foresight_id=begun.pk)
    return redirect("strategy:foresight", begun.pk)


def _asked(request: ActorRequest) -> dict[str, object]:
    """Give the numbers that a form asks for, by their names."""
    fields = request.POST.items()
    return {name.removeprefix(_ASKED): str(value).strip() for name, value in fields if name.startswith(_ASKED)}


@requires("publish strategies")
@require_POST
def assume(request: ActorRequest, foresight_id: int) -> HttpResponseBase:
    """Have the house assume what a form says, from today on."""
    found = foresights.get_foresight(foresight_id)
    at = clock.now()
    today = local_day(at, settings.TIME_ZONE)
    try:
        kept = actions.set_house_numbers(asked=_asked(request), from_on=today, today=today, at=at, by=request.actor)
    except AssumptionWrong as refusal:
        said.error(request, str(refusal))
    else:
        words = ngettext(
            "{n} number is the house's from today on.", "{n} numbers are the house's from today on.", len(kept)
        )
        said.success(request, words.format(n=len(kept)))
    return redirect("strategy:foresight", found.pk)


@requires("see strategies")
@require_GET
def foresight(request: ActorRequest, foresight_id: int) -> HttpResponse:
    """Show what was foreseen, or how far it is; while days are lived through, the page asks again by itself."""
    found = foresights.get_foresight(foresight_id)
    result = Result(found) if found.finished_at else None
    week = parse_date(request.GET.get("week", "")) if request.GET.get("week") else None
    team = next((team for team in result.teams if str(team.id) == request.GET.get("team")), None) if result else None
    context = {
        "foresight": found,
        "version": found.version,
        "parts_done": found.marks.count(),
        "result": result,
        "chart": _charted(result) if result else None,
        "money": _money(result) if result else [],
        "team": team,
        "team_chart": _team_charted(team) if team else None,
        "week": week,
        "days": _days(result, week) if result and week else [],
        "groups": result.groups() if result else [],
        "may_assume": request.actor.may("publish strategies"),
        "may_foresee": request.actor.may("approve strategies") or request.actor.may("publish strategies"),
    }
    template = "strategy/_foresight.html" if getattr(request, "htmx", False) else "strategy/foresight.html"
    return render(request, template, context)


def _days(result: Result, first: date) -> list[object]:
    """Give the days of the week that begins on a day, each by itself."""
    return [span for week in result.weeks if week.first == first for span in result.days_of(week.first, week.last)]


def _charted(result: Result) -> dict[str, object]:
    drawn = chart.draw([(week.work.minutes.now.value, week.work.minutes.then.value) for week in result.weeks])
    return {"drawn": drawn, "weeks": list(zip(drawn.pairs, result.weeks, strict=True))}


def _team_charted(team: TeamAhead) -> dict[str, object]:
    minutes = [(each.work.minutes.now.value, each.work.minutes.then.value) for each in team.days]
    drawn = chart.draw(minutes, level=team.minutes_a_day)
    return {"drawn": drawn, "days": list(zip(drawn.pairs, team.days, strict=True))}


def _money(result: Result) -> list[dict[str, object]]:
    """Give the pictures of each currency, what is owed and what was paid so far, with the numbers they are drawn of."""
    days = result.days_of(result.whole.first, result.whole.last)
    return [
        {
            "currency": currency,
            "pictures": [
                _picture(_("Owed"), [day.owing[currency] for day in days], result),
                _picture(_("Paid so far"), _so_far([day.paid[currency] for day in days]), result),
            ],
            "days": [(day.first, day.owing[currency], day.paid[currency]) for day in days],
        }
        for currency in result.currencies
    ]


def _picture(title: str, sums: list[Sums], result: Result) -> dict[str, object]:
    drawn = chart.lines([(each.now.minor, each.then.minor) for each in sums])
    currency = sums[0].now.currency
    return {
        "title": title,
        "drawn": drawn,
        "least": Money(drawn.least, currency),
        "most": Money(drawn.most, currency),
        "named": [(result.days[place], across) for place, across in drawn.named],
    }


def _so_far(paid: list[Sums]) -> list[Sums]:
    return list(accumulate(paid, lambda so_far, day: Sums(so_far.now + day.now, so_far.then + day.then)))


@requires("see strategies")
@require_GET
def foresight_json(request: ActorRequest, foresight_id: int) -> HttpResponse:
    """Send what was foreseen as JSON, for programs."""
    return JsonResponse(telling.as_json(Result(foresights.get_foresight(foresight_id))))


@requires("see strategies")
@require_GET
def foresight_csv(request: ActorRequest, foresight_id: int) -> HttpResponse:
    """Send what was foreseen as CSV, a line for each day, team and kind of act."""
    found = foresights.get_foresight(foresight_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ahead-{foresight_id}.csv"'
    writer = csv.writer(response)
    names = (
        _("Day"),
        _("Business unit"),
        _("Team"),
        _("What"),
        _("Now"),
        _("By the version"),
        _("Minutes now"),
        _("Minutes by the version"),
    )
    writer.writerow(names)
    for row in telling.rows(Result(found)):
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row])
    return response
