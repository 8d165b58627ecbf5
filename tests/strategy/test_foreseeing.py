"""Days ahead by a changed strategy: what is lived through in a world apart is what the real nights do, and nothing is written."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.access import actions as access_actions
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account, Client
from tallystick.config import wiring
from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Message
from tallystick.holds import actions as holds
from tallystick.kernel import clock, sql
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.promises import actions as promises
from tallystick.strategy import actions
from tallystick.strategy.actions.foreseeing import living, making
from tallystick.strategy.actions.foreseeing.living import Day
from tallystick.strategy.actions.foreseeing.world import world
from tallystick.strategy.models import Act, Foresight, Version
from tallystick.strategy.queries import foresights
from tallystick.strategy.queries.foreseen import Result
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight.assumptions import AssumptionWrong, Source
from tallystick.strategy.rules.foresight.figures import DaysOutOfRange, Side
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

DAYS = 10
#: Nobody does anything: what is left is what the program does by itself.
STILL = {name: 0 for name in assumed.defaults() if name.split(".")[0] in ("done", "pays", "kept")}

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave:
      - when: days_past_due >= 3
        go: chasing
  chasing:
    steps:
      - id: write
        do: [letter: reminder_1]
      - id: call
        after: 3 business days
        do:
          - task: {kind: call, title: Call, limit: 2 business days}
          - note: called
    leave:
      - when: days_past_due >= 9
        go: last
  last:
    steps:
      - id: hold
        do: [pause: {days: 2}]
      - id: review
        after: 1 day
        do: [task: {kind: legal_review, title: Review}]
"""


def _book() -> list[int]:
    load_templates(at=at(DAY), by=BY)
    details = {
        "phone": "0113 496 0000",
        "email": "a@northgate.example",
        "lines": ["1 Mill Lane"],
        "imprint": "Northgate Ltd.",
    }
    portfolio = builders.portfolio(builders.client(details=details))
    made = []
    for number, late in enumerate((2, 5, 8, 0, -4)):
        account = builders.account(portfolio, name=f"Debtor {number}")
        party_actions.set_address(
            party_id=account.party_id,
            lines=["1 High Street"],
            town="Leeds",
            postcode="LS1 1AA",
            from_on=DAY,
            at=at(DAY),
            by=BY,
        )
        builders.invoice(account, due_on=DAY - timedelta(days=late))
        made.append(account.pk)
    strategies.publish(DOCUMENT)
    strategies.refresh(*made)
    return made


def _live_really(count: int = DAYS) -> None:
    """Live through the days with the program itself: its jobs at night, and its senders."""
    for number in range(count):
        night = Day(DAY + timedelta(days=number), number).night
        clock.travel_to(night)
        holds.end_holds(at=night, by=BY)
        promises.break_overdue_promises(at=night, by=BY)
        work_off()
        run = actions.start_run(day=night.date(), at=night, by=BY)
        actions.work_run(run_id=run.pk, at=night, by=BY)
        actions.finish_run(run_id=run.pk, at=night, by=BY)
        work_off()


def _acts(foresight: Foresight, side: Side) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for count in foresight.counts.filter(side=side).exclude(what__in=("owing", "paid", "touched")):
        found[count.day, count.what] += count.number
    return found


def _really(ids: list[int]) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for message in Message.objects.filter(account_id__in=ids, state="sent"):
        found[message.sent_at.date(), message.channel] += 1
    for work in WorkItem.objects.filter(account_id__in=ids):
        if work.due_on < DAY + timedelta(days=DAYS):
            found[work.due_on, f"task.{work.kind}"] += 1
    return found


def test_days_without_people_are_the_real_nights(calendar):
    ids = _book()
    foresight = actions.foresee(
        version_id=Version.objects.get().pk, today=DAY, days=DAYS, asked=STILL, at=at(DAY), by=BY
    )

    _live_really()

    assert _acts(foresight, Side.NOW) == _acts(foresight, Side.THEN) == _really(ids)
    assert sum(_really(ids).values()) >= 8


