"""What became of a promise, by the money that came in time."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money


class State(Choice):
    """Where a promise is in its life."""

    OPEN = "open", _("Open")
    KEPT = "kept", _("Kept")
    PARTLY_KEPT = "partly_kept", _("Kept in part")
    BROKEN = "broken", _("Broken")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


def counts_towards(
    *, booked_on: date, posted_at: datetime, made_on: date, made_at: datetime, grace_until_on: date
) -> bool:
    """Test if a payment counts towards a promise: booked from its making to its last day of grace, and not known before it.

    Money that had come in when the promise was made is not what was promised. A payment that could count towards
    two promises counts towards the later one only.

    Twin: `payment` in `sql/judgement.sql`.
    Source: ADR-0012, a promise is judged by booking day.
    """
    return made_on <= booked_on < grace_until_on and posted_at >= made_at


def judgement(*, amount: Money, tolerance: Money, paid_in_time: Money, grace_until_on: date, today: date) -> State:
    """Judge a promise: kept, open, kept in part or broken.

    `paid_in_time` is the sum of the payments that count towards it. `grace_until_on` is the first day on which it is too
    late. Days are those of the creditor's time zone.

    Twin: `judged` in `sql/judgement.sql`.
    Source: ADR-0012, a promise is judged by booking day.

    >>> terms = {"amount": Money(5000, "GBP"), "tolerance": Money(500, "GBP"), "grace_until_on": date(2026, 3, 5)}
    >>> judgement(**terms, paid_in_time=Money(4500, "GBP"), today=date(2026, 3, 4)).value
    'open'
    >>> judgement(**terms, paid_in_time=Money(4500, "GBP"), today=date(2026, 3, 5)).value
    'partly_kept'
    """
    if paid_in_time >= amount:
        return State.KEPT
    if today < grace_until_on:
        return State.OPEN
    if paid_in_time >= amount - tolerance:
        return State.PARTLY_KEPT
    return State.BROKEN


def is_broken(*, amount: Money, tolerance: Money, paid_in_time: Money, grace_until_on: date, today: date) -> bool:
    """Test if a promise is broken: its grace has run out and too little came in time.

    >>> terms = {"amount": Money(5000, "GBP"), "tolerance": Money(0, "GBP"), "paid_in_time": Money(4999, "GBP")}
    >>> is_broken(**terms, grace_until_on=date(2026, 3, 5), today=date(2026, 3, 4))  # the last day of grace
    False
    >>> is_broken(**terms, grace_until_on=date(2026, 3, 5), today=date(2026, 3, 5))
    True
    """
    judged = judgement(
        amount=amount, tolerance=tolerance, paid_in_time=paid_in_time, grace_until_on=grace_until_on, today=today
    )
    return judged is State.BROKEN
