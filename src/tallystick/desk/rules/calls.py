"""What comes of a call: the key of each outcome, and what is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.words import CallOutcome
from tallystick.kernel.refusals import Refusal


class Then(StrEnum):
    """What is asked after an outcome before it is saved."""

    PROMISE = "promise"
    DISPUTE = "dispute"
    #: The moment of the call back.
    WHEN = "when"


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome as the dialog offers it."""

    outcome: CallOutcome
    key: str
    text: str | Promise
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes that belong together: who was spoken to."""

    title: str | Promise
    answers: tuple[Answer, ...]


#: All outcomes of a call, each with a key of its own. The right person stands first: that is where the time goes.
GROUPS: tuple[Group, ...] = (
    Group(
        _("The right person"),
        (
            Answer(CallOutcome.PROMISE, "p", _("Promised to pay"), Then.PROMISE),
            Answer(CallOutcome.PAID, "y", _("Says it is paid")),
            Answer(CallOutcome.DISPUTE, "d", _("Disputes the debt"), Then.DISPUTE),
            Answer(CallOutcome.REFUSES, "r", _("Will not pay")),
            Answer(CallOutcome.HARDSHIP, "h", _("Cannot pay")),
            Answer(CallOutcome.CALLBACK, "c", _("Call back"), Then.WHEN),
            Answer(CallOutcome.INFORMED, "o", _("Other")),
        ),
    ),
    Group(
        _("Nobody"),
        (
            Answer(CallOutcome.NO_ANSWER, "n", _("No answer")),
            Answer(CallOutcome.BUSY, "b", _("Busy")),
            Answer(CallOutcome.LEFT_MESSAGE, "m", _("Left a message")),
            Answer(CallOutcome.DEAD_NUMBER, "x", _("Number does not work")),
        ),
    ),
    Group(
        _("Somebody else"),
        (
            Answer(CallOutcome.WRONG_PARTY, "w", _("Wrong person")),
            Answer(CallOutcome.THIRD_PARTY, "t", _("May not hear of it")),
        ),
    ),
)

#: Outcomes after which a number is of no use for the account any more.
NUMBER_IS_BAD = frozenset({CallOutcome.DEAD_NUMBER, CallOutcome.WRONG_PARTY})

_THEN = {answer.outcome: answer.then for group in GROUPS for answer in group.answers}


class CallBackNeedsTime(Refusal):
    """A call back is asked for at some time."""

    code = "desk.call_back_needs_time"
    sentence = _("Say when to call back.")
    status = 422


def then(outcome: CallOutcome) -> Then | None:
    """Give what is asked after an outcome before it is saved; None where nothing is.

    >>> then(CallOutcome.PROMISE), then(CallOutcome.BUSY)
    (<Then.PROMISE: 'promise'>, None)
    """
    return _THEN[outcome]
