"""Shapes of input: a file of rates, and which rates are asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tallystick.exchange.rules.reading import LARGEST
from tallystick.kernel.currencies import UnknownCurrency, currency
from tallystick.kernel.money import Money


class LoadForm(forms.Form):
    """A file of rates."""

    file = forms.FileField(label=_("File of rates"), allow_empty_file=False, max_length=255)
    source = forms.CharField(
        label=_("Source"),
        max_length=60,
        required=False,
        help_text=_("Who says so, where the file does not: such as “treasury”."),
    )

    def clean_file(self) -> Any:
        """Refuse what no file of rates is as large as."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("It is too large for a file of rates."))
        return file


class CurrencyField(forms.CharField):
    """The code of a currency, in letters of any size."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"size": 4, "autocomplete": "off", "class": "short"})
        super().__init__(**{"max_length": 3, "widget": widget, **options})

    def clean(self, value: Any) -> str:
        """Give the code of a currency that exists; nothing where nothing is asked for.

        :raises ValidationError: there is none, with the nearest code
        """
        code = str(super().clean(value)).upper()
        try:
            return currency(code).code if code else ""
        except UnknownCurrency as unknown:
            raise forms.ValidationError(str(unknown)) from unknown


class AskForm(forms.Form):
    """An amount to tell in another currency, on a day, as known at an instant."""

    amount = forms.CharField(label=_("Amount"), max_length=24, required=False)
    given = CurrencyField(label=_("Currency"), required=False)
    wanted = CurrencyField(label=_("In"), required=False)
    on = forms.DateField(label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    known_at = forms.DateTimeField(
        label=_("As known at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean(self) -> dict[str, Any]:
        """Read the amount by the decimals of its currency."""
        values = super().clean() or {}
        given = values.get("given")
        if values.get("amount") and given:
            try:
                values["money"] = Money.of(values["amount"].strip(), given)
            except ValueError as wrong:
                self.add_error("amount", str(wrong))
        return values
