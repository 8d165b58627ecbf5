"""What a step may have done: orders that strategy gives to the rooms below. One line of a `do:` list is one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias

from tallystick.contact.rules.weighing import ALONE, Weighing
from tallystick.contact.rules.words import Channel, Command, To
from tallystick.holds.rules import Reason
from tallystick.worklists.rules import ORDINARY, Kind

#: Words for how urgent a task is, as priorities of a worklist.
PRIORITIES = {"low": 25, "normal": ORDINARY, "high": 75, "urgent": 90}


@dataclass(frozen=True, slots=True)
class Message:
    """Send the debtor a message made from a template."""

    #: A person has to do something about it.
    is_human: ClassVar[bool] = False
    channel: Channel
    template: str
    #: The levels of items, and whether one account speaks for all of its debtor with the client.
    weighing: Weighing = ALONE


@dataclass(frozen=True, slots=True)
class Watch:
    """What becomes of a task that is not done, or of the account that waits for it.

    On the day of the limit, and once, the task is said to be too late: it may be weighed more or given to others, and orders are
    given. Who waits goes on to a state by what came of the task, or when the limit comes, unless it keeps waiting.
    """

    #: Of the step, as the worklist keeps it: state and step.
    mark: str
    #: Business days from the day of the step.
    limit: int
    is_awaited: bool = False
    #: States to go to by what came of the task; for everything else the account goes on as after any step.
    results: tuple[tuple[str, str], ...] = ()
    priority: int | None = None
    team: str = ""
    to_owner: bool = False
    orders: tuple[Order, ...] = ()
    #: State to go to when the limit comes.
    go: str | None = None
    #: Whether the account waits on when the limit has come.
    keeps_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Give a person something to do, by a business day counted from the day of the step."""

    is_human: ClassVar[bool] = True
    kind: Kind
    title: str
    #: Team that gets it, by name; empty for the client's own.
    team: str
    #: Whoever looks after the account gets it, where somebody does.
    to_owner: bool
    due_business_days: int
    priority: int
    note: str
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class Overrun:
    """Say of a task that its time limit has come, and weigh it more or give it to others. It comes first when a limit comes."""

    is_human: ClassVar[bool] = False
    watch: Watch


@dataclass(frozen=True, slots=True)
class CancelTasks:
    """Cancel the open tasks of one kind: what they were for has happened."""

    is_human: ClassVar[bool] = False
    kind: Kind


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold the account for a reason, for a number of days."""

    is_human: ClassVar[bool] = False
    reason: Reason
    days: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Have the account stand still in its strategy: for a number of days, until a day, or until it is released."""

    is_human: ClassVar[bool] = False
    days: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Lift the holds of one reason."""

    is_human: ClassVar[bool] = False
    reason: Reason


@dataclass(frozen=True, slots=True)
class Service:
    """Tell the creditor's service to suspend or to resume."""

    is_human: ClassVar[bool] = False
    command: Command


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell colleagues by e-mail."""

    is_human: ClassVar[bool] = False
    to: To
    template: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write a note on the timeline."""

    is_human: ClassVar[bool] = False
    text: str


Order: TypeAlias = Message | Task | Overrun | CancelTasks | Hold | Pause | LiftHold | Service | Notice | Note
