"""What can be wrong with a line of a file, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.currencies import UnknownCurrency


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be wrong: a stable code, the reason people read, and the remedy.

    A line with an error is refused whole. A warning leaves one value out, or says what was done; the line is loaded.
    """

    code: str
    reason: str | Promise
    remedy: str | Promise
    is_warning: bool = False


class Unreadable(ValueError):
    """A value cannot be read: never zero, never a guess. `code` is that of a `Fault`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


FAULTS: tuple[Fault, ...] = (
    Fault("missing", _("There is no value."), _("Fill it in, or map another column.")),
    Fault(
        "amount_unreadable",
        _("This is not an amount."),
        _("Write it with digits, like 1234.50, with the decimal mark that the mapping names."),
    ),
    Fault(
        "amount_too_precise",
        _("The amount has more decimals than the currency."),
        _("Round it where it comes from; nothing is rounded here."),
    ),
    Fault("amount_too_large", _("The amount is larger than any debt."), _("Look for two columns that ran together.")),
    Fault(
        "amount_other_currency",
        _("The amount names another currency than the line."),
        _("Correct the currency or the amount."),
    ),
    Fault("amount_is_nothing", _("An amount of nothing is not owed."), _("Leave the line out of the file.")),
    Fault("amount_is_negative", _("The amount is less than nothing."), _("Give a positive amount.")),
    Fault("open_exceeds_amount", _("More is open than the amount."), _("Correct one of the two.")),
    Fault(
        "day_unreadable", _("This is not a day in the form that the mapping names."), _("Correct the day or the form.")
    ),
    Fault("currency_unknown", _("This is not a currency."), _("Write the ISO 4217 code, such as GBP.")),
    Fault("kind_unknown", _("This kind is not known."), _("Add the word to the mapping, or correct it.")),
    Fault("text_too_long", _("The text is too long."), _("Shorten it, or look for columns that ran together.")),
    Fault(
        "due_unknown",
        _("There is neither a due day nor terms of payment."),
        _("Map the due day, or say the days of payment in the mapping."),
    ),
    Fault(
        "due_before_issue",
        _("It is due before it was issued."),
        _("Look at both days; the line is loaded as it stands."),
        is_warning=True,
    ),
    Fault(
        "repeated_differently",
        _("The file has this reference more than once, with different contents."),
        _("Leave one of the lines in the file; which one is right cannot be known here."),
    ),
    Fault("account_unknown", _("There is no such account."), _("Load the account first, or correct the reference.")),
    Fault("item_unknown", _("The account has no such item."), _("Correct the reference.")),
    Fault("portfolio_unknown", _("The client has no such portfolio."), _("Open the portfolio, or correct its code.")),
    Fault(
        "too_many_cells",
        _("The line has more cells than the heading."),
        _("Put quotation marks around a text that contains the separator."),
    ),
    Fault("quote_never_closed", _("A quotation mark is opened and never closed."), _("Close it, or take it away.")),
    Fault("cut_off", _("The file ends in the middle of this line."), _("Export the file again.")),
    Fault("characters_unreadable", _("Some characters cannot be read."), _("Save the file as UTF-8.")),
    Fault("accounts.currency_differs", _("The account is in another currency."), _("Correct the currency.")),
    Fault(
        "accounts.more_than_open",
        _("The new amount is less than what is settled already."),
        _("Take payments back first, or correct the amount."),
    ),
    Fault(
        "accounts.account_is_closed",
        _("The account is closed."),
        _("Open it again first, or leave the line out."),
    ),
    Fault(
        "repeated",
        _("The file has this line more than once."),
        _("Nothing: it was taken once."),
        is_warning=True,
    ),
    Fault(
        "silence_unclear",
        _("It does not say which document it is about, so nothing is settled because this file leaves it out."),
        _("Put the line right and import the whole file again."),
        is_warning=True,
    ),
    Fault(
        "contact_unreadable",
        _("This is not an address or number that can be used."),
        _("Correct it in the file, or on the account later; the rest of the line is loaded."),
        is_warning=True,
    ),
    Fault(
        "born_unreadable",
        _("This is not a date of birth that can be read."),
        _("Correct it in the file; the rest of the line is loaded."),
        is_warning=True,
    ),
    Fault(
        "country_unknown",
        _("This country is not known."),
        _("Write its two letters, such as GB; the client's country is taken until then."),
        is_warning=True,
    ),
    Fault(
        "terms_unreadable",
        _("These terms of payment are not a number of days."),
        _("Nothing, if the due day is right: it counts."),
        is_warning=True,
    ),
    Fault(
        "ahead_of_source",
        _("More is settled here than the source knows of."),
        _("Nothing, if the source is yet to book a payment; it is not undone here."),
        is_warning=True,
    ),
    Fault(
        "account_closed",
        _("Not taken back: the account was closed since."),
        _("Nothing, or correct it by hand once the account is open."),
        is_warning=True,
    ),
    Fault(
        "changed_since",
        _("Not taken back: something later changed it."),
        _("Take the later file back first, or correct the document by hand."),
        is_warning=True,
    ),
    Fault(
        "settled_since",
        _("Not taken back: a later file settled it."),
        _("Take the later file back first."),
        is_warning=True,
    ),
    Fault(
        "credited_since",
        _("Not taken back: a dispute about it was decided with a credit."),
        _("Take the credit back first, where that was wrong too."),
        is_warning=True,
    ),
)


@cache
def _by_code() -> dict[str, Fault]:
    return {fault.code: fault for fault in FAULTS}


def fault_of(code: str, value: str = "") -> Fault:
    """Give the fault of a code; with the value that stands there, what was most likely meant is said too.

    >>> fault_of("missing").is_warning
    False
    >>> fault_of("currency_unknown", "GPB").reason
    '“GPB” is no currency of ISO 4217: did you mean GBP?'
    """
    fault = _by_code()[code]
    return replace(fault, reason=str(UnknownCurrency(value))) if value and code == "currency_unknown" else fault


def warning_codes() -> list[str]:
    """Give the codes of faults that do not refuse their line."""
    return [fault.code for fault in FAULTS if fault.is_warning]
