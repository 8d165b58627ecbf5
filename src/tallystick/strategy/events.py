"""What strategy announces. Each names the decision behind it, where the values that decided can be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step fired, and its orders were given."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    step: str


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step's day came, its condition was not true, and the strategy went on without it."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    step: str


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The task of a step ended and the account goes on; `result` names what came of it where that has a state of its own."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    step: str
    result: str


@dataclass(frozen=True, slots=True)
class LimitCame:
    """The time limit of the task of a step came, and it was not done."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    step: str


@dataclass(frozen=True, slots=True)
class StateLeft:
    """The account went from one state to another."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    entered: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """An order of a decision was not carried out for anybody, for a reason of the room it was given to."""

    account_id: int
    decision_id: int
    order_no: int
    order: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpokenFor:
    """A message of a decision was left to another account of the debtor, whose message speaks of this account too."""

    account_id: int
    decision_id: int
    order_no: int
    order: str
    speaker_id: int
    speaker: str


@dataclass(frozen=True, slots=True)
class EventAnswered:
    """Something happened, and the strategy answered at once."""

    account_id: int
    decision_id: int
    strategy: str
    state: str
    answered: str
    answer: str
