"""A run is steered: parts that fail are kept and run again, it is paused, and a day that is over is only reported."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened
from tests.strategy.test_actions import STEPS

from tallystick.access.rules.rights import Role
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions, tasks
from tallystick.strategy.actions import ordering, telling
from tallystick.strategy.models import Decision, Run, RunAct, RunChunk, RunFailure
from tallystick.strategy.queries import book, runs
from tallystick.strategy.rules import lifecycle, progress
from tallystick.strategy.rules.progress import ActKind, Stage
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

LEAVES = strategies.LEAVES
FRIDAY = DAY - timedelta(days=3)
BEFORE = DAY - timedelta(days=5)
ANN = Actor("ann", rights=frozenset({"run strategies"}))


@pytest.fixture
def debtors(leaves):
    """Debtors a month late, of whom the strategy has something to say today."""
    ids = []
    for _number in range(12):
        account = builders.account()
        builders.invoice(account, "100.00")
        ids.append(account.pk)
    strategies.publish(STEPS, day=BEFORE)
    strategies.refresh(*ids, day=BEFORE)
    return ids


@pytest.fixture
def large(monkeypatch):
    """Have a book be run leaf by leaf, as a large one is."""
    monkeypatch.setattr(book, "_CHUNK", 0.01)


def chunk_of(account_id):
    """Give the chunk that an account is in, where each leaf is one."""
    leaf = sql.value("SELECT tableoid::regclass::text FROM strategy_book WHERE account_id = %s", [account_id])
    return book.leaves().index(leaf)


@pytest.fixture
def broken(monkeypatch, debtors):
    """Have the orders for one debtor fail; give the debtor, and what mends it."""
    whom, give, state = debtors[5], ordering.give, {"broken": True}

    def fails(decisions, statement, **rest):
        if state["broken"] and any(whom in each.account_ids for each in decisions):
            raise ValueError("Amelia Hughes owes too much")
        return give(decisions, statement, **rest)

    monkeypatch.setattr(ordering, "give", fails)
    return whom, lambda: state.update(broken=False)


def begin(day=DAY, **how):
    run = actions.start_run(day=day, **{"at": at(DAY), "by": BY, **how})
    actions.work_run(run_id=run.pk, at=at(DAY), by=BY)
    actions.finish_run(run_id=run.pk, at=at(DAY), by=BY)
    return runs.report(runs.get_run(run.pk))


def kinds_of_acts(run):
    return list(RunAct.objects.filter(run=run).order_by("pk").values_list("kind", flat=True))


# ------------------------------------------------------------------------------------------------------------- what fails


@pytest.mark.usefixtures("large")
def test_a_part_that_fails_is_kept_and_the_others_go_on(debtors, broken):
    whom, _mend = broken
    in_its_chunk = [each for each in debtors if chunk_of(each) == chunk_of(whom)]

    report = begin()

    assert report.stage is Stage.FAILED
    assert report.run.finished_at is None
    [failure] = report.failures
    assert failure.chunk == chunk_of(whom)
    assert (failure.error, failure.worker) == ("ValueError", report.marks[0].worker)
    assert "test_running.py" in failure.sentence
    assert "Amelia" not in failure.sentence + failure.error
    assert report.chunks_done == LEAVES - 1
    decided = set(Decision.objects.values_list("account_id", flat=True))
    assert decided == set(debtors) - set(in_its_chunk)
    assert not Event.objects.filter(account_id=whom, kind__startswith="strategy.").exists()


@pytest.mark.usefixtures("large")
def test_what_failed_is_run_again_and_nothing_else(debtors, broken, monkeypatch):
    whom, mend = broken
    run = begin().run
    assert actions.work_run(run_id=run.pk, at=at(DAY), by=BY) == 0, "nobody takes a part that failed"
    mend()

    assert actions.retry_failed(run_id=run.pk, at=at(DAY), by=ANN) == 1
    assert actions.work_run(run_id=run.pk, at=at(DAY), by=BY) == 1
    assert actions.finish_run(run_id=run.pk, at=at(DAY), by=BY)

    report = runs.report(runs.get_run(run.pk))
    assert report.stage is Stage.FINISHED
    assert not report.failures
    assert sorted(Decision.objects.values_list("account_id", flat=True)) == sorted(debtors)
    assert happened(whom) == [(DAY, "First")]
    assert RunFailure.objects.get().closed_at == at(DAY)
    assert kinds_of_acts(run) == [ActKind.STARTED, ActKind.RETRIED, ActKind.FINISHED]
    retried = RunAct.objects.get(kind=ActKind.RETRIED)
    assert (retried.by, retried.comment) == ("ann", "1 part")


def test_who_only_got_in_each_others_way_is_tried_again(debtors, monkeypatch):
    give, tries = ordering.give, []

    def deadlocked_once(*args, **rest):
        tries.append(1)
        if len(tries) == 1:
            sql.execute("DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = 'deadlock_detected'; END $$")
        return give(*args, **rest)

    monkeypatch.setattr(ordering, "give", deadlocked_once)

    assert begin().stage is Stage.FINISHED
    assert len(tries) == 2
    assert not RunFailure.objects.exists()
    assert Decision.objects.count() == len(debtors)


def test_an_error_of_the_database_is_told_without_what_stood_in_the_row(debtors, monkeypatch):
    def twice(decisions, statement, **rest):
        sql.execute("INSERT INTO strategy_decision SELECT * FROM strategy_decision")

    monkeypatch.setattr(telling, "tell", twice)

    [failure] = begin().failures

    assert failure.error == "UniqueViolation"
    assert "23505" in failure.sentence
    assert "strategy_decision" in failure.sentence
    assert not any(str(each) in failure.sentence for each in debtors)
    assert not Decision.objects.exists()


def test_a_refusal_is_told_by_its_code(debtors, monkeypatch):
    def refused(*args, **rest):
        raise lifecycle.CalendarEnds(calendar="GB-EAW", day="2026-03-02")

    monkeypatch.setattr(telling, "tell", refused)

    assert begin().failures[0].error == "strategy.calendar_ends"


def test_there_is_nothing_to_run_again_where_nothing_failed(debtors):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)

    with pytest.raises(progress.NothingFailed):
        actions.retry_failed(run_id=run.pk, at=at(DAY), by=BY)


# ------------------------------------------------------------------------------------------------------- paused, and going on


@pytest.mark.usefixtures("large")
def test_of_a_paused_run_no_part_is_begun_until_it_is_resumed(debtors):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)
    assert actions.run_chunk(run_id=run.pk, chunk=0, at=at(DAY), by=BY)
    for _twice in range(2):
        actions.pause_run(run_id=run.pk, at=at(DAY), by=ANN)

    assert actions.work_run(run_id=run.pk, at=at(DAY), by=BY) == 0
    paused = runs.report(runs.get_run(run.pk))
    assert (paused.stage, paused.run.paused_by) == (Stage.PAUSED, "ann")
    assert not runs.is_left(DAY)

    actions.resume_run(run_id=run.pk, at=at(DAY), by=ANN)
    assert actions.work_run(run_id=run.pk, at=at(DAY), by=BY) == LEAVES - 1
    assert actions.finish_run(run_id=run.pk, at=at(DAY), by=BY)
    assert kinds_of_acts(run) == [ActKind.STARTED, ActKind.PAUSED, ActKind.RESUMED, ActKind.FINISHED]


@pytest.mark.usefixtures("calendar")
def test_the_schedule_neither_resumes_what_is_paused_nor_runs_again_what_failed(debtors, broken):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)
    assert runs.is_left(DAY)
    begin()
    assert not runs.is_left(DAY)

    tasks.run_left(timestamp=0)

    assert not ProcrastinateJob.objects.filter(task_name="strategy.work_run").exists()
    actions.retry_failed(run_id=run.pk, at=at(DAY), by=BY)
    assert runs.is_left(DAY)
    actions.pause_run(run_id=run.pk, at=at(DAY), by=BY)
    assert not runs.is_left(DAY)


@pytest.mark.parametrize("steer", [actions.pause_run, actions.resume_run, actions.retry_failed])
def test_a_run_that_is_over_is_not_steered(debtors, steer):
    done = begin(FRIDAY, at=at(FRIDAY)).run
    left = actions.start_run(day=DAY, at=at(DAY), by=BY)
    begin(DAY + timedelta(days=1), at=at(DAY + timedelta(days=1)))

    for run in (done, left):
        with pytest.raises(progress.RunOver):
            steer(run_id=run.pk, at=at(DAY), by=BY)
    assert runs.report(runs.get_run(left.pk)).stage is Stage.OVERTAKEN
    assert actions.work_run(run_id=left.pk, at=at(DAY), by=BY) == 0


@pytest.mark.parametrize("steer", [actions.pause_run, actions.resume_run, actions.retry_failed])
def test_who_may_not_run_strategies_steers_no_run(debtors, steer):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)

    with pytest.raises(NotPermitted):
        steer(run_id=run.pk, at=at(DAY), by=Actor("bob"))
    assert kinds_of_acts(run) == [ActKind.STARTED]


def test_what_was_done_with_a_run_is_never_changed(debtors):
    begin()

    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        sql.execute("UPDATE strategy_run_act SET by = 'nobody'")


# --------------------------------------------------------------------------------------------------- a day that is over


def everything():
    return (
        sql.rows("SELECT * FROM strategy_book ORDER BY account_id"),
        list(Decision.objects.values_list()),
        list(Event.objects.values_list("id")),
        list(WorkItem.objects.values_list()),
    )


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("is_run_beyond", [False, True])
def test_a_run_of_a_day_that_is_over_tells_what_it_would_decide_and_leaves_everything_as_it_is(debtors, is_run_beyond):
    late = builders.account()
    builders.invoice(late, "70.00", due_on=DAY - timedelta(days=60))
    if is_run_beyond:
        begin()
        fresh = builders.account()
        builders.invoice(fresh, "70.00", due_on=DAY - timedelta(days=60))
        strategies.refresh(fresh.pk, day=BEFORE)
        waiting = 1
    else:
        strategies.refresh(late.pk, day=BEFORE)
        waiting = len(debtors) + 1
    before = everything()

    report = begin(FRIDAY)

    assert report.run.only_reports
    assert report.stage is Stage.FINISHED
    assert report.decided == waiting
    assert [(each.effect.title, each.times) for each in report.effects] == [("First", waiting)]
    assert [(each.name, each.ordered, each.done) for each in report.orders] == [("note", waiting, 0)]
    assert everything() == before
    assert runs.last_day() == (DAY if is_run_beyond else None)


def test_a_report_says_the_same_as_the_run_then_does(debtors):
    document = STEPS.replace("    leave:\n", "    leave:\n      - when: balance < £50\n        go: small\n") + (
        "  small:\n    steps:\n      - id: skipped\n        when: broken_count > 0\n        otherwise: skip\n"
        "        do: [note: never]\n      - id: write\n        do: [note: small]\n"
    )
    small = builders.account()
    builders.invoice(small, "20.00")
    strategies.publish(document, day=BEFORE)
    strategies.refresh(small.pk, day=BEFORE)

    reported = begin(FRIDAY)
    acted = begin(FRIDAY, reason="The machine was off.")

    assert not acted.run.only_reports
    assert [(each.effect.number, each.times) for each in reported.effects] == [
        (each.effect.number, each.times) for each in acted.effects
    ]
    assert len(acted.effects) == 4
    assert [(each.name, each.ordered) for each in reported.orders] == [(each.name, each.done) for each in acted.orders]


def test_a_day_that_is_over_is_acted_on_for_a_reason_that_is_kept(debtors):
    report = begin(FRIDAY, reason="The machine was off.", by=ANN)

    assert (report.run.only_reports, report.run.reason) == (False, "The machine was off.")
    assert report.decided == len(debtors)
    started = RunAct.objects.get(run=report.run, kind=ActKind.STARTED)
    assert (started.by, started.comment) == ("ann", "The machine was off.")


def test_nothing_is_decided_behind_a_later_run_for_any_reason(debtors):
    begin()

    with pytest.raises(lifecycle.RunTooEarly):
        actions.start_run(day=FRIDAY, reason="Please.", at=at(DAY), by=BY)
    assert list(Run.objects.values_list("day", flat=True)) == [DAY]


def test_a_run_that_was_cut_off_goes_on_the_next_day_and_one_that_is_done_is_reported(debtors):
    cut_off = actions.start_run(day=FRIDAY, at=at(FRIDAY), by=BY)

    assert actions.start_run(day=FRIDAY, at=at(DAY), by=BY) == cut_off
    assert begin(FRIDAY).decided == len(debtors)
    again = begin(FRIDAY)
    assert again.run.only_reports
    assert again.decided == 0


def test_two_reports_of_a_day_at_once_are_one(debtors):
    first = actions.start_run(day=FRIDAY, at=at(DAY), by=BY)

    assert actions.start_run(day=FRIDAY, at=at(DAY), by=BY) == first


# ------------------------------------------------------------------------------------------------------- page and command


@pytest.mark.usefixtures("calendar", "large")
def test_the_page_names_what_failed_and_runs_it_again(debtors, broken, signed_in):
    run = begin().run
    browser = signed_in(Role.CREDIT_MANAGER)
    page = " ".join(browser.get(reverse("strategy:run", args=[run.pk])).content.decode().split())

    assert "1 part failed: the run is not finished." in page
    assert "ValueError" in page
    assert "Amelia" not in page
    answer = browser.post(reverse("strategy:retry_run", args=[run.pk]))

    assert answer.url == reverse("strategy:run", args=[run.pk])
    assert not RunFailure.objects.filter(closed_at=None).exists()
    assert ProcrastinateJob.objects.filter(task_name="strategy.work_run").exists()


@pytest.mark.usefixtures("calendar")
def test_a_run_is_paused_and_resumed_on_its_page(debtors, signed_in):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)
    browser = signed_in(Role.CREDIT_MANAGER)

    browser.post(reverse("strategy:pause_run", args=[run.pk]))
    page = browser.get(reverse("strategy:run", args=[run.pk])).content.decode()
    assert "Paused by Credit Manager." in page
    assert not ProcrastinateJob.objects.filter(task_name="strategy.work_run").exists()
    browser.post(reverse("strategy:resume_run", args=[run.pk]))

    run.refresh_from_db()
    assert run.paused_at is None
    assert ProcrastinateJob.objects.filter(task_name="strategy.work_run").exists()


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("name", ["pause_run", "resume_run", "retry_run"])
def test_a_collector_steers_no_run(debtors, signed_in, name):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)
    browser = signed_in(Role.COLLECTOR)

    assert browser.post(reverse(f"strategy:{name}", args=[run.pk])).status_code == 403
    assert (
        "<form"
        not in browser.get(reverse("strategy:run", args=[run.pk]), headers={"HX-Request": "true"}).content.decode()
    )


@pytest.mark.usefixtures("calendar")
def test_a_report_says_so_and_offers_to_act_only_where_nothing_later_was_run(debtors, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    report = browser.post(reverse("strategy:start_run"), {"day": FRIDAY.isoformat()}).url
    begin(FRIDAY)

    page = browser.get(report).content.decode()
    assert "is over, and this only reports." in page
    assert "Run and act" in page
    browser.post(reverse("strategy:start_run"), {"day": FRIDAY.isoformat(), "reason": "The machine was off."})

    assert Run.objects.get(only_reports=False).reason == "The machine was off."
    page = browser.get(report).content.decode()
    assert "Run and act" not in page
    assert "nothing is decided behind it" in page


@pytest.mark.usefixtures("calendar")
def test_the_command_pauses_resumes_runs_again_and_ends_with_1_where_parts_failed(debtors, broken):
    whom, mend = broken
    actions.start_run(day=DAY, at=at(DAY), by=BY)
    told, complained = io.StringIO(), io.StringIO()
    call_command("run", pause=True, stdout=told)
    call_command("run", stdout=told)
    assert "0 of 1 chunks" in told.getvalue()
    assert "It is paused" in told.getvalue()

    with pytest.raises(CommandError, match="not finished"):
        call_command("run", resume=True, stdout=told, stderr=complained)
    assert "Part 1 failed: ValueError." in complained.getvalue()
    with pytest.raises(CommandError, match="not finished"):
        call_command("run", stdout=told, stderr=complained)
    mend()
    call_command("run", retry=True, stdout=told)

    assert "1 of 1 chunks" in told.getvalue()
    assert happened(whom) == [(DAY, "First")]
    with pytest.raises(CommandError, match="no run that is not finished"):
        call_command("run", pause=True)


@pytest.mark.usefixtures("calendar", "hearing")
def test_the_command_reports_a_day_that_is_over_and_does_nothing_until_it_is_told_why(debtors):
    builders.invoice(builders.account(), "70.00")
    told = io.StringIO()
    call_command("run", day=FRIDAY, stdout=told)

    assert "nothing is done" in told.getvalue()
    assert "Events answered" not in told.getvalue()
    assert f"{len(debtors)} decisions" in told.getvalue()
    assert not Decision.objects.exists()
    call_command("run", day=FRIDAY, act_because="The machine was off.", stdout=told)
    assert Decision.objects.exists()


# -------------------------------------------------------------------------------------------------------- how long it takes


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1, 2, "about 5 seconds"),
        (22, 38, "about 20 to 40 seconds"),
        (80, 100, "about 1 to 2 minutes"),
        (230, 250, "about 4 minutes"),
    ],
)
def test_a_span_is_said_as_people_say_it(low, high, said):
    assert runs.said_span(low, high) == said


def test_the_slower_the_parts_differ_the_wider_the_estimate_and_workers_share_it():
    even = progress.left([10.0] * 8, waiting=8, in_hand=[0.0, 0.0])
    uneven = progress.left([5.0, 15.0] * 4, waiting=8, in_hand=[0.0, 0.0])
    alone = progress.left([10.0] * 8, waiting=8, in_hand=[0.0])

    assert even == (50.0, 50.0)
    assert uneven[0] < 50 < uneven[1]
    assert alone == (90.0, 90.0)
    assert progress.left([10.0] * 8, waiting=8, in_hand=[]) is None


@pytest.mark.usefixtures("large")
def test_the_page_knows_who_has_a_part_in_hand(debtors):
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)
    for chunk in range(LEAVES // 2):
        actions.run_chunk(run_id=run.pk, chunk=chunk, at=at(DAY), by=BY)
    sql.execute("SELECT set_config('application_name', 'vm 4711', true)")
    for chunk in (40, 41):
        sql.execute("SELECT pg_advisory_xact_lock(%s, %s)", [runs.LOCK, runs.lock_of(run.pk, chunk)])
    report = runs.report(run)

    assert [(each.chunk, each.worker) for each in report.in_hand] == [(40, "vm 4711"), (41, "vm 4711")]
    assert report.standing.waiting == LEAVES // 2 - 2
    assert report.stage is Stage.RUNNING
    assert report.said_left
    assert report.workers == [(RunChunk.objects.filter(run=run).order_by("pk")[0].worker, LEAVES // 2)]
