"""What a strategy is made of, once its document has been read and found right.

States, and in each: transitions that are looked at first, steps in order, and answers to events. An account is in one
state and waits for one step of it. A step fires when its delay is over, no guard stops it and its condition is true; then
its orders are given, and the account waits for the next step or goes to another state. An account makes one step a day at most,
and another only in a state that it came to by a transition or an answer since. A step that gives a person a task may wait for
what comes of it, for so long; a task that is not done by its limit escalates.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.weighing import Weighing
from tallystick.kernel.choices import Choice
from tallystick.strategy.rules.orders import Order, Task, Watch
from tallystick.strategy.rules.tree import Node
from tallystick.strategy.rules.trials.terms import Measure


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: as it was written, and understood."""

    text: str
    tree: Node


class Since(Choice):
    """What the delay of a step counts from."""

    #: The step before it in the state; for the first step, entering the state.
    STEP = "step", _("since the step before")
    ENTERING = "entering", _("since entering the state")


class Otherwise(Choice):
    """What becomes of a step whose condition is not true on the day its delay is over."""

    WAIT = "wait", _("wait until it is")
    SKIP = "skip", _("go on to the next step")


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a step waits: calendar days or business days, from the step before or from entering the state."""

    days: int = 0
    business: bool = False
    since: Since = Since.STEP


class Roll(Choice):
    """What becomes of a day that is no business day."""

    NONE = "none", _("it stays")
    NEXT = "next business day", _("the next business day instead")
    PREVIOUS = "previous business day", _("the business day before instead")


@dataclass(frozen=True, slots=True)
class Due:
    """A day by the due day of the oldest open item: so many days, or business days, before or after it."""

    days: int
    business: bool
    is_before: bool
    roll: Roll = Roll.NONE


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a state. Without a condition it fires as soon as its delay is over."""

    id: str
    title: str
    when: Condition | None
    after: Delay
    #: Fires on business days only.
    business_days_only: bool
    orders: tuple[Order, ...]
    #: State to go to afterwards; None waits for the next step.
    go: str | None
    otherwise: Otherwise
    #: Guards that do not stop it, its state's among them.
    despite: frozenset[str]
    #: The day it fires at the earliest, by the due day. One before the due day is passed over once that has come.
    at: Due | None = None

    @property
    def may_be_skipped(self) -> bool:
        """Whether the account may go on to the next step without making it."""
        return self.otherwise is Otherwise.SKIP or (self.at is not None and self.at.is_before)

    @property
    def watch(self) -> Watch | None:
        """What becomes of the task of the step that has a time limit; one of a step has, at most."""
        return next((order.watch for order in self.orders if isinstance(order, Task) and order.watch), None)

    @property
    def awaits(self) -> bool:
        """Whether an account waits at the step for what comes of its task."""
        return self.watch is not None and self.watch.is_awaited


@dataclass(frozen=True, slots=True)
class Leave:
    """A transition: while its condition is true, an account in the state goes to another. No guard stops it, it says nothing."""

    when: Condition
    go: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is done as soon as something happens; of the answers to one event, the first that is true.

    Guards stop it as they stop steps, unless it gives no order and only goes to a state.
    """

    #: Kind of the event on the timeline, such as "promises.PromiseBroken".
    event: str
    title: str
    when: Condition | None
    orders: tuple[Order, ...]
    #: State to go to; None stays, and keeps waiting as before.
    go: str | None
    despite: frozenset[str]


@dataclass(frozen=True, slots=True)
class State:
    """A state, with what can happen in it in the order it is looked at."""

    id: str
    title: str
    leaves: tuple[Leave, ...]
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason for doing nothing: no step fires and no answer is given while it is true, unless they are excepted by name."""

    id: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Learning:
    """How the shares of a split follow what came of its arms: by which measure, of accounts that came to one state."""

    #: Name of the strategy: what one has learned says nothing to another.
    strategy: str
    state: str
    measure: Measure
    #: Days from coming to the state within which the measure is taken.
    within: int
    #: Of a hundred, what every arm keeps whatever was learned.
    at_least: int

    @property
    def terms(self) -> str:
        """How it learns, as it is kept."""
        return f"from {self.state} {self.measure.value} within {self.within} at least {self.at_least}"


@dataclass(frozen=True, slots=True)
class Split:
    """Accounts told apart by chance, to compare what becomes of them: arms with shares of a hundred."""

    id: str
    shares: tuple[tuple[str, int], ...]
    #: All accounts of a debtor are in one arm; otherwise each account is by itself.
    by_debtor: bool
    #: Set anew every week, the shares written are those it begins with; None keeps them.
    learns: Learning | None = None

    @property
    def terms(self) -> str:
        """How it is written, by which the shares that it learned are kept: written otherwise, it begins anew."""
        arms = " ".join(f"{arm} {share}" for arm, share in self.shares)
        by = "debtor" if self.by_debtor else "account"
        return f"{arms} by {by} {self.learns.terms if self.learns else ''}".rstrip()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole strategy."""

    name: str
    title: str
    #: What it is for, in a few sentences.
    summary: str
    #: Calendar whose holidays count, such as "GB-EAW".
    calendar: str
    start: str
    splits: tuple[Split, ...]
    #: How messages weigh items, and whether they are one for all accounts of a debtor with a client.
    weighing: Weighing
    guards: tuple[Guard, ...]
    states: tuple[State, ...]
    #: Answers given in every state, after the state's own.
    answers: tuple[Answer, ...]

    def state(self, state_id: str) -> State:
        """Give a state by its id; every id in a checked document exists."""
        return next(state for state in self.states if state.id == state_id)
