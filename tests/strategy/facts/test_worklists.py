"""What waits for a person, and what people did."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account

from tallystick.accounts.models import Account
from tallystick.kernel.outcome import Chosen
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind, Watch


def task(of: Account, kind: Kind, *, on: date, due_on: date, priority: int = 50) -> WorkItem:
    """Ask somebody to do something."""
    made = worklist_actions.open_task(
        account_id=of.pk, kind=kind, title="Do it", due_on=due_on, priority=priority, at=at(on), by=TEST
    )
    live_until(on)
    return made


def does(work: WorkItem, outcome: str, *, on: date) -> None:
    """Do a task on a day."""
    worklist_actions.complete_task(work_item_id=work.pk, outcome=outcome, at=at(on), by=TEST)
    live_until(on)


@proves(
    {
        "worklists.open_tasks": 3,
        "worklists.next_task_on": date(2026, 2, 23),
        "worklists.days_waiting": 7,
        "worklists.next_task_kind": "trace",
        "worklists.overdue_tasks": 2,  # that of today is not overdue
        "worklists.highest_priority": 80,
        "worklists.done_tasks": 2,
        "worklists.last_task_outcome": "left_message",
        "worklists.days_since_done": 12,
    }
)
def test_three_tasks_wait_and_two_are_done():
    made = account()
    later, first = (task(made, Kind.CALL, on=date(2026, 2, 10), due_on=date(2026, 2, 12)) for _call in range(2))
    does(first, "no_answer", on=date(2026, 2, 12))
    does(later, "left_message", on=date(2026, 2, 18))
    task(made, Kind.CALL, on=date(2026, 2, 20), due_on=date(2026, 3, 2))
    task(made, Kind.REVIEW, on=date(2026, 2, 20), due_on=date(2026, 2, 27), priority=80)
    task(made, Kind.TRACE, on=date(2026, 2, 20), due_on=date(2026, 2, 23), priority=30)
    return made


@proves({"worklists.overdue_tasks": 1, "worklists.days_waiting": 1, "worklists.done_tasks": 0}, on=date(2026, 3, 3))
def test_a_task_is_overdue_on_the_day_after_its_own():
    made = account()
    task(made, Kind.CALL, on=date(2026, 2, 20), due_on=date(2026, 3, 2))
    return made


def watched(of: Account, number: int, *, on: date, limit_on: date, is_awaited: bool) -> None:
    """Ask somebody to do something within a time, as a step of a strategy does."""
    worklist_actions.open_tasks(
        Chosen([of.pk], [number], "decision"),
        kind=Kind.CALL,
        title="Do it in time",
        due_on=on,
        watch=Watch(f"waiting/step-{number}", on, limit_on, is_awaited),
        at=at(on),
        by=TEST,
    )
    live_until(on)


@proves({"worklists.limit_on": date(2026, 3, 6), "worklists.overrun_tasks": 0, "worklists.result": "promise"})
def test_one_task_was_waited_for_and_another_has_until_friday():
    made = account()
    watched(made, 1, on=date(2026, 2, 20), limit_on=date(2026, 2, 27), is_awaited=True)
    does(WorkItem.objects.get(account_id=made.pk), "promise", on=date(2026, 2, 24))
    watched(made, 2, on=date(2026, 2, 25), limit_on=date(2026, 3, 6), is_awaited=False)
    return made


@proves({"worklists.limit_on": date(2026, 2, 27), "worklists.overrun_tasks": 1})
def test_a_task_is_not_done_in_time():
    made = account()
    watched(made, 1, on=date(2026, 2, 20), limit_on=date(2026, 2, 27), is_awaited=False)
    return made
