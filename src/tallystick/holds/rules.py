"""Why an account is held, and what each reason stops."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class Reason(Choice):
    """Why an account is held. What a reason stops is in `STOPS`, and nowhere else."""

    MANUAL = "manual", _("Held by hand")
    INSTRUCTION = "instruction", _("Instruction of the client")
    PROMISE = "promise", _("Promise to pay")
    DISPUTE = "dispute", _("Dispute")
    VULNERABILITY = "vulnerability", _("Vulnerable customer")
    BREATHING_SPACE = "breathing_space", _("Breathing space")
    INSOLVENCY = "insolvency", _("Insolvency")
    PAUSE = "pause", _("Paused")


class Ending(Choice):
    """How a hold ended."""

    LIFTED = "lifted", _("Lifted")
    EXPIRED = "expired", _("Ran out")


class Activity(StrEnum):
    """What may be stopped by a hold."""

    #: Messages and calls that ask for money. Answers to the debtor and notices the law demands are no chasing.
    CONTACT = "contact"
    #: Taking a promise or agreeing a plan.
    AGREE = "agree"
    #: Adding interest, fees or costs.
    CHARGE = "charge"
    #: Claims, enforcement, placing with an agent, stopping a service.
    ENFORCE = "enforce"


_CONTACT, _AGREE, _CHARGE, _ENFORCE = Activity.CONTACT, Activity.AGREE, Activity.CHARGE, Activity.ENFORCE

#: What each reason stops, the weightiest reason first: that one is named when several hold an account at once.
STOPS: dict[Reason, frozenset[Activity]] = {
    # SI 2020/1311 reg 7: no interest, fees or charges, no enforcement, no contact that asks for payment.
    Reason.BREATHING_SPACE: frozenset({_CONTACT, _AGREE, _CHARGE, _ENFORCE}),
    # Insolvency Act 1986 ss. 130, 252, 285: the debt is proved in the insolvency and no longer pursued.
    Reason.INSOLVENCY: frozenset({_CONTACT, _AGREE, _CHARGE, _ENFORCE}),
    # CONC 7.3.4R, 7.10.1R: forbearance, and no pressure on a customer who cannot decide. A person may still agree a plan.
    Reason.VULNERABILITY: frozenset({_CONTACT, _CHARGE, _ENFORCE}),
    # CONC 7.14.1R: no pursuit of a debt disputed on reasonable grounds until it is investigated.
    Reason.DISPUTE: frozenset({_CONTACT, _CHARGE, _ENFORCE}),
    Reason.INSTRUCTION: frozenset({_CONTACT, _CHARGE, _ENFORCE}),
    Reason.MANUAL: frozenset({_CONTACT, _ENFORCE}),
    Reason.PROMISE: frozenset({_CONTACT, _ENFORCE}),
    # A strategy makes no step either, and its delays stand still: see `facts`.
    Reason.PAUSE: frozenset({_CONTACT, _ENFORCE}),
}


class AccountOnHold(Refusal):
    """A hold forbids this on the account today."""

    code = "holds.account_on_hold"
    sentence = _("The account is on hold ({reason}): this has to wait until the hold ends.")


class HoldEndsTooSoon(Refusal):
    """A hold lasts a day at least."""

    code = "holds.ends_too_soon"
    sentence = _("A hold from {from_on} cannot end on {until_on}: it has to last a day at least.")
    status = 422


class HoldEnded(Refusal):
    """A hold that has ended cannot be lifted."""

    code = "holds.ended"
    sentence = _("The hold has ended already.")


def is_in_force(*, from_on: date, until_on: date | None, ended: bool, on: date) -> bool:
    """Test if a hold is in force on a day: it has begun and neither run out nor been lifted.

    `until_on` is the first day it no longer holds; None holds until it is lifted.

    Twin: `queries.in_force`.

    >>> from_on, until_on = date(2026, 3, 2), date(2026, 3, 9)
    >>> [is_in_force(from_on=from_on, until_on=until_on, ended=False, on=date(2026, 3, day)) for day in (1, 2, 8, 9)]
    [False, True, True, False]
    """
    return not ended and from_on <= on and (until_on is None or on < until_on)


def weightiest(reasons: set[Reason]) -> Reason | None:
    """Give the reason that is named when several hold an account at once; None where there is none.

    >>> weightiest({Reason.MANUAL, Reason.INSOLVENCY}).value
    'insolvency'
    """
    return next((reason for reason in STOPS if reason in reasons), None)


def stopping(activity: Activity) -> list[Reason]:
    """Give the reasons that stop an activity, the weightiest first."""
    return [reason for reason, stopped in STOPS.items() if activity in stopped]