def _checksums() -> list[dict[str, object]]:
    tables = [
        row["name"]
        for row in sql.rows(
            """
            SELECT relname AS name FROM pg_class
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
              AND relname NOT LIKE 'strategy_foresight%%' AND relname <> 'strategy_act' ORDER BY relname
            """
        )
    ]
    proof = "SELECT count(*), sum(hashtextextended(t::text, 0)) AS proof FROM public.{table} AS t"
    return [{"table": name, **sql.rows(sql.fill(proof, table=name))[0]} for name in tables]


def _temporary() -> int:
    return int(sql.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'strategy_book%%' AND relpersistence = 't'"))


#: Writes on the first day, and calls sooner.
CHANGED = DOCUMENT.replace("days_past_due >= 3", "days_past_due >= 1").replace("3 business days", "1 business days")


def _draft(document: str = CHANGED) -> Version:
    return actions.draft(document=document, at=at(DAY), by=BY)


def _foresee(
    version: Version | None = None, *, days: int = DAYS, asked: dict[str, object] | None = None, by=BY
) -> Foresight:
    version = version or _draft()
    return actions.foresee(version_id=version.pk, today=DAY, days=days, asked=asked, at=at(DAY), by=by)


def test_a_version_is_lived_through_as_if_it_were_published(calendar):
    ids = _book()
    draft = _draft()
    foresight = _foresee(draft, asked=STILL)

    actions.publish(version_id=draft.pk, at=at(DAY), by=BY)
    actions.settle(day=DAY, at=at(DAY), by=BY)
    _live_really()

    assert _acts(foresight, Side.THEN) == _really(ids)
    assert _acts(foresight, Side.THEN) != _acts(foresight, Side.NOW)


def test_nothing_is_written_but_what_was_seen(calendar):
    _book()
    draft = _draft()
    before = _checksums()

    foresight = _foresee(draft)

    assert _checksums() == before
    assert _temporary() == 0
    assert foresight.finished_at is not None
    assert foresight.counts.count() > DAYS
    assert Act.objects.get(kind="foreseen").details["figures"] == foresight.figures


def test_a_world_cannot_write_outside_itself():
    account_id = _book()[0]
    nobody = "SELECT id FROM accounts_account WHERE id = %(id)s"

    with (
        pytest.raises(InternalError, match="read-only transaction"),
        transaction.atomic(),
        world(nobody, {"id": account_id}),
    ):
        sql.execute("UPDATE public.strategy_book SET place = 0")
    with transaction.atomic():
        with world(nobody, {"id": account_id}):
            assert sql.value("SELECT count(*) FROM strategy_book") == 1
            sql.execute("UPDATE strategy_book SET place = 1")
        assert sql.value("SELECT count(*) FROM strategy_book") == 5
        sql.execute("UPDATE strategy_book SET place = place")


def test_people_act_by_what_is_assumed_and_do_the_same_again(calendar):
    _book()
    draft = _draft()
    everybody = {
        "done.call": 1,
        "result.call.promise": 1,
        "result.call.informed": 0,
        "result.call.no_answer": 0,
        "kept": 1,
    }
    asked = STILL | everybody | {"promise_days": 2}

    foresight, again = _foresee(draft, asked=asked), _foresee(draft, asked=asked)

    then = foresight.counts.filter(side=Side.THEN)
    calls = {day: n for (day, what), n in _acts(foresight, Side.THEN).items() if what == "task.call"}
    paid = {count.day: (count.number, count.minor) for count in then.filter(what="paid")}
    # Everybody who is called on a day promises all, and pays it two days later.
    paying = {day + timedelta(days=2): n for day, n in calls.items()}
    due = {day: (n, 10_000 * n) for day, n in paying.items() if day < DAY + timedelta(days=DAYS)}
    assert due
    assert paid == due
    last = then.filter(what="owing").order_by("-day").first()
    assert last.minor == 50_000 - sum(minor for _n, minor in paid.values())
    assert again.figures == foresight.figures


def test_who_gets_a_letter_pays_within_two_weeks(calendar):
    _book()
    asked = STILL | {f"pays.letter.{age}.full": 1 for age in range(5)}

    foresight = _foresee(asked=asked, days=25)

    then = foresight.counts.filter(side=Side.THEN)
    letters = {day: n for (day, what), n in _acts(foresight, Side.THEN).items() if what == "letter"}
    assert sum(count.number for count in then.filter(what="paid")) == sum(letters.values()) == 5
    assert not then.filter(what="owing", day=DAY + timedelta(days=24)).exists()


def test_parts_come_to_the_same_figures_whoever_does_them(calendar, monkeypatch):
    _book()
    draft = _draft()
    whole = _foresee(draft)
    monkeypatch.setattr(making, "PART", 2)

    started = actions.start_foresight(version_id=draft.pk, today=DAY, days=DAYS, at=at(DAY), by=BY)
    assert (started.parts, started.chunks) == (3, 3)
    assert actions.foresee_chunk(foresight_id=started.pk, chunk=1, at=at(DAY), by=BY)
    assert not actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=BY)
    assert not actions.foresee_chunk(foresight_id=started.pk, chunk=1, at=at(DAY), by=BY)
    assert actions.work_foresight(foresight_id=started.pk, at=at(DAY), by=BY) == 2
    assert actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=BY)

    found, one = Result(foresights.get_foresight(started.pk)), Result(whole)
    assert list(found.lines())[:-1] == list(one.lines())[:-1]


