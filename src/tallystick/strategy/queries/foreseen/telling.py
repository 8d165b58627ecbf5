"""Tell what a foresight found beside its page: line by line for a terminal, as rows for a file, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tallystick.strategy.queries.foreseen import Result
from tallystick.strategy.queries.foreseen.parts import Both, Span, Sums, TeamAhead, Work
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight.figures import Estimate, Side


def rows(result: Result) -> Iterator[tuple[str, ...]]:
    """Give day, business unit, team, act, and number and minutes both ways, for a file."""
    for team in sorted(result.teams, key=lambda each: each.id):
        for each in team.days:
            for act, both in each.work.acts.items():
                numbers = [both.now.value, both.then.value]
                if any(numbers):
                    minutes = [round(result.assumptions[f"minutes.{act}"].value * number) for number in numbers]
                    told = (team.unit, team.name, assumed.said_act(act), *map(str, (*numbers, *minutes)))
                    yield (each.day.isoformat(), *told)


def lines(result: Result) -> Iterator[str]:
    """Tell it line by line: the whole, each team by itself, then each week."""
    whole = result.whole
    for kind in result.kinds:
        yield f"{kind.said}\t{_both(whole.work.acts[kind.act])}"
    yield _("Hours") + f"\t{whole.work.hours_now} → {whole.work.hours_then}"
    yield _("Cost") + f"\t{_sums(whole.work.cost)}"
    for said, money in ((_("Paid"), whole.paid), (_("Owed in the end"), whole.owing)):
        for sums in money.values():
            yield f"{said}\t{_sums(sums)}"
    for said, both in result.touched:
        yield f"! {said}\t{_both(both)}"
    for team in result.teams:
        yield from _team(result, team)
    for week in result.weeks:
        yield f"{week.first.isoformat()}\t{_work(result, week.work)}"
    yield _("{days} days from {day}, {lived} accounts lived through of {accounts}. Figures: {figures}").format(
        days=result.foresight.days,
        day=result.foresight.first_day.isoformat(),
        lived=result.lived,
        accounts=result.accounts.value,
        figures=result.foresight.figures,
    )


def _team(result: Result, team: TeamAhead) -> Iterator[str]:
    name = f"{team.unit}: {team.name}" if team.unit else team.name
    has = _("{people} people, {hours} h a day").format(people=team.people, hours=team.hours_a_day)
    if team.people_by_time is not None:
        has = _("{people} people, {by_time} by their time, {hours} h a day").format(
            people=team.people, by_time=team.people_by_time, hours=team.hours_a_day
        )
    yield f"{name}\t{has if team.people else _('nobody is in it')}\t{_work(result, team.work)}"
    if team.over_now or team.over_then:
        over = _("{team}: days with more work than {people} people can do").format(team=name, people=team.people)
        yield f"! {over}\t{len(team.over_now)} → {len(team.over_then)}"
    for each in team.days:
        if each.is_over(Side.THEN):
            yield f"  {each.day.isoformat()}\t{_work(result, each.work)}"


def _work(result: Result, work: Work) -> str:
    told = ", ".join(f"{kind.said} {_both(work.acts[kind.act])}" for kind in result.kinds)
    return f"{told}\t{work.hours_now} → {work.hours_then} h"


def _sums(sums: Sums) -> str:
    return f"{sums.now.amount} → {sums.then.amount} {sums.now.currency}"


def _both(both: Both) -> str:
    return f"{_about(both.now)} → {_about(both.then)}"


def _about(estimate: Estimate) -> str:
    return str(estimate.value) if estimate.is_exact else f"{estimate.value} ± {estimate.margin}"


def as_json(result: Result) -> dict[str, Any]:
    """Give all of it as JSON: numbers with their margins, minutes, and money by currency; `then` is by the version."""
    foresight = result.foresight
    return {
        "version": [foresight.version.paper.name, foresight.version.number],
        "against": foresight.against.number if foresight.against else None,
        "first_day": foresight.first_day.isoformat(),
        "days": foresight.days,
        "accounts": {"lived": result.lived, **_estimate(result.accounts)},
        "figures": foresight.figures,
        "assumptions": foresight.assumptions,
        "in_need_of_care": [{"why": said, **_pair(both)} for said, both in result.touched],
        "whole": _span(result.whole),
        "by_day": [_span(day) for day in result.days_of(result.whole.first, result.whole.last)],
        "teams": [
            {
                "id": team.id or None,
                "business_unit": team.unit,
                "name": team.name,
                "people": team.people,
                "people_by_time": str(team.people if team.people_by_time is None else team.people_by_time),
                "whole": _done(team.work),
                "by_day": [
                    {"day": each.day.isoformat(), "minutes_there_are": each.minutes, **_done(each.work)}
                    for each in team.days
                ],
            }
            for team in result.teams
        ],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        **_done(span.work),
        "paid": _money(span.paid),
        "owed_at_the_end": _money(span.owing),
    }


def _done(work: Work) -> dict[str, Any]:
    acts = {act: _pair(both) for act, both in work.acts.items() if both.now.value or both.then.value}
    [(currency, cost)] = _money({work.cost.now.currency: work.cost}).items()
    return {"acts": acts, "minutes": _pair(work.minutes), "cost": {"currency": currency, **cost}}


def _money(by_currency: Mapping[str, Sums]) -> dict[str, dict[str, str]]:
    return {
        currency: {"now": str(sums.now.amount), "then": str(sums.then.amount)} for currency, sums in by_currency.items()
    }


def _pair(both: Both) -> dict[str, dict[str, int]]:
    return {"now": _estimate(both.now), "then": _estimate(both.then)}


def _estimate(estimate: Estimate) -> dict[str, int]:
    return {"value": estimate.value, "margin": estimate.margin}
