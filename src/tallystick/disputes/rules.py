"""Why a debt is disputed, and how a dispute ends."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal


class Reason(Choice):
    """What the debtor says is wrong."""

    PRICE = "price", _("Wrong price or quantity")
    NOT_RECEIVED = "not_received", _("Goods or service not received")
    QUALITY = "quality", _("Goods or service faulty")
    PAID_ALREADY = "paid_already", _("Says it was paid")
    NOT_MINE = "not_mine", _("Says it is not their debt")
    DUPLICATE = "duplicate", _("Invoiced twice")
    DOCUMENTS = "documents", _("Invoice or order number missing")
    OTHER = "other", _("Other")


class State(Choice):
    """Where a dispute is in its life."""

    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn by the debtor")


#: How a person may end a dispute.
OUTCOMES = (State.UPHELD, State.REJECTED, State.WITHDRAWN)


class DisputeAmountOutOfRange(Refusal):
    """A dispute is about more than nothing, and no more than is open and not disputed yet."""

    code = "disputes.amount_out_of_range"
    sentence = _("Dispute more than nothing, and no more than the {undisputed} that is open and not disputed yet.")
    status = 422


class DisputeResolved(Refusal):
    """A dispute is resolved once."""

    code = "disputes.resolved"
    sentence = _("The dispute was resolved already.")


class CreditOutOfRange(Refusal):
    """An upheld dispute credits something of what was disputed; any other credits nothing."""

    code = "disputes.credit_out_of_range"
    sentence = _(
        "An upheld dispute credits more than nothing and no more than the {disputed} disputed; any other nothing."
    )
    status = 422


def check_amount(*, amount: Money, undisputed: Money) -> None:
    """Refuse a dispute of nothing, or of more than is open and not disputed yet.

    :raises DisputeAmountOutOfRange: it is
    """
    if amount.minor <= 0 or amount > undisputed:
        raise DisputeAmountOutOfRange(undisputed=undisputed)


def check_credit(*, outcome: State, credit: Money, disputed: Money) -> None:
    """Refuse a credit that does not fit the outcome.

    :raises CreditOutOfRange: it does not

    >>> check_credit(outcome=State.UPHELD, credit=Money(500, "GBP"), disputed=Money(800, "GBP"))
    """
    fits = 0 < credit.minor <= disputed.minor if outcome is State.UPHELD else credit.minor == 0
    if not fits or credit.currency != disputed.currency:
        raise CreditOutOfRange(disputed=disputed)
