"""Shapes of input: a bank file and what is said of it, a bank account, what a line pays, why it is set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.queries.allocations import StandingCredit, payable_items
from tallystick.kernel.currencies import UnknownCurrency
from tallystick.kernel.money import Money, decimals_of
from tallystick.kernel.refusals import Refusal
from tallystick.payments.rules import csv_saved
from tallystick.payments.rules.amounts import DecimalMark, decimal_mark, read_amount
from tallystick.payments.rules.csv_columns import Column
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.states import AllocationUnreadable, IgnoreReason, Method, PaidTo

#: A browser waits for as much; the command line takes any size.
LARGEST = 64 << 20
_DAY_ORDERS = [(DayOrder.DAY_FIRST.value, _("day first: 31/12")), (DayOrder.MONTH_FIRST.value, _("month first: 12/31"))]
_SEPARATORS = ",;\t|"
_MOST_COLUMNS = 100


class AmountField(forms.CharField):
    """An amount as a person types it ("50", "1,250.00", "£50"), in the currency the form knows."""

    def __init__(self, *, currency: str, may_be_nothing: bool = False, **options: Any) -> None:
        self.currency = currency
        self.may_be_nothing = may_be_nothing
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Money | None:
        """Read the amount exactly.

        :raises ValidationError: it is no amount, has too many decimals, or is not more than nothing
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            amount = Money.of(read_amount(text, decimal_mark([text]) or _readers_mark()), self.currency)
        except ValueError as unreadable:
            raise forms.ValidationError(
                _("“%(text)s” is no amount: write figures and a point, with up to %(decimals)s decimals."),
                params={"text": text, "decimals": decimals_of(self.currency)},
            ) from unreadable
        if amount.minor < 0 or not (amount.minor or self.may_be_nothing):
            raise forms.ValidationError(_("Enter more than nothing."))
        return amount


def _readers_mark() -> DecimalMark:
    symbols = Locale.parse(to_locale(get_language() or "en-gb")).number_symbols
    return DecimalMark(symbols.get("latn", symbols).get("decimal", "."))


class ImportForm(forms.Form):
    """A bank file, and what cannot be told from it."""

    file = forms.FileField(label=_("Bank file"), allow_empty_file=False, max_length=255)
    bank_account = forms.TypedChoiceField(
        label=_("Bank account"), coerce=int, empty_value=None, required=False, help_text=_("Where the file names none.")
    )
    day_order = forms.TypedChoiceField(
        label=_("Days are written"), coerce=DayOrder, empty_value=None, required=False, choices=_DAY_ORDERS
    )
    spending_is_positive = forms.BooleanField(label=_("Money out stands without a minus: a card"), required=False)

    def __init__(self, *args: Any, bank_accounts: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bank_account"].choices = [("", _("as the file says")), *bank_accounts]  # type: ignore[attr-defined]
        self.fields["day_order"].choices = [("", _("as the file shows")), *_DAY_ORDERS]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Refuse what a browser would wait for too long."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 64 MB. Import it from the command line."))
        return file

    @property
    def meanings(self) -> list[Column | None]:
        """What was said of each column of a CSV, from left to right; nothing where nothing was asked."""
        said: list[Column | None] = []
        while len(said) < _MOST_COLUMNS and (name := f"column-{len(said)}") in self.data:
            said.append(Column(self.data[name]) if self.data[name] in set(Column) else None)
        return said

    def columns(self) -> SavedColumns | None:
        """Give what was said of the columns of a CSV, or None.

        :raises ColumnsInsufficient, ColumnTwice: see `csv_saved.places_of`
        """
        meanings = self.meanings
        separator = self.data.get("separator", "")
        if not meanings or separator not in tuple(_SEPARATORS):
            return None
        return SavedColumns(
            separator=separator,
            header=self._header(),
            places=csv_saved.places_of(meanings),
            spending_is_positive=self.cleaned_data.get("spending_is_positive", False),
        )

    def _header(self) -> tuple[str, ...]:
        try:
            header = json.loads(self.data.get("header", "[]"))
        except ValueError:
            return ()
        return tuple(str(cell) for cell in header[:_MOST_COLUMNS]) if isinstance(header, list) else ()


