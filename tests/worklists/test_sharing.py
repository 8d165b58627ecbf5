"""Accounts that are passed over, and many tasks put off at once."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.kernel.refusals import NotPermitted
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists import actions
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import DayPast, Kind, rank


@pytest.fixture
def carla(db):
    """Somebody with work of her own."""
    return builders.actor(builders.user("carla.webb"), "work accounts")


def _task(by, *, due_on=TODAY, account=None):
    return actions.open_task(
        account_id=(account or builders.account()).pk,
        kind=Kind.CALL,
        title="Call",
        due_on=due_on,
        assignee_id=by.user_id,
        at=AT,
        by=TEST,
    )


def test_an_account_that_is_passed_over_is_left_to_others(carla):
    first, second = _task(carla, due_on=TODAY - timedelta(days=3)), _task(carla)

    taken = actions.take_next(today=TODAY, passing_over=[first.account_id], at=AT, by=carla)

    assert taken == second
    assert actions.take_next(today=TODAY, passing_over=[first.account_id, second.account_id], at=AT, by=carla) is None
    assert actions.take_next(today=TODAY, at=AT, by=carla) == first


def test_many_tasks_are_put_off_as_one_is(carla):
    friday = TODAY + timedelta(days=4)
    tasks = [_task(carla), _task(carla)]
    done = _task(carla)
    actions.complete_task(work_item_id=done.pk, outcome="done", at=AT, by=carla)

    outcome = actions.put_off_tasks(
        work_item_ids=[task.pk for task in (*tasks, done)], due_on=friday, reason="Away", today=TODAY, at=AT, by=carla
    )

    assert (outcome.done, outcome.already) == (2, 1)
    for task in tasks:
        task.refresh_from_db()
        assert (task.due_on, task.rank) == (friday, rank(priority=task.priority, due_on=friday))
        [event] = timeline_queries.of_account([task.account_id], kinds=["worklists.TaskPutOff"])
        assert (event["data"]["due_on"], event["data"]["reason"]) == (friday.isoformat(), "Away")


def test_a_call_back_that_is_put_off_loses_its_hour(carla):
    task = _task(carla)
    WorkItem.objects.filter(pk=task.pk).update(due_at=AT)

    actions.put_off_tasks(work_item_ids=[task.pk], due_on=TODAY, reason="", today=TODAY, at=AT, by=carla)

    task.refresh_from_db()
    assert task.due_at is None


def test_work_out_of_reach_is_not_put_off(carla):
    task = _task(carla)
    elsewhere = builders.actor(builders.user("colin.marsh"), "work accounts", clients=frozenset({0}))

    outcome = actions.put_off_tasks(
        work_item_ids=[task.pk], due_on=TODAY + timedelta(days=4), reason="", today=TODAY, at=AT, by=elsewhere
    )

    task.refresh_from_db()
    assert (outcome.done, task.due_on) == (0, TODAY)


def test_nothing_is_put_off_into_the_past_or_without_the_right(carla):
    task = _task(carla)
    yesterday = TODAY - timedelta(days=1)

    with pytest.raises(DayPast):
        actions.put_off_tasks(work_item_ids=[task.pk], due_on=yesterday, reason="", today=TODAY, at=AT, by=carla)
    with pytest.raises(NotPermitted):
        actions.put_off_tasks(
            work_item_ids=[task.pk],
            due_on=TODAY,
            reason="",
            today=TODAY,
            at=AT,
            by=builders.actor(builders.user("nora.nobody")),
        )
