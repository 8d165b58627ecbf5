"""The "no"s of reading a bank file as a whole. A single bad line is a warning instead."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class FormatUnknown(Refusal):
    """The file is in none of the formats we read."""

    code = "payments.format_unknown"
    sentence = _("This is no bank file we can read. Export CAMT.053, MT940 or CSV from your bank.")
    status = 422


class FileBroken(Refusal):
    """The file ends early or is damaged; nothing of it may be taken."""

    code = "payments.file_broken"
    sentence = _("The file is damaged near line {line_number}: {reason}. Nothing was taken from it; fetch it again.")
    status = 422


class FileUnsafe(Refusal):
    """An XML file declares a document type or entities, which no bank does and an attacker would."""

    code = "payments.file_unsafe"
    sentence = _("The file declares a document type or entities. Banks never do; it was not opened.")
    status = 422


class NoStatement(Refusal):
    """The file is of a format we read, and holds no statement."""

    code = "payments.no_statement"
    sentence = _("The file holds no statement.")
    status = 422


class DayOrderUnknown(Refusal):
    """Every day in the file could be read day first or month first."""

    code = "payments.day_order_unknown"
    sentence = _("“{example}” could be read day first or month first. Say once which your bank uses.")
    status = 422


class CurrencyNeeded(Refusal):
    """The file does not say in which currency its amounts are."""

    code = "payments.currency_needed"
    sentence = _("The file does not say in which currency its amounts are. Choose the bank account it belongs to.")
    status = 422