class BankAccountForm(forms.Form):
    """A bank account that a client's debtors pay into."""

    client = forms.TypedChoiceField(label=_("Client"), coerce=int)
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As people call it: “Severn Vale, collections”.")
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, initial="GBP")
    iban = forms.CharField(label=_("IBAN"), max_length=42, required=False)
    sort_code = forms.CharField(label=_("Sort code"), max_length=12, required=False)
    number = forms.CharField(label=_("Account number"), max_length=34, required=False)

    def __init__(self, *args: Any, clients: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].choices = clients  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        """Give the code of a currency that exists."""
        code = str(self.cleaned_data["currency"]).upper()
        try:
            decimals_of(code)
        except UnknownCurrency as unknown:
            raise forms.ValidationError(str(unknown)) from unknown
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for a number by which the account's files are known."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("iban") and not cleaned.get("number"):
            self.add_error("iban", _("Give the IBAN, or the sort code and the account number: files are known by it."))
        return cleaned


class TakeForm(forms.Form):
    """An account that is taken for a line as it was offered: by numbers that the page wrote."""

    account = forms.IntegerField()
    #: Minor units that were left of the line when the page was written.
    seen = forms.IntegerField()
    items = forms.RegexField(r"^(\d{1,18}:\d{1,18}(,\d{1,18}:\d{1,18}){0,999})?$", required=False)
    keep_on_account = forms.BooleanField(required=False)
    #: What is left over stays on the line, for the payer named items of other accounts too.
    rest_stays = forms.BooleanField(required=False)

    def clean_items(self) -> dict[int, int]:
        """Give minor units by item id."""
        written = str(self.cleaned_data["items"])
        pairs = [re.split(":", pair) for pair in written.split(",") if pair]
        return {int(item): int(minor) for item, minor in pairs}


