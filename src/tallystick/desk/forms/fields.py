"""Fields for amounts, days and moments as people type them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from tallystick.desk.rules import moments
from tallystick.kernel.money import Money, decimals_of
from tallystick.promises import rules as promise_rules


def locale_name() -> str:
    """Give the name of the reader's locale, as Babel calls it."""
    return to_locale(get_language() or "en-gb")


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


class ReadInput(forms.TextInput):
    """A text that is read back while it is typed: "fri" shows the day it means. `reads` is the address that reads it."""

    template_name = "desk/widgets/read.html"
    reads = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Give the widget's template the address too."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["reads"] = self.reads
        return context


class DayField(forms.CharField):
    """A day as people say it: "fri", "+7", "eom", "5 dec", "2026-12-05". Read against today."""

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        attrs = {"autocomplete": "off", "placeholder": _("fri, +7, eom, 5 dec"), "spellcheck": "false"}
        options.setdefault("widget", ReadInput(attrs=attrs))
        super().__init__(**options)

    def clean(self, value: Any) -> date | None:
        """Read the day.

        :raises ValidationError: it cannot be read as a day
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return promise_rules.read_day(text, self.today, locale=locale_name())
        except promise_rules.DayUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable


class MomentField(forms.CharField):
    """A moment as people say it: "3pm", "tomorrow 10:30", "in 20 min". Read against now, in the creditor's time zone."""

    def __init__(self, *, now: datetime, zone: ZoneInfo, **options: Any) -> None:
        self.now, self.zone = now, zone
        attrs = {"autocomplete": "off", "placeholder": _("3pm, tomorrow 10, in 20 min"), "spellcheck": "false"}
        options.setdefault("widget", ReadInput(attrs=attrs))
        super().__init__(**options)

    def clean(self, value: Any) -> datetime | None:
        """Read the moment.

        :raises ValidationError: it cannot be read as a moment, or has passed
        """
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            found = moments.read_moment(text, self.now, zone=self.zone, locale=locale_name())
        except moments.MomentUnreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable
        if found <= self.now:
            raise forms.ValidationError(_("That has passed."))
        return found


def long_text(rows: int, **options: Any) -> forms.CharField:
    """Make a field for words of people."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(max_length=4000, widget=widget, **options)
