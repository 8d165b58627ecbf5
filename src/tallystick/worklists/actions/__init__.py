"""Writes of the room: give work to people, take the next of it, end it."""

from tallystick.worklists.actions.recalling import recall_held
from tallystick.worklists.actions.work import (
    answer_calls,
    assign,
    cancel_caused,
    cancel_tasks,
    complete_task,
    give_back,
    open_task,
    open_tasks,
    overrun_tasks,
    put_off,
    put_off_tasks,
    take_account,
    take_next,
    weigh_tasks,
)

__all__ = [
    "answer_calls",
    "assign",
    "cancel_caused",
    "cancel_tasks",
    "complete_task",
    "give_back",
    "open_task",
    "open_tasks",
    "overrun_tasks",
    "put_off",
    "put_off_tasks",
    "recall_held",
    "take_account",
    "take_next",
    "weigh_tasks",
]
