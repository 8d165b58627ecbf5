"""What worklists announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A person was asked to do something about an account."""

    account_id: int
    work_item_id: int
    kind: str
    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A person did it; `outcome` is one of the words its door offers."""

    account_id: int
    work_item_id: int
    kind: str
    title: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class TaskPutOff:
    """A person put it off to another day, for a reason."""

    account_id: int
    work_item_id: int
    title: str
    due_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class TaskGiven:
    """Work was given to a person or a team; `name` is what people call them."""

    account_id: int
    work_item_id: int
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class TaskOverran:
    """Its time limit came and it was not done; the strategy that asked for it goes on without."""

    account_id: int
    work_item_id: int
    title: str
    limit_on: date


@dataclass(frozen=True, slots=True)
class TaskCancelled:
    """It is no longer needed."""

    account_id: int
    work_item_id: int
    title: str
    reason: str
