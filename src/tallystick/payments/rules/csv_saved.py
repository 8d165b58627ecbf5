"""How a bank's CSV is read once a person has looked at it: kept with the bank account, used while the header stays the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal
from tallystick.payments.rules.csv_columns import SPREAD, Column, Places

#: What a person may say a column means, in the order in which it is offered.
COLUMN_NAMES: dict[Column, Promise] = {
    Column.DAY: _("Booking day"),
    Column.AMOUNT: _("Amount, in and out"),
    Column.IN: _("Money in"),
    Column.OUT: _("Money out"),
    Column.BALANCE: _("Balance"),
    Column.NAME: _("Payer"),
    Column.TEXT: _("Text"),
    Column.REFERENCE: _("Reference"),
    Column.COUNTERPARTY_ACCOUNT: _("Payer’s account"),
    Column.TYPE: _("Type"),
    Column.DIRECTION: _("In or out"),
    Column.VALUE_DAY: _("Value day"),
    Column.FEE: _("Fee"),
    Column.CURRENCY: _("Currency"),
    Column.ACCOUNT: _("Our account"),
    Column.SORT_CODE: _("Our sort code"),
    Column.BANK_REFERENCE: _("Bank’s reference"),
    Column.STATE: _("State"),
}


class ColumnsInsufficient(Refusal):
    """Without a day and an amount no line can be made."""

    code = "payments.columns_insufficient"
    sentence = _("Say which column is the booking day, and which is the amount, or the money in and the money out.")
    status = 422


class ColumnTwice(Refusal):
    """Only texts and references may be spread over columns."""

    code = "payments.column_twice"
    sentence = _("Two columns are said to be “{name}”. Choose one.")
    status = 422


@dataclass(frozen=True, slots=True)
class SavedColumns:
    """What the columns of a bank account's CSV mean."""

    separator: str
    #: The header row they stand under, word for word; empty for a file without one.
    header: tuple[str, ...]
    places: Places
    #: A card: what is spent stands without a sign.
    spending_is_positive: bool = False

    def as_document(self) -> dict[str, Any]:
        """Give them as they are stored."""
        return {
            "separator": self.separator,
            "header": list(self.header),
            "columns": {column.value: list(places) for column, places in self.places.items()},
            "spending_is_positive": self.spending_is_positive,
        }


def from_document(document: Mapping[str, Any]) -> SavedColumns | None:
    """Give the columns that were stored; None where nothing was.

    >>> from_document({}) is None
    True
    >>> saved = SavedColumns(";", ("Tag", "Betrag"), {Column.DAY: (0,), Column.AMOUNT: (1,)})
    >>> from_document(saved.as_document()) == saved
    True
    """
    if not document:
        return None
    return SavedColumns(
        separator=document["separator"],
        header=tuple(document["header"]),
        places={Column(name): tuple(places) for name, places in document["columns"].items()},
        spending_is_positive=document["spending_is_positive"],
    )


def places_of(meanings: Sequence[Column | None]) -> Places:
    """Give the places of the columns that a person named, from left to right.

    :raises ColumnTwice: a meaning that only one column can have was given to two
    :raises ColumnsInsufficient: there is no day or no amount

    >>> places_of([Column.DAY, Column.TEXT, None, Column.TEXT, Column.AMOUNT])[Column.TEXT]
    (1, 3)
    """
    places: dict[Column, tuple[int, ...]] = {}
    for place, column in enumerate(meanings):
        if column is None:
            continue
        if column in places and column not in SPREAD:
            raise ColumnTwice(name=COLUMN_NAMES[column])
        places[column] = (*places.get(column, ()), place)
    if Column.DAY not in places or not ({Column.AMOUNT} <= places.keys() or {Column.IN, Column.OUT} <= places.keys()):
        raise ColumnsInsufficient
    return places
