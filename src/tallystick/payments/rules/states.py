"""States and reasons of the room, and the refusals of its use cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class LineState(Choice):
    """What became of a statement line."""

    WAITING = "waiting", _("Waiting")
    APPLIED = "applied", _("Applied")
    PARKED = "parked", _("Parked")
    IGNORED = "ignored", _("Not ours")
    #: Of an intraday report or a notice: the same money comes again on a statement.
    ANNOUNCED = "announced", _("Announced")


class PaymentState(Choice):
    """Whether a payment stands."""

    RECEIVED = "received", _("Received")
    REVERSED = "reversed", _("Taken back")


class Method(Choice):
    """How a payer paid."""

    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    STANDING_ORDER = "standing_order", _("Standing order")
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    CARD = "card", _("Card")
    CHEQUE = "cheque", _("Cheque")
    CASH = "cash", _("Cash")
    OTHER = "other", _("Other")


class PaidTo(Choice):
    """Who has the money."""

    US = "us", _("Us")
    CLIENT = "client", _("The client")


class ReversalReason(Choice):
    """Why a payment was taken back."""

    BOUNCED = "bounced", _("Bounced: the bank took the money back")
    RECALLED = "recalled", _("Recalled by the payer")
    WRONG_ACCOUNT = "wrong_account", _("Booked on the wrong account")
    ERROR = "error", _("Recorded in error")

    @property
    def money_stays(self) -> bool:
        """Whether the money is still with us, so that its statement line waits again."""
        return self in (ReversalReason.WRONG_ACCOUNT, ReversalReason.ERROR)


class IgnoreReason(Choice):
    """Why a line is nobody's payment."""

    BANK_CHARGE = "bank_charge", _("Bank charge or interest")
    OWN_TRANSFER = "own_transfer", _("Transfer between our own accounts")
    NOT_OURS = "not_ours", _("Not ours: to be sent back")
    OTHER = "other", _("Other")


class BankAccountUnknown(Refusal):
    """The file belongs to an account nobody has set up."""

    code = "payments.bank_account_unknown"
    sentence = _("The file is of account {account}. Set that bank account up first, or choose the file of another.")


class BankAccountDiffers(Refusal):
    """The file belongs to another account than the chosen one."""

    code = "payments.bank_account_differs"
    sentence = _("The file is of account {account}, not of {chosen}. Nothing was taken from it.")


class BankAccountNeeded(Refusal):
    """The file could be of several bank accounts."""

    code = "payments.bank_account_needed"
    sentence = _("The file does not say which bank account it is of. Choose one.")
    status = 422


class BankAccountExists(Refusal):
    """Two bank accounts of one number would take the same money twice."""

    code = "payments.bank_account_exists"
    sentence = _("There is a bank account {account} already.")


class LineNotWaiting(Refusal):
    """Somebody was quicker, or the line is done."""

    code = "payments.line_not_waiting"
    sentence = _("That line is {state}: it does not wait any more.")


class LineIsMoneyOut(Refusal):
    """Only money that came in can be allocated."""

    code = "payments.line_is_money_out"
    sentence = _("Money went out on that line: it pays nothing.")


class MoreThanLine(Refusal):
    """No more can be allocated than came."""

    code = "payments.more_than_line"
    sentence = _("{amount} is more than the {open} that is left of the line.")


class LineChanged(Refusal):
    """Somebody else has given part of the line away since it was looked at."""

    code = "payments.line_changed"
    sentence = _("Somebody has decided about part of that line meanwhile: {open} is left of it. Look again.")


class LinePartlyApplied(Refusal):
    """What has paid something cannot be set aside as a whole."""

    code = "payments.line_partly_applied"
    sentence = _("Part of that line has been applied. Take those payments back first.")


class OtherClient(Refusal):
    """A client's bank account takes in that client's money."""

    code = "payments.other_client"
    sentence = _("The bank account belongs to {client}, the account to another client.")


class ReasonMissing(Refusal):
    """What is set aside needs a reason that can be read later."""

    code = "payments.reason_missing"
    sentence = _("Say why.")
    status = 422


class AllocationUnreadable(Refusal):
    """A program said what a payment pays, and not in the form that is read."""

    code = "payments.allocation_unreadable"
    sentence = _("Give “items” (minor units by item) and “seen”, and where you like “reason” and “booked_on”.")
    status = 422


class PaymentReversed(Refusal):
    """A payment is taken back once."""

    code = "payments.payment_reversed"
    sentence = _("That payment was taken back already.")


class ReturnDiffers(Refusal):
    """The line that took the money back has to be of that amount."""

    code = "payments.return_differs"
    sentence = _("{amount} went out on that line, not the {paid} of the payment.")


class MoneyStays(Refusal):
    """Money that is still here did not go out on a line."""

    code = "payments.money_stays"
    sentence = _("“{reason}” means that the money is still here. Money went out: say that the payment bounced.")


class NotBounced(Refusal):
    """Only a payment whose money the bank took can be tied to the line on which it did."""

    code = "payments.not_bounced"
    sentence = _("That payment has not bounced, or its line is known already.")


class DayInFuture(Refusal):
    """Money that has not come cannot have been received."""

    code = "payments.day_in_future"
    sentence = _("The day lies ahead. A payment to come is a promise.")
    status = 422
