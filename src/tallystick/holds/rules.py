"""Why an account is held, and what each reason stops."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tallystick.accounts.rules import CurrencyDiffers
from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
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


#: Why one item may be held while the others are chased. The other reasons are about the debtor, or about the account's strategy.
OF_ITEMS = (Reason.MANUAL, Reason.INSTRUCTION, Reason.DISPUTE, Reason.PROMISE)


class AccountOnHold(Refusal):
    """A hold forbids this on the account today."""

    code = "holds.account_on_hold"
    sentence = _("The account is on hold ({reason}): this has to wait until the hold ends.")


class HoldEndsTooSoon(Refusal):
    """A hold lasts a day at least."""

    code = "holds.ends_too_soon"
    sentence = _("A hold from {from_on} cannot end on {until_on}: it has to last a day at least.")
    status = 422


class HoldNotOfItem(Refusal):
    """Some reasons hold the account as a whole."""

    code = "holds.not_of_item"
    sentence = _("“{reason}” holds the account as a whole, and not one item of it.")
    status = 422


class ItemOnHold(Refusal):
    """An item is held once at a time."""

    code = "holds.item_on_hold"
    sentence = _("{item} is on hold already: move that hold, or lift it.")


class HeldAmountOutOfRange(Refusal):
    """What is held of an item is more than nothing, and no more than is open on it."""

    code = "holds.amount_out_of_range"
    sentence = _("Hold more than nothing, and no more than the {left} that is open on {item}.")
    status = 422


class HoldEnded(Refusal):
    """A hold that has ended cannot be lifted."""

    code = "holds.ended"
    sentence = _("The hold has ended already.")


def check_end(until_on: date | None, *, from_on: date, today: date) -> None:
    """Refuse a hold that would not last a day, or would be over by now.

    :raises HoldEndsTooSoon: it would
    """
    begins = max(from_on, today)
    if until_on is not None and until_on <= begins:
        raise HoldEndsTooSoon(from_on=begins, until_on=until_on)


def check_item(item: str, *, is_held: bool, left: Money, held: Money | None) -> None:
    """Refuse a hold on an item that is held already, or of an amount that it has not left; without an amount all is held.

    :raises ItemOnHold: it is held
    :raises CurrencyDiffers: the item is in another currency
    :raises HeldAmountOutOfRange: the amount is nothing, or more than is open
    """
    if is_held:
        raise ItemOnHold(item=item)
    if held is not None and held.currency != left.currency:
        raise CurrencyDiffers(account_currency=left.currency, currency=held.currency)
    if left.minor <= 0 or (held is not None and not 0 < held.minor <= left.minor):
        raise HeldAmountOutOfRange(left=left, item=item)


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
