"""Documents published, accounts treated day by day, events answered: on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, days, happened, run, state

from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules import CloseReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.rules import Cause
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Run, RunChunk
from tallystick.strategy.queries import book, catalogue
from tallystick.strategy.rules import lifecycle, reading
from tallystick.timeline import queries as timeline
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db

STEPS = """
name: test
title: Test
start: waiting
never_when:
  held: holds.stops_contact
states:
  waiting:
    steps:
      - id: first
        when: days_past_due >= 7
        do:
          - note: first
      - id: second
        after: 2 business days
        do:
          - task: {kind: call, title: Call, due: 1 business day}
      - id: third
        after: 10 days since entering
        go: done
    leave:
      - when: overdue <= 0 and open_items = 0
        go: paid
  done: {}
  paid: {}
"""


def _overdue(due_on: date, amount: str = "100.00"):
    account = builders.account()
    builders.invoice(account, amount, due_on=due_on)
    return account


def test_the_book_has_a_column_for_everything_the_rooms_offer():
    assert book.missing_columns() == []


def test_there_are_facts_enough_and_each_says_what_it_means():
    facts = catalogue.facts()

    assert len(facts) >= 25
    assert all(fact.meaning.endswith(".") for fact in facts)


def test_every_fact_can_be_asked_of_an_account():
    account = _overdue(DAY)
    strategies.refresh(account.pk)

    expressions = ", ".join(
        f"({fact.sql.replace('{day}', 'DATE ' + repr(DAY.isoformat()))})" for fact in catalogue.facts()
    )
    with sql.cursor() as cursor:
        cursor.execute(f"SELECT {expressions} FROM strategy_book AS book WHERE account_id = {account.pk}")  # noqa: S608
        assert len(cursor.fetchone()) == len(catalogue.facts())


def test_steps_follow_each_other_on_their_days():
    account = _overdue(due_on=date(2026, 3, 2))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)

    for day in days(date(2026, 3, 3), 14):
        run(day)

    assert happened(account.pk) == [
        (date(2026, 3, 9), "First"),
        (date(2026, 3, 11), "Second"),
        (date(2026, 3, 12), "Third"),
    ]
    assert state(account.pk) == "done"
    assert WorkItem.objects.get(account_id=account.pk).due_on == date(2026, 3, 12)


def test_business_days_pass_over_weekends_and_bank_holidays():
    document = STEPS.replace("days_past_due >= 7", "days_past_due >= 3")
    account = _overdue(due_on=date(2026, 3, 30))
    strategies.publish(document, day=date(2026, 3, 30))
    strategies.refresh(account.pk, day=date(2026, 3, 30))

    for day in days(date(2026, 3, 31), 12):
        run(day)

    # Thursday; then Good Friday, the weekend and Easter Monday do not count.
    assert happened(account.pk)[:2] == [(date(2026, 4, 2), "First"), (date(2026, 4, 8), "Second")]


def test_a_decision_keeps_the_values_that_decided():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS.replace("days_past_due >= 7", "days_past_due >= 7 and balance > £50"))
    strategies.refresh(account.pk)

    run(DAY)

    decision = Decision.objects.get(account_id=account.pk)
    assert decision.facts == {"accounts.days_past_due": 29, "accounts.balance": 10_000, "accounts.currency": "GBP"}
    assert (decision.due_on, decision.from_place, decision.to_place) == (DAY, 0, 1)
    [event] = timeline.of_account([account.pk], kinds=["strategy."])
    assert event["data"] | {"decision_id": decision.pk} == event["data"]
    assert event["data"]["step"] == "First"


def test_an_account_makes_one_step_a_day():
    document = STEPS.replace("after: 2 business days", "after: 0 days").replace(
        "after: 10 days since entering", "after: 0 days"
    )
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(document)
    strategies.refresh(account.pk)

    for day in days(DAY, 3):
        run(day)

    assert happened(account.pk) == [
        (DAY, "First"),
        (DAY + timedelta(days=1), "Second"),
        (DAY + timedelta(days=2), "Third"),
    ]


AT_ONCE = """
name: test
title: Test
start: suspended
states:
  suspended:
    steps:
      - id: call
        do: [note: call]
    leave:
      - when: overdue <= 0
        go: resuming
  resuming:
    steps:
      - id: resume
        do: [note: resume]
    leave:
      - when: overdue > 0
        go: suspended
