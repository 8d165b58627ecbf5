"""What a foresight shows, who may make one, and what the house assumes: the command, the pages, cost, teams and margins."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests import builders
from tests.strategy import ahead
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.access import actions as access_actions
from tallystick.access import queries as access_queries
from tallystick.access.models import User
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account, Client
from tallystick.config.working_off import work_off
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties import actions as party_actions
from tallystick.strategy import actions
from tallystick.strategy.actions.foreseeing import making
from tallystick.strategy.models import Foresight
from tallystick.strategy.queries import foresights
from tallystick.strategy.queries.foreseen import Result, telling
from tallystick.strategy.rules.foresight.assumptions import AssumptionWrong, Source
from tallystick.strategy.rules.foresight.figures import DaysOutOfRange, Side

pytestmark = pytest.mark.django_db


def test_of_a_large_book_a_part_is_lived_through_and_said(calendar, monkeypatch):
    ahead.book()
    draft = ahead.draft()
    monkeypatch.setattr(making, "PART", 1)
    monkeypatch.setattr(making, "MOST_ACCOUNTS", 2)

    result = Result(ahead.foresee(draft, asked=ahead.STILL))

    assert (result.foresight.parts, result.foresight.chunks, result.is_sample) == (5, 2, True)
    assert result.accounts.value == round(result.lived * 5 / 2)
    for kind in result.kinds:
        both = result.whole.work.acts[kind.act]
        assert not both.then.value or both.then.margin


@pytest.mark.parametrize("rights", [(), ("see strategies",), ("run strategies",), ("work accounts",)])
def test_only_who_approves_or_publishes_may_look_ahead(rights):
    ahead.book()
    draft = ahead.draft()
    nobody = builders.actor(builders.user(), *rights)

    with pytest.raises(NotPermitted):
        ahead.foresee(draft, by=nobody)
    started = actions.start_foresight(version_id=draft.pk, today=DAY, days=2, at=at(DAY), by=BY)
    with pytest.raises(NotPermitted):
        actions.foresee_chunk(foresight_id=started.pk, chunk=0, at=at(DAY), by=nobody)
    with pytest.raises(NotPermitted):
        actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=nobody)


@pytest.mark.parametrize("right", ["approve strategies", "publish strategies"])
def test_who_approves_or_publishes_may(right, calendar):
    ahead.book()
    assert ahead.foresee(days=1, by=builders.actor(builders.user(), right)).finished_at is not None


@pytest.mark.parametrize("days", [0, 91, -1])
def test_nobody_looks_further_than_ninety_days(days):
    ahead.book()
    with pytest.raises(DaysOutOfRange):
        ahead.foresee(days=days)


@pytest.mark.parametrize(
    "asked",
    [{"done.calls": 1}, {"kept": 1.2}, {"kept": "much"}, {"hours": -1}, {"hours": "NaN"}, {"hours": "Infinity"}],
)
def test_what_cannot_be_assumed_is_refused(asked):
    ahead.book()
    with pytest.raises(AssumptionWrong):
        ahead.foresee(asked=asked)


def test_the_command_tells_it(calendar, capsys):
    ahead.book()
    ahead.draft()

    call_command("strategy", "rehearse", "test", "--days", "10", "--assume", "done.call=0")

    told = capsys.readouterr().out
    assert "Letter\t5 → 5" in told
    assert "Figures: " in told
    call_command("strategy", "rehearse", "test", "--days", "10", "--assume", "done.call=0", "--json")
    assert json.loads(capsys.readouterr().out)["whole"]["acts"]["letter"]["then"] == {"value": 5, "margin": 0}
    with pytest.raises(CommandError, match="NAME=NUMBER"):
        call_command("strategy", "rehearse", "test", "--days", "10", "--assume", "done.call")


def test_the_pages_lead_from_the_version_to_weeks_days_and_a_file(signed_in, calendar):
    ahead.book()
    draft, browser = ahead.draft(), signed_in(Role.CREDIT_MANAGER)

    begun = browser.post(reverse("strategy:foresee", args=[draft.pk]), {"days_ahead": 10, "assume.kept": "0.25"})
    assert "0 of 1 parts of the debtors" in browser.get(begun.url).content.decode()
    work_off()
    page = browser.get(begun.url).content.decode()

    assert ("Week by week" in page, "what if" in page, 'name="assume.kept" value="0.25"' in page) == (True, True, True)
    assert "Days from 2 Mar 2026" in browser.get(f"{begun.url}?week=2026-03-02").content.decode()
    assert browser.get(f"{begun.url}.json").json()["first_day"] == "2026-03-02"
    lines = browser.get(f"{begun.url}.csv").content.decode().splitlines()
    assert lines[0].startswith("Day,Business unit,Team,What,Now,By the version")
    assert len(lines) > 3
    assert "10 days from 2 Mar 2026" in browser.get(reverse("strategy:version", args=[draft.pk])).content.decode()


def test_what_is_wrongly_asked_is_said_and_nothing_is_begun(signed_in, calendar):
    ahead.book()
    draft, browser = ahead.draft(), signed_in(Role.CREDIT_MANAGER)

    for asked in ({"days_ahead": 91}, {}, {"days_ahead": 10, "assume.kept": "all"}):
        browser.post(reverse("strategy:foresee", args=[draft.pk]), asked)
    page = browser.get(reverse("strategy:version", args=[draft.pk])).content.decode()

    assert page.count("Look from 1 to 90 days ahead.") == 2
    assert "it is not a number" in page
    assert not Foresight.objects.exists()


def test_a_collector_looks_at_no_days_ahead(signed_in, calendar):
    ahead.book()
    foresight = ahead.foresee(days=1)
    browser = signed_in(Role.COLLECTOR)

    assert browser.post(reverse("strategy:foresee", args=[foresight.version_id]), {"days_ahead": 1}).status_code == 403
    assert not Foresight.objects.exclude(pk=foresight.pk).exists()


def test_who_approves_signs_what_was_foreseen(calendar, unrehearsed):
    ahead.book()
    foresight = ahead.foresee(days=2)
    other = actions.draft(document=ahead.CHANGED.replace("title: Call", "title: Ring"), at=at(DAY), by=BY)

    with pytest.raises(NotFound):
        actions.approve(version_id=other.pk, foresight_id=foresight.pk, at=at(DAY), by=BY)
    act = actions.approve(version_id=foresight.version_id, at=at(DAY), by=BY)

    assert (act.details["foresight"], act.details["foreseen"]) == (foresight.pk, foresight.figures)


def test_the_house_assumes_its_own_numbers_from_a_day_on(calendar, capsys):
    ahead.book()
    soon = DAY + timedelta(days=5)
    terms = {"today": DAY, "at": at(DAY), "by": BY}

    actions.set_house_numbers(asked={"cost.letter": "1.05", "hours": "6"}, from_on=DAY, **terms)
    actions.set_house_numbers(asked={"cost.letter": "1.20"}, from_on=soon, **terms)

    now, then = foresights.assumed(today=DAY), foresights.assumed(today=soon)
    assert (now["cost.letter"].value, now["cost.letter"].source) == (Decimal("1.05"), Source.HOUSE)
    assert then["cost.letter"].value == Decimal("1.20")
    # What is said as it is already is not said again.
    assert now["hours"].source is Source.DEFAULT
    call_command("strategy", "assume", "kept=0.5")
    assert "kept\t0.5000\thouse" in capsys.readouterr().out
    assert Result(ahead.foresee(days=1)).assumptions["kept"].source is Source.HOUSE
    with pytest.raises(AssumptionWrong):
        actions.set_house_numbers(asked={"kept": 2}, from_on=DAY, **terms)
    with pytest.raises(NotPermitted):
        actions.set_house_numbers(
            asked={"kept": 1}, from_on=DAY, today=DAY, at=at(DAY), by=builders.actor(builders.user(), "see strategies")
        )


def test_numbers_of_the_page_become_the_houses(signed_in, calendar):
    ahead.book()
    foresight, browser = ahead.foresee(days=1), signed_in(Role.CREDIT_MANAGER)
    page = reverse("strategy:foresight", args=[foresight.pk])

    assert (
        "1 number is the house" in browser.post(f"{page}/assume", {"assume.hours": "7"}, follow=True).content.decode()
    )
    assert "cannot be assumed" in browser.post(f"{page}/assume", {"assume.kept": "7"}, follow=True).content.decode()

    assert foresights.house_numbers(day=DAY) == {"hours": Decimal("7.0000")}


def test_a_letter_and_a_call_cost_what_is_assumed(calendar):
    ahead.book()
    asked = {
        "minutes.task.call": 9,
        "cost.task.call": 1,
        "cost.letter": 2,
        "hour_cost": 60,
        "minutes.task.legal_review": 0,
    }

    result = Result(ahead.foresee(asked=ahead.STILL | asked | {"cost.task.legal_review": 0}))

    acts = {what: both.then.value for what, both in result.whole.work.acts.items()}
    # A call takes nine minutes of a person who costs one a minute, and one beside.
    assert result.whole.work.minutes.then.value == 9 * acts["task.call"]
    assert result.whole.work.cost.then == Money(1_000 * acts["task.call"] + 200 * acts["letter"], "GBP")
    assert sum(week.work.cost.then.minor for week in result.weeks) == result.whole.work.cost.then.minor


def test_days_with_more_work_than_a_team_can_do_are_named(calendar, signed_in):
    ahead.book()
    team = access_actions.open_team(
        business_unit_id=access_actions.open_business_unit(code="U", name="Unit", at=at(DAY), by=BY).pk,
        name="North",
        at=at(DAY),
        by=BY,
    )
    access_actions.set_teams(user_id=builders.user("one").pk, team_ids=[team.pk], at=at(DAY), by=BY)
    Client.objects.update(team_id=team.pk)

    result = Result(ahead.foresee(asked=ahead.STILL | {"hours": 0.1, "minutes.task.call": 7}))
    [north] = result.teams

    calls = {day for day, what in ahead.acts(Foresight.objects.get(), Side.THEN) if what == "task.call"}
    assert (north.name, north.people, north.minutes_a_day) == ("North", 1, 6)
    assert calls
    assert calls <= set(north.over_then)
    # Day by day, everywhere: what the team has, calls, hours and cost; on a Sunday nobody has any.
    [told] = telling.as_json(result)["teams"]
    by_day = {day["day"]: day for day in told["by_day"]}
    assert (told["business_unit"], told["name"], by_day["2026-03-08"]["minutes_there_are"]) == ("Unit", "North", 0)
    for day in calls:
        number = by_day[day.isoformat()]["acts"]["task.call"]["then"]["value"]
        assert by_day[day.isoformat()]["minutes_there_are"] == 6
        assert by_day[day.isoformat()]["minutes"]["then"]["value"] >= 7 * number > 0
    assert [line for line in telling.lines(result) if line.startswith("Unit: North\t1 people, 0.1 h a day\t")]
    assert {line.split("\t")[0].strip() for line in telling.lines(result)} >= {day.isoformat() for day in calls}
    page = signed_in(Role.CREDIT_MANAGER).get(
        reverse("strategy:foresight", args=[result.foresight.pk]) + f"?team={team.pk}"
    )
    assert "North, day by day" in page.content.decode()


def test_the_hours_of_whoever_is_in_several_teams_are_shared_out(calendar, signed_in):
    ahead.book()
    unit = access_actions.open_business_unit(code="U", name="Unit", at=at(DAY), by=BY)
    north, south, east = (
        access_actions.open_team(business_unit_id=unit.pk, name=name, at=at(DAY), by=BY).pk
        for name in ("North", "South", "East")
    )
    for name, teams in (("one", [north]), ("two", [north, south]), ("three", [north, south, east])):
        access_actions.set_teams(user_id=builders.user(name).pk, team_ids=teams, at=at(DAY), by=BY)
    access_actions.set_teams(user_id=builders.user("gone").pk, team_ids=[north], at=at(DAY), by=BY)
    User.objects.filter(username="gone").update(is_active=False)
    Client.objects.update(team_id=north)

    result = Result(ahead.foresee(asked=ahead.STILL | {"hours": 6}))
    [team] = result.teams

    # One whole, one by half, one by a third: 11/6 of six hours is eleven.
    assert (team.people, str(team.people_by_time), team.minutes_a_day) == (3, "1.83", 660)
    # What the three give to all their teams is what three people have.
    sizes = access_queries.team_sizes()
    assert [sizes[each].by_time for each in (north, south, east)] == [Fraction(11, 6), Fraction(5, 6), Fraction(1, 3)]
    assert sum(each.by_time for each in sizes.values()) == 3
    [told] = telling.as_json(result)["teams"]
    assert (told["people"], told["people_by_time"]) == (3, "1.83")
    assert [line for line in telling.lines(result) if "3 people, 1.83 by their time, 11.0 h a day" in line]
    page = signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:foresight", args=[result.foresight.pk]))
    assert "1.83 by their time" in page.content.decode()
    assert "gives each an equal part of their hours" in page.content.decode()


def test_currencies_stand_beside_each_other_and_are_never_summed(calendar, signed_in):
    ids = ahead.book()
    euros = builders.account(Account.objects.get(pk=ids[0]).portfolio, name="Euro", currency="EUR")
    builders.invoice(euros, "70.00", due_on=DAY - timedelta(days=5))
    terms = {
        "lines": ["1 High Street"],
        "town": "Leeds",
        "postcode": "LS1 1AA",
        "from_on": DAY,
        "at": at(DAY),
        "by": BY,
    }
    party_actions.set_address(party_id=euros.party_id, **terms)
    strategies.refresh(euros.pk)
    asked = ahead.STILL | {f"pays.letter.{age}.full": 1 for age in range(5)}

    result = Result(ahead.foresee(days=25, asked=asked))

    assert result.currencies == ["GBP", "EUR"]
    assert {currency: sums.then for currency, sums in result.whole.paid.items()} == {
        "GBP": Money(50_000, "GBP"),
        "EUR": Money(7_000, "EUR"),
    }
    first = result.days_of(DAY, DAY)[0]
    assert (first.owing["GBP"].then.minor, first.owing["EUR"].then.minor) == (50_000, 7_000)
    assert "Paid\t70.00 → 70.00 EUR" in list(telling.lines(result))
    assert telling.as_json(result)["whole"]["paid"] == {
        "GBP": {"now": "500.00", "then": "500.00"},
        "EUR": {"now": "70.00", "then": "70.00"},
    }
    page = signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:foresight", args=[result.foresight.pk]))
    assert page.content.decode().count("Money over the days") == 2
