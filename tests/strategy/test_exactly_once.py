"""Exactly once: workers die at random moments, two at a time, of runs and of answers, and nothing is missing or there twice.

What comes of it is compared, decision by decision and action by action, with what comes of days on which nobody died. Some
twenty deaths take some seconds; DEATHS and SEED in the environment ask for more, and for the same again.
"""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from threading import Thread

import psycopg
import pytest
from django.core.management import call_command
from django.db import transaction
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.nursery import Order, nursery
from tests.strategy.test_killed import _until, url_of_database

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account
from tallystick.contact.models import Message
from tallystick.holds.models import Hold
from tallystick.kernel import clock, months
from tallystick.kernel.money import Money
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Run, RunFailure, Touched
from tallystick.strategy.queries import book
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS = 24
IN_A_CHUNK = 6
DEATHS = int(os.environ.get("DEATHS", "20"))
DAYS = max(3, DEATHS // 7)
SEED = int(os.environ.get("SEED", "0")) or Random().randrange(1, 1_000_000)  # noqa: S311
#: Within how many statements a worker dies: while it answers, in the midst of its parts, or late, if it is not done before.
_STATEMENTS = (40, 120, 300)
_ROOT = Path(__file__).resolve().parents[2]

DOCUMENT = """
name: test
title: Test
start: chasing
states:
  chasing:
    steps:
      - id: call
        do:
          - task: {kind: call, title: Call}
          - note: Called
      - id: stop
        after: 1 days
        do:
          - service: suspend
          - hold: {reason: manual, days: 9}
          - note: Suspended
      - id: rest
        after: 1 days
        go: resting
    answers:
      - event: accounts.ItemAdded
        title: Greet
        do:
          - note: A new invoice
          - task: {kind: review, title: Look at it}
    leave:
      - when: overdue <= 0
        go: paid
  resting:
    leave:
      - when: overdue <= 0
        go: paid
  paid:
    steps:
      - id: thank
        do:
          - cancel_tasks: call
          - note: Thanks
"""


@pytest.fixture
def accounts(leaves: int) -> list[Account]:
    """Debtors a month late, whom the strategy knows and has done nothing about."""
    actions.begin_book(day=DAY)
    made = [builders.account() for _number in range(ACCOUNTS)]
    for account in made:
        builders.invoice(account, "100.00")
    strategies.publish(DOCUMENT)
    strategies.refresh(*(account.pk for account in made))
    return made


@pytest.fixture
def workers() -> Iterator[Callable[[Sequence[Order]], list[int]]]:
    """Have workers work at the same time, each in a process of its own, and give how they ended."""
    with nursery(in_a_chunk=IN_A_CHUNK) as work:
        yield work


def _morning(accounts: Sequence[Account], day: date) -> None:
    """Have a day's news come in: invoices for some, and some pay everything."""
    number = (day - DAY).days
    for place, account in enumerate(accounts):
        if place % 4 == number % 4:
            builders.invoice(account, "50.00", reference=f"LATE-{number}-{place}")
        if place % 7 == number % 7:
            credit = account_actions.Credit(account.pk, 1_000 * number + place + 1, Money.of("900.00", "GBP"), day)
            account_actions.apply_credits([credit], at=at(day), by=BY)


def _undisturbed(accounts: Sequence[Account]) -> dict[str, object]:
    """Live through the days with nobody dying, see what comes of it, and take it all back."""
    months.open_months(first=DAY, last=DAY + timedelta(days=DAYS + 31))
    with transaction.atomic():
        for number in range(DAYS):
            day = DAY + timedelta(days=number)
            _morning(accounts, day)
            strategies.run(day)
        strategies.answer(day)
        came = _what_came_of(accounts)
        transaction.set_rollback(True)
    return came


def _what_came_of(accounts: Sequence[Account]) -> dict[str, object]:
    """Give every decision, everything that was ordered, every event and where each account stands, without numbers of rows."""
    ids = [account.pk for account in accounts]
    made = Decision.objects.filter(account_id__in=ids).order_by("account_id", "id")
    causes = {each.pk: (each.account_id, each.effect, each.due_on) for each in made}
    rooms = {
        "tasks": WorkItem.objects.values_list(
            "cause_id", "action_no", "account_id", "kind", "title", "due_on", "state"
        ),
        "messages": Message.objects.values_list("cause_id", "action_no", "account_id", "channel", "command"),
        "holds": Hold.objects.values_list("cause_id", "action_no", "account_id", "reason", "until_on"),
    }
    return {
        "decisions": [
            (
                each.account_id,
                each.due_on,
                each.effect,
                each.from_place,
                each.to_place,
                each.facts,
                # An effect says which event it answers. Which of those that wait lets a transition happen, whoever dies decides.
                each.cause_id > 0,
            )
            for each in made
        ],
        **{name: sorted((causes[row[0]], *map(str, row[1:])) for row in rows) for name, rows in rooms.items()},
        "events": sorted(
            (each.account_id, each.kind, str(each.happened_on), _without_numbers(each.data))
            for each in Event.objects.filter(account_id__in=ids)
        ),
        "book": [strategies.row(each) for each in ids],
    }


def _without_numbers(data: dict[str, object]) -> str:
    return json.dumps({name: value for name, value in sorted(data.items()) if not isinstance(value, int)})


def test_whoever_dies_and_however_often_everything_happens_once(accounts, workers, monkeypatch):
    monkeypatch.setattr(book, "_CHUNK", IN_A_CHUNK)
    expected = _undisturbed(accounts)
    assert len(expected["decisions"]) > 2 * ACCOUNTS
    random, deaths = Random(SEED), 0  # noqa: S311

    for number in range(DAYS):
        day = DAY + timedelta(days=number)
        _morning(accounts, day)
        while deaths < DEATHS * (number + 1) // DAYS:
            doomed = [
                {
                    "what": random.choice(["answer", "night", "night"]),
                    "at": at(day).isoformat(),
                    "dies_at": random.randrange(1, random.choice(_STATEMENTS)),
                    "before": random.random() < 0.5,
                }
                for _two in range(2)
            ]
            ended = workers(doomed)
            assert set(ended) <= {0, -signal.SIGKILL}, f"SEED={SEED}"
            deaths += sum(each != 0 for each in ended)
            if any(not end and each["what"] == "night" for end, each in zip(ended, doomed, strict=True)):
                break
        # The schedule fires twice at once, and once more when all is done.
        night = {"what": "night", "at": at(day).isoformat(), "dies_at": None, "before": False}
        assert workers([night, night]) == [0, 0], f"SEED={SEED}"
        before = Decision.objects.count()
        assert workers([night]) == [0], f"SEED={SEED}"
        assert Decision.objects.count() == before
    actions.answer_events(at=at(day), by=BY)

    came = _what_came_of(accounts)
    for what, expectation in expected.items():
        assert came[what] == expectation, f"{what} differ; SEED={SEED}"
    assert not Touched.objects.exists()
    assert not RunFailure.objects.exists()
    assert Run.objects.filter(finished_at__isnull=False).count() == DAYS
    clock.travel_to(at(day))
    try:
        call_command("check", "strategy", stdout=io.StringIO())
    finally:
        clock.travel_to(None)
    assert deaths >= DAYS


@pytest.fixture
def other() -> Iterator[psycopg.Connection[tuple[int]]]:
    """Be another worker, in the middle of answering the first event that waits."""
    with psycopg.connect(url_of_database()) as connection:
        yield connection
        connection.rollback()


def _hold_first(other: psycopg.Connection[tuple[int]]) -> None:
    assert other.execute("SELECT id FROM strategy_touched ORDER BY id LIMIT 1 FOR UPDATE").fetchone() is not None


def test_an_accounts_later_event_waits_for_who_answers_its_earlier_one(accounts, other):
    one, another = accounts[:2]
    for account in (one, one, another):
        builders.invoice(account, "10.00")
    _hold_first(other)

    actions.answer_events(at=at(DAY), by=BY)

    assert set(Decision.objects.values_list("account_id", flat=True)) == {another.pk}
    assert set(Touched.objects.values_list("account_id", flat=True)) == {one.pk}
    other.rollback()
    actions.answer_events(at=at(DAY), by=BY)
    greeted = Decision.objects.filter(account_id=one.pk, cause_id__gt=0).order_by("id")
    assert [each.cause_id for each in greeted] == sorted(each.cause_id for each in greeted)
    assert len(greeted) == 2


def test_before_a_run_who_is_still_answering_is_waited_for_and_made_up_for(accounts, other):
    builders.invoice(accounts[0], "10.00")
    _hold_first(other)

    def die() -> None:
        _until(lambda: _is_waited_for(other))
        other.rollback()

    dying = Thread(target=die)
    dying.start()
    actions.answer_events(to_the_last=True, at=at(DAY), by=BY)
    dying.join()

    assert Decision.objects.filter(account_id=accounts[0].pk, cause_id__gt=0).count() == 1
    assert not Touched.objects.exists()


def _is_waited_for(connection: psycopg.Connection[tuple[int]]) -> bool:
    """Test if somebody waits for what a connection holds."""
    waiting = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    ).fetchone()
    return waiting is not None and waiting[0] > 0