"""


def _pay_and_bounce_twice(account):
    for cause_id in (1, 2):
        credit = account_actions.Credit(account.pk, cause_id, Money.of("100.00", "GBP"), DAY)
        account_actions.apply_credits([credit], at=at(DAY), by=BY)
        actions.answer_events(at=at(DAY), by=BY)
        account_actions.take_back_credit(
            account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=cause_id, reason="bounced", at=at(DAY), by=BY
        )
        actions.answer_events(at=at(DAY), by=BY)


@pytest.mark.usefixtures("hearing")
def test_a_state_that_is_come_to_begins_at_once_though_a_step_was_made_that_day_but_no_step_twice():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(AT_ONCE)
    run(DAY)

    _pay_and_bounce_twice(account)

    steps = [(day, title) for day, title in happened(account.pk) if "→" not in title]
    assert steps == [(DAY, "Call"), (DAY, "Resume")]
    run(DAY + timedelta(days=1))
    assert happened(account.pk)[-1] == (DAY + timedelta(days=1), "Call")


@pytest.mark.usefixtures("hearing")
def test_a_step_that_is_passed_over_is_passed_over_once_a_day_however_often_its_state_is_come_to():
    account = _overdue(due_on=date(2026, 2, 1))
    letter = "- id: letter\n        when: balance > £5,000\n        otherwise: skip\n        do: [note: letter]\n      "
    strategies.publish(AT_ONCE.replace("- id: call", letter + "- id: call\n        after: 1 days"))
    run(DAY)

    _pay_and_bounce_twice(account)

    assert [title for _day, title in happened(account.pk) if "→" not in title] == ["Letter", "Resume"]
    for day in days(DAY + timedelta(days=1), 2):
        run(day)
    assert happened(account.pk)[-2:] == [(DAY + timedelta(days=1), "Letter"), (DAY + timedelta(days=2), "Call")]


def test_a_guard_stops_a_step_until_it_is_over():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    hold_actions.place_hold(
        account_id=account.pk, reason=Reason.MANUAL, until_on=DAY + timedelta(days=3), at=at(DAY), by=BY
    )
    strategies.refresh(account.pk)

    for day in days(DAY, 5):
        run(day)

    assert happened(account.pk)[0] == (DAY + timedelta(days=3), "First")


def test_an_amount_that_falls_due_by_itself_is_seen_on_the_day():
    account = _overdue(due_on=DAY + timedelta(days=3))
    strategies.publish(STEPS.replace("days_past_due >= 7", "overdue > 0"))
    strategies.refresh(account.pk)

    for day in days(DAY, 6):
        run(day)

    assert happened(account.pk)[0] == (DAY + timedelta(days=4), "First")


def test_a_transition_and_the_first_step_behind_it_happen_on_one_day():
    document = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave:
      - when: days_past_due > 3
        go: chasing
  chasing:
    steps:
      - id: skipped
        when: broken_count > 0
        otherwise: skip
        do: [note: never]
      - id: note
        do: [note: now]
"""
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(document)
    strategies.refresh(account.pk)

    run(DAY)

    assert happened(account.pk) == [(DAY, "→ Chasing"), (DAY, "Skipped"), (DAY, "Note")]
    assert [event["kind"] for event in reversed(timeline.of_account([account.pk], kinds=["strategy."]))] == [
        "strategy.StateLeft",
        "strategy.StepSkipped",
        "strategy.StepTaken",
    ]


def test_the_run_of_a_day_happens_once():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)

    assert run(DAY) == 1
    assert run(DAY) == 1
    assert Run.objects.count() == 1
    assert RunChunk.objects.count() == 1
    assert Run.objects.get().finished_at == at(DAY)


def test_a_run_in_leaves_goes_on_where_it_stopped(leaves, monkeypatch):
    monkeypatch.setattr(book, "_CHUNK", 0.01)
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)
    started = actions.start_run(day=DAY, at=at(DAY), by=BY)
    assert started.chunks == leaves
    for chunk in range(0, leaves, 2):
        assert actions.run_chunk(run_id=started.pk, chunk=chunk, at=at(DAY), by=BY)
        assert not actions.run_chunk(run_id=started.pk, chunk=chunk, at=at(DAY), by=BY)

    assert actions.work_run(run_id=started.pk, at=at(DAY), by=BY) == leaves // 2
    assert happened(account.pk) == [(DAY, "First")]