class SplitForm(forms.Form):
    """What of a line goes to which items of one account, and where the rest of it stays."""

    LINE, ACCOUNT = "line", "account"

    account = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    rest = forms.ChoiceField(
        label=_("What is left"),
        choices=[
            (LINE, _("stays on the line, for another account")),
            (ACCOUNT, _("goes on this account, unallocated")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, currency: str, items: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.item_ids = [item_id for item_id, _reference in items]
        for item_id, reference in items:
            self.fields[f"item-{item_id}"] = AmountField(currency=currency, label=reference, required=False)

    @property
    def parts(self) -> Mapping[int, Money]:
        """What goes to which items, by item id."""
        found = {item_id: self.cleaned_data.get(f"item-{item_id}") for item_id in self.item_ids}
        return {item_id: amount for item_id, amount in found.items() if amount is not None}

    @property
    def total(self) -> Money:
        """What goes to items in all."""
        return sum(self.parts.values(), Money.zero(self.currency))

    def clean(self) -> dict[str, Any]:
        """Refuse to give nothing to anybody."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and cleaned.get("rest") == self.LINE and not self.parts:
            raise forms.ValidationError(_("Say which items are paid, or put all of it on the account."))
        return cleaned


class AllocateForm(forms.Form):
    """Which items a credit pays from a day on, and why they are others than before."""

    #: The number of the decision that the page showed.
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        required=False,
        help_text=_("Needed where something that was paid is open again."),
    )
    booked_on = forms.DateField(
        label=_("Holds from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left open, it is today: figures of days that are over stay what they were."),
    )

    def __init__(self, entered: Any = None, *, account_id: int, credit: StandingCredit) -> None:
        self.items = payable_items(account_id, credit)
        pays = {f"item-{item.pk}": amount_of(paid.minor, paid.currency) for item, _most, paid in self.items if paid}
        super().__init__(entered, initial={"seen": credit.number, **pays})
        for item, most, _paid in self.items:
            self.fields[f"item-{item.pk}"] = AmountField(
                currency=most.currency, may_be_nothing=True, label=item.reference, required=False
            )

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField, Money]]:
        """The items with their fields, and how much of each may be paid at most."""
        return [(item, self[f"item-{item.pk}"], most) for item, most, _paid in self.items]

    @property
    def parts(self) -> dict[int, Money]:
        """What goes to which items, by item id."""
        found = {item.pk: self.cleaned_data.get(f"item-{item.pk}") for item, _most, _paid in self.items}
        return {item_id: amount for item_id, amount in found.items() if amount}


def read_allocation(body: bytes, *, currency: str) -> dict[str, Any]:
    """Read what a program says that a payment pays: `items` in minor units by item id, `reason`, `booked_on`, `seen`.

    :raises AllocationUnreadable: it is not written so

    >>> read_allocation(b'{"items": {"7": 1250}, "seen": 0}', currency="GBP")["items"]
    {7: Money(1250, 'GBP')}
    """
    try:
        said = json.loads(body)
        day = said.get("booked_on")
        if not {*said} <= {"items", "reason", "booked_on", "seen"} or not isinstance(said.get("seen"), int):
            raise AllocationUnreadable
        if not all(type(minor) is int for minor in said["items"].values()):
            raise AllocationUnreadable
        return {
            "items": {int(item_id): Money(minor, currency) for item_id, minor in said["items"].items()},
            "reason": str(said.get("reason", "")),
            "booked_on": date.fromisoformat(day) if day else None,
            "seen": said["seen"],
        }
    except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
        raise AllocationUnreadable from unreadable


class ParkForm(forms.Form):
    """Why a line has to wait."""

    note = forms.CharField(
        label=_("What is it waiting for?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "required": True})
    )


class IgnoreForm(forms.Form):
    """Why a line is nobody's payment."""

    reason = forms.TypedChoiceField(choices=IgnoreReason.choices(), coerce=IgnoreReason)
    note = forms.CharField(label=_("Note"), max_length=1000, required=False)


class RecordForm(forms.Form):
    """A payment that no statement brings: in cash, by card, or to the client itself."""

    #: Made once for each form that is shown, so that the same one sent twice is one payment.
    key = forms.UUIDField(widget=forms.HiddenInput)
    booked_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    method = forms.TypedChoiceField(label=_("How"), choices=Method.choices(), coerce=Method)
    paid_to = forms.TypedChoiceField(
        label=_("Who has the money?"), choices=PaidTo.choices(), coerce=PaidTo, widget=forms.RadioSelect
    )
    payer = forms.CharField(label=_("Payer"), max_length=140, required=False)
    reference = forms.CharField(
        label=_("Reference"), max_length=140, required=False, help_text=_("Number of the receipt or the cheque.")
    )
    field_order = ("key", "amount", "booked_on", "method", "paid_to", "payer", "reference")

    def __init__(self, *args: Any, currency: str, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = AmountField(label=_("Amount"), currency=currency)
        self.fields["amount"].widget.attrs["autofocus"] = True
        self.fields["booked_on"].widget.attrs["max"] = today.isoformat()
        self.order_fields(self.field_order)


def amounts_meant(text: str, currencies: Sequence[str]) -> list[Money]:
    """Give what a text may mean as an amount, in each of some currencies; nothing where it is none.

    >>> amounts_meant("1,250.50", ["GBP"]), amounts_meant("ACME", ["GBP"])
    ([Money(125050, 'GBP')], [])
    """
    found = []
    for currency in currencies:
        try:
            found.append(Money.of(read_amount(text, decimal_mark([text]) or _readers_mark()), currency))
        except ValueError:
            continue
    return found


def amount_of(minor: int, currency: str) -> Decimal:
    """Give an amount as a field of a form begins with it."""
    return Money(minor, currency).amount


def refused(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal with the form that caused it."""
    form.add_error(None, str(refusal))
