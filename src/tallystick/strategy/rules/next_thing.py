"""The one next thing to do with a version, for whoever looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.kernel.choices import Choice
from tallystick.strategy.rules.lifecycle import State


class Do(Choice):
    """What can be next."""

    APPROVE = "approve", _("Approve")
    PUBLISH = "publish", _("Publish")
    WRITE = "write", _("Write another version")
    ASSIGN = "assign", _("Assign")
    #: Somebody else's turn, or an instant to come.
    WAIT = "wait", _("Wait")
    NOTHING = "nothing", _("Nothing")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a version, and of whoever looks at it."""

    state: State
    #: Accounts are treated by it; else it is a policy, and conditions speak of it.
    is_strategy: bool
    #: Something keeps it from being published.
    is_obstructed: bool
    is_planned: bool
    #: It treats somebody's accounts.
    is_assigned: bool
    is_own: bool
    may_write: bool
    may_approve: bool
    may_approve_own: bool


@dataclass(frozen=True, slots=True)
class NextThing:
    """The next thing to do, and why in a sentence."""

    do: Do
    sentence: str


def next_thing(standing: Standing) -> NextThing:
    """Give the next thing to do with a version.

    >>> next_thing(Standing(State.APPROVED, True, False, False, True, True, True, False, False)).do
    <Do.PUBLISH: 'publish'>
    """
    match standing.state:
        case State.DRAFT:
            return _of_draft(standing)
        case State.APPROVED if standing.is_planned:
            return NextThing(Do.WAIT, _("It is published by itself when its instant has come."))
        case State.APPROVED if standing.is_obstructed:
            return NextThing(Do.WRITE, _("It was approved, and cannot be published any more: see what is missing."))
        case State.APPROVED if standing.may_write:
            return NextThing(Do.PUBLISH, _("It is approved. Publish it, now or at an instant to come."))
        case State.APPROVED:
            return NextThing(Do.WAIT, _("It is approved, and waits to be published."))
        case State.SENT_BACK:
            return NextThing(Do.WRITE, _("It was sent back: write another version."))
        case State.PUBLISHED if not standing.is_assigned:
            return NextThing(Do.ASSIGN, _("It is published, and treats nobody yet: assign it."))
        case State.PUBLISHED:
            if not standing.is_strategy:
                return NextThing(Do.NOTHING, _("Every condition that speaks of it means this version."))
            return NextThing(Do.NOTHING, _("It decides every night, and whenever something happens."))
    return NextThing(Do.NOTHING, _("It decides nothing any more."))


def _of_draft(standing: Standing) -> NextThing:
    if standing.is_obstructed:
        return NextThing(Do.WRITE, _("It cannot be approved yet: see what is missing."))
    if not standing.may_approve:
        return NextThing(Do.WAIT, _("Somebody with the right to approve strategies has to approve it."))
    if standing.is_own and not standing.may_approve_own:
        return NextThing(Do.WAIT, _("Somebody else has to approve it: you wrote it, or changed its golden accounts."))
    if standing.is_own:
        return NextThing(
            Do.APPROVE, _("You wrote it. This house lets you approve it all the same, and its history will say so.")
        )
    if not standing.is_strategy:
        return NextThing(Do.APPROVE, _("Read it and approve it, or send it back."))
    return NextThing(Do.APPROVE, _("Read what changed, rehearse it on the book, and approve it or send it back."))
