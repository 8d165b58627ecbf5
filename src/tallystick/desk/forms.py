"""Shape of what people enter at the desk. What it means is judged by the rooms below."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tallystick.accounts.models import Client
from tallystick.accounts.rules import Bucket
from tallystick.kernel.money import Money, decimals_of


class MoneyField(forms.CharField):
    """An amount as a person types it ("50", "1,250.00", "£50"), in the currency the form knows."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.currency = currency
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Money | None:
        """Read the amount exactly.

        :raises ValidationError: it is no amount, has too many decimals, or is not more than nothing
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        digits = text.replace(",", "").replace(" ", "").lstrip("£€$").removesuffix(self.currency).strip()
        try:
            amount = Money.of(Decimal(digits), self.currency)
        except (InvalidOperation, ValueError) as unreadable:
            raise forms.ValidationError(
                _("“%(text)s” is no amount: write figures and a point, with up to %(decimals)s decimals."),
                params={"text": text, "decimals": decimals_of(self.currency)},
            ) from unreadable
        if amount.minor <= 0:
            raise forms.ValidationError(_("Enter more than nothing."))
        return amount


class AgeingForm(forms.Form):
    """Which day, which client."""

    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Client.objects.none(), required=False, empty_label=_("All clients")
    )

    def __init__(self, *args: Any, clients: QuerySet[Client], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]


class BucketForm(forms.Form):
    """Which bucket of the ageing."""

    bucket = forms.ChoiceField(choices=Bucket.choices())
    currency = forms.RegexField(r"^[A-Z]{3}$")
    offset = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)
