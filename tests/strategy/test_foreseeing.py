"""Days ahead by a changed strategy: what is lived through in a world apart is what the real nights do, and nothing is written."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from tests.strategy import ahead
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account
from tallystick.config import wiring
from tallystick.config.working_off import work_off
from tallystick.contact.models import Message
from tallystick.holds import actions as holds
from tallystick.kernel import clock, sql
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.promises import actions as promises
from tallystick.strategy import actions
from tallystick.strategy.actions.foreseeing import living, making
from tallystick.strategy.actions.foreseeing.living import Day
from tallystick.strategy.actions.foreseeing.world import untouched, world
from tallystick.strategy.models import Act, Version
from tallystick.strategy.queries import foresights
from tallystick.strategy.queries.foreseen import Result, telling
from tallystick.strategy.rules.foresight.figures import Side
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db


def _live_really(count: int = ahead.DAYS) -> None:
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


def _really(ids: list[int]) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for message in Message.objects.filter(account_id__in=ids, state="sent"):
        found[message.sent_at.date(), message.channel] += 1
    for work in WorkItem.objects.filter(account_id__in=ids):
        if work.due_on < DAY + timedelta(days=ahead.DAYS):
            found[work.due_on, f"task.{work.kind}"] += 1
    return found


def test_days_without_people_are_the_real_nights(calendar):
    ids = ahead.book()
    foresight = actions.foresee(
        version_id=Version.objects.get().pk, today=DAY, days=ahead.DAYS, asked=ahead.STILL, at=at(DAY), by=BY
    )

    _live_really()

    assert ahead.acts(foresight, Side.NOW) == ahead.acts(foresight, Side.THEN) == _really(ids)
    assert sum(_really(ids).values()) >= 8


def _temporary() -> int:
    return int(sql.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'strategy_book%%' AND relpersistence = 't'"))


def test_a_version_is_lived_through_as_if_it_were_published(calendar):
    ids = ahead.book()
    draft = ahead.draft()
    foresight = ahead.foresee(draft, asked=ahead.STILL)

    actions.publish(version_id=draft.pk, at=at(DAY), by=BY)
    actions.settle(day=DAY, at=at(DAY), by=BY)
    _live_really()

    assert ahead.acts(foresight, Side.THEN) == _really(ids)
    assert ahead.acts(foresight, Side.THEN) != ahead.acts(foresight, Side.NOW)


def test_nothing_is_written_but_what_was_seen(calendar):
    ahead.book()
    draft = ahead.draft()
    before = ahead.checksums()

    foresight = ahead.foresee(draft)

    assert ahead.checksums() == before
    assert _temporary() == 0
    assert foresight.finished_at is not None
    assert foresight.counts.count() > ahead.DAYS
    assert Act.objects.get(kind="foreseen").details["figures"] == foresight.figures


def test_a_world_cannot_write_outside_itself():
    account_id = ahead.book()[0]

    with world("SELECT id FROM accounts_account WHERE id = %(id)s", {"id": account_id}):
        with pytest.raises(InternalError, match="read-only transaction"), untouched():
            sql.execute("UPDATE public.strategy_book SET place = 0")
        with untouched():
            assert sql.value("SELECT count(*) FROM strategy_book") == 1
            sql.execute("UPDATE strategy_book SET place = 1")

    assert sql.value("SELECT count(*) FROM strategy_book") == 5
    sql.execute("UPDATE strategy_book SET place = place")


@pytest.mark.once
def test_people_act_by_what_is_assumed_and_do_the_same_again(calendar):
    ahead.book()
    draft = ahead.draft()
    everybody = {
        "done.call": 1,
        "result.call.promise": 1,
        "result.call.informed": 0,
        "result.call.no_answer": 0,
        "kept": 1,
    }
    asked = ahead.STILL | everybody | {"promise_days": 2}

    foresight, again = ahead.foresee(draft, asked=asked), ahead.foresee(draft, asked=asked)

    then = foresight.counts.filter(side=Side.THEN)
    calls = {day: n for (day, what), n in ahead.acts(foresight, Side.THEN).items() if what == "task.call"}
    paid = {count.day: (count.number, count.minor) for count in then.filter(what="paid")}
    # Everybody who is called on a day promises all, and pays it two days later.
    paying = {day + timedelta(days=2): n for day, n in calls.items()}
    due = {day: (n, 10_000 * n) for day, n in paying.items() if day < DAY + timedelta(days=ahead.DAYS)}
    assert due
    assert paid == due
    last = then.filter(what="owing").order_by("-day").first()
    assert last.minor == 50_000 - sum(minor for _n, minor in paid.values())
    assert again.figures == foresight.figures


@pytest.mark.once
def test_who_gets_a_letter_pays_within_two_weeks(calendar):
    ahead.book()
    asked = ahead.STILL | {f"pays.letter.{age}.full": 1 for age in range(5)}

    foresight = ahead.foresee(asked=asked, days=25)

    then = foresight.counts.filter(side=Side.THEN)
    letters = {day: n for (day, what), n in ahead.acts(foresight, Side.THEN).items() if what == "letter"}
    assert sum(count.number for count in then.filter(what="paid")) == sum(letters.values()) == 5
    assert not then.filter(what="owing", day=DAY + timedelta(days=24)).exists()


@pytest.mark.once
def test_what_is_paid_in_days_ahead_follows_the_order_of_the_client(calendar):
    account_id = ahead.book()[0]
    client_id = account_queries.get_account(account_id).client_id
    account_actions.set_client_order(client_id=client_id, order="newest_first", from_on=DAY, at=at(DAY), by=BY)

    foresight = ahead.foresee(asked=ahead.STILL | {f"pays.letter.{age}.full": 1 for age in range(5)}, days=25)

    assert foresight.counts.filter(side=Side.THEN, what="paid").exists()


@pytest.mark.once
def test_parts_come_to_the_same_figures_whoever_does_them(calendar, monkeypatch):
    ahead.book()
    draft = ahead.draft()
    whole = ahead.foresee(draft)
    monkeypatch.setattr(making, "PART", 2)

    started = actions.start_foresight(version_id=draft.pk, today=DAY, days=ahead.DAYS, at=at(DAY), by=BY)
    assert (started.parts, started.chunks) == (3, 3)
    assert actions.foresee_chunk(foresight_id=started.pk, chunk=1, at=at(DAY), by=BY)
    assert not actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=BY)
    assert not actions.foresee_chunk(foresight_id=started.pk, chunk=1, at=at(DAY), by=BY)
    assert actions.work_foresight(foresight_id=started.pk, at=at(DAY), by=BY) == 2
    assert actions.finish_foresight(foresight_id=started.pk, at=at(DAY), by=BY)

    found, one = Result(foresights.get_foresight(started.pk)), Result(whole)
    assert list(telling.lines(found))[:-1] == list(telling.lines(one))[:-1]


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
    ahead.book()
    ahead.foresee(days=1)

    with pytest.raises(error, match=why), transaction.atomic():
        sql.execute(change)


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


@pytest.mark.once
def test_every_order_and_everything_people_do_stays_in_the_world(calendar):
    ids = ahead.book()
    for number, account in enumerate(Account.objects.filter(pk__in=ids)):
        for kind, value in (
            (ContactKind.EMAIL, f"d{number}@debtor.example"),
            (ContactKind.MOBILE, f"+44770090000{number}"),
        ):
            party_actions.add_contact_point(party_id=account.party_id, kind=kind, value=value, at=at(DAY), by=BY)
    strategies.refresh(*ids)
    draft = ahead.draft(EVERY_ORDER)
    before = ahead.checksums()
    # Whoever is called promises, and breaks it; whoever gets an e-mail pays a part.
    asked = {
        **{f"done.{kind}": 1 for kind in ("call", "review", "follow_up")},
        "result.call.promise": 1,
        "result.call.informed": 0,
        "result.call.no_answer": 0,
        "promise_days": 2,
        "kept": 0,
        **{f"pays.email.{age}.part": 1 for age in range(5)},
    }

    foresight = ahead.foresee(draft, days=20, asked=asked)

    assert ahead.checksums() == before
    acts = {what for _day, what in ahead.acts(foresight, Side.THEN)}
    assert acts >= {"letter", "email", "service", "task.call", "task.trace", "task.review", "task.follow_up"}
    assert foresight.counts.filter(side=Side.THEN, what="paid").exists()


def test_a_world_does_the_jobs_that_events_start():
    started = {name for names in wiring.JOBS.values() for name in names}
    started -= {"charges.prove_again"}  # no interest is charged on a day that is imagined

    assert started | {"accounts.allocate_on_account", "strategy.answer_events"} == living._JOBS
