"""Warnings: what in a bank file could not be taken as it stands. None kills the file, and none vanishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class WarningCode(StrEnum):
    """Stable codes of warnings, stored with the file."""

    LINE_UNREADABLE = "line_unreadable"
    NOT_BOOKED_YET = "not_booked_yet"
    FOR_INFORMATION = "for_information"
    OTHER_CURRENCY = "other_currency"
    LINE_OUTSIDE = "line_outside"
    BALANCE_UNREADABLE = "balance_unreadable"
    DAY_ADJUSTED = "day_adjusted"
    DAY_ASSUMED = "day_assumed"
    CURRENCY_UNKNOWN = "currency_unknown"
    NOT_CLOSED = "not_closed"
    DOES_NOT_BALANCE = "does_not_balance"
    OPENS_ELSEWHERE = "opens_elsewhere"
    CURRENCIES_DIFFER = "currencies_differ"
    COUNT_DIFFERS = "count_differs"
    SUM_DIFFERS = "sum_differs"
    BALANCE_BREAKS = "balance_breaks"
    SIGN_INFERRED = "sign_inferred"
    ENCODING_GUESSED = "encoding_guessed"
    SHARES_DIFFER = "shares_differ"


_SENTENCES: dict[WarningCode, str | Promise] = {
    WarningCode.LINE_UNREADABLE: _("This entry could not be read: {reason}. It was left out."),
    WarningCode.NOT_BOOKED_YET: _("The bank has not booked this entry yet. It was left out."),
    WarningCode.FOR_INFORMATION: _("The bank shows this entry and does not book it. It was left out."),
    WarningCode.OTHER_CURRENCY: _("This entry is not in the currency of the bank account. It was left out."),
    WarningCode.LINE_OUTSIDE: _("This text belongs to no statement and was left out."),
    WarningCode.BALANCE_UNREADABLE: _("This balance could not be read and was left out."),
    WarningCode.DAY_ADJUSTED: _("There is no such day as {delivered}; {taken} was taken."),
    WarningCode.DAY_ASSUMED: _("The entry has no booking day; {taken} was taken."),
    WarningCode.CURRENCY_UNKNOWN: _("The file does not say which currency this is in. It was left out."),
    WarningCode.NOT_CLOSED: _("This statement has no closing balance, so it cannot be proved complete."),
    WarningCode.DOES_NOT_BALANCE: _("The statement does not balance: {gap} is missing."),
    WarningCode.OPENS_ELSEWHERE: _("The statement before closed at {closed}, this one opens at {opened}."),
    WarningCode.CURRENCIES_DIFFER: _("Balances and entries are in different currencies and were not compared."),
    WarningCode.COUNT_DIFFERS: _("The bank counts {declared} entries, {read} were read."),
    WarningCode.SUM_DIFFERS: _("The bank adds up {declared}, the entries that were read add up to {read}."),
    WarningCode.BALANCE_BREAKS: _("The running balance breaks here: {expected} was expected, {delivered} stands."),
    WarningCode.SIGN_INFERRED: _("Amounts carry no sign; in or out was taken from the {source}."),
    WarningCode.ENCODING_GUESSED: _("The characters of the file are in no declared set; {encoding} was taken."),
    WarningCode.SHARES_DIFFER: _("The details do not add up to the entry, so it was kept whole."),
}


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something a person should know about one place in a file.

    `text` is the place as delivered; `line_number` counts from 1, and is 0 where the whole file is meant.
    """

    code: WarningCode
    line_number: int
    text: str = ""
    fields: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(_SENTENCES[self.code]).format(**self.fields)
