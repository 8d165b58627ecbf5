"""What a rehearsal tells apart: what happens to an account by one version and by another, and which change may do harm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.words import Command
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.orders import LiftHold, Message, Order, Overrun, Service, Task
from tallystick.strategy.rules.program import Effect, Place, Program


class Segment(Choice):
    """What accounts are told apart by in the counts."""

    WHOLE = "", _("All")
    PORTFOLIO = "portfolio", _("portfolio")
    CUSTOMER = "customer", _("kind of customer")
    AGE = "age", _("age of the oldest debt")
    #: Reasons for care; its value are bits of `Harm`.
    CARE = "care", _("Needs care")
    #: Harms among those that fare otherwise; its value are bits of `Harm`.
    HARM = "harm", _("Harm")


class Harm(IntFlag):
    """Why a change may do harm: the account needs care and something new is done about it, or nothing comes any more."""

    VULNERABLE = 1
    BREATHING_SPACE = 2
    INSOLVENT = 4
    ENFORCEMENT = 8
    HELD = 16
    DISPUTED = 32
    PROMISE = 64
    #: It waited for a step, owes, and waits for nothing by the new version.
    NO_NEXT_STEP = 128


HARM_WORDS = {
    Harm.VULNERABLE: _("The customer is vulnerable"),
    Harm.BREATHING_SPACE: _("In a breathing space"),
    Harm.INSOLVENT: _("Insolvent"),
    Harm.ENFORCEMENT: _("Legal steps and enforcement are stopped"),
    Harm.HELD: _("On hold"),
    Harm.DISPUTED: _("In dispute"),
    Harm.PROMISE: _("A promise is open"),
    Harm.NO_NEXT_STEP: _("Would be left without a next step"),
}

#: Facts that say why an account needs care.
CARE_FACTS = {
    Harm.VULNERABLE: "holds.is_vulnerable",
    Harm.BREATHING_SPACE: "holds.is_in_breathing_space",
    Harm.INSOLVENT: "holds.is_insolvent",
    Harm.ENFORCEMENT: "holds.stops_enforcement",
    Harm.HELD: "holds.active",
    Harm.PROMISE: "promises.is_open",
}

#: Who needs care at all needs it for one of these: every other reason is a hold in force.
ANY_CARE = (Harm.HELD, Harm.ENFORCEMENT, Harm.DISPUTED, Harm.PROMISE)

#: First days past due of the classes of age; the class before them is not due.
AGES = (1, 31, 61, 91)
AGE_WORDS = (
    _("Not due"),
    _("1–30 days late"),
    _("31–60 days late"),
    _("61–90 days late"),
    _("Over 90 days late"),
)


class NothingToRehearse(Refusal):
    """A version that nothing can be done by any more."""

    code = "strategy.nothing_to_rehearse"
    sentence = _("Version {number} has been replaced: there is nothing to rehearse.")


class NotRehearsed(Refusal):
    """Nobody knows what a version would do to the book."""

    code = "strategy.not_rehearsed"
    sentence = _("Version {number} has not been rehearsed as it is. Rehearse it on the book, and read the figures.")


class RehearsalTooOld(Refusal):
    """The book has gone on since a version was rehearsed."""

    code = "strategy.rehearsal_too_old"
    sentence = _(
        "The rehearsal of version {number} is more than {days} days old: the book has gone on. Rehearse it again."
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to an account on a day: the version that decides, its effects in order, and where the account stands then.

    >>> Outcome.read("7:3.4:12"), Outcome.read("")
    (Outcome(version_id=7, effects=(3, 4), place=12), Outcome(version_id=None, effects=(), place=None))
    """

    version_id: int | None
    effects: tuple[int, ...]
    #: None where both versions leave it at the same step.
    place: int | None

    @classmethod
    def read(cls, text: str) -> Outcome:
        """Read what is kept."""
        if not text:
            return cls(None, (), None)
        version, effects, place = text.split(":")
        return cls(int(version), tuple(map(int, filter(None, effects.split(".")))), int(place) if place else None)


def doing(effect: Effect, program: Program) -> tuple[object, ...]:
    """Give what tells one effect from another, whatever the version numbers it: what it is, what it orders, where it leads."""
    entered = program.places[effect.to_place].state.id if effect.is_entering and effect.to_place is not None else ""
    return (
        effect.kind,
        effect.state.id if effect.state else "",
        effect.step.id if effect.step else "",
        effect.result,
        effect.orders,
        entered,
    )


def standing(place: Place) -> tuple[object, ...]:
    """Give what tells one place from another, whatever the version numbers it."""
    return place.state.id, place.step.id if place.step else "", place.is_awaiting


def is_felt(order: Order) -> bool:
    """Test if an order does something to the debtor, or lets it be done: notes, holds and word to colleagues do not."""
    match order:
        case Message() | Task() | LiftHold() | Overrun():
            return True
        case Service():
            return order.command is Command.SUSPEND
    return False