def test_a_run_for_a_year_without_known_holidays_is_refused():
    strategies.publish(STEPS)

    with pytest.raises(lifecycle.CalendarEnds, match="GB-EAW"):
        actions.start_run(day=date(2051, 1, 3), at=at(DAY), by=BY)

    assert not Run.objects.exists()


def test_a_closed_account_is_left_alone():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)
    account_actions.close_account(account_id=account.pk, reason=CloseReason.RECALLED, at=at(DAY), by=BY)
    strategies.refresh(account.pk)

    assert run(DAY) == 0


def test_a_decision_is_never_changed():
    account = _overdue(due_on=date(2026, 2, 1))
    strategies.publish(STEPS)
    strategies.refresh(account.pk)
    run(DAY)

    for statement in (
        "UPDATE strategy_decision SET effect = 2",
        "DELETE FROM strategy_decision",
        "TRUNCATE strategy_decision",
    ):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            sql.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.execute("INSERT INTO strategy_decision SELECT * FROM strategy_decision")


def test_a_strategy_is_assigned_within_reach_only():
    ours, theirs = builders.client(), builders.client()
    strategies.publish(STEPS)
    by = Actor("ann", rights=frozenset({"publish strategies"}), scope=Scope(frozenset({ours.pk})))

    assert actions.assign(strategy="test", client=ours.code, at=at(DAY), by=by).client == ours
    with pytest.raises(NotFound):
        actions.assign(strategy="test", client=theirs.code, at=at(DAY), by=by)
    with pytest.raises(NotPermitted):
        actions.assign(strategy="test", at=at(DAY), by=by)


def test_the_most_particular_assignment_decides():
    ours, theirs = builders.client(), builders.client()
    mine = builders.account(builders.portfolio(ours))
    yours = builders.account(builders.portfolio(theirs))
    everybody = strategies.publish(STEPS)
    special = strategies.publish(STEPS.replace("name: test", "name: special"), client=ours)
    strategies.refresh(mine.pk, yours.pk)

    assert strategies.row(mine.pk)["version_id"] == special.pk
    assert strategies.row(yours.pk)["version_id"] == everybody.pk

    actions.assign(strategy="test", client=ours.code, at=at(DAY), by=BY)
    actions.settle(day=DAY, at=at(DAY), by=BY)
    assert strategies.row(mine.pk)["version_id"] == everybody.pk


def test_the_same_document_twice_is_one_version():
    first = actions.draft(document=STEPS, at=at(DAY), by=BY)

    assert actions.draft(document=STEPS, at=at(DAY), by=BY) == first


def test_a_version_is_published_once():
    version = strategies.publish(STEPS)

    with pytest.raises(lifecycle.NotADraft):
        actions.publish(version_id=version.pk, at=at(DAY), by=BY)


def test_a_document_that_orders_what_nobody_can_carry_out_is_not_published():
    no_template = actions.draft(document=STEPS.replace("note: first", "email: no-such"), at=at(DAY), by=BY)
    with pytest.raises(lifecycle.TemplateMissing):
        actions.publish(version_id=no_template.pk, at=at(DAY), by=BY)
    no_team = actions.draft(document=STEPS.replace("title: Call,", "title: Call, team: Nobody,"), at=at(DAY), by=BY)
    with pytest.raises(lifecycle.TeamMissing):
        actions.publish(version_id=no_team.pk, at=at(DAY), by=BY)


def test_a_mistaken_document_is_not_kept():
    with pytest.raises(reading.DocumentMistaken):
        actions.draft(document=STEPS.replace("days_past_due", "days_past_deu"), at=at(DAY), by=BY)

    assert not sql.value("SELECT count(*) FROM strategy_paper")


def test_facts_are_the_same_for_one_a_set_and_a_range():
    accounts = [_overdue(due_on=DAY - timedelta(days=number), amount=f"{number + 1}.00") for number in range(12)]
    ids = [account.pk for account in accounts]
    strategies.publish(STEPS)
    strategies.refresh(ids[0])
    strategies.refresh(*ids[:6])
    actions.rebuild(day=DAY)
    by_range = [strategies.row(each) for each in ids]

    assert strategies.refresh(*ids) == 0
    assert [strategies.row(each) for each in ids] == by_range
    assert [each["open_minor"] for each in by_range] == [100 * (number + 1) for number in range(12)]
    assert all(each["version_id"] is not None for each in by_range)