def test_of_a_large_book_a_part_is_lived_through_and_said(calendar, monkeypatch):
    _book()
    draft = _draft()
    monkeypatch.setattr(making, "PART", 1)
    monkeypatch.setattr(making, "MOST_ACCOUNTS", 2)

    result = Result(_foresee(draft, asked=STILL))

    assert (result.foresight.parts, result.foresight.chunks, result.is_sample) == (5, 2, True)
    assert result.accounts.value == round(result.lived * 5 / 2)
    for kind in result.kinds:
        both = result.whole.work.acts[kind.act]
        assert not both.then.value or both.then.margin


@pytest.mark.parametrize("rights", [(), ("see strategies",), ("run strategies",), ("work accounts",)])
def test_only_who_approves_or_publishes_may_look_ahead(rights):
    _book()
    draft = _draft()
    nobody = builders.actor(builders.user(), *rights)

    with pytest.raises(NotPermitted):
        _foresee(draft, by=nobody)
    started = actions.start_foresight(version_id=draft.pk, today=DAY, days=2, at=at(DAY), by=BY)
    with pytest.raises(NotPermitted):
        actions.foresee_chunk(foresight_id=started.pk, chunk=0, at=at(DAY), by=nobody)
    with pytest.raises(NotPermitted):
        actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=nobody)


@pytest.mark.parametrize("right", ["approve strategies", "publish strategies"])
def test_who_approves_or_publishes_may(right, calendar):
    _book()
    assert _foresee(days=1, by=builders.actor(builders.user(), right)).finished_at is not None


@pytest.mark.parametrize("days", [0, 91, -1])
def test_nobody_looks_further_than_ninety_days(days):
    _book()
    with pytest.raises(DaysOutOfRange):
        _foresee(days=days)


@pytest.mark.parametrize(
    "asked",
    [{"done.calls": 1}, {"kept": 1.2}, {"kept": "much"}, {"hours": -1}, {"hours": "NaN"}, {"hours": "Infinity"}],
)
def test_what_cannot_be_assumed_is_refused(asked):
    _book()
    with pytest.raises(AssumptionWrong):
        _foresee(asked=asked)


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        ("UPDATE strategy_foresight SET days = 2", IntegrityError, "a finished foresight is never changed"),
        ("DELETE FROM strategy_foresight_count", ProgrammingError, "permission denied"),
        (
            """
            INSERT INTO strategy_foresight_chunk (foresight_id, chunk, marked_at, seconds, accounts, counted)
            SELECT foresight_id, 9, marked_at, 0, 0, 0 FROM strategy_foresight_chunk
            """,
            IntegrityError,
            "nothing is added to a finished foresight",
        ),
    ],
)
def test_a_finished_foresight_is_never_changed(calendar, change, error, why):
    _book()
    _foresee(days=1)

    with pytest.raises(error, match=why), transaction.atomic():
        sql.execute(change)


