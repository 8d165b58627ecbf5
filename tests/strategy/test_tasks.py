"""Jobs of the background: the nightly run, and what makes up for a night that went wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.strategy import actions, tasks
from tallystick.strategy.actions.deferring import WORKERS
from tallystick.strategy.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def _deferred() -> int:
    return ProcrastinateJob.objects.filter(task_name="strategy.work_run").count()


def test_the_night_starts_the_run_and_has_workers_do_it():
    tasks.run_tonight(timestamp=0)

    assert Run.objects.get().day == DAY
    assert _deferred() == WORKERS


def test_a_night_that_was_slept_through_is_made_up_for():
    strategies.run(DAY - timedelta(days=2))

    tasks.run_left(timestamp=0)

    assert Run.objects.order_by("day").last().day == DAY
    assert _deferred() == WORKERS


def test_a_run_that_was_left_behind_is_gone_on_with():
    started = actions.start_run(day=DAY, at=at(DAY), by=BY)

    tasks.run_left(timestamp=0)

    assert Run.objects.get() == started
    assert _deferred() == WORKERS


@pytest.mark.parametrize(
    "day",
    [pytest.param(DAY, id="today's run is done"), pytest.param(DAY + timedelta(days=1), id="a later day was run")],
)
def test_where_nothing_is_left_nothing_is_run(day):
    strategies.run(day)

    tasks.run_left(timestamp=0)

    assert Run.objects.get().day == day
    assert _deferred() == 0


def test_a_book_that_was_never_run_waits_for_its_first_night():
    tasks.run_left(timestamp=0)

    assert not Run.objects.exists()
