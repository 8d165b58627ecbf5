"""What work people are given, and in which order it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.words import CallOutcome
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal

#: How long an account stays with the person who took it, in minutes, unless it is given back or taken further.
CLAIM_MINUTES = 30


class Kind(Choice):
    """What is to be done."""

    CALL = "call", _("Call")
    CALLBACK = "callback", _("Call back")
    FOLLOW_UP = "follow_up", _("Follow up")
    REVIEW = "review", _("Review")
    LEGAL_REVIEW = "legal_review", _("Review before legal steps")
    RELEASE = "release", _("Approve and release")
    TRACE = "trace", _("Find the debtor")
    OTHER = "other", _("Other")


#: What is no longer worth doing once nothing is owed.
CHASING = (Kind.CALL, Kind.CALLBACK, Kind.FOLLOW_UP, Kind.LEGAL_REVIEW, Kind.TRACE)


class State(Choice):
    """Where a piece of work is in its life."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


@dataclass(frozen=True, slots=True)
class Watch:
    """How a strategy watches over a piece of work that it asks for."""

    #: What names the step it belongs to, the same in every version of a document.
    mark: str
    #: The day of the step.
    asked_on: date
    #: The day on which it is too late.
    limit_on: date
    #: The account waits for what comes of it.
    is_awaited: bool


#: What can come of work: that it was done, that it was not possible, that it was cancelled, or what came of a call.
RESULTS: dict[str, str | Promise] = {
    "done": _("done"),
    "not_possible": _("not possible"),
    "cancelled": _("cancelled"),
    **{outcome.value: outcome.label for outcome in CallOutcome},
}

#: Priority of work that nobody weighed, from 0 to 100; more comes first.
ORDINARY = 50


class WorkEnded(Refusal):
    """A piece of work ends once."""

    code = "worklists.work_ended"
    sentence = _("This work was {state} already.")


class AccountTaken(Refusal):
    """Somebody else is at the account."""

    code = "worklists.account_taken"
    sentence = _("{name} is at this account until {until}.")


class DayPast(Refusal):
    """Work cannot be put off to a day that has passed."""

    code = "worklists.day_past"
    sentence = _("{day} has passed: choose today or a later day.")
    status = 422


class PriorityOutOfRange(Refusal):
    """A priority is a number from 0 to 100."""

    code = "worklists.priority_out_of_range"
    sentence = _("A priority lies between 0 and 100.")
    status = 422


def rank(*, priority: int, due_on: date, points: int = 0) -> int:
    """Give the number a worklist is ordered by, the highest first: priority and points, and one more for every day it has waited.

    All work gains its point on the same midnight, so the order of two pieces never changes and an index can keep it: the day
    of today cancels out. Work of priority 20 that fell due 60 days ago comes before work of priority 75 due today.

    >>> today = date(2026, 3, 2)
    >>> rank(priority=20, due_on=date(2026, 1, 1)) > rank(priority=75, due_on=today)
    True
    """
    return priority + points - due_on.toordinal()


def check_priority(priority: int) -> None:
    """Refuse a priority outside 0 to 100.

    :raises PriorityOutOfRange: it lies outside
    """
    if not 0 <= priority <= 100:
        raise PriorityOutOfRange()