def test_the_command_tells_it(calendar, capsys):
    _book()
    _draft()

    call_command("strategy", "rehearse", "test", "--days", "10", "--assume", "done.call=0")

    told = capsys.readouterr().out
    assert "Letter\t5 → 5" in told
    assert "Figures: " in told
    with pytest.raises(CommandError, match="NAME=NUMBER"):
        call_command("strategy", "rehearse", "test", "--days", "10", "--assume", "done.call")


def test_the_pages_lead_from_the_version_to_weeks_days_and_a_file(signed_in, calendar):
    _book()
    draft, browser = _draft(), signed_in(Role.CREDIT_MANAGER)

    begun = browser.post(reverse("strategy:foresee", args=[draft.pk]), {"days_ahead": 10, "assume.kept": "0.25"})
    assert "0 of 1 parts of the debtors" in browser.get(begun.url).content.decode()
    work_off()
    page = browser.get(begun.url).content.decode()

    assert ("Week by week" in page, "what if" in page, 'name="assume.kept" value="0.25"' in page) == (True, True, True)
    assert "Days from 2 Mar 2026" in browser.get(f"{begun.url}?week=2026-03-02").content.decode()
    lines = browser.get(f"{begun.url}.csv").content.decode().splitlines()
    assert lines[0].startswith("Day,Team,What,Now,By the version")
    assert len(lines) > 3
    assert "10 days from 2 Mar 2026" in browser.get(reverse("strategy:version", args=[draft.pk])).content.decode()


def test_what_is_wrongly_asked_is_said_and_nothing_is_begun(signed_in, calendar):
    _book()
    draft, browser = _draft(), signed_in(Role.CREDIT_MANAGER)

    for asked in ({"days_ahead": 91}, {}, {"days_ahead": 10, "assume.kept": "all"}):
        browser.post(reverse("strategy:foresee", args=[draft.pk]), asked)
    page = browser.get(reverse("strategy:version", args=[draft.pk])).content.decode()

    assert page.count("Look from 1 to 90 days ahead.") == 2
    assert "it is not a number" in page
    assert not Foresight.objects.exists()


def test_a_collector_looks_at_no_days_ahead(signed_in, calendar):
    _book()
    foresight = _foresee(days=1)
    browser = signed_in(Role.COLLECTOR)

    assert browser.post(reverse("strategy:foresee", args=[foresight.version_id]), {"days_ahead": 1}).status_code == 403
    assert not Foresight.objects.exclude(pk=foresight.pk).exists()


def test_who_approves_signs_what_was_foreseen(calendar, unrehearsed):
    _book()
    foresight = _foresee(days=2)
    other = actions.draft(document=CHANGED.replace("title: Call", "title: Ring"), at=at(DAY), by=BY)

    with pytest.raises(NotFound):
        actions.approve(version_id=other.pk, foresight_id=foresight.pk, at=at(DAY), by=BY)
    act = actions.approve(version_id=foresight.version_id, at=at(DAY), by=BY)

    assert (act.details["foresight"], act.details["foreseen"]) == (foresight.pk, foresight.figures)


EVERY_ORDER = """
name: test
title: Test
start: fresh
states:
  fresh:
    steps:
      - id: tell
        do:
          - letter: reminder_1
          - email: reminder_1
          - sms: reminder
          - service: suspend
          - notify: {role: team leader, template: notice_to_team_leader}
          - note: told
          - task:
              kind: call
              title: Call
              limit: 1 business days
              escalate: {do: [note: late], priority: urgent}
          - task: {kind: trace, title: Find}
      - id: stop
        after: 1 days
        do:
          - cancel_tasks: trace
          - hold: {days: 2, reason: dispute}
      - id: go_on
        after: 1 days
        despite: [held]
        do:
          - lift_hold: dispute
          - pause: {days: 2}
      - id: resume
        after: 1 days
        do:
          - service: resume
          - release
    answers:
      - event: worklists.TaskDone
        title: Done
        do: [task: {kind: review, title: Review}]
      - event: payments.PaymentReceived
        title: Thank
        do: [note: thanks]
      - event: promises.PromiseBroken
        title: Broken
        do: [task: {kind: follow_up, title: Ask}]
never_when: {held: holds.active}
"""


