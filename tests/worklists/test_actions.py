"""Two people never get the same account; nothing starves; nothing is asked twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.access.models import BusinessUnit, Membership, Team
from tallystick.kernel.outcome import Chosen
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists import actions, queries, rules
from tallystick.worklists.models import WorkItem

WORK = "work accounts"


def team() -> Team:
    unit = BusinessUnit.objects.create(code="BU", name="Unit")
    return Team.objects.create(business_unit=unit, name="Leeds")


def collector(of: Team, **scope):
    person = builders.user()
    Membership.objects.create(user=person, team=of)
    return builders.actor(person, WORK, **scope)


def call_on(account, *, priority: int = 50, waited_days: int = 0, **terms):
    return actions.open_task(
        account_id=account.pk,
        kind=rules.Kind.CALL,
        title="Call",
        due_on=TODAY - timedelta(days=waited_days),
        priority=priority,
        at=AT,
        by=TEST,
        **terms,
    )


@pytest.mark.django_db
def test_the_more_urgent_account_comes_first_until_the_other_has_waited_longer():
    leeds = team()
    book = builders.portfolio(builders.client(team_id=leeds.pk))
    urgent = call_on(builders.account(book), priority=80)
    waiting = call_on(builders.account(book), priority=20, waited_days=61)
    ordinary = call_on(builders.account(book))
    ann = collector(leeds)

    taken = []
    while (work := actions.take_next(today=TODAY, at=AT, by=ann)) is not None:
        taken.append(work.pk)
        actions.complete_task(work_item_id=work.pk, outcome="no_answer", at=AT, by=ann)

    assert taken == [waiting.pk, urgent.pk, ordinary.pk]


@pytest.mark.django_db
def test_work_assigned_to_a_person_comes_before_the_team_and_to_nobody_else():
    leeds = team()
    book = builders.portfolio(builders.client(team_id=leeds.pk))
    ann, ben = collector(leeds), collector(leeds)
    of_ann = call_on(builders.account(book), priority=1, assignee_id=ann.user_id)
    of_team = call_on(builders.account(book), priority=99)

    assert actions.take_next(today=TODAY, at=AT, by=ann).pk == of_ann.pk
    assert actions.take_next(today=TODAY, at=AT, by=ben).pk == of_team.pk


@pytest.mark.django_db
def test_an_account_somebody_is_at_is_given_to_nobody_else_until_the_claim_runs_out():
    leeds = team()
    call_on(builders.account(builders.portfolio(builders.client(team_id=leeds.pk))))
    ann, ben = collector(leeds), collector(leeds)
    taken = actions.take_next(today=TODAY, at=AT, by=ann)

    assert actions.take_next(today=TODAY, at=AT, by=ben) is None
    with pytest.raises(rules.AccountTaken):
        actions.take_account(account_id=taken.account_id, at=AT, by=ben)

    later = AT + timedelta(minutes=rules.CLAIM_MINUTES)
    assert actions.take_next(today=TODAY, at=later, by=ben).pk == taken.pk


@pytest.mark.django_db
def test_work_outside_the_scope_is_never_given():
    leeds = team()
    theirs = builders.client(team_id=leeds.pk)
    call_on(builders.account(builders.portfolio(theirs)))
    outsider = collector(leeds, clients=frozenset({theirs.pk + 1}))

    assert actions.take_next(today=TODAY, at=AT, by=outsider) is None


@pytest.mark.django_db
def test_work_of_tomorrow_waits():
    leeds = team()
    call_on(builders.account(builders.portfolio(builders.client(team_id=leeds.pk))), waited_days=-1)

    assert actions.take_next(today=TODAY, at=AT, by=collector(leeds)) is None


@pytest.mark.django_db
def test_a_cause_asks_for_work_once():
    account = builders.account()
    chosen = Chosen([account.pk], [7], "decision")
    wanted = {"kind": rules.Kind.CALL, "title": "Call", "due_on": TODAY, "at": AT, "by": TEST}

    first = actions.open_tasks(chosen, **wanted)
    again = actions.open_tasks(chosen, **wanted)
    other = actions.open_tasks(chosen, action_no=1, **wanted)

    assert (first.done, again.done, again.already, other.done) == (1, 0, 1, 1)
    kinds = [event["kind"] for event in timeline_queries.of_account([account.pk])]
    assert kinds.count("worklists.TaskOpened") == 2


@pytest.mark.django_db
def test_work_ends_once():
    work = call_on(builders.account())
    actions.complete_task(work_item_id=work.pk, outcome="promise", at=AT, by=TEST)

    with pytest.raises(rules.WorkEnded):
        actions.complete_task(work_item_id=work.pk, outcome="promise", at=AT, by=TEST)
    with pytest.raises(rules.WorkEnded):
        actions.put_off(work_item_id=work.pk, due_on=TODAY, reason="", today=TODAY, at=AT, by=TEST)


@pytest.mark.django_db
def test_work_is_put_off_to_a_later_day_only():
    work = call_on(builders.account())

    with pytest.raises(rules.DayPast):
        actions.put_off(work_item_id=work.pk, due_on=TODAY - timedelta(days=1), reason="", today=TODAY, at=AT, by=TEST)
    work.refresh_from_db()
    assert work.due_on == TODAY


@pytest.mark.django_db
def test_the_worklist_pages_without_gaps_or_repeats():
    leeds = team()
    book = builders.portfolio(builders.client(team_id=leeds.pk))
    for number in range(7):
        call_on(builders.account(book), priority=number % 3)
    seen, after = [], None
    while page := queries.worklist(scope=TEST.scope, at=AT, due_by=TODAY, team_ids=[leeds.pk], after=after, limit=3):
        seen += [row["id"] for row in page]
        after = (page[-1]["rank"], page[-1]["id"])

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.django_db(transaction=True)
def test_many_people_asking_at_once_never_get_the_same_account():
    leeds = team()
    book = builders.portfolio(builders.client(team_id=leeds.pk))
    for _ in range(24):
        call_on(builders.account(book))
    people = [collector(leeds) for _ in range(6)]

    def work_through(person):
        taken = []
        try:
            while (work := actions.take_next(today=TODAY, at=AT, by=person)) is not None:
                taken.append(work.pk)
                actions.complete_task(work_item_id=work.pk, outcome="no_answer", at=AT, by=person)
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(len(people)) as pool:
        taken = [number for each in pool.map(work_through, people) for number in each]

    assert sorted(taken) == sorted(WorkItem.objects.values_list("pk", flat=True))
