"""Why a debt is disputed, and how a dispute ends."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


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
