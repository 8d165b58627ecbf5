"""Worklists: pages, totals, facts, and what is always true of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.access.models import BusinessUnit, Membership, Team
from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules import AccountIsClosed, CloseReason
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists import actions, facts, queries, rules
from tallystick.worklists.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams():
    unit = BusinessUnit.objects.create(code="BU", name="Unit")
    return [Team.objects.create(business_unit=unit, name=name) for name in ("Leeds", "York")]


def task(account, **terms):
    return actions.open_task(
        account_id=account.pk,
        **{"kind": rules.Kind.CALL, "title": "Call", "due_on": TODAY, "at": AT, "by": TEST, **terms},
    )


def ids(**asked):
    return [row["id"] for row in queries.worklist(**{"scope": Scope(), "at": AT, "due_by": TODAY, **asked})]


def test_the_pages_of_several_teams_are_one_list(teams):
    leeds, york = teams
    account = builders.account()
    found = [
        task(account, team_id=team.pk, priority=priority).pk
        for team, priority in ((leeds, 90), (york, 80), (leeds, 70), (york, 60), (leeds, 50))
    ]
    seen, after = [], None
    for _page in range(3):
        page = queries.worklist(scope=Scope(), at=AT, due_by=TODAY, team_ids=[leeds.pk, york.pk], after=after, limit=2)
        seen += [row["id"] for row in page]
        after = (page[-1]["rank"], page[-1]["id"])

    assert seen == found
    assert ids(team_ids=[leeds.pk, york.pk], after=after) == []


def test_a_team_sees_what_nobody_is_assigned_to_and_a_person_what_is_theirs(teams):
    leeds, york = teams
    account, ann = builders.account(), builders.user()
    of_leeds, of_york = (task(account, team_id=team.pk) for team in teams)
    of_ann = task(account, team_id=leeds.pk, assignee_id=ann.pk)

    assert ids(team_ids=[leeds.pk]) == [of_leeds.pk]
    assert ids(assignee_id=ann.pk) == [of_ann.pk]
    assert sorted(ids()) == sorted([of_leeds.pk, of_york.pk, of_ann.pk])
    assert ids(team_ids=[]) == []
    assert york.pk != leeds.pk


def test_pages_are_narrowed_by_kind_client_scope_and_day():
    first, second = builders.account(), builders.account()
    call = task(first)
    review = task(second, kind=rules.Kind.REVIEW)
    task(first, due_on=TODAY + timedelta(days=1))

    assert ids(kind=rules.Kind.REVIEW) == [review.pk]
    assert ids(client_id=first.client_id) == [call.pk]
    assert ids(scope=Scope(frozenset({second.client_id}))) == [review.pk]
    assert ids(scope=Scope(frozenset())) == []
    assert len(ids(due_by=TODAY + timedelta(days=1))) == 3


def test_totals_count_an_account_once_however_much_work_it_has():
    pounds, euros = builders.account(), builders.account(currency="EUR")
    builders.invoice(pounds, "100.00")
    builders.invoice(euros, "7.00")
    account_actions.apply_credits(
        [account_actions.Credit(euros.pk, 1, Money(100, "EUR"), TODAY, keep_on_account=True)], at=AT, by=TEST
    )
    for account in (pounds, pounds, euros):
        task(account)

    assert queries.totals(scope=Scope(), due_by=TODAY) == [
        {"currency": "EUR", "tasks": 1, "accounts": 1, "balance_minor": 600},
        {"currency": "GBP", "tasks": 2, "accounts": 1, "balance_minor": 10_000},
    ]
    assert queries.totals(scope=Scope(frozenset()), due_by=TODAY) == []


def test_totals_are_of_the_same_work_as_the_pages(teams):
    leeds, _york = teams
    ann = builders.user()
    task(builders.account(), team_id=leeds.pk)
    task(builders.account(), assignee_id=ann.pk)
    task(builders.account(), kind=rules.Kind.REVIEW)

    for asked in ({"team_ids": [leeds.pk]}, {"assignee_id": ann.pk}, {"kind": rules.Kind.REVIEW}, {}):
        (row,) = queries.totals(scope=Scope(), due_by=TODAY, **asked)
        assert row["tasks"] == len(ids(**asked))


def test_the_depth_is_counted_for_a_person_and_their_teams(teams):
    leeds, york = teams
    ann = builders.user()
    Membership.objects.create(user=ann, team=leeds)
    account = builders.account()
    task(account, team_id=leeds.pk, due_on=TODAY - timedelta(days=9))
    task(account, team_id=york.pk)
    task(account, assignee_id=ann.pk)

    found = queries.depth(by=builders.actor(ann), today=TODAY)
    assert found == queries.Depth(mine=1, team=1, oldest_due_on=TODAY - timedelta(days=9))
    assert not found.is_more


def test_no_more_is_counted_than_anybody_reads(teams, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    leeds, york = teams
    ann = builders.user()
    for team in teams:
        Membership.objects.create(user=ann, team=team)
    account = builders.account()
    task(account, team_id=leeds.pk, due_on=TODAY - timedelta(days=9))
    task(account, team_id=york.pk)

    assert queries.depth(by=builders.actor(ann), today=TODAY) == queries.Depth(0, 2, TODAY - timedelta(days=9))

    task(account, team_id=york.pk)
    found = queries.depth(by=builders.actor(ann), today=TODAY)
    assert (found.team, found.most, found.is_more) == (3, 2, True)
    assert found.oldest_due_on is None, "the oldest may be among those that were not counted"


MIDNIGHT = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)


def test_events_are_true_of_the_day_of_the_creditor():
    account = builders.account()
    terms = {"due_on": date(2026, 7, 1), "at": MIDNIGHT, "by": TEST}
    work = task(account, **terms)
    actions.open_tasks(Chosen([account.pk], [1], "decision"), kind=rules.Kind.CALL, title="Call", **terms)
    actions.put_off(
        work_item_id=work.pk, due_on=date(2026, 7, 2), reason="busy", today=date(2026, 7, 1), at=MIDNIGHT, by=TEST
    )
    actions.complete_task(work_item_id=work.pk, outcome="done", at=MIDNIGHT, by=TEST)
    actions.cancel_tasks(account_ids=[account.pk], reason="paid", at=MIDNIGHT, by=TEST)

    told = timeline_queries.of_account([account.pk], kinds=["worklists."])

    assert [event["kind"].partition(".")[2] for event in told] == [
        "TaskCancelled",
        "TaskDone",
        "TaskPutOff",
        "TaskOpened",
        "TaskOpened",
    ]
    assert {event["happened_on"] for event in told} == {date(2026, 7, 1)}


def test_a_closed_account_gets_no_work():
    closed, open_ = builders.account(), builders.account()
    account_actions.close_account(account_id=closed.pk, reason=CloseReason.PAID, at=AT, by=TEST)

    with pytest.raises(AccountIsClosed):
        task(closed)
    outcome = actions.open_tasks(
        Chosen([closed.pk, open_.pk], [1, 2], "decision"),
        kind=rules.Kind.CALL,
        title="Call",
        due_on=TODAY,
        at=AT,
        by=TEST,
    )

    assert (outcome.done, dict(outcome.refused)) == (1, {"accounts.account_is_closed": 1})
    assert WorkItem.objects.get().account_id == open_.pk


def test_assigning_gives_open_work_within_the_scope_and_counts_the_rest():
    account, ann = builders.account(), builders.user()
    work, done, theirs = task(account), task(account), task(builders.account())
    actions.complete_task(work_item_id=done.pk, outcome="done", at=AT, by=TEST)
    leader = builders.actor(builders.user(), "assign work", clients=frozenset({account.client_id}))

    outcome = actions.assign(
        work_item_ids=[work.pk, done.pk, theirs.pk], team_id=None, assignee_id=ann.pk, name="Ann", at=AT, by=leader
    )

    assert outcome.done == 1
    assert dict(outcome.refused) == {"worklists.work_ended": 1, "kernel.not_found": 1}
    assert WorkItem.objects.get(assignee_id=ann.pk).pk == work.pk


def test_work_of_some_kinds_is_cancelled_and_the_rest_stays():
    account = builders.account()
    call, review = task(account), task(account, kind=rules.Kind.REVIEW)

    outcome = actions.cancel_tasks(account_ids=[account.pk], kinds=[rules.Kind.CALL], reason="paid", at=AT, by=TEST)

    call.refresh_from_db()
    assert (outcome.done, call.state, call.outcome_note) == (1, rules.State.CANCELLED, "paid")
    assert list(queries.open_work([account.pk])) == [review]


def test_facts_count_open_work():
    account = builders.account()
    task(account, due_on=TODAY + timedelta(days=3))
    task(account, due_on=TODAY)
    actions.complete_task(work_item_id=task(account).pk, outcome="done", at=AT, by=TEST)
    source = facts.SOURCES[0]

    (row,) = sql.rows(
        sql.fill(source.sql, scope="account_id = ANY(%(accounts)s)"), {"accounts": [account.pk], "day": TODAY}
    )

    assert row == {"account_id": account.pk, "open_tasks": 2, "next_task_on": TODAY, "tasks_done_days": [TODAY]}
    assert list(row)[1:] == [column.name for column in source.columns]


def breaches(name):
    (invariant,) = [each for each in queries.INVARIANTS if each.name == name]
    return sql.rows(invariant.breaches)


def test_work_on_a_closed_account_is_named_until_it_is_cancelled():
    account = builders.account()
    work = task(account)
    account_actions.close_account(account_id=account.pk, reason=CloseReason.PAID, at=AT, by=TEST)

    (breach,) = breaches("closed accounts have no work")

    assert breach == {"account_id": account.pk, "what": f"task {work.pk} is open on a closed account"}
    actions.cancel_tasks(account_ids=[account.pk], reason="closed", at=AT, by=TEST)
    assert breaches("closed accounts have no work") == []


def test_work_of_no_account_or_another_client_is_named():
    account = builders.account()
    work = task(account)
    assert breaches("work belongs to an account") == []

    WorkItem.objects.update(client_id=account.client_id + 1)

    (breach,) = breaches("work belongs to an account")
    assert breach["what"].startswith(f"task {work.pk} ")


def test_priorities_lie_between_0_and_100():
    account = builders.account()

    for priority in (-1, 101):
        with pytest.raises(rules.PriorityOutOfRange):
            task(account, priority=priority)
    for priority in (0, 100):
        task(account, priority=priority)

    assert WorkItem.objects.count() == 2