def test_every_order_and_everything_people_do_stays_in_the_world(calendar):
    ids = _book()
    for number, account in enumerate(Account.objects.filter(pk__in=ids)):
        for kind, value in (
            (ContactKind.EMAIL, f"d{number}@debtor.example"),
            (ContactKind.MOBILE, f"+44770090000{number}"),
        ):
            party_actions.add_contact_point(party_id=account.party_id, kind=kind, value=value, at=at(DAY), by=BY)
    strategies.refresh(*ids)
    draft = _draft(EVERY_ORDER)
    before = _checksums()
    asked = {
        **{f"done.{kind}": 0.5 for kind in ("call", "review", "follow_up")},
        "result.call.promise": 0.5,
        "result.call.informed": 0.5,
        "result.call.no_answer": 0,
        "kept": 0.5,
        **{f"pays.email.{age}.part": 0.5 for age in range(5)},
    }

    foresight = _foresee(draft, days=20, asked=asked)

    assert _checksums() == before
    acts = {what for _day, what in _acts(foresight, Side.THEN)}
    assert acts >= {"letter", "email", "service", "task.call", "task.trace", "task.review", "task.follow_up"}
    assert foresight.counts.filter(side=Side.THEN, what="paid").exists()


def test_a_world_does_the_jobs_that_events_start():
    started = {name for names in wiring.JOBS.values() for name in names}

    assert started | {"strategy.answer_events"} == living._JOBS


def test_the_house_assumes_its_own_numbers_from_a_day_on(calendar, capsys):
    _book()
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
    assert Result(_foresee(days=1)).assumptions["kept"].source is Source.HOUSE
    with pytest.raises(AssumptionWrong):
        actions.set_house_numbers(asked={"kept": 2}, from_on=DAY, **terms)
    with pytest.raises(NotPermitted):
        actions.set_house_numbers(
            asked={"kept": 1}, from_on=DAY, today=DAY, at=at(DAY), by=builders.actor(builders.user(), "see strategies")
        )


def test_numbers_of_the_page_become_the_houses(signed_in, calendar):
    _book()
    foresight, browser = _foresee(days=1), signed_in(Role.CREDIT_MANAGER)
    page = reverse("strategy:foresight", args=[foresight.pk])

    assert (
        "1 number is the house" in browser.post(f"{page}/assume", {"assume.hours": "7"}, follow=True).content.decode()
    )
    assert "cannot be assumed" in browser.post(f"{page}/assume", {"assume.kept": "7"}, follow=True).content.decode()

    assert foresights.house_numbers(day=DAY) == {"hours": Decimal("7.0000")}


def test_a_letter_and_a_call_cost_what_is_assumed(calendar):
    _book()
    asked = {
        "minutes.task.call": 9,
        "cost.task.call": 1,
        "cost.letter": 2,
        "hour_cost": 60,
        "minutes.task.legal_review": 0,
    }

    result = Result(_foresee(asked=STILL | asked | {"cost.task.legal_review": 0}))

    acts = {what: both.then.value for what, both in result.whole.work.acts.items()}
    # A call takes nine minutes of a person who costs one a minute, and one beside.
    assert result.whole.work.minutes.then.value == 9 * acts["task.call"]
    assert result.whole.work.cost_then == Money(1_000 * acts["task.call"] + 200 * acts["letter"], "GBP")
    assert sum(week.work.cost_then.minor for week in result.weeks) == result.whole.work.cost_then.minor


def test_days_with_more_work_than_a_team_can_do_are_named(calendar):
    _book()
    team = access_actions.open_team(
        business_unit_id=access_actions.open_business_unit(code="U", name="Unit", at=at(DAY), by=BY).pk,
        name="North",
        at=at(DAY),
        by=BY,
    )
    access_actions.set_teams(user_id=builders.user("one").pk, team_ids=[team.pk], at=at(DAY), by=BY)
    Client.objects.update(team_id=team.pk)

    [north] = Result(_foresee(asked=STILL | {"hours": 0.1, "minutes.task.call": 7})).teams

    calls = {day for day, what in _acts(Foresight.objects.get(), Side.THEN) if what == "task.call"}
    assert (north.name, north.people, north.minutes_a_day) == ("North", 1, 6)
    assert calls
    assert calls <= set(north.over_then)
