"""What waits for a person, and what people did."""

from __future__ import annotations

from datetime import date

from tests.builders import TEST
from tests.strategy.builders import at
from tests.strategy.facts.proofs import live_until, proves
from tests.strategy.facts.stories import account

from tallystick.accounts.models import Account
from tallystick.worklists import actions as worklist_actions
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind


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
